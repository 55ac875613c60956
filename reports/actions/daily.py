"""What people do with daily reports: sign one for a class or a unit, and correct it."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.access import can_sign_class, can_sign_part, can_sign_unit, classes_to_sign
from reports.daily import (
    Board,
    center_board,
    class_board,
    classes_of,
    counts_of_school,
    due_of,
    part_board,
    receiver,
    scheme_of,
    unit_board,
)
from reports.known import known_of
from reports.models import DailyReport, ReportException, ReportVersion
from reports.models.daily import CLASS, GRADE
from reports.parts import part_of_head
from reports.questions import NOTHING, Answers, going_up, is_answer, questions_of, unanswered
from reports.reporting import hour_for
from schools import audit
from schools.access import Viewer
from schools.common.days import midnight
from schools.common.errors import Refused
from schools.models import ClassGroup, Job, Unit
from schools.tallies import mark
from schools.work.jobs import start_job
from schools.work.notices import pulse
from schools.work.reminders import end_reminders
from students.actions.flags import Following, raise_flag
from students.models import FlagReport, Student

# How soon somebody shall come, and which level the flag of it has.
URGENCY = {"later": 1, "today": 2, "now": 4}


@dataclass(frozen=True)
class Concern:
    """What one person saw of some students."""

    students: Sequence[Student]
    text: str
    urgency: str


@dataclass(frozen=True)
class Signature:
    """What is signed: for which day, over which version, why late, and the answers to further questions."""

    day: dt.date
    over: int = 0
    late_reason: str = ""
    note: str = ""
    answers: Answers = NOTHING


@transaction.atomic
def sign_class(*, by: Viewer, group: ClassGroup, signature: Signature, concern: Concern | None = None) -> DailyReport:
    """Sign for a class: a zero, or students who worry somebody, each of whom becomes a flag in the same transaction."""
    if not can_sign_class(by, group):
        raise Refused(_("Only the class teacher, or who stands in, signs for a class."))
    _check_day(by, signature.day)
    _check_answers(by.unit, CLASS, signature)
    due = due_of(by.unit, CLASS, by.unit.path, signature.day)
    row = {"unit": by.unit, "class_group": group, "day": signature.day}
    students = list(concern.students) if concern else []
    report = _sign(by, row, due, signature, concerns=_named_by_now(row, students), counts={})
    then = Following()
    if concern:
        for student in sorted(students, key=attrgetter("pk")):
            raise_flag(
                by=by,
                student=student,
                severity=URGENCY[concern.urgency],
                known_at=timezone.now(),
                reason=concern.text,
                following=then,
            )
    then.call()
    every = report.scheme.every if report.scheme else "day"
    _put_counts(report, known_of(group, signature.day, every) | dict(signature.answers.counts))
    end_reminders("daily.class", signature.day, done=[by.membership], still=_still_silent(by, signature.day))
    then.note()
    _record(by, report)
    return report


def _named_by_now(row: dict[str, Any], students: list[Student]) -> int:
    """With those whom the report named before; somebody named once more counts once."""
    held = DailyReport.objects.filter(**row).first()
    if held is None or not students:
        return len(students)
    signers = held.versions.order_by().values("signed_by")
    earlier = FlagReport.objects.filter(by__in=signers, known_at__gte=held.first_signed_at, flag__student__in=students)
    again = earlier.order_by().values("flag__student").distinct().count()
    return max(len(students), held.concerns + len(students) - again)


@transaction.atomic
def correct_answers(*, by: Viewer, group: ClassGroup, signature: Signature) -> DailyReport:
    """The students stay as they were signed; the answers to the further questions are set right."""
    if not can_sign_class(by, group):
        raise Refused(_("Only the class teacher, or who stands in, signs for a class."))
    _check_day(by, signature.day)
    _check_answers(by.unit, CLASS, signature)
    row = {"unit": by.unit, "class_group": group, "day": signature.day}
    held = DailyReport.objects.select_for_update().filter(**row).first()
    if held is None:
        raise Refused(_("Nobody has signed for this class yet"))
    kept = {name: number for name, number in held.counts.items() if not is_answer(name)}
    counts = kept | dict(signature.answers.counts)
    report = _sign(by, row, held.due_at, signature, concerns=held.concerns, counts=counts)
    _record(by, report)
    return report


@transaction.atomic
def sign_unit(*, by: Viewer, signature: Signature, own: int = 0) -> DailyReport:
    """Sign for a school or a center: the sums of those below as they stand now, and `own` that none of them knows."""
    if not can_sign_unit(by, by.unit):
        raise Refused(_("Only the school's leader, or the center's staff, signs for it."))
    _check_day(by, signature.day)
    due = due_of(by.unit, by.unit.kind_id, receiver(by.unit.path), signature.day)
    if by.unit.is_school:
        _check_answers(by.unit, "school", signature)
    board = board_of(by.unit, signature.day)
    sums = counts_of_school(board, between_board(by.unit, signature.day))
    counts = going_up(by.unit, sums) | {"own": own} | dict(signature.answers.counts)
    row = {"unit": by.unit, "class_group": None, "part": "", "day": signature.day}
    concerns = board.concerns + sums["in_between"] + own
    report = _sign(by, row, due, signature, concerns=concerns, counts=counts)
    end_reminders("daily.unit", signature.day, units=[by.unit])
    mark(by.unit.pk)
    _record(by, report)
    return report


@transaction.atomic
def sign_part(*, by: Viewer, signature: Signature, own: int = 0) -> DailyReport:
    """Sign for a grade, or a college: the sums of its classes as they stand now, and `own` that none of them knows."""
    if not can_sign_part(by):
        raise Refused(_("Only the head of a grade or college signs for it."))
    _check_day(by, signature.day)
    due = due_of(by.unit, GRADE, by.unit.path, signature.day)
    if due is None:
        raise Refused(_("Nobody has to report on this day"))
    board = class_board(by.unit, signature.day, classes=by.class_groups)
    counts = counts_of_school(board, Board(signature.day, None, [])) | {"own": own}
    part = part_of_head(by.membership)
    row = {"unit": by.unit, "class_group": None, "part": part, "day": signature.day}
    report = _sign(by, row, due, signature, concerns=board.concerns + own, counts=counts)
    end_reminders("daily.grade", signature.day, done=[by.membership])
    _record(by, report)
    return report


@transaction.atomic
def start_board_pdf(*, by: Viewer, day: dt.date) -> Job:
    """The board of a day on paper: states, numbers and who signed, nobody's name of a student."""
    params = {"day": day.isoformat(), "language": get_language() or "zh-hans"}
    job = start_job(by=by, kind="daily_board", params=params)
    audit.record(by=by, verb="daily_board.printed", about=job, details={"day": day.isoformat()})
    return job


