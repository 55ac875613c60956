"""One flag at every step of its way, in each school that has a counselor: what the board, the page and the second
person look like with life in it."""

import datetime as dt
from typing import Any

from config.demo.network import DemoSchool, Ids
from config.demo.talks import Talks
from schools.calendar import SchoolCalendar, Target, deadline
from schools.models import Membership, Unit
from schools.on_duty import centers_above
from schools.settings_of import DEFAULTS
from students.models import CenterRequest, FlagReport, FlagStep, Guardian, GuardianContact, RiskFlag, Student
from students.step_words import pack

HAND = {int(level): Target(kind, amount) for level, (kind, amount) in DEFAULTS["hand_targets"].items()}
MEASURE = {int(level): Target(kind, amount) for level, (kind, amount) in DEFAULTS["clock_targets"].items()}
SAID = {
    4: "课间说“不想活了”，手臂上有新的划痕。",
    3: "同学转述：说过“不想上学了，没意思”。",
    2: "连续三周睡不好，数学课上哭过一次。",
    1: "换座位后总是一个人。",
}
SIGNS = {4: ["death", "self_harm"], 3: ["low", "school"], 2: ["sleep"], 1: ["withdrawn"]}
INTERVIEW = {
    "happened": "“晚上躺着会想要是不在了就好了。”没有想过怎么做。说起妈妈时哭了，手上没有伤。",
    "mood": ["low"],
    "sleep": "poor",
    "thoughts": "thoughts",
    "means": "none",
    "protects": ["parent", "teacher"],
    "next": ["accompanied", "parent_today"],
}
ASKED = "一名学生两周来三次提到“没意思”，家长不愿就医。请中心派人来校会商，或推荐医院门诊。"
DONE = {"seen": "两周来情绪平稳，能按时到校，睡眠好转。", "done": "访谈两次，家长已来校，班主任每日关注。"}


class Board:
    """The flags of one school with their steps, ready to be written."""

    def __init__(self, school: DemoSchool, calendar: SchoolCalendar, now: dt.datetime, ids: Ids) -> None:
        self.school, self.calendar, self.now, self.ids = school, calendar, now, ids
        self.flags: list[RiskFlag] = []
        self.reports: list[FlagReport] = []
        self.steps: list[FlagStep] = []
        self.contacts: list[GuardianContact] = []
        self.requests: list[CenterRequest] = []

    def flag(self, student: Student, by: Membership, severity: int, ago: dt.timedelta, **more: Any) -> RiskFlag:
        known = self.now - ago
        flag = RiskFlag(
            id=self.ids(),
            student=student,
            school=self.school.unit,
            severity=severity,
            source=RiskFlag.Source.BY_HAND,
            raised_by=by,
            known_at=known,
            reported_at=known + dt.timedelta(minutes=2),
            take_by=deadline(severity, known, self.calendar, HAND),
            due_at=deadline(severity, known, self.calendar, MEASURE),
            **more,
        )
        self.flags.append(flag)
        report = FlagReport(id=self.ids(), flag=flag, by=by, text=SAID[severity], signs=SIGNS[severity], known_at=known)
        self.reports.append(report)
        return flag

    def step(self, flag: RiskFlag, kind: str, by: Membership, after: dt.timedelta, words: Any, **more: Any) -> FlagStep:
        at = flag.reported_at + after
        number = sum(one.flag_id == flag.pk for one in self.steps) + 1
        step = FlagStep(
            id=self.ids(),
            flag=flag,
            number=number,
            kind=kind,
            by=by,
            happened_at=at,
            recorded_at=at,
            words=pack(words),
            **more,
        )
        self.steps.append(step)
        return step

    def write(self) -> None:
        RiskFlag.objects.bulk_create(self.flags)
        FlagReport.objects.bulk_create(self.reports)
        GuardianContact.objects.bulk_create(self.contacts)
        CenterRequest.objects.bulk_create(self.requests)
        FlagStep.objects.bulk_create(self.steps)


