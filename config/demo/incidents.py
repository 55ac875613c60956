"""Crisis events in the first school of each district: one open since this morning, one settled weeks ago, and one about
a child of another school, which is kept from the school's leader."""

import datetime as dt
from typing import Any

from django.utils import timezone

from config.demo.talks import Talks
from counseling.models import CrisisFreeTerm, Incident, IncidentAct, IncidentBarrier, IncidentPerson, IncidentReport
from schools.models import Membership, Role, Unit
from students.models import BreakGlass, RiskFlag, Student

OPEN = (
    (2, "tick", "stay", ""),
    (3, "tick", "means", ""),
    (5, "told", "colleague", "电话告知德育主任，已在赶来。"),
    (6, "lead", "", ""),
    (9, "told", "guardian", "电话告知母亲，四十分钟内到校。"),
    (14, "measure", "", "心理教师在辅导室陪同，情绪渐稳。"),
    (31, "report", "oral", ""),
)
SETTLED = (
    (1, "tick", "search", ""),
    (4, "tick", "police", ""),
    (5, "told", "police", "拨打110，提供衣着和离校时间。"),
    (6, "lead", "", ""),
    (8, "told", "guardian", "父母均已联系，分头寻找。"),
    (20, "report", "oral", ""),
    (27, "answer", "oral", ""),
    (95, "measure", "", "在江边公园找到，人平安，由父亲和班主任陪同回家。"),
    (300, "report", "written", ""),
    (330, "answer", "written", ""),
    (345, "passed", "written", ""),
    (4000, "closed", "", ""),
)
ELSEWHERE = (
    (4, "lead", "", ""),
    (9, "told", "guardian", "电话告知孩子母亲和所在学校，半小时内到校。"),
    (25, "report", "oral", ""),
    (31, "answer", "oral", ""),
    (50, "measure", "", "由母亲和邻校心理教师接走；事情经过交中心核实。"),
    (280, "report", "written", ""),
    (2900, "closed", "", ""),
)


def add_incidents(talks: Talks, students: list[Student]) -> None:
    school = talks.school
    flag = RiskFlag.objects.filter(school=school.unit, severity=4).exclude(assignee=None).first()
    free = next((one for one in students if one.pk not in talks.flagged and one.left_on is None), None)
    centers = Membership.objects.filter(role=Role.CENTER_STAFF, unit__code__in=school.unit.ancestor_codes)
    center = centers.select_related("unit").order_by("-unit__path").first()
    if flag is None or free is None or center is None or not school.counselor_members:
        return
    threat = _incident(talks, "threat", "课间在走廊说“不想活了”，不肯离开栏杆。", dt.timedelta(minutes=45))
    _person(talks, threat, flag.student, flag)
    _write(talks, threat, OPEN, center)
    missing = _incident(talks, "missing", "午休后没有回教室，书包还在，手机关机。", dt.timedelta(days=25))
    _person(talks, missing, free, None)
    _write(talks, missing, SETTLED, center)
    _close(talks, missing, 4000, "门卫登记离校时间很有用；午休点名要提前十分钟。")
    leader = Membership.objects.filter(unit=school.unit, role=Role.SCHOOL_LEADER).first()
    if leader:
        _opening(talks, leader, free, missing.known_at + dt.timedelta(minutes=15))
        _kept_from(talks, leader, center)


def _close(talks: Talks, incident: Incident, minutes: int, lessons: str) -> None:
    incident.closed_at = incident.known_at + dt.timedelta(minutes=minutes)
    incident.closed_by, incident.outcome = talks.school.counselor_members[0], Incident.Outcome.FAMILY
    incident.lessons = lessons
    incident.save(update_fields=["closed_at", "closed_by", "outcome", "lessons"])


def _kept_from(talks: Talks, leader: Membership, center: Membership) -> None:
    """About a child who is not of this school; a person of the staff may be the danger."""
    by = talks.school.counselor_members[0]
    happened = "区航模活动后，邻校一名男生说在器材室被本校一名工作人员打了，不敢回家。"
    event = _incident(talks, "abuse", happened, dt.timedelta(days=12))
    IncidentPerson.objects.create(
        id=talks.ids(),
        incident=event,
        who="邻校四年级男生，穿蓝色校服",
        belongs=IncidentPerson.Belongs.ELSEWHERE,
        added_by=by,
        added_at=event.reported_at,
    )
    IncidentBarrier.objects.create(
        id=talks.ids(),
        incident=event,
        person=leader.person,
        by=by,
        reason="孩子说打人的是带队的校领导，核实之前不让本人知道。",
        at=event.reported_at,
    )
    _write(talks, event, ELSEWHERE, center)
    _close(talks, event, 2900, "外校学生来校活动，当天要有人负责交接；器材室不单独留人。")


