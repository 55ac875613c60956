"""Two flags of one student that were raised at the same moment become the one that repeats should have made of them.

The one of the higher level stays, of equal ones the one that is due first; reports and talks of the other go to it.
"""

from django.db import migrations
from django.db.models import Count


def merge(apps, schema_editor):
    flags = apps.get_model("students", "RiskFlag").objects.exclude(state="closed").order_by("-severity", "due_at", "pk")
    several = flags.order_by().values("student_id").annotate(n=Count("pk")).filter(n__gt=1)
    for student in several.values_list("student_id", flat=True):
        stays, *others = flags.filter(student_id=student)
        for model, app in (("FlagReport", "students"), ("TalkPart", "counseling")):
            apps.get_model(app, model).objects.filter(flag__in=others).update(flag=stays)
        flags.filter(pk__in=[one.pk for one in others]).delete()


class Migration(migrations.Migration):
    dependencies = [("students", "0008_states"), ("counseling", "0007_flags_of_restricted_talks")]
    operations = [migrations.RunPython(merge, migrations.RunPython.noop)]
