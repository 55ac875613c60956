"""The PHQ-4: the GAD-2 and the PHQ-2 in one."""

from importlib import import_module

from django.db import migrations

add_instruments = import_module("screening.migrations.0002_shipped").add_instruments


class Migration(migrations.Migration):
    dependencies = [("screening", "0012_center_rounds")]
    operations = [migrations.RunPython(add_instruments, migrations.RunPython.noop)]
