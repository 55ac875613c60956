"""The instruments that come with the software, from `screening/instruments/`."""

from django.db import migrations


def add_instruments(apps, schema_editor):
    """A version that is there stays as it is: results point at it."""
    from screening.content import columns_of, shipped

    instrument = apps.get_model("screening", "Instrument")
    known = set(instrument.objects.filter(unit=None).values_list("code", "version"))
    rows = [columns_of(data, found) for data, found in shipped()]
    instrument.objects.bulk_create(instrument(**row) for row in rows if (row["code"], row["version"]) not in known)


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial")]
    operations = [migrations.RunPython(add_instruments, migrations.RunPython.noop)]
