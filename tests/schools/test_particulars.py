"""The auditor reads details and subjects in words; staff are named, students never are."""

from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from schools import audit
from schools.audit.particulars import tell_particulars

pytestmark = pytest.mark.django_db


def told(details, about="schools.unit", pk="0", verb="unit.changed"):
    entry = SimpleNamespace(verb=verb, subject_type=about, subject_id=pk, details=details)
    return tell_particulars([entry])[0]


@pytest.mark.parametrize(
    ("about", "details", "chinese", "english"),
    [
        (
            "schools.unit",
            {"created": 1, "changed": 0, "held": 0, "kept": 0, "new_classes": 2},
            ["新增：1", "新增班级：2"],
            ["new: 1", "new classes: 2"],
        ),
        ("schools.unit", {"fields": ["name", "stages"]}, ["字段：名称、学段"], None),
        (
            "schools.unit",
            {"keys": ["clock_targets"]},
            ["规则：多久之内必须有首次措施"],
            ["rules: How soon the first measure must follow"],
        ),
        ("schools.unit", {"day": "2026-03-18", "school_day": None}, ["日期：2026-03-18", "当天：沿用上级"], None),
        ("schools.unit", {"from": "2026-12-10"}, ["原负责人：2026-12-10"], None),  # a day, no membership
        ("students.student", {"fields": ["birth_date", "phone"]}, ["字段：出生日期、手机号"], None),
        ("students.student", {"what": "contact", "reason": "danger"}, ["查看：电话号码", "用途：学生可能有危险"], None),
        ("students.riskflag", {"outcome": "watched"}, ["结果：转入日常关注"], None),
        ("students.riskflag", {"severity": 4}, ["等级：一级（红）"], ["level: Level 1 (red)"]),
        ("counseling.talkpart", {"fields": ["place", "words"]}, None, ["fields: place, the student's own words"]),
        ("", {"rows": 12, "purpose": "meeting"}, ["行数：12", "用途：校内会议"], None),
        ("", {"thing": "as stored"}, ["thing：as stored"], None),
    ],
)
def test_details_stand_in_words_and_without_zeros(about, details, chinese, english):
    for language, expected in (("zh-hans", chinese), ("en", english)):
        with override(language):
            assert expected is None or told(details, about).told == expected


@pytest.mark.parametrize(
    ("verb", "details", "chinese"),
    [
        ("handover.offered", {"kinds": ["registry", "talk"]}, "随转内容：台账与方案、谈话"),
        ("student.file_printed", {"kind": "flag"}, "类型：预警与处置"),
        ("flag.step", {"kind": "contact"}, "类型：联系监护人"),
        ("incident.act", {"kind": "told"}, "类型：已告知"),
        ("incident.started", {"kind": "missing"}, "类型：失联、出走"),
        ("incident.closed", {"outcome": "family"}, "结果：已交由家长"),
        ("unit.channel", {"kind": "wecom"}, "类型：企业微信群机器人"),
        ("unit.ladder", {"kind": "sweep.class"}, "类型：班级排查"),
        ("job.retried", {"kind": "registry_ledger"}, "类型：开始生成台账PDF"),
        ("daily.signed", {"state": "zero"}, "状态：零报告"),
        ("scheme.set", {"preset": "none"}, "谁来报：不报"),
        ("summary.written", {"section": "talks"}, "章节：谈心谈话"),
    ],
)
def test_no_code_of_a_detail_is_shown(verb, details, chinese):
    with override("zh-hans"):
        assert told(details, verb=verb).told == [chinese]


def test_classes_and_persons_of_a_detail_are_named(world):
    group, person = world.a.class_1, world.a.leader.person
    assert told({"class_group": group.pk}).told == [f"班级：{group.name}"]
    assert told({"person": str(person.pk)}).told == [f"对象：{person.name} {person.staff_number}"]
    assert told({"school": world.b.unit.code}).told == [f"学校：{world.b.unit.name}"]


def test_a_grade_and_a_college_of_a_detail_are_named(world):
    """Whose daily report was put off; the college by its name, however many there are."""
    college = world.a.unit.children.create(kind_id="college", code="c1", path=f"{world.a.unit.path}c1/", name="文学院")
    with override("zh-hans"):
        assert told({"part": f"college-{college.pk}"}).told == ["年级或院系：文学院"]
        assert told({"part": "junior-2025"}).told == ["年级或院系：初中2025级"]
        assert told({"part": "class_teacher"}, verb="plan.told").told == ["用途：班主任"]  # another act's detail
        assert told({"part": "college-0"}).told == ["年级或院系：college-0"]


def test_staff_and_units_are_named_and_students_are_not(world):
    member, unit, student = world.a.counselor, world.a.unit, next(iter(world.a.students.values()))
    who = f"{member.person.name} {member.person.staff_number}"

    assert told({}, "schools.person", str(member.person_id)).subject == who
    assert told({}, "schools.membership", str(member.pk)).subject == f"{who} · {member.get_role_display()}"
    assert told({}, "schools.unit", str(unit.pk)).subject == unit.name
    assert told({"to": member.pk}, "students.riskflag").told == [f"转给：{who} · 心理教师"]
    entry = told({}, "students.student", str(student.pk))
    assert (entry.subject, entry.subject_code) == ("学生", str(student.pk))


def test_the_log_costs_the_same_for_many_people(world, sign_in):
    client, url = sign_in(world.auditor), reverse("schools:audit_list")

    def queries_after(members):
        for member in members:
            with transaction.atomic():
                audit.record(by=None, verb="membership.changed", about=member, unit=world.a.unit)
                audit.record(by=None, verb="person.changed", about=member.person, unit=world.a.unit)
        with CaptureQueriesContext(connection) as found:
            client.get(url)
        return len(found)

    queries_after([world.a.teacher])
    assert queries_after([world.a.counselor]) == queries_after([*world.members().values()] * 2)


def test_the_log_shows_people_by_name_and_no_code_of_the_act(world, sign_in):
    with transaction.atomic():
        audit.record(by=None, verb="membership.granted", about=world.a.teacher, details={"role": "class_teacher"})
    page = sign_in(world.auditor).get(reverse("schools:audit_list"), {"about": "membership"}).content.decode()

    assert f"{world.a.teacher.person.name} a-teacher · 班主任" in page
    assert "身份：班主任" in page
    assert "schools.membership" not in page
