"""The first anchor of the log, once for each database: from now on a missing file is a fault."""

from django.db import migrations

from schools.audit.anchors import begin_file


def begin(apps, schema_editor):
    chains = apps.get_model("schools", "AuditChain").objects.order_by("scope")
    begin_file({chain.scope: [chain.length, chain.head] for chain in chains})


class Migration(migrations.Migration):
    dependencies = [("schools", "0006_registers")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
