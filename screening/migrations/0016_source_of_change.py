"""Two shipped instruments say from where their least change is known. Nothing that is scored changes."""

from importlib import import_module

from django.db import migrations

add_reliable_change = import_module("screening.migrations.0007_reliable_change").add_reliable_change


class Migration(migrations.Migration):
    dependencies = [("screening", "0015_slips_that_wait")]
    operations = [migrations.RunPython(add_reliable_change, migrations.RunPython.noop)]
