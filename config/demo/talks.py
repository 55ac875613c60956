"""Two terms and a half of invented talks and flags, denser in some classes than in others."""

import datetime as dt
import random
import uuid
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from config.demo import words
from config.demo.network import DemoSchool, Ids
from config.demo.pupils import Roster
from counseling.models import TalkLog, TalkPart
from schools.calendar import SchoolCalendar, Target, deadline
from schools.models import Membership
from schools.settings_of import DEFAULTS
from students.models import FlagReport, RiskFlag, Student

SHANGHAI = ZoneInfo("Asia/Shanghai")
TARGETS = {int(level): Target(kind, amount) for level, (kind, amount) in DEFAULTS["clock_targets"].items()}
HAND_TARGETS = {int(level): Target(kind, amount) for level, (kind, amount) in DEFAULTS["hand_targets"].items()}
PLACES = ["office", "corridor", "classroom", "playground", "counseling_room"]
KINDS = ["daily"] * 6 + ["support"] * 3 + ["study"] * 2 + ["behavior", "family"]
MOODS = ["calm"] * 5 + ["cheerful"] * 3 + ["low"] * 2 + ["tense", "irritable", "silent"]


@dataclass
class Span:
    """The school days of a term up to today, and how much of the term's talking is done by then (most of it early)."""

    days: list[dt.date]
    share: float


def spans_of(terms: list[tuple[str, dt.date, dt.date]], calendar: SchoolCalendar, today: dt.date) -> list[Span]:
    """The current term so far and the two before it."""
    begun = [(starts, ends) for _code, starts, ends in terms if starts <= today][-3:]
    found = []
    for starts, ends in begun:
        last = min(ends, today - dt.timedelta(days=1))
        days = [starts + dt.timedelta(days=n) for n in range((last - starts).days + 1)]
        days = [day for day in days if calendar.is_school_day(day)]
        found.append(Span(days, min(1.0, (last - starts).days / (ends - starts).days) ** 0.6))
    return [span for span in found if span.days]


@dataclass
class Talks:
    """The rows of one school, ready to be written."""

    school: DemoSchool
    calendar: SchoolCalendar
    now: dt.datetime
    ids: Ids
    rng: random.Random
    talks: list[TalkLog] = field(default_factory=list)
    parts: list[TalkPart] = field(default_factory=list)
    flags: list[RiskFlag] = field(default_factory=list)
    reports: list[FlagReport] = field(default_factory=list)
    flagged: set[uuid.UUID] = field(default_factory=set)

    def write(self) -> None:
        RiskFlag.objects.bulk_create(self.flags, batch_size=1000)
        FlagReport.objects.bulk_create(self.reports, batch_size=1000)
        TalkLog.objects.bulk_create(self.talks, batch_size=2000)
        TalkPart.objects.bulk_create(self.parts, batch_size=1000)


def make_talks(talks: Talks, roster: Roster, spans: list[Span]) -> None:
    """Each class teacher talks with a share of the class each term, key students rather twice."""
    rng = talks.rng
    by_class: dict[int, list[Student]] = {}
    for student in roster.students:
        by_class.setdefault(student.class_group_id or 0, []).append(student)
    for class_id, students in by_class.items():
        zeal = rng.betavariate(4, 2)
        for span in spans:
            for student in students:
                _talk_with(talks, student, students, span, zeal, is_key=student.pk in roster.keys, class_id=class_id)


def _talk_with(
    talks: Talks, student: Student, classmates: list[Student], span: Span, zeal: float, *, is_key: bool, class_id: int
) -> None:
    rng = talks.rng
    if not _was_here(student, span):
        return
    wanted = min(1.0, zeal + 0.25) if is_key else zeal
    times = sum(rng.random() < wanted * span.share for _ in range(2 if is_key else 1))
    for _ in range(times):
        author = _author(rng, talks.school, class_id)
        students = [student]
        if rng.random() < 0.04:
            students += [other for other in rng.sample(classmates, 2) if other.pk != student.pk][:1]
        _add_talk(talks, author, students, rng.choice(span.days), is_key)


def _was_here(student: Student, span: Span) -> bool:
    entered, left = student.entered_on, student.left_on
    return (entered is None or entered <= span.days[-1]) and (left is None or left > span.days[0])


def _author(rng: random.Random, school: DemoSchool, class_id: int) -> Membership:
    roll = rng.random()
    if roll < 0.09 and school.counselor_members:
        return rng.choice(school.counselor_members)
    if roll < 0.13:
        return next((m for m in school.subject_teachers if rng.random() < 0.3), school.subject_teachers[0])
    return school.teachers[class_id]


