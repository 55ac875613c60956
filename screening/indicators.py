"""Figures of screenings: how many were reached, whose answers can be trusted, how much attention they ask for, and how
soon somebody acted. Who is asked again counts where levels are told, and nowhere as one more asked."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from schools.figures import Figure, Ratio, Reader, Rows, Scope, Split, Value, Words, declare
from schools.indicators import grades
from screening.access import FEWEST_SHEETS
from screening.center_rounds import SPLIT
from screening.definition import Kind
from screening.models import CenterRound, Response, Round, Slip
from screening.words import ATTENTION
from students.indicators import FLAG_CLASS, flags_due, flags_in_time, flags_new, levels, students
from students.models import RiskFlag


def _of_term(rows: Any, scope: Scope, slip: str = "") -> Rows:
    """Of rounds of the term that have begun, without what stands behind a flag that is kept from whom it is counted
    for; `slip` leads from a row to its slip."""
    path = f"{slip}round__"
    days = {f"{path}opens_on__gte": scope.term.starts, f"{path}opens_on__lte": scope.on}
    found: Rows = rows.filter(scope.schools(f"{path}school"), **days).exclude(**{f"{path}state": Round.State.PLANNED})
    if scope.unseen:
        found = found.exclude(**{f"{slip}flag__in": scope.unseen, f"{slip}flag__isnull": False})
    return found


def asked(scope: Scope) -> Rows:
    """One per student and screening; a slip that was withdrawn asks nobody."""
    return _of_term(Slip.objects.filter(round__after=None, revoked_at=None), scope)


def answered(scope: Scope) -> Rows:
    return asked(scope).filter(finished_at__lt=scope.ends)


def screened(scope: Scope) -> Rows:
    """Students enrolled on the day who have handed in a scale this term. By name this is read by whoever sees the
    student: it tells nothing of a round that asks chosen students only, and nothing of an anonymous one."""
    told = answered(scope).filter(round__is_quiet=False, round__is_anonymous=False)
    scored = told.filter(round__parts__instrument__kind=Kind.SCALE, student=OuterRef("pk"))
    return students(scope).filter(Exists(scored))


def _closed(rows: Any, scope: Scope) -> Rows:
    """Results count once their round is closed. A number that grows while it runs would tell a leader, who reads counts
    only, whose result has just come in."""
    return _of_term(rows.filter(slip__round__state=Round.State.CLOSED), scope, "slip__")


def results(scope: Scope) -> Rows:
    first = Response.objects.scored().filter(slip__round__after=None, slip__revoked_at=None, at__lt=scope.ends)
    return _closed(first, scope)


def valid(scope: Scope) -> Rows:
    return results(scope).filter(is_valid=True)


def with_level(scope: Scope) -> Rows:
    """Valid ones, of those asked again too, and those with an answer that called. Of a survey that asks no scale only
    the latter."""
    counted = Response.objects.with_level().filter(at__lt=scope.ends)
    return _closed(counted.exclude(slip__round__kind=Round.Kind.SECOND), scope)


def _by_attention(_scope: Scope) -> Reader:
    return lambda row: [str(row[0])]


def _attention_words(_scope: Scope) -> Words:
    return lambda code: Value(-int(code), code, str(ATTENTION[int(code)]))


def _of_screenings(rows: Rows) -> Rows:
    return rows.filter(source=RiskFlag.Source.SCREENING)


def _by_center_round(_scope: Scope) -> Reader:
    return lambda row: [str(row[0])] if row[0] else []


def _center_round_words(scope: Scope) -> Words:
    asked = Q(unit__code__in=scope.unit.ancestor_codes) | Q(unit__path__startswith=scope.unit.path)
    titles = {str(pk): title for pk, title in CenterRound.objects.filter(asked).values_list("pk", "title")}
    return lambda code: Value(code, code, titles.get(code, "–"))


def _by_center_round_and_level(_scope: Scope) -> Reader:
    return lambda row: [f"{row[0]}:{row[1]}"] if row[0] else []


def _center_round_level_words(scope: Scope) -> Words:
    titles = _center_round_words(scope)

    def words(code: str) -> Value:
        pk, _colon, level = code.partition(":")
        return Value((pk, -int(level)), code, f"{titles(pk).label} · {ATTENTION[int(level)]}")

    return words


def of_center_rounds(path: str) -> Split:
    """By what a center has set for its schools (`screening.center_rounds`)."""
    label = _("set by a center")
    return Split(SPLIT, label, (path,), _by_center_round, _center_round_words, is_partition=False, is_offered=False)


CENTER_LEVELS = Split(
    SPLIT,
    _("set by a center"),
    ("slip__round__center_round", "attention"),
    _by_center_round_and_level,
    _center_round_level_words,
    is_partition=False,
    is_offered=False,
)
ATTENTION_SPLIT = Split("attention", _("attention"), ("attention",), _by_attention, _attention_words)
SLIPS = _("student-screenings")

declare(
    Figure(
        code="students_screened",
        label=_("Students screened"),
        group="screening",
        unit_of_measure=_("students"),
        records=screened,
        class_path="class_group_id",
        splits=(grades(),),
    ),
    Ratio(
        code="screening_coverage",
        label=_("Coverage of screening"),
        group="screening",
        numerator="students_screened",
        denominator="students",
    ),
    Figure(
        code="screening_asked",
        label=_("Asked in screenings"),
        group="screening",
        unit_of_measure=SLIPS,
        records=asked,
        class_path="class_group_id",
        splits=(of_center_rounds("round__center_round"),),
        is_told_by_school=False,
    ),
    Figure(
        code="screening_answered",
        label=_("Of these handed in"),
        group="screening",
        unit_of_measure=SLIPS,
        records=answered,
        class_path="class_group_id",
        splits=(of_center_rounds("round__center_round"),),
        is_told_by_school=False,
    ),
    Ratio(
        code="screening_answered_share",
        label=_("Share of those asked who handed in"),
        group="screening",
        numerator="screening_answered",
        denominator="screening_asked",
    ),
    # Answers and scores are for counselors; a grade head reads none of these, so they know no class.
    Figure(
        code="screening_results",
        label=_("Results of screenings that are closed"),
        group="screening",
        unit_of_measure=SLIPS,
        records=results,
        splits=(of_center_rounds("slip__round__center_round"),),
        is_told_by_school=False,
    ),
    Figure(
        code="screening_valid",
        label=_("Of these valid"),
        group="screening",
        unit_of_measure=SLIPS,
        records=valid,
        splits=(of_center_rounds("slip__round__center_round"),),
        is_told_by_school=False,
    ),
    Ratio(
        code="screening_valid_share",
        label=_("Share of valid results"),
        group="screening",
        numerator="screening_valid",
        denominator="screening_results",
    ),
    Figure(
        code="screening_levels",
        label=_("Results by attention"),
        group="screening",
        unit_of_measure=SLIPS,
        records=with_level,
        fewest_split=FEWEST_SHEETS,
        splits=(ATTENTION_SPLIT, CENTER_LEVELS),
        is_told_by_school=False,
    ),
    Figure(
        code="screening_flags",
        label=_("New flags from screenings"),
        group="screening",
        unit_of_measure=_("flags"),
        records=lambda scope: _of_screenings(flags_new(scope)),
        class_path=FLAG_CLASS,
        splits=(levels("level", _("level")),),
        is_told_by_school=False,
    ),
    Figure(
        code="screening_flags_due",
        label=_("Of these that needed a first measure by now"),
        group="screening",
        unit_of_measure=_("flags"),
        records=lambda scope: _of_screenings(flags_due(scope)),
        class_path=FLAG_CLASS,
        is_told_by_school=False,
    ),
    Figure(
        code="screening_flags_in_time",
        label=_("Of these with a first measure in time"),
        group="screening",
        unit_of_measure=_("flags"),
        records=lambda scope: _of_screenings(flags_in_time(scope)),
        class_path=FLAG_CLASS,
        is_told_by_school=False,
    ),
    Ratio(
        code="screening_in_time_share",
        label=_("Share of flags from screenings with a first measure in time"),
        group="screening",
        numerator="screening_flags_in_time",
        denominator="screening_flags_due",
    ),
)
