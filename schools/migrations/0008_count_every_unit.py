"""A database from before counts were kept: have every unit counted, so that centers find their figures."""

from django.db import migrations


def mark_every_unit(apps, schema_editor):
    units = apps.get_model("schools", "Unit").objects.values_list("pk", flat=True)
    mark = apps.get_model("schools", "TallyMark")
    mark.objects.bulk_create([mark(unit_id=pk) for pk in units], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("schools", "0007_first_anchor")]

    operations = [migrations.RunPython(mark_every_unit, migrations.RunPython.noop)]