def _add_talk(talks: Talks, author: Membership, students: list[Student], day: dt.date, is_key: bool) -> None:
    rng = talks.rng
    hour, minute = rng.choice([8, 9, 10, 12, 12, 12, 15, 16]), rng.randrange(0, 60, 5)
    at = dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI)
    by_counselor = author.role == "counselor"
    talk = TalkLog(
        id=talks.ids(),
        submission=talks.ids(),
        school=talks.school.unit,
        author=author.person,
        membership=author,
        happened_at=at,
        minutes=rng.choice([5, 10, 10, 15, 20, 30]),
        place="counseling_room" if by_counselor else rng.choice(PLACES),
        kind="support" if by_counselor else rng.choice(KINDS),
        initiative=rng.choice(["teacher"] * 7 + ["student"] * 2 + ["referred"]),
        is_restricted=by_counselor and rng.random() < 0.3,
        filed_at=at + dt.timedelta(minutes=rng.randrange(5, 300)),
    )
    talks.talks.append(talk)
    for student in students:
        _add_part(talks, talk, student, is_key)


def _add_part(talks: Talks, talk: TalkLog, student: Student, is_key: bool) -> None:
    rng = talks.rng
    theme = rng.choice(THEMES)
    said, view, agreed = rng.choice(words.TALKS[theme])
    second = [rng.choice(THEMES)] if rng.random() < 0.3 else []
    part = TalkPart(
        id=talks.ids(),
        talk=talk,
        student=student,
        class_group_id=student.class_group_id,
        themes=list(dict.fromkeys([theme, *second])),
        mood=rng.choice(MOODS),
        words=said,
        view=view,
        agreed=agreed,
        follow_up_on=talk.happened_at.date() + dt.timedelta(days=rng.choice([7, 14, 21]))
        if rng.random() < 0.06
        else None,
    )
    talks.parts.append(part)
    chance = 0.03 if is_key else 0.004
    if _is_fresh(talks, talk.happened_at):
        chance *= 12  # so that something waits in every inbox
    if rng.random() < chance and student.pk not in talks.flagged:
        _raise_flag(talks, talk, part, student)


def _is_fresh(talks: Talks, at: dt.datetime) -> bool:
    return talks.now - at < dt.timedelta(days=4)


THEMES = [theme for theme, rows in words.TALKS.items() for _ in rows]


def _raise_flag(talks: Talks, talk: TalkLog, part: TalkPart, student: Student) -> None:
    rng = talks.rng
    severity = rng.choices([1, 2, 3, 4], weights=[45, 38, 14, 3])[0]
    talks.flagged.add(student.pk)
    part.severity = severity
    flag = RiskFlag(
        id=talks.ids(),
        student=student,
        school=talks.school.unit,
        severity=severity,
        raised_by=talk.membership,
        known_at=talk.happened_at,
        reported_at=talk.filed_at,
        take_by=deadline(severity, talk.happened_at, talks.calendar, HAND_TARGETS),
        due_at=deadline(severity, talk.happened_at, talks.calendar, TARGETS),
    )
    flag.call_at = flag.in_hand_by
    part.flag, part.view = flag, words.FLAG_REASONS[severity]
    talks.flags.append(flag)
    if talk.is_restricted:
        _say_by_hand(talks, talk, flag)
    _settle(talks, flag)


def _say_by_hand(talks: Talks, talk: TalkLog, flag: RiskFlag) -> None:
    """The flag of a talk for counselors only stands as if it had been raised by hand, for a reason of its own."""
    flag.source, flag.known_at = RiskFlag.Source.BY_HAND, talk.filed_at
    flag.due_at = deadline(flag.severity, flag.known_at, talks.calendar, TARGETS)
    flag.take_by = deadline(flag.severity, flag.known_at, talks.calendar, HAND_TARGETS)
    flag.call_at = flag.in_hand_by
    reason = words.FLAG_REASONS[flag.severity]
    talks.reports.append(FlagReport(id=talks.ids(), flag=flag, by=talk.membership, text=reason, known_at=flag.known_at))


def _settle(talks: Talks, flag: RiskFlag) -> None:
    """Most flags were taken in hand in time and closed within a month; the latest still wait."""
    rng = talks.rng
    handler = rng.choice(talks.school.counselor_members or talks.school.leaders)
    minutes = rng.choice([10, 20, 25]) if flag.severity == 4 else rng.choice([60, 180, 400, 1500, 3000])
    acted = flag.reported_at + dt.timedelta(minutes=minutes)
    if acted > talks.now or _is_fresh(talks, flag.reported_at) and rng.random() < 0.6:
        return
    flag.state, flag.taken_at, flag.acted_at, flag.assignee = RiskFlag.State.ACKNOWLEDGED, acted, acted, handler
    flag.call_at = None
    settled = acted + dt.timedelta(days=rng.randrange(5, 40))
    if flag.student.left_on:  # nobody leaves with an open flag
        settled = min(settled, dt.datetime.combine(flag.student.left_on, dt.time(9, 0), SHANGHAI))
    elif settled > talks.now or rng.random() < 0.08:
        return
    flag.state, flag.settled_at, flag.closed_by = RiskFlag.State.CLOSED, settled, handler.person
    flag.outcome = rng.choice(["unfounded", "supported", "supported", "watched", "watched", "referred"])
    flag.closing_reason = words.CLOSINGS[flag.outcome]
