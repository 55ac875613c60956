"""What the pages of the daily report say: the class's page, the heading of a board, the students that are offered."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.daily import Board, Row, class_due, exception_of, joined_on, scheme_of, schemes_above
from reports.known import PERIODS, WORDS, known_of
from reports.models import DailyReport, ReportException, ReportQuestion, ReportVersion
from reports.models.daily import CLASS
from reports.questions import (
    Kind,
    answer_words,
    given_in,
    questions_of,
    questions_told,
    read_texts,
    read_versions,
    says_something,
    sum_words,
    sums_of,
)
from reports.reporting import Completeness, days_to_report, hour_for
from schools.access import Viewer
from schools.models import ClassGroup, Role, Unit
from schools.templatetags.look import day as day_words
from students.models import Student
from students.models.students import StudentQuerySet
from students.queries import is_key, matching

FACES = 6
NOTHING_WORDS = {
    "day": gettext_lazy("Nothing today"),
    "past": gettext_lazy("Nothing on that day"),
    "week": gettext_lazy("Nothing this week"),
    "month": gettext_lazy("Nothing this month"),
}
NO_STUDENT = {
    "day": gettext_lazy("No student today"),
    "past": gettext_lazy("No student on that day"),
    "week": gettext_lazy("No student this week"),
    "month": gettext_lazy("No student this month"),
}
LOOK_BACK = dt.timedelta(days=14)


@dataclass
class ClassPage:
    group: ClassGroup
    day: dt.date
    due: dt.datetime | None
    report: DailyReport | None
    versions: list[ReportVersion]
    known: list[tuple[Any, int]]
    questions: list[ReportQuestion]
    given: dict[int, Any]
    every: str
    missed: list[dt.date]
    on_leave: list[str]  # by name, before it is signed

    @property
    def version(self) -> int:
        return self.report.version if self.report else 0

    @property
    def is_late(self) -> bool:
        """Does a first signature come after the hour?"""
        end = self.due or dt.datetime.max.replace(tzinfo=dt.UTC)
        is_past = self.day < timezone.localdate()
        return self.report is None and (timezone.now() > end or is_past)

    @property
    def is_today(self) -> bool:
        return self.day == timezone.localdate()

    @property
    def has_duty(self) -> bool:
        """Is a report of this day asked for? One can always say that something happened."""
        return self.due is not None

    @property
    def question(self) -> str:
        """The one real question, of the day, week or month that the report is about."""
        if self.every == "week":
            return _("Is there a student who worried you this week?")
        if self.every == "month":
            return _("Is there a student who worried you this month?")
        if self.is_today:
            return _("Is there a student who worries you today?")
        return _("Was there a student who worried you on {day}?").format(day=day_words(self.day))

    @property
    def period(self) -> str:
        """Of which days the talks, flags and changes below are."""
        place = "past" if self.every == "day" and not self.is_today else self.every
        return str(PERIODS.get(place, PERIODS["day"])[1])

    @property
    def nothing(self) -> str:
        """The button of a zero. Beside further questions it speaks of students only."""
        place = self.every if self.every in ("week", "month") else "day" if self.is_today else "past"
        return str((NO_STUDENT if self.questions else NOTHING_WORDS)[place])

    @property
    def says_something(self) -> bool:
        """Was something else answered than no and none?"""
        return bool(self.report and says_something(self.report.counts))


def class_page(viewer: Viewer, group: ClassGroup, day: dt.date) -> ClassPage:
    seen_reports = DailyReport.objects.visible_to(viewer).filter(class_group=group, day=day)
    report = seen_reports.select_related("scheme").first()
    versions: list[ReportVersion] = []
    if report:
        seen = ReportVersion.objects.visible_to(viewer).filter(report=report)
        versions = list(seen.select_related("signed_by__person").order_by("-number"))
    scheme = scheme_of(viewer.unit, viewer.unit.path, day)
    every = report.scheme.every if report and report.scheme else scheme.every if scheme else "day"
    counts = report.counts if report else known_of(group, day, every)
    due = report.due_at if report else class_due(viewer.unit, day)
    exception = None if report else ReportException.objects.filter(class_group=group, day=day).first()
    if due and exception:
        due = hour_for(due, exception.until)
    questions = questions_of(viewer.unit, CLASS, day)
    given: dict[int, Any] = {}
    if report:
        texts = read_versions(viewer, versions)
        given = given_in(questions, report.counts, texts[versions[0]])
        _add_answers(texts, questions)
    told = ("students",) if viewer.role == Role.SUBJECT_TEACHER else tuple(WORDS)
    known = [(word, counts[name]) for name, word in WORDS.items() if name in counts and name in told]
    missed = [one for one in missed_days(viewer, group) if one != day]
    away = counts.get("on_leave") and not report and "on_leave" in told
    on_leave = names_on_leave(viewer, group) if away else []
    return ClassPage(group, day, due, report, versions, known, questions, given, every, missed, on_leave)


def names_on_leave(viewer: Viewer, group: ClassGroup) -> list[str]:
    here = Student.objects.visible_to(viewer).filter(class_group=group, status=Student.Status.ON_LEAVE)
    return list(here.order_by("name").values_list("name", flat=True))


def missed_days(viewer: Viewer, group: ClassGroup) -> list[dt.date]:
    """The days of the last two weeks that nobody has signed: they are filled in one by one, each with its reason."""
    today = timezone.localdate()
    first = today - LOOK_BACK
    joined = joined_on([viewer.unit]).get(viewer.unit.pk)
    if viewer.term is None or joined is None:
        return []
    schemes = schemes_above(viewer.unit)
    days = days_to_report(
        schemes,
        viewer.unit.path,
        CLASS,
        max(first, viewer.term.starts, joined),
        today - dt.timedelta(days=1),
        viewer.calendar,
    )
    signed = DailyReport.objects.filter(class_group=group, day__gte=first).values_list("day", flat=True)
    return sorted(set(days) - set(signed))


def _add_answers(texts: dict[ReportVersion, dict[str, str]], questions: list[ReportQuestion]) -> None:
    """Beside each signature what was answered then."""
    for version, words in texts.items():
        told = [(question.words, answer_words(question, version.counts, words)) for question in questions]
        version.answers = [pair for pair in told if pair[1]]  # type: ignore[attr-defined]


def offered_students(viewer: Viewer, students: StudentQuerySet, chosen: list[str], text: str) -> list[dict[str, Any]]:
    """Chosen ones, those who were searched for without JavaScript, then the key students of the class."""
    picked = set(chosen)
    found = [one for one in students if str(one.pk) in picked] if picked else []
    found += list(matching(students, text, viewer)[:FACES]) if text.strip() else []
    found += list(students.filter(is_key(viewer)).distinct()[:FACES])
    return list({one.pk: {"value": one.pk, "label": one.name, "on": str(one.pk) in picked} for one in found}.values())


def board_words(board: Board, *, is_school: bool) -> str:
    """The fact that matters, as a sentence."""
    counts = board.counts
    if not board.rows:
        return _("Nobody has to report on this day")
    if board.silent:
        return _missing_words(counts, is_school=is_school)
    if counts.awaited:
        if is_school:
            text = _("{received} of {expected} classes have reported; the others have until {hour}")
        else:
            text = _("{received} of {expected} schools have reported; the others have until {hour}")
        hour = f"{timezone.localtime(board.due):%H:%M}" if board.due else ""
        return text.format(received=counts.received, expected=counts.expected, hour=hour)
    n = counts.expected
    if is_school:
        return ngettext("The one class has reported", "All {n} classes have reported", n).format(n=n)
    return ngettext("The one school has reported", "All {n} schools have reported", n).format(n=n)


def _missing_words(counts: Completeness, *, is_school: bool) -> str:
    if is_school:
        text = ngettext(
            "{received} of {expected} classes have reported, {n} is silent",
            "{received} of {expected} classes have reported, {n} are silent",
            counts.missing,
        )
    else:
        text = ngettext(
            "{received} of {expected} schools have reported, {n} is silent",
            "{received} of {expected} schools have reported, {n} are silent",
            counts.missing,
        )
    return text.format(received=counts.received, expected=counts.expected, n=counts.missing)


# --- boards -----------------------------------------------------------------------------------------------------------


def corrected_since(rows: Iterable[Row], own: DailyReport | None) -> list[str]:
    """Who has signed, or corrected, after the own report was signed: it waits for a correction with a number."""
    if own is None:
        return []
    return [row.name for row in rows if row.report and row.report.signed_at > own.signed_at]


@dataclass(frozen=True)
class Sum:
    """What all together answered to a question; inside a school also the words, each with its class."""

    question: ReportQuestion
    told: str
    texts: list[tuple[str, str]]


def sums_on(viewer: Viewer, board: Board) -> list[Sum]:
    """The answers on a board, question by question."""
    signed = [row for row in board.rows if row.report]
    counts = [row.report.counts for row in signed if row.report]
    questions = questions_told(viewer.unit, counts)
    in_words = [question for question in questions if question.kind == Kind.TEXT]
    texts = (
        read_texts(viewer, [row.report for row in signed if row.report]) if in_words and viewer.unit.is_school else {}
    )
    sums = sums_of(counts)
    return [Sum(question, sum_words(question, sums), _texts(question, signed, texts)) for question in questions]


def _texts(question: ReportQuestion, rows: list[Row], texts: dict[Any, dict[str, str]]) -> list[tuple[str, str]]:
    told = [(row.name, texts.get(row.report.pk, {}).get(str(question.pk), "")) for row in rows if row.report]
    return [pair for pair in told if pair[1]]


def near_days(viewer: Viewer, day: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The school days before and after; none after today."""
    later = viewer.calendar.next_school_day(day)
    return viewer.calendar.previous_school_day(day), later if later <= timezone.localdate() else None


