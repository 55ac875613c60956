"""The words of a talk every installation starts with (facts 3.1 and 3.2). Units change them as rows."""

from django.db import migrations

OPTIONS = {
    "kind": [
        ("daily", "日常交流", "everyday talk"),
        ("support", "心理疏导", "emotional support"),
        ("study", "学业预警", "study warning"),
        ("behavior", "行为纠正", "behavior"),
        ("career", "生涯规划", "career planning"),
        ("family", "家校沟通", "home and school"),
    ],
    "theme": [
        ("study_pressure", "学习压力", "study pressure"),
        ("peers", "同伴交往", "peers"),
        ("sleep", "睡眠", "sleep"),
        ("parents", "亲子关系", "parents"),
        ("emotion", "情绪", "emotions"),
        ("self", "自我认识", "self-image"),
        ("adaptation", "环境适应", "settling in"),
        ("teachers", "师生关系", "teachers"),
        ("puberty", "青春期", "puberty"),
        ("internet", "网络使用", "internet use"),
        ("habits", "行为习惯", "habits"),
        ("family_change", "家庭变故", "family change"),
        ("future", "升学与生涯", "future"),
        ("health", "身体健康", "health"),
    ],
    "mood": [
        ("calm", "平静", "calm"),
        ("cheerful", "愉快", "cheerful"),
        ("low", "低落", "low"),
        ("tense", "紧张", "tense"),
        ("irritable", "烦躁", "irritable"),
        ("silent", "沉默", "silent"),
        ("tearful", "流泪", "tearful"),
    ],
    "place": [
        ("classroom", "教室", "classroom"),
        ("corridor", "教室走廊", "corridor"),
        ("office", "办公室", "office"),
        ("playground", "操场", "playground"),
        ("counseling_room", "心理辅导室", "counseling room"),
        ("dormitory", "宿舍", "dormitory"),
    ],
}


def add_options(apps, schema_editor):
    option = apps.get_model("counseling", "TalkOption")
    option.objects.bulk_create(
        [
            option(list=name, code=code, label_zh=zh, label_en=en, position=position)
            for name, rows in OPTIONS.items()
            for position, (code, zh, en) in enumerate(rows)
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("counseling", "0001_initial")]
    operations = [migrations.RunPython(add_options, migrations.RunPython.noop)]
