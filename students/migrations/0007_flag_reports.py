"""Why a flag stands becomes rows of those who wrote it; the column held the words of all of them together."""

import django.db.models.deletion
from django.db import migrations, models

import schools.common.fields
import schools.common.ids


def part(apps, schema_editor):
    report = apps.get_model("students", "FlagReport")
    for flag in apps.get_model("students", "RiskFlag").objects.iterator(chunk_size=1000):
        if flag.reason:
            report.objects.create(flag=flag, by_id=flag.raised_by_id, text=flag.reason, known_at=flag.known_at)


def join(apps, schema_editor):
    for flag in apps.get_model("students", "RiskFlag").objects.iterator(chunk_size=1000):
        flag.reason = "\n".join(one.text for one in flag.reports.order_by("known_at", "pk"))
        flag.save(update_fields=["reason"])


class Migration(migrations.Migration):
    dependencies = [("schools", "0001_initial"), ("students", "0006_listed_on")]
    operations = [
        migrations.CreateModel(
            name="FlagReport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("text", schools.common.fields.SealedTextField(verbose_name="reason")),
                ("known_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.membership"
                    ),
                ),
                (
                    "flag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="students.riskflag"
                    ),
                ),
            ],
            options={"ordering": ["known_at", "pk"]},
        ),
        migrations.RunPython(part, join),
        migrations.RemoveField("riskflag", "reason"),
    ]
