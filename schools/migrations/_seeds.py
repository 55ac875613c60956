"""The rows with which an empty database begins, and the first anchor of its log."""

from schools.audit.anchors import begin_end, begin_file

# The levels of the network.
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


# Code, kind, its names, names of the level, rank, who should hold it. The A/B/C certificates and
# who should hold which: Guangdong (facts P18); the others as school staff name them in public reports.
LEVELS = [
    ("abc_a", "abc", "心理健康教育A/B/C证", "A/B/C certificates", "心理健康教育A证", "Certificate A", 3, ["counselor.full_time", "school_leader"]),
    ("abc_b", "abc", "心理健康教育A/B/C证", "A/B/C certificates", "心理健康教育B证", "Certificate B", 2, ["counselor.part_time", "counselor.visiting"]),
    ("abc_c", "abc", "心理健康教育A/B/C证", "A/B/C certificates", "心理健康教育C证", "Certificate C", 1, ["class_teacher", "subject_teacher", "grade_head"]),
    ("backbone", "stage", "分级培训", "Trainings by level", "骨干培训证书", "Backbone training", 3, []),
    ("intermediate", "stage", "分级培训", "Trainings by level", "中级培训证书", "Intermediate training", 2, []),
    ("elementary", "stage", "分级培训", "Trainings by level", "初级培训证书", "Elementary training", 1, []),
    ("national_2", "national", "国家心理咨询师", "National counselor certificate", "国家二级心理咨询师", "National counselor, level 2", 2, []),
    ("national_3", "national", "国家心理咨询师", "National counselor certificate", "国家三级心理咨询师", "National counselor, level 3", 1, []),
    ("provincial", "provincial", "省级心理辅导员", "Provincial counselor certificate", "省级心理辅导员证书", "Provincial counselor certificate", 1, []),
]


def add_levels(apps, schema_editor):
    apps.get_model("schools", "CertificateLevel").objects.bulk_create(
        apps.get_model("schools", "CertificateLevel")(
            code=code, kind=kind, kind_zh=kind_zh, kind_en=kind_en, label_zh=zh, label_en=en, rank=rank, position=position, wanted_from=wanted
        )
        for position, (code, kind, kind_zh, kind_en, zh, en, rank, wanted) in enumerate(LEVELS)
    )


def begin_anchors(apps, schema_editor):
    chains = apps.get_model("schools", "AuditChain").objects.order_by("scope")
    begin_file({chain.scope: [chain.length, chain.head] for chain in chains})


def begin_end_of_anchors(apps, schema_editor):
    begin_end()


def seed(apps, schema_editor):
    add_kinds(apps, schema_editor)
    add_levels(apps, schema_editor)
    begin_anchors(apps, schema_editor)
