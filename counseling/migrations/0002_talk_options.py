"""The words of a talk every installation starts with (facts 3.1 and 3.2). Units change them as rows."""

from django.db import migrations

from counseling.migrations._seeds import add_options


class Migration(migrations.Migration):
    dependencies = [("counseling", "0001_initial")]
    operations = [migrations.RunPython(add_options, migrations.RunPython.noop)]
