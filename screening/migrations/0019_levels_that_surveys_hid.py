"""A survey that asks no scale took the place of the level that a screening had found before. It stands again."""

from django.db import migrations
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

AT_ONCE = 4


def show_levels(apps, schema_editor):
    Response, StudentState = apps.get_model("screening", "Response"), apps.get_model("students", "StudentState")
    asks_a_scale = Q(slip__round__consent_text__purpose="screening")
    counted = Response.objects.filter((Q(is_valid=True) & asks_a_scale) | Q(attention=AT_ONCE))
    last = counted.filter(slip__student=OuterRef("pk")).order_by("-at")
    surveyed = Response.objects.exclude(asks_a_scale).exclude(slip__student=None).values("slip__student")
    StudentState.objects.filter(pk__in=surveyed).update(
        last_screened_at=Subquery(last.values("at")[:1]),
        screening_severity=Coalesce(Subquery(last.values("attention")[:1]), 0),
    )


class Migration(migrations.Migration):
    dependencies = [("screening", "0018_guesses_at_slips"), ("students", "0023_students_not_locked")]

    operations = [migrations.RunPython(show_levels, migrations.RunPython.noop)]
