"""The levels of the network every installation starts with; more can be added as rows."""

from django.db import migrations

KINDS = [
    ("city", "市级中心", "city center", 0, False),
    ("district", "区县中心", "district center", 1, False),
    ("cluster", "学区", "cluster", 2, False),
    ("school", "学校", "school", 3, True),
    ("college", "院系", "college", 4, False),
]


def add_kinds(apps, schema_editor):
    kind = apps.get_model("schools", "UnitKind")
    kind.objects.bulk_create(
        [kind(code=code, label_zh=zh, label_en=en, rank=rank, is_school=school) for code, zh, en, rank, school in KINDS]
    )


class Migration(migrations.Migration):
    dependencies = [("schools", "0001_initial")]
    operations = [migrations.RunPython(add_kinds, migrations.RunPython.noop)]
