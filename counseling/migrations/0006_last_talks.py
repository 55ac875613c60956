"""When each student was last talked to, for a database that has talks."""

from django.db import migrations
from django.db.models import Max, Q

CHUNK = 1000


def fill(apps, schema_editor):
    state = apps.get_model("students", "StudentState")
    parts = apps.get_model("counseling", "TalkPart").objects.filter(deleted_at=None).order_by()
    known = Max("talk__happened_at", filter=Q(talk__is_restricted=False))
    talks = parts.values_list("student_id").annotate(known=known, last=Max("talk__happened_at"))
    rows = [state(student_id=pk, last_talk_at=known, last_any_talk_at=last) for pk, known, last in talks]
    state.objects.bulk_create(
        rows,
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["student"],
        update_fields=["last_talk_at", "last_any_talk_at"],
    )


class Migration(migrations.Migration):
    dependencies = [("counseling", "0005_sealed_others_present"), ("students", "0008_states")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
