"""The instruments that come with the software, from `screening/instruments/`."""

from django.db import migrations

from screening.migrations._seeds import add_instruments


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial")]
    operations = [migrations.RunPython(add_instruments, migrations.RunPython.noop)]
