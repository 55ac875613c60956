"""Who else was present is text of the talk: sealed like the rest of it."""

from django.db import migrations

import schools.common.fields


def seal(apps, schema_editor):
    talks = apps.get_model("counseling", "TalkLog").objects.exclude(plain_present="")
    for talk in talks.only("pk", "plain_present").iterator(chunk_size=1000):
        talk.others_present = talk.plain_present
        talk.save(update_fields=["others_present"])


def open_again(apps, schema_editor):
    for talk in apps.get_model("counseling", "TalkLog").objects.iterator(chunk_size=1000):
        talk.plain_present = talk.others_present
        talk.save(update_fields=["plain_present"])


class Migration(migrations.Migration):
    dependencies = [("counseling", "0004_default_templates")]
    operations = [
        migrations.RenameField("talklog", "others_present", "plain_present"),
        migrations.AddField("talklog", "others_present", schools.common.fields.SealedTextField(verbose_name="also present")),
        migrations.RunPython(seal, open_again),
        migrations.RemoveField("talklog", "plain_present"),
    ]