def add_flags(talks: Talks, students: list[Student]) -> None:
    """Waiting, in hand, asked, watched, proposed, and the worst level with its interview."""
    school = talks.school
    free = [one for one in students if one.pk not in talks.flagged and one.left_on is None][:6]
    if not school.counselor_members or len(free) < 6:
        return
    board = Board(school, talks.calendar, talks.now, talks.ids)
    counselor, second = school.counselor_members[0], (school.counselor_members[1:] + school.leaders)[0]
    hour = dt.timedelta(hours=1)
    _waiting(board, free[0], 1, 20 * hour)
    _in_hand(board, free[1], counselor)
    _asked(board, free[2], counselor)
    _watched(board, free[3], counselor)
    _proposed(board, free[4], counselor, second)
    _waiting(board, free[5], 3, hour)
    board.write()
    talks.flagged |= {one.pk for one in free}


def _teacher(board: Board, student: Student) -> Membership:
    return board.school.teachers[student.class_group_id or 0]


def _waiting(board: Board, student: Student, severity: int, ago: dt.timedelta) -> None:
    flag = board.flag(student, _teacher(board, student), severity, ago)
    flag.call_at = flag.in_hand_by


def _held(board: Board, student: Student, severity: int, by: Membership, **more: Any) -> RiskFlag:
    """In hand three days after the report, with a contact of the first day as its first measure."""
    flag = board.flag(student, _teacher(board, student), severity, dt.timedelta(days=6), assignee=by, **more)
    flag.state = flag.state if flag.state != RiskFlag.State.RAISED else RiskFlag.State.ACKNOWLEDGED
    flag.taken_at, flag.acted_at = flag.reported_at, flag.reported_at + dt.timedelta(minutes=20)
    guardian = Guardian.objects.filter(student=student).first()
    contact = GuardianContact(
        id=board.ids(),
        student=student,
        school=board.school.unit,
        by=by,
        guardian=guardian,
        flag=flag,
        channel="call",
        attitude="cooperative",
        happened_at=flag.acted_at,
        said="已告知情况，晚上会多陪陪孩子，明天来校面谈。",
    )
    board.contacts.append(contact)
    board.step(flag, "contact", by, dt.timedelta(minutes=20), {}, is_measure=True, contact=contact)
    return flag


def _in_hand(board: Board, student: Student, by: Membership) -> None:
    flag = _held(board, student, 4, by)
    at = dt.timedelta(minutes=25)
    board.step(flag, "interview", by, at, INTERVIEW, is_measure=True, severity=4)
    flag.interviewed_at = flag.reported_at + at
    centers = [one for one in centers_above(flag.school) if one.kind_id == "district"]
    if centers and flag.school.code.endswith("000001"):
        _asks_the_center(board, flag, by, centers[0])


def _asks_the_center(board: Board, flag: RiskFlag, by: Membership, center: Unit) -> None:
    asked = CenterRequest(
        id=board.ids(),
        school=flag.school,
        to=center,
        student=flag.student,
        flag=flag,
        severity=flag.severity,
        by=by,
        at=flag.reported_at + dt.timedelta(days=1),
        case="2026-03",
        text=ASKED,
    )
    board.requests.append(asked)
    board.step(flag, "request", by, dt.timedelta(days=1), {}, request=asked)


def _asked(board: Board, student: Student, by: Membership) -> None:
    teacher = _teacher(board, student)
    flag = _held(board, student, 2, by, waits_for=teacher)
    board.step(
        flag, "question", by, dt.timedelta(days=1), {"text": "这两天课间她和谁在一起？请放学前告诉我。"}, to=teacher
    )


def _watched(board: Board, student: Student, by: Membership) -> None:
    until = (board.now + dt.timedelta(days=10)).date()
    flag = _held(board, student, 2, by, state=RiskFlag.State.WATCHED, watch_until=until)
    board.step(flag, "watch", by, dt.timedelta(days=2), {"text": "睡眠好转，观察两周。"}, until=until)


def _proposed(board: Board, student: Student, by: Membership, second: Membership) -> None:
    flag = _held(board, student, 3, by, state=RiskFlag.State.PROPOSED, waits_for=second, outcome="watched")
    at = dt.timedelta(days=1)
    board.step(flag, "interview", by, at, INTERVIEW | {"thoughts": "none"}, is_measure=True, severity=3)
    flag.interviewed_at = flag.reported_at + at
    board.step(flag, "decision", by, dt.timedelta(days=4), DONE, to=second, outcome="watched")
