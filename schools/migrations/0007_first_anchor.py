"""The first anchor of the log, once for each database: from now on a missing file is a fault."""

from django.db import migrations

from schools.migrations._seeds import begin_anchors


class Migration(migrations.Migration):
    dependencies = [("schools", "0006_registers")]
    operations = [migrations.RunPython(begin_anchors, migrations.RunPython.noop)]