def board_of(unit: Unit, day: dt.date) -> Board:
    return class_board(unit, day) if unit.is_school else unit_board(unit, day)


def between_board(unit: Unit, day: dt.date) -> Board:
    """Who signs between those of the board and the unit: the grades of a school, the centers right below a center."""
    return part_board(unit, day, classes_of(unit)) if unit.is_school else center_board(unit, day)


def _check_day(by: Viewer, day: dt.date) -> None:
    """One day at a time: today, or a day of this term that was left out."""
    if day > timezone.localdate():
        raise Refused(_("Nobody signs for a day that is still to come."))
    if by.term is None or not by.term.starts <= day <= by.term.ends:
        raise Refused(_("This day is not in the current term."))


def _check_answers(unit: Unit, asks: str, signature: Signature) -> None:
    """An answer that must be given by hand is never a no by default."""
    left = unanswered(questions_of(unit, asks, signature.day), signature.answers)
    if left:
        text = _("Please answer: {question}").format(question=left[0].words)
        raise Refused(text, field=f"q{left[0].pk}")


def _sign(
    by: Viewer,
    row: dict[str, Any],
    due: dt.datetime | None,
    signature: Signature,
    *,
    concerns: int,
    counts: dict[str, Any],
) -> DailyReport:
    """The first signature, or one over the version that the person had before them."""
    now = timezone.now()
    state = DailyReport.State.REPORTED if concerns else DailyReport.State.ZERO
    signed = {"state": state, "concerns": concerns, "counts": counts, "signed_at": now, "signed_by": by.membership}
    found = DailyReport.objects.select_for_update().filter(**row).first()
    if found is None and not signature.over:
        found = _first(row, signed, due or _end_of(signature.day), signature, now)
    elif found is None or found.version != signature.over:
        raise Refused(_("Somebody else has signed in the meantime. Look at what they wrote before you change it."))
    else:
        for name, value in (signed | {"version": found.version + 1}).items():
            setattr(found, name, value)
        found.save(update_fields=[*signed, "version"])
    texts = json.dumps(dict(signature.answers.texts), ensure_ascii=False) if signature.answers.texts else ""
    ReportVersion.objects.create(report=found, number=found.version, note=signature.note.strip(), texts=texts, **signed)
    return found


def _first(
    row: dict[str, Any], signed: dict[str, Any], due: dt.datetime, signature: Signature, now: dt.datetime
) -> DailyReport:
    exception = ReportException.objects.filter(**{"part": ""} | row).first()
    due = hour_for(due, exception.until if exception else None)
    if now > due and signature.late_reason not in DailyReport.LateReason.values:
        raise Refused(_("It is past the hour. Say in one word why, then sign."), field="late_reason")
    late = signature.late_reason if now > due else ""
    try:
        with transaction.atomic():
            return DailyReport.objects.create(
                **row, **signed, scheme_id=_rule(row), due_at=due, first_signed_at=now, late_reason=late
            )
    except IntegrityError:
        raise Refused(
            _("Somebody else has signed in the meantime. Look at what they wrote before you change it.")
        ) from None


def _rule(row: dict[str, Any]) -> int | None:
    """The rule that a report is made under: of a class or grade that of its school, of a unit that of the one above."""
    unit = row["unit"]
    is_own = row["class_group"] is None and not row.get("part")
    scheme = scheme_of(unit, receiver(unit.path) if is_own else unit.path, row["day"])
    return scheme.pk if scheme else None


def _end_of(day: dt.date) -> dt.datetime:
    """A report that nobody had to make is in time on its own day."""
    return midnight(day + dt.timedelta(days=1))


def _put_counts(report: DailyReport, counts: dict[str, int]) -> None:
    report.counts = counts
    report.save(update_fields=["counts"])
    report.versions.filter(number=report.version).update(counts=counts)


def _still_silent(by: Viewer, day: dt.date) -> bool:
    """Has this person another class that waits?"""
    groups = [group.pk for group in classes_to_sign(by)]
    return DailyReport.objects.filter(class_group__in=groups, day=day).count() < len(groups)


def _record(by: Viewer, report: DailyReport) -> None:
    above = by.unit.parent_id if report.class_group_id is None and not report.part else None
    pulse({by.unit.pk} | ({above} if above else set()))
    details = {
        "day": report.day.isoformat(),
        "state": report.state,
        "concerns": report.concerns,
        "version": report.version,
        "late": report.is_late,
    }
    audit.record(by=by, verb="daily.signed", about=report, details=details)