# What a unit's report says of what is below it.
UNIT_WORDS = {
    "classes": gettext_lazy("classes or units that had to report"),
    "classes_reported": gettext_lazy("of these reported"),
    "classes_zero": gettext_lazy("of these confirmed zero"),
    "classes_silent": gettext_lazy("of these not signed"),
    "in_classes": gettext_lazy("students reported from below"),
    "in_between": gettext_lazy("students added by grades, colleges or centers"),
    "own": gettext_lazy("students added by the unit itself"),
}


def unit_page(viewer: Viewer, unit: Unit, day: dt.date) -> dict[str, Any]:
    return _signed_page(viewer, unit, "", day)


def part_page(viewer: Viewer, code: str, day: dt.date) -> dict[str, Any]:
    return _signed_page(viewer, viewer.unit, code, day)


def _signed_page(viewer: Viewer, unit: Unit, part: str, day: dt.date) -> dict[str, Any]:
    """The counts that a unit, grade or college signed, with its versions: no names, no notes, no words."""
    seen = DailyReport.objects.visible_to(viewer).filter(unit=unit, class_group=None, part=part, day=day)
    report = seen.select_related("signed_by__person").first()
    versions = list(report.versions.select_related("signed_by__person").order_by("-number")) if report else []
    counts = report.counts if report else {}
    words = UNIT_WORDS | {name: word for name, word in WORDS.items() if name != "open_flags"}
    asked = [(question.words, sum_words(question, counts)) for question in questions_told(viewer.unit, [counts])]
    return {
        "report": report,
        "exception": None if report else exception_of(unit, part, day),
        "versions": versions,
        "facts": [(word, counts[name]) for name, word in words.items() if name in counts] + asked,
    }
