"""The special groups every installation starts with (mission B2; the registry's own: facts 4.1)."""

from django.db import migrations

GROUPS = [
    ("left_behind", "留守儿童", "left-behind"),
    ("migrant", "随迁子女", "migrant worker's child"),
    ("single_parent", "单亲家庭", "single-parent family"),
    ("family_change", "家庭重大变故", "family change"),
    ("orphan", "孤儿", "orphan"),
    ("disability", "残疾", "disability"),
    ("hardship", "家庭经济困难", "hardship"),
    ("martyr_family", "烈士或优抚子女", "martyr's or honored family"),
    ("affected_area", "来自受灾地区", "from an affected area"),
    ("study_difficulty", "学业困难", "difficulty in studies"),
]


def add_groups(apps, schema_editor):
    group = apps.get_model("students", "SpecialGroup")
    group.objects.bulk_create(
        [group(code=code, label_zh=zh, label_en=en, position=n) for n, (code, zh, en) in enumerate(GROUPS)]
    )


class Migration(migrations.Migration):
    dependencies = [("students", "0001_initial")]
    operations = [migrations.RunPython(add_groups, migrations.RunPython.noop)]
