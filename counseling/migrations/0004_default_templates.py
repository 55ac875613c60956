"""Sentences to start from: observations, not labels (facts 3.1). Units change them as rows."""

from django.db import migrations

TEMPLATES = [
    ("said", "words", "原话", "“……”"),
    ("said_home", "words", "说到家里", "说到家里："),
    ("said_peers", "words", "说到同学", "说到同学："),
    ("seen", "view", "看到的", "我看到：（时间、地点、做了什么、说了什么）"),
    ("changed", "view", "和以前比", "和以前相比："),
    ("strength", "view", "优点与支持", "做得好的、能依靠的人："),
    ("next", "agreed", "下次再谈", "约好下周同一时间再谈一次。"),
    ("small_step", "agreed", "一小步", "这一周先做一件小事："),
    ("tell_home", "agreed", "告诉家长", "学生同意由老师告诉家长："),
    ("counselor", "agreed", "找心理老师", "学生愿意去见心理老师，时间："),
]


def add_templates(apps, schema_editor):
    template = apps.get_model("counseling", "TextTemplate")
    template.objects.bulk_create(
        [
            template(code=code, box=box, title=title, body=body, position=position)
            for position, (code, box, title, body) in enumerate(TEMPLATES)
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("counseling", "0003_text_templates")]
    operations = [migrations.RunPython(add_templates, migrations.RunPython.noop)]
