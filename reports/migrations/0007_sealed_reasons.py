"""Why a class or unit may report later is what somebody wrote: sealed like the notes of the reports."""

from django.db import migrations, models

import schools.common.fields


def seal(apps, schema_editor):
    for row in apps.get_model("reports", "ReportException").objects.exclude(plain_reason="").iterator(chunk_size=1000):
        row.reason = row.plain_reason
        row.save(update_fields=["reason"])


def open_again(apps, schema_editor):
    for row in apps.get_model("reports", "ReportException").objects.iterator(chunk_size=1000):
        row.plain_reason = row.reason
        row.save(update_fields=["plain_reason"])


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_sweeps")]
    operations = [
        migrations.RenameField("reportexception", "reason", "plain_reason"),
        migrations.AlterField("reportexception", "plain_reason", models.CharField(default="", max_length=60)),
        migrations.AddField("reportexception", "reason", schools.common.fields.SealedTextField(verbose_name="reason")),
        migrations.RunPython(seal, open_again),
        migrations.RemoveField("reportexception", "plain_reason"),
    ]
