"""The rows with which an empty database begins. Units change them."""

# The words of a talk (facts 3.1 and 3.2).
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


# Sentences to start from: observations, not labels (facts 3.1).
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


def seed(apps, schema_editor):
    add_options(apps, schema_editor)
    add_templates(apps, schema_editor)
