"""The levels of the network every installation starts with; more can be added as rows."""

from django.db import migrations

from schools.migrations._seeds import add_kinds


class Migration(migrations.Migration):
    dependencies = [("schools", "0001_initial")]
    operations = [migrations.RunPython(add_kinds, migrations.RunPython.noop)]
