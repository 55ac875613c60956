"""How far a round is: who has answered, by class, in a fixed number of queries."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from schools.access import Viewer
from schools.models import ClassGroup
from schools.prepared_for import prepared_for
from screening.access import SCREENERS
from screening.consent_rules import Standing
from screening.consents import family_standings
from screening.models import PaperEntry, Response, Round, Slip
from students.models import Student

# For the counselor, in the order of the page; everybody else learns only who has answered and who has not.
DONE, INVALID, BEGUN, WAITING, AWAY = "done", "bad", "half", "open", "away"
REFUSED, NO_CONSENT, GONE = "no", "wait", "gone"
ORDER = [DONE, INVALID, BEGUN, WAITING, AWAY, REFUSED, NO_CONSENT, GONE]


@dataclass(frozen=True)
class ClassProgress:
    group: ClassGroup
    states: list[str]  # one for each student

    @property
    def handed_in(self) -> int:
        return sum(state in (DONE, INVALID) for state in self.states)

    @property
    def total(self) -> int:
        return len(self.states)


def slips_seen(viewer: Viewer, round_: Round) -> list[Slip]:
    """In the order of classes and numbers, as papers lie in a pile. A slip that was withdrawn is only the counselor's
    concern."""
    rows = Slip.objects.visible_to(viewer).filter(round=round_)
    if viewer.role not in SCREENERS:
        rows = rows.filter(revoked_at=None)
    return list(
        rows.select_related("round", "student", "class_group").order_by(
            "class_group__stage",
            "-class_group__entry_year",
            "class_group__prefix",
            "class_group__number",
            "student__student_number",
            "pk",
        )
    )


def states_of(viewer: Viewer, round_: Round, slips: Iterable[Slip]) -> dict[Any, str]:
    """Where each slip stands, as far as this viewer may know it."""
    rows = list(slips)
    if viewer.role not in SCREENERS:
        return {one.pk: DONE if one.finished_at else WAITING for one in rows}
    invalid = set(Response.objects.filter(slip__round=round_, is_valid=False).values_list("slip_id", flat=True))
    waiting = [one for one in rows if one.finished_at is None]
    consent = family_standings(waiting, timezone.localdate())
    return {one.pk: _state(one, one.pk in invalid, consent.get(one.pk)) for one in rows}


def _state(slip: Slip, is_invalid: bool, consent: Standing | None) -> str:
    if slip.finished_at is not None:
        return INVALID if is_invalid else DONE
    if slip.revoked_at is not None:
        return GONE
    if consent == Standing.REFUSED:
        return REFUSED
    if slip.started_at is not None:
        return BEGUN
    if consent != Standing.GIVEN:
        return NO_CONSENT
    return AWAY if slip.absent_on else WAITING


def results_of(viewer: Viewer, slips: Iterable[Slip]) -> dict[Any, Any]:
    """The result of each slip that the viewer may open."""
    return dict(Response.objects.visible_to(viewer).filter(slip__in=list(slips)).values_list("slip_id", "pk"))


def by_class(viewer: Viewer, round_: Round, slips: list[Slip]) -> list[ClassProgress]:
    states = states_of(viewer, round_, slips)
    groups: dict[int, ClassGroup] = {}
    found: dict[int, list[str]] = {}
    for slip in slips:
        group = groups.setdefault(slip.class_group_id, slip.class_group)
        group.school = round_.school
        found.setdefault(slip.class_group_id, []).append(states[slip.pk])
    return [ClassProgress(groups[pk], sorted(rows, key=ORDER.index)) for pk, rows in found.items()]


def totals(rows: Iterable[ClassProgress]) -> Counter[str]:
    return Counter(state for row in rows for state in row.states)


@dataclass(frozen=True)
class ToInterview:
    """Somebody whose result asks for a talk, while the flag behind it is open and no interview is recorded."""

    response: Response | None
    slip: Slip
    severity: int
    label: str


def to_interview(viewer: Viewer, round_: Round) -> list[ToInterview]:
    """By urgency; also those whose answer called and who have not handed in; not whose flag is kept from the reader."""
    rows = Slip.objects.visible_to(viewer).filter(round=round_, flag__isnull=False)
    waiting = rows.exclude(flag__state="closed").filter(flag__interviewed_at=None)
    slips = list(waiting.select_related("student", "class_group", "flag").order_by("-flag__severity", "flag__known_at"))
    kept = Response.objects.visible_to(viewer).filter(slip__in=slips)
    responses = {one.slip_id: one for one in kept}
    for slip in slips:
        slip.class_group.school = round_.school
    return [
        ToInterview(responses.get(one.pk), one, one.flag.severity, viewer.scheme.label(one.flag.severity))
        for one in slips
        if one.flag
    ]


def papers_waiting(viewer: Viewer) -> list[Slip]:
    """Slips whose paper was typed in and not handed in yet: a second reading or a decision is missing."""
    slips = _with_papers(viewer)
    for slip in slips:
        slip.class_group.school = viewer.unit
    return slips


@prepared_for()
def keys_of_papers_waiting(viewer: Viewer) -> Any:
    """For the workbench, which counts them."""
    return _typed_in(viewer).order_by().values_list("pk")


def _typed_in(viewer: Viewer) -> Any:
    read = PaperEntry.objects.visible_to(viewer).filter(slip__finished_at=None, slip__revoked_at=None)
    return Slip.objects.visible_to(viewer).filter(pk__in=read.order_by().values("slip"))


@prepared_for()
def _with_papers(viewer: Viewer) -> Any:
    rows = _typed_in(viewer).annotate(readings=Count("papers")).select_related("round", "student", "class_group")
    return rows.order_by("round", "class_group", "student__student_number")


def still_to_ask(viewer: Viewer, round_: Round, responses: Any, kind: str) -> Any:
    """Who gave these responses and has neither answered a later stage of this kind nor can still."""
    later = Slip.objects.filter(round__after=round_, round__kind=kind).order_by()
    known = (later.still_asked() | later.exclude(finished_at=None)).values("student")
    asked = Student.objects.visible_to(viewer).enrolled().filter(pk__in=responses.order_by().values("slip__student"))
    return asked.exclude(pk__in=known)
