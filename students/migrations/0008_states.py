"""The state of each student; filled from the groups and flags of a database that has some (talks: counseling.0006)."""

import django.db.models.deletion
from django.db import migrations, models

CHUNK = 1000


def fill(apps, schema_editor):
    state = apps.get_model("students", "StudentState")
    members = apps.get_model("students", "GroupMember").objects.filter(until=None)
    flags = apps.get_model("students", "RiskFlag").objects.exclude(state="closed")
    grouped = set(members.values_list("student_id", flat=True))
    levels = dict(flags.order_by().values_list("student_id").annotate(models.Max("severity")))
    students = apps.get_model("students", "Student").objects.order_by("pk").values_list("pk", flat=True)
    rows = [
        state(student_id=pk, in_group=pk in grouped, flag_severity=levels.get(pk, 0))
        for pk in students.iterator(chunk_size=CHUNK)
    ]
    state.objects.bulk_create(rows, batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("students", "0007_flag_reports")]
    operations = [
        migrations.CreateModel(
            name="StudentState",
            fields=[
                (
                    "student",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="students.student",
                    ),
                ),
                ("last_talk_at", models.DateTimeField(null=True)),
                ("last_any_talk_at", models.DateTimeField(null=True)),
                ("in_group", models.BooleanField(default=False)),
                ("flag_severity", models.PositiveSmallIntegerField(default=0)),
                (
                    "is_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(("in_group", True), ("flag_severity__gt", 0), _connector="OR"),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
