"""The special groups every installation starts with (mission B2; the registry's own: facts 4.1)."""

from django.db import migrations

from students.migrations._seeds import add_groups


class Migration(migrations.Migration):
    dependencies = [("students", "0001_initial")]
    operations = [migrations.RunPython(add_groups, migrations.RunPython.noop)]
