"""Flags from before had one target and one moment: what was taken in hand counts as that, and its time as both targets."""

from django.db import migrations
from django.db.models import F


def add_targets(apps, schema_editor):
    flags = apps.get_model("students", "RiskFlag").objects
    flags.filter(take_by=None).update(take_by=F("due_at"))
    flags.filter(taken_at=None).exclude(acted_at=None).update(taken_at=F("acted_at"))
    flags.filter(state="raised", escalated_at=None).update(call_at=F("due_at"))


class Migration(migrations.Migration):
    dependencies = [("students", "0011_flag_steps")]
    operations = [migrations.RunPython(add_targets, migrations.RunPython.noop)]
