"""Two flags of one student that were raised at the same moment become the one that repeats should have made of them.

The one of the higher level stays, of equal ones the one that is due first; reports and talks of the other go to it.
"""

from importlib import import_module

from django.db import migrations
from django.db.models import Count


def hide_then_merge(apps, schema_editor):
    """A flag of a restricted talk is hidden while it still has the talks of its own only."""
    try:
        apps.get_model("counseling", "TalkPart")
    except LookupError:  # its table is not there yet: nobody has worked with this database, and there are no flags
        return
    import_module("counseling.migrations.0007_flags_of_restricted_talks").hide(apps, schema_editor)
    merge(apps, schema_editor)


def merge(apps, schema_editor):
    flags = apps.get_model("students", "RiskFlag").objects.exclude(state="closed").order_by("-severity", "due_at", "pk")
    several = flags.order_by().values("student_id").annotate(n=Count("pk")).filter(n__gt=1)
    for student in several.values_list("student_id", flat=True):
        stays, *others = flags.filter(student_id=student)
        for model, app in (("FlagReport", "students"), ("TalkPart", "counseling")):
            apps.get_model(app, model).objects.filter(flag__in=others).update(flag=stays)
        flags.filter(pk__in=[one.pk for one in others]).delete()


class Migration(migrations.Migration):
    # Not on counseling, which depends on students: their squashed migrations would wait for each other.
    dependencies = [("students", "0008_states")]
    operations = [migrations.RunPython(hide_then_merge, migrations.RunPython.noop)]
