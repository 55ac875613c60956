"""A needs survey that the district's counselors made for their schools, published and ready for a round."""

from typing import Any

from schools.models import Unit
from screening.content import columns_of
from screening.models import Instrument
from screening.reading import definition_of


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _options(*texts: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"value": value, "text": _words(*text)} for value, text in enumerate(texts, start=1)]


NEEDS: dict[str, Any] = {
    "code": "needs2026",
    "version": "1",
    "kind": "survey",
    "name": _words("心理健康教育需求调查", "What students wish for"),
    "about": _words(
        "说说你希望学校做些什么。没有对错，照自己的想法选。",
        "Tell us what you wish the school to do. Nothing is right or wrong.",
    ),
    "licence": {"class": "own", "evidence": ""},
    "items": [
        {
            "section": _words("最近的你", "You, lately"),
            "text": _words("最近一个月，你上学的心情怎么样？", "How have you felt at school in the last month?"),
            "options": _options(
                ("很好", "very well"), ("还可以", "all right"), ("不太好", "not so well"), ("很不好", "badly")
            ),
        },
        {
            "type": "multiple",
            "text": _words("让你心烦的主要是什么？", "What troubles you most?"),
            "options": _options(
                ("学习", "learning"),
                ("和同学相处", "classmates"),
                ("和老师相处", "teachers"),
                ("家里的事", "things at home"),
                ("睡眠和身体", "sleep and health"),
                ("其他", "something else"),
            ),
            "show_if": [{"item": 1, "any_of": [3, 4]}],
        },
        {
            "type": "scale",
            "text": _words("遇到烦恼时，你觉得有人可以说吗？", "Is there somebody to talk to when you are troubled?"),
            "low": 0,
            "high": 10,
            "low_text": _words("完全没有", "nobody"),
            "high_text": _words("一直都有", "always"),
        },
        {
            "section": _words("你希望的", "What you wish for"),
            "type": "multiple",
            "text": _words("你想参加哪些活动？", "What would you like to take part in?"),
            "options": _options(
                ("心理课", "lessons"),
                ("团体活动", "group activities"),
                ("一对一聊天", "talks with a counselor"),
                ("心理信箱", "a letter box"),
                ("放松和运动", "relaxation and sports"),
            ),
        },
        {
            "type": "number",
            "text": _words("你一般几点睡着？（20–24）", "At what hour do you fall asleep? (20–24)"),
            "low": 20,
            "high": 24,
            "required": False,
        },
        {
            "type": "text",
            "text": _words("还有什么想对心理老师说的？", "Anything else you want to tell the counselors?"),
            "hint": _words("可以不写。", "You may leave this out."),
            "required": False,
        },
    ],
}


def make_survey(owner: Unit) -> Instrument:
    return Instrument.objects.create(unit=owner, **columns_of(NEEDS, definition_of(NEEDS)))