def sign_calm_terms(terms: list[tuple[str, dt.date, dt.date]], today: dt.date) -> None:
    """For the last term that is over, four leaders of five have signed that there was no crisis event."""
    over = [(code, ends) for code, _starts, ends in terms if ends < today]
    if not over:
        return
    code, ends = max(over, key=lambda one: one[1])
    leaders = Membership.objects.filter(role=Role.SCHOOL_LEADER).order_by("unit__path", "-pk").select_related("unit")
    first = {leader.unit_id: leader for leader in leaders}
    at = timezone.make_aware(dt.datetime.combine(ends - dt.timedelta(days=3), dt.time(15, 0)))
    CrisisFreeTerm.objects.bulk_create(
        CrisisFreeTerm(unit_id=unit, term_code=code, by=leader, at=at)
        for number, (unit, leader) in enumerate(first.items())
        if number % 5 != 3
    )


def _opening(talks: Talks, leader: Membership, student: Student, at: dt.datetime) -> None:
    """While the child was missing the leader opened what was closed; nobody has reviewed it yet."""
    BreakGlass.objects.create(
        id=talks.ids(),
        school=leader.unit,
        student=student,
        by=leader,
        opened_at=at,
        until=at + dt.timedelta(hours=1),
        reason="学生失联，需要知道近期谈话里是否提到过去处。",
    )


def _teacher(talks: Talks, student: Student) -> Membership:
    return talks.school.teachers[student.class_group_id or 0]


def _incident(talks: Talks, kind: str, happened: str, ago: dt.timedelta) -> Incident:
    known = talks.now - ago
    return Incident.objects.create(
        id=talks.ids(),
        submission=talks.ids(),
        school=talks.school.unit,
        kind=kind,
        happened=happened,
        started_by=talks.school.counselor_members[0],
        lead=talks.school.counselor_members[0],
        known_at=known,
        reported_at=known + dt.timedelta(minutes=1),
        acted_at=known + dt.timedelta(minutes=2),
        deadlines=[60, 24, 24],
        oral_by=known + dt.timedelta(minutes=60),
        written_by=known + dt.timedelta(hours=24),
    )


def _person(talks: Talks, incident: Incident, student: Student, flag: RiskFlag | None) -> None:
    by = _teacher(talks, student)
    IncidentPerson.objects.create(
        id=talks.ids(), incident=incident, student=student, flag=flag, added_by=by, added_at=incident.reported_at
    )
    incident.started_by = by
    incident.save(update_fields=["started_by"])


def _write(talks: Talks, incident: Incident, lines: Any, center: Membership) -> None:
    for number, (minutes, kind, code, text) in enumerate(lines, start=1):
        at = incident.known_at + dt.timedelta(minutes=minutes)
        by = (
            center
            if kind in ("answer", "passed")
            else talks.school.counselor_members[0]
            if kind in ("lead", "report")
            else incident.started_by
        )
        IncidentAct.objects.create(
            id=talks.ids(),
            incident=incident,
            number=number,
            kind=kind,
            code=code,
            by=by,
            happened_at=at,
            recorded_at=at,
            text=text,
        )
        if kind == "report":
            _report(talks, incident, center.unit, code, at)
        if kind == "answer":
            incident.reports.filter(form=code).update(acknowledged_at=at, acknowledged_by=center)
        if kind == "passed":
            _pass_on(talks, incident, center, code, at)


def _pass_on(talks: Talks, incident: Incident, center: Membership, form: str, at: dt.datetime) -> None:
    """The cluster tells the district, where somebody acknowledges it too."""
    above = Membership.objects.filter(role=Role.CENTER_STAFF, unit=center.unit.parent).select_related("unit").first()
    if above is None:
        return
    IncidentReport.objects.create(
        id=talks.ids(),
        incident=incident,
        school=incident.school,
        to=above.unit,
        passes_on=incident.reports.get(form=form),
        number=incident.reports.count() + 1,
        form=form,
        kind=incident.kind,
        by=center,
        at=at,
        text="辖区一所小学1名学生午休后离校，已在校外找到，人平安；已要求学校排查门卫登记。",
        acknowledged_at=at + dt.timedelta(minutes=12),
        acknowledged_by=above,
    )


def _report(talks: Talks, incident: Incident, to: Unit, form: str, at: dt.datetime) -> None:
    IncidentReport.objects.create(
        id=talks.ids(),
        incident=incident,
        school=incident.school,
        to=to,
        number=incident.reports.count() + 1,
        form=form,
        kind=incident.kind,
        by=talks.school.counselor_members[0],
        at=at,
        due_at=incident.known_at + (dt.timedelta(hours=1) if form == "oral" else dt.timedelta(hours=24)),
        text="涉及学生1人，现由专人陪同，家长已通知，正在处置。",
    )
