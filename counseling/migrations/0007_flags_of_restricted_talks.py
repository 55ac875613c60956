"""A flag that a talk for counselors only began stands as raised by hand, also where the talk was restricted later."""

from django.db import migrations
from django.db.models import Exists, OuterRef


def hide(apps, schema_editor):
    flags = apps.get_model("students", "RiskFlag").objects.filter(source="talk")
    parts = (
        apps.get_model("counseling", "TalkPart")
        .objects.filter(flag=OuterRef("pk"), talk__membership=OuterRef("raised_by"))
        .order_by()
    )
    restricted = parts.filter(talk__is_restricted=True)
    others = parts.filter(talk__is_restricted=False, deleted_at=None, talk__happened_at=OuterRef("known_at"))
    flags.filter(Exists(restricted)).exclude(Exists(others)).update(source="by_hand")


class Migration(migrations.Migration):
    dependencies = [("counseling", "0006_last_talks"), ("students", "0008_states")]
    operations = [migrations.RunPython(hide, migrations.RunPython.noop)]
