"""That a center has read a request and that it has answered are told in two sentences: notices of before say which."""

from django.db import migrations


def tell_apart(apps, schema_editor):
    notices = apps.get_model("schools", "Notice").objects.filter(occasion__endswith=" acknowledged")
    for about in ("flag", "plan"):
        notices.filter(kind=f"{about}.center_answered").update(kind=f"{about}.center_acknowledged")


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0001_squashed_0021_reminders_of_an_hour"),
        ("students", "0001_squashed_0023_students_not_locked"),
    ]
    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
