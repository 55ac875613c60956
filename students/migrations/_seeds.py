"""The rows with which an empty database begins."""

# The special groups (mission B2; the registry's own: facts 4.1).
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


# Why somebody stands on the registry.
CATEGORIES = [
    ("mood", "情绪困扰", "low or changing mood"),
    ("self_harm", "自伤或轻生意念、行为", "self-harm, thoughts or acts"),
    ("family", "家庭变故或家庭关系", "family events or relations"),
    ("study", "学业压力或学业困难", "pressure or difficulty in studies"),
    ("peers", "同伴关系或欺凌", "peers or bullying"),
    ("feelings", "情感问题", "love and attachment"),
    ("hardship", "家庭经济困难", "hardship of the family"),
    ("internet", "网络依赖", "dependence on the internet"),
    ("illness", "重大身体疾病", "serious bodily illness"),
    ("treated", "就医或服药", "in treatment or on medication"),
    ("returned", "休学复学", "returned after a leave"),
    ("adaptation", "适应困难", "difficulty in adapting"),
    ("work", "就业压力", "pressure of finding work"),
    ("other", "其他", "other"),
]


def add_categories(apps, schema_editor):
    category = apps.get_model("students", "RegistryCategory")
    category.objects.bulk_create(
        [category(code=code, label_zh=zh, label_en=en, position=n) for n, (code, zh, en) in enumerate(CATEGORIES)]
    )


def seed(apps, schema_editor):
    add_groups(apps, schema_editor)
    add_categories(apps, schema_editor)
