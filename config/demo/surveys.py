"""Surveys that the district made for its schools: what students wish for, and what their teachers need; and the staff
of the first school answering it."""

import datetime as dt
import json
import random
from typing import Any

from config.demo.network import DemoSchool, Ids
from schools.models import Membership, Unit
from screening.content import columns_of
from screening.groups import joined
from screening.models import Instrument, StaffAsked, StaffSheet, StaffSurvey
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


STAFF: dict[str, Any] = {
    "code": "staff2026",
    "version": "1",
    "kind": "survey",
    "name": _words("教职工心理健康教育需求调查", "What the staff needs"),
    "about": _words("说说工作中需要的支持。", "Tell us what would help you at work."),
    "licence": {"class": "own", "evidence": ""},
    "items": [
        {
            "text": _words("与学生谈心，您觉得有把握吗？", "Do you feel sure when you talk with students?"),
            "options": _options(
                ("很有把握", "very"), ("比较有把握", "fairly"), ("不太有把握", "not very"), ("没有把握", "not at all")
            ),
        },
        {
            "type": "multiple",
            "text": _words("最需要哪些支持？", "What would help you most?"),
            "options": _options(
                ("谈话方法培训", "training in talking"),
                ("危机识别培训", "training in recognising a crisis"),
                ("案例督导", "supervision of cases"),
                ("家校沟通指导", "help with families"),
                ("自己的情绪支持", "support for myself"),
            ),
        },
        {
            "type": "text",
            "text": _words("其他建议", "Other suggestions"),
            "hint": _words("请不要写任何人的姓名。", "Please name nobody."),
            "required": False,
        },
    ],
}
SAID = ["希望每月有一次案例讨论。", "培训最好放在期初。", "想要一份常见问题的应对手册。"]


def make_survey(owner: Unit) -> Instrument:
    Instrument.objects.create(unit=owner, **columns_of(STAFF, definition_of(STAFF)))
    return Instrument.objects.create(unit=owner, **columns_of(NEEDS, definition_of(NEEDS)))


def wished(dice: random.Random) -> dict[str, Any]:
    """The answers of one student to the needs survey."""
    mood = dice.choice([1, 1, 2, 2, 2, 3, 4])
    troubles = sorted(dice.sample(range(1, 7), 2)) if mood > 2 else None
    given = {
        "1.1": mood,
        "1.3": dice.randint(3, 10),
        "1.4": sorted(dice.sample(range(1, 6), 2)),
        "1.5": dice.choices([20, 21, 22, 23, 24, None], [4, 24, 40, 20, 7, 5])[0],
        "1.6": None,
    }
    return given | ({"1.2": troubles} if troubles else {})


def ask_staff(school: DemoSchool, ids: Ids, now: dt.datetime) -> None:
    """One survey without names that is over, and one with names that runs."""
    if not school.counselor_members:
        return
    dice = random.Random(f"staff {school.unit.code}")
    instrument = Instrument.objects.get(code="staff2026")
    teachers = sorted({one.person_id: one for one in school.teachers.values()}.values(), key=lambda one: one.pk)
    people = [*teachers, *school.subject_teachers, *school.counselor_members, *school.leaders]
    once = list({one.person_id: one for one in people}.values())
    about = {"unit": school.unit, "instrument": instrument, "made_by": school.counselor_members[0]}
    words = {"notice": "几个关于学生工作的问题，大约五分钟。"}
    over = {"closes_on": now.date() - dt.timedelta(days=9), "state": "closed", "is_anonymous": True}
    runs = {"closes_on": now.date() + dt.timedelta(days=5)}
    _asked("教职工需求调查", once, dice, ids, now - dt.timedelta(days=20), about | words | over)
    _asked("班主任谈心培训需求", teachers, dice, ids, now - dt.timedelta(days=2), about | words | runs)


def _asked(
    title: str, people: list[Membership], dice: random.Random, ids: Ids, at: dt.datetime, about: dict[str, Any]
) -> None:
    survey = StaffSurvey.objects.create(id=ids(), title=title, made_at=at, **about)
    sizes: dict[str, int] = {}
    for one in people:
        sizes[one.role] = sizes.get(one.role, 0) + 1
    together = joined(sizes, 5 if survey.is_anonymous else 1)
    groups = {role: "+".join(sorted(group)) for group in together for role in group}
    asked, sheets = [], []
    for number, one in enumerate(people):
        is_done = number % 4 > (0 if survey.is_anonymous else 1)
        day = (at + dt.timedelta(days=1)).date() if is_done else None
        asked.append(StaffAsked(id=ids(), survey=survey, membership=one, group=groups[one.role], answered_on=day))
        if is_done:
            given = {"1": dice.choice([1, 2, 2, 3]), "2": sorted(dice.sample(range(1, 6), 2))}
            said = {"3": SAID[number // 4]} if number % 4 == 3 and number // 4 < len(SAID) else {}
            by = None if survey.is_anonymous else one
            sheets.append(
                StaffSheet(id=ids(), survey=survey, group=groups[one.role], by=by, answers=json.dumps(given | said))
            )
    StaffAsked.objects.bulk_create(asked, batch_size=500)
    StaffSheet.objects.bulk_create(sheets, batch_size=500)
