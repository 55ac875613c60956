"""Screenings of the first school: one of last month with a few at every level, its second stage and its retest, the one
before it, one that runs and was set by the district, and an anonymous survey."""

import datetime as dt
import json
import random
import uuid
from typing import Any

from django.db.models import prefetch_related_objects

from config.demo import surveys
from config.demo.network import DemoSchool, Ids
from schools.models import ClassGroup, Membership, OnDuty
from screening.forms.rounds import LAST_WORDS
from screening.models import (
    AnonymousSheet,
    CenterRound,
    CenterRoundPart,
    Consent,
    ConsentText,
    CriticalAnswer,
    Instrument,
    PaperEntry,
    PlannedTalk,
    Response,
    Result,
    Round,
    RoundClass,
    RoundInstrument,
    ScaleResult,
    Slip,
)
from screening.outcome import Outcome, outcome_of
from screening.slip_codes import class_code_of, code_of, hash_of
from students.models import RiskFlag, Student

DAY = dt.timedelta(days=1)
# Of a thousand students so many answer like this: the sum of the nine items.
CALM, MILD, MODERATE, HIGH, CRITICAL, GAPS = "calm", "mild", "moderate", "high", "critical", "gaps"
SHARES = [(CALM, 800), (MILD, 140), (MODERATE, 18), (HIGH, 6), (CRITICAL, 3), (GAPS, 8), ("", 25)]
SUMS = {CALM: (0, 4), MILD: (5, 9), MODERATE: (10, 14), HIGH: (15, 21)}
EARLIER = 190  # days ago: the round before
OUTCOMES = ["watched", "unfounded", "supported", "unfounded", "referred"]


