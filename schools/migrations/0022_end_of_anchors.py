"""Keep the end of the anchors, once for each database: from now on a file that was cut back is a fault."""

from django.db import migrations

from schools.migrations._seeds import begin_end_of_anchors


class Migration(migrations.Migration):
    dependencies = [("schools", "0001_squashed_0021_reminders_of_an_hour")]
    operations = [migrations.RunPython(begin_end_of_anchors, migrations.RunPython.noop)]
