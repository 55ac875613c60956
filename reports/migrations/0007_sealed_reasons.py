"""Why a class or unit may report later is what somebody wrote: sealed like the notes of the reports. What is sealed is
bound to the id of its row, so these rows get an id that is known before they are saved: they move to a new table."""

import django.db.models.deletion
from django.db import migrations, models

import schools.common.fields
import schools.common.ids

CONSTRAINTS = [
    models.UniqueConstraint(
        fields=["class_group", "day"],
        condition=models.Q(("class_group__isnull", False)),
        name="one_exception_of_a_class",
    ),
    models.UniqueConstraint(
        fields=["unit", "day"], condition=models.Q(("class_group__isnull", True)), name="one_exception_of_a_unit"
    ),
]


def seal(apps, schema_editor):
    sealed = apps.get_model("reports", "ReportException")
    for row in apps.get_model("reports", "PlainException").objects.iterator(chunk_size=1000):
        sealed.objects.create(
            unit_id=row.unit_id,
            class_group_id=row.class_group_id,
            day=row.day,
            until=row.until,
            reason=row.reason,
            by_id=row.by_id,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0001_initial"),
        ("reports", "0006_sweeps"),
    ]
    operations = [
        *(migrations.RemoveConstraint("reportexception", one.name) for one in CONSTRAINTS),
        migrations.RenameModel("ReportException", "PlainException"),
        migrations.CreateModel(
            name="ReportException",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=schools.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("until", models.DateTimeField()),
                ("reason", schools.common.fields.SealedTextField(verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.membership"
                    ),
                ),
                (
                    "class_group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="schools.classgroup",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="schools.unit"
                    ),
                ),
            ],
            options={"constraints": CONSTRAINTS},
        ),
        migrations.RunPython(seal),
        migrations.DeleteModel("PlainException"),
    ]