class Screening:
    """One round with its rows, written together."""

    def __init__(self, school: DemoSchool, ids: Ids, now: dt.datetime) -> None:
        self.school, self.ids, self.now = school, ids, now
        self.by: Membership = school.counselor_members[0]
        self.dice = random.Random(f"rounds {school.unit.code}")
        self.text = ConsentText.objects.create(
            unit=school.unit,
            version=1,
            body=str(LAST_WORDS["consent"]),
            made_by=self.by,
            made_at=now - (EARLIER + 20) * DAY,
        )
        self.rows: dict[type[Any], list[Any]] = {
            model: []
            for model in (
                RiskFlag,
                Slip,
                Consent,
                CriticalAnswer,
                Response,
                Result,
                ScaleResult,
                PlannedTalk,
                PaperEntry,
            )
        }

    def round(
        self, title: str, first: dt.date, last: dt.date, groups: list[ClassGroup], asked: str = "phq9", **more: Any
    ) -> Round:
        texts = {name: str(LAST_WORDS[name]) for name in ("notice", "where_to_talk", "after_critical")}
        about = {
            "opens_at": dt.time(8),
            "closes_at": dt.time(17),
            "consent_text": self.text,
            "made_by": self.by,
            "made_at": self.now - (self.now.date() - first).days * DAY - 15 * DAY,
        }
        made = Round.objects.create(
            id=self.ids(),
            school=self.school.unit,
            title=title,
            opens_on=first,
            closes_on=last,
            **(about | texts | more),
        )
        RoundInstrument.objects.create(round=made, instrument=Instrument.objects.get(code=asked), position=1)
        classes = [RoundClass(round=made, class_group=group) for group in groups]
        for row in classes:
            row.code_hash = hash_of(class_code_of(row))
        RoundClass.objects.bulk_create(classes)
        prefetch_related_objects([made], "parts__instrument")
        return made

    def slip(self, round_: Round, student: Student, at: dt.datetime | None) -> Slip:
        began = at - dt.timedelta(minutes=4) if at else None
        slip = Slip(
            id=self.ids(), round=round_, student=student, class_group_id=student.class_group_id or 0, started_at=began
        )
        slip.code_hash = hash_of(code_of(slip))
        self.rows[Slip].append(slip)
        return slip

    def consent(self, student: Student, at: dt.datetime, *, is_given: bool = True) -> None:
        row = Consent(
            id=self.ids(),
            student=student,
            text=self.text,
            who="guardian",
            is_given=is_given,
            channel="paper",
            by=self.by,
            at=at,
        )
        self.rows[Consent].append(row)

    def answer(self, slip: Slip, kind: str, at: dt.datetime, answers: dict[str, Any] | None = None) -> Response:
        answers = answers or self.answers(kind)
        found = outcome_of(slip.round, answers, 150)
        response = Response(
            id=self.ids(),
            slip=slip,
            submission=uuid.UUID(int=self.ids().int),
            answers=json.dumps(answers),
            seconds=150,
            at=at,
            attention=found.attention,
            is_valid=found.is_valid,
        )
        slip.finished_at = at
        self.rows[Response].append(response)
        self._score(response, found)
        if kind == CRITICAL:
            called = CriticalAnswer(
                id=self.ids(), slip=slip, instrument=found.parts[0].instrument, item=9, value="1", at=at
            )
            self.rows[CriticalAnswer].append(called)
        return response

    def answers(self, kind: str) -> dict[str, Any]:
        low, high = SUMS.get(kind, (6, 12))
        values = [0] * 8
        for _n in range(self.dice.randint(low, high)):
            values[self.dice.choice([n for n in range(8) if values[n] < 3])] += 1
        asked = [*values, 1 if kind == CRITICAL else 0, self.dice.randint(0, 1)]
        answers: dict[str, Any] = {f"1.{n}": value for n, value in enumerate(asked, start=1)}
        return answers | ({"1.4": None, "1.5": None} if kind == GAPS else {})

    def _score(self, response: Response, found: Outcome) -> None:
        for place, part in enumerate(found.parts):
            result = Result(
                id=self.ids(),
                response=response,
                instrument=part.instrument,
                position=place,
                attention=part.scored.attention,
                is_valid=part.is_valid,
                doubts=list(part.doubts),
            )
            self.rows[Result].append(result)
            self.rows[ScaleResult] += [
                ScaleResult(
                    id=self.ids(),
                    result=result,
                    scale=one.scale,
                    position=number,
                    raw=one.raw,
                    score=one.score,
                    band=one.band,
                    attention=one.attention,
                    is_valid=one.valid,
                )
                for number, one in enumerate(part.scored.scales)
            ]

    def flag(self, slip: Slip, severity: int, at: dt.datetime, **more: Any) -> None:
        flag = RiskFlag(
            id=self.ids(),
            student=slip.student,
            school=self.school.unit,
            severity=severity,
            source=RiskFlag.Source.SCREENING,
            is_critical=severity == 4,
            known_at=at,
            reported_at=at,
            due_at=at + DAY,
            **more,
        )
        slip.flag = flag
        self.rows[RiskFlag].append(flag)

    def write(self) -> None:
        for model, rows in self.rows.items():
            model.objects.bulk_create(rows, batch_size=500)


def add_rounds(school: DemoSchool, students: list[Student], ids: Ids, now: dt.datetime, flagged: set[Any]) -> None:
    if not school.counselor_members:
        return
    made = Screening(school, ids, now)
    flagged |= set(RiskFlag.objects.open().filter(school=school.unit).values_list("student_id", flat=True))
    here = [one for one in students if one.left_on is None]
    kinds = _kinds(made, here)
    before = made.dice.choices(*zip(*SHARES, strict=True), k=len(here))
    _finished(made, here, flagged, EARLIER, [then if now else "" for then, now in zip(before, kinds, strict=True)])
    slips = _finished(made, here, flagged, 30, kinds)
    _later_stages(made, slips)
    _running(made, here, flagged)
    _unnamed(made, here)
    made.write()


def _finished(
    made: Screening, students: list[Student], flagged: set[Any], days_ago: int, kinds: list[str]
) -> list[tuple[Slip, Response]]:
    began = made.now - days_ago * DAY
    closed: dict[str, Any] = {"state": Round.State.CLOSED, "closed_at": began + 10 * DAY}
    round_ = made.round("校园生活问卷", began.date(), (began + 9 * DAY).date(), made.school.classes, **closed)
    handed_in = []
    for number, (student, kind) in enumerate(zip(students, kinds, strict=True)):
        at = began + dt.timedelta(days=number % 5, minutes=20 + number % 200)
        if student.pk in flagged and kind in (MODERATE, HIGH, CRITICAL):
            kind = CALM
        slip = made.slip(round_, student, at if kind else None)
        if kind:
            response = made.answer(slip, kind, at)
            handed_in.append((slip, response))
            if response.attention >= 2:
                _decided(made, slip, response.attention, at, number)
    return handed_in


def _later_stages(made: Screening, handed_in: list[tuple[Slip, Response]]) -> None:
    """A second stage for some of those above the cut-off, and a retest of those whose answers are in doubt; half of
    them have answered."""
    above = [slip for slip, response in handed_in if response.is_valid and response.attention >= 2][:12]
    doubtful = [slip for slip, response in handed_in if not response.is_valid and response.attention < 4]
    first = made.now.date() - 6 * DAY
    for kind, asked, before in ((Round.Kind.SECOND, "gad7", above), (Round.Kind.RETEST, "phq9", doubtful)):
        if not before:
            continue
        groups = [one for one in made.school.classes if one.pk in {slip.class_group_id for slip in before}]
        about: dict[str, Any] = {
            "kind": kind,
            "after": before[0].round,
            "responsible": made.by,
            "is_quiet": True,
            "state": "open",
        }
        round_ = made.round(before[0].round.title, first, first + 14 * DAY, groups, asked, **about)
        for number, old in enumerate(before):
            at = made.now - 3 * DAY + dt.timedelta(minutes=7 * number)
            slip = made.slip(round_, old.student, at if number % 2 else None)
            if number % 2:
                values = {f"1.{n}": made.dice.randint(0, 1) for n in range(1, 8)} if asked == "gad7" else None
                made.answer(slip, CALM, at, values)


def _unnamed(made: Screening, students: list[Student]) -> None:
    """The district's needs survey, without names: who has answered, and apart from it what."""
    groups = made.school.classes[6:12]
    first = made.now.date() - 21 * DAY
    about: dict[str, Any] = {"state": "closed", "closed_at": made.now - 12 * DAY, "is_anonymous": True}
    about["consent_text"] = ConsentText.objects.create(
        unit=made.school.unit,
        version=2,
        purpose=ConsentText.Purpose.SURVEY,
        is_anonymous=True,
        body=str(LAST_WORDS["consent"]),
        made_by=made.by,
        made_at=made.now - 30 * DAY,
    )
    round_ = made.round("你希望学校做些什么", first, first + 7 * DAY, groups, "needs2026", **about)
    asked = [one for one in students if one.class_group_id in {group.pk for group in groups}]
    midnight = made.now.replace(hour=0, minute=0)
    sheets = []
    for number, student in enumerate(asked):
        is_done = number % 12 > 0
        slip = made.slip(round_, student, None)
        if is_done:
            slip.started_at = slip.finished_at = midnight - dt.timedelta(days=20 - number % 5)
            sheets.append(AnonymousSheet(id=made.ids(), round=round_, answers=json.dumps(surveys.wished(made.dice))))
    made.rows[AnonymousSheet] = sheets


def _kinds(made: Screening, students: list[Student]) -> list[str]:
    """How each answers, and consent before the first round: a third of the silent ones said no, and a third nothing."""
    found = made.dice.choices(*zip(*SHARES, strict=True), k=len(students))
    for number, (student, kind) in enumerate(zip(students, found, strict=True)):
        if kind or number % 3 != 1:
            made.consent(student, made.now - (EARLIER + 10) * DAY, is_given=bool(kind) or number % 3 > 0)
    return found


def _decided(made: Screening, slip: Slip, level: int, at: dt.datetime, number: int) -> None:
    talked = at + dt.timedelta(minutes=25)
    made.flag(
        slip,
        level,
        at,
        state=RiskFlag.State.CLOSED,
        assignee=made.by,
        taken_at=at + dt.timedelta(minutes=5),
        acted_at=talked,
        interviewed_at=talked,
        settled_at=at + 6 * DAY,
        closed_by=made.by.person,
        outcome=OUTCOMES[number % len(OUTCOMES)],
        closing_reason="访谈两次，与家长谈过，情绪平稳，班主任继续关注。",
    )


def _running(made: Screening, students: list[Student], flagged: set[Any]) -> None:
    """Of the last six classes; some have answered, one waits for a talk, some papers are missing."""
    groups = made.school.classes[-6:]
    today = made.now.date()
    for weekday in range(7):
        OnDuty.objects.create(unit=made.school.unit, membership=made.by, weekday=weekday)
    center_round = _set_by_district(made, groups)
    about: dict[str, Any] = {"state": Round.State.OPEN, "center_round": center_round}
    round_ = made.round("最近好吗", today - 2 * DAY, today + 7 * DAY, groups, **about)
    asked = [one for one in students if one.class_group_id in {group.pk for group in groups}]
    waits = False
    for number, student in enumerate(asked):
        at = made.now - DAY + dt.timedelta(minutes=number % 300)
        is_done = number % 5 < 3
        slip = made.slip(round_, student, at if number % 5 < 4 else None)
        if not is_done:
            continue
        made.answer(slip, MODERATE if not waits and student.pk not in flagged else CALM, at)
        if not waits and student.pk not in flagged:
            waits = True
            made.flag(slip, 2, at, take_by=at + DAY, call_at=at + 2 * DAY)
            noon = (made.now + DAY).replace(hour=12, minute=10, second=0, microsecond=0)
            talk = PlannedTalk(
                id=made.ids(), flag=slip.flag, school=made.school.unit, at=noon, by=made.by, planned_by=made.by
            )
            made.rows[PlannedTalk].append(talk)
            flagged.add(student.pk)
    _on_paper(made, round_)


def _on_paper(made: Screening, round_: Round) -> None:
    """One student answered on paper: typed in once, it waits for a second reader; two were absent."""
    waiting = [one for one in made.rows[Slip] if one.round is round_ and one.started_at is None]
    for slip in waiting[:3]:
        if slip is not waiting[0]:
            slip.absent_on = made.now.date()
            continue
        values = {f"1.{n}": n % 2 for n in range(1, 9)} | {"1.9": 0, "1.10": 0}
        made.rows[PaperEntry].append(
            PaperEntry(id=made.ids(), slip=slip, number=1, by=made.by, answers=json.dumps(values), at=made.now - DAY)
        )


def _set_by_district(made: Screening, groups: list[ClassGroup]) -> CenterRound | None:
    """What the school's running round goes back to, and one more that waits for its days and its signature."""
    center = made.school.unit.parent
    while center is not None and center.kind.code != "district":
        center = center.parent
    if center is None:
        return None
    by = center.memberships.first()
    today = made.now.date()
    grades = sorted({f"{group.stage}:{group.grade}" for group in groups})
    texts = {"notice": str(LAST_WORDS["notice"]), "consent": str(LAST_WORDS["consent"]), "grades": grades}
    about = {"unit": center, "made_by": by, "made_at": made.now - 20 * DAY, **texts}
    days = {"first_on": today - 10 * DAY, "last_on": today + 20 * DAY, "due_on": today - 3 * DAY}
    later = {"first_on": today + 7 * DAY, "last_on": today + 40 * DAY, "due_on": today + 5 * DAY}
    found = []
    for title, code, when, more in (
        ("最近好吗", "phq9", days, {}),
        ("心理健康教育需求调查", "needs2026", later, {"is_anonymous": True}),
    ):
        one = CenterRound.objects.create(id=made.ids(), title=title, **about, **when, **more)
        CenterRoundPart.objects.create(center_round=one, instrument=Instrument.objects.get(code=code), position=1)
        found.append(one)
    return found[0]
