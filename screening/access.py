"""Who chooses, makes and brings instruments; who holds rounds and sees what of them. An instrument holds no data of
people: what a unit may use is a query."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Role
from schools.models.visible import rule
from screening.models import (
    AnonymousSheet,
    AnswerCounts,
    CenterRound,
    Consent,
    ConsentLink,
    CriticalAnswer,
    Instrument,
    PaperEntry,
    PlannedTalk,
    ReplacedResult,
    Response,
    Result,
    Round,
    SavedAnswers,
    ScaleResult,
    Slip,
    StaffAsked,
    StaffSheet,
    StaffSurvey,
)
from students.access import kept_from
from students.models import Student

# Who reads the keys: bands and items are not for those who answer or teach.
INSTRUMENT_ROLES = SCHOOL_ROLES | {Role.CENTER_STAFF, Role.SYSTEM_ADMIN}
# Who makes own ones and answers for a licence.
KEEPER_ROLES = frozenset({Role.COUNSELOR, Role.CENTER_STAFF, Role.SYSTEM_ADMIN})


def can_keep_instruments(viewer: Viewer) -> bool:
    """Make and import instruments and texts for the own unit; a center's hold in every school below it."""
    return viewer.role in KEEPER_ROLES


def check_can_keep_instruments(viewer: Viewer) -> None:
    if not can_keep_instruments(viewer):
        raise Refused(_("Only counselors, center staff and administrators make and import instruments."))


def check_can_change(viewer: Viewer, instrument: Instrument) -> None:
    """Raise unless this is the own unit's instrument."""
    check_can_keep_instruments(viewer)
    if instrument.unit_id != viewer.unit.pk:
        raise Refused(_("This instrument belongs to another unit. Make a copy of your own to change it."))


def can_change(viewer: Viewer, instrument: Instrument) -> bool:
    return can_keep_instruments(viewer) and instrument.unit_id == viewer.unit.pk


# --- rounds ---------------------------------------------------------------------------------------------------------

# Who sees that there is a round, and who of their students has answered.
ROUND_ROLES = SCHOOL_ROLES | {Role.CLASS_TEACHER, Role.GRADE_HEAD}
# Answers, scores, slips and consent are the counselor's.
SCREENERS = frozenset({Role.COUNSELOR})
# With fewer, an anonymous round tells nothing.
FEWEST_SHEETS = 5


@rule(Round)
def rounds_of(rounds: Any, viewer: Viewer) -> Any:
    """The school's for counselors and leaders. Class teachers and grade heads see those that ask their classes. Only
    counselors see a later stage: that somebody is asked again or asked more says something about the first answers."""
    here = rounds.filter(school_id=viewer.unit.pk)
    if viewer.role in SCREENERS:
        seen = Slip.objects.visible_to(viewer).filter(round=OuterRef("pk")).order_by()
        return here.filter(Q(after=None) | Exists(seen))
    if viewer.role == Role.SCHOOL_LEADER:
        return here.filter(after=None)
    if viewer.role not in ROUND_ROLES:
        return rounds.none()
    own = Slip.objects.filter(round=OuterRef("pk"), class_group__in=viewer.class_ids).order_by()
    return here.filter(Exists(own), is_quiet=False).exclude(state=Round.State.PLANNED)


@rule(Slip)
def slips_of(slips: Any, viewer: Viewer) -> Any:
    """Who is asked, and whether they have answered; later stages for counselors only. A slip is invisible to
    whoever its flag is kept from: handed in without a result, it would show that something is hidden. So are the later
    stages of that student."""
    here = slips.filter(round__school_id=viewer.unit.pk, student__locked_on=None)
    if viewer.role in SCREENERS:
        kept = Slip.objects.filter(flag__in=kept_from(viewer)).order_by().values("student")
        here = here.exclude(round__in=Round.objects.exclude(after=None).values("pk"), student__in=kept)
        return not_kept(here, viewer, "")
    if viewer.role == Role.SCHOOL_LEADER:
        return not_kept(here.filter(round__after=None), viewer, "")
    if viewer.role not in ROUND_ROLES:
        return slips.none()
    asked = here.filter(class_group__in=viewer.class_ids, round__is_quiet=False)
    return asked.exclude(round__state=Round.State.PLANNED)


@rule(Consent)
def consents_of(consents: Any, viewer: Viewer) -> Any:
    """Who said yes or no is for those who must act on it; a class teacher reads who has not answered the survey."""
    here = consents.filter(student__school_id=viewer.unit.pk, student__locked_on=None)
    return here if viewer.role in SCREENERS else consents.none()


@rule(ConsentLink)
def links_of(links: Any, viewer: Viewer) -> Any:
    """A guardian's link opens a yes or no in that guardian's name: the counselor's to print and to issue anew."""
    return links.filter(round__school_id=viewer.unit.pk) if viewer.role in SCREENERS else links.none()


def slips_to_ask_families_of(viewer: Viewer) -> Any:
    """Of a class teacher's own classes: whose family may have to be asked, also while the round is being prepared.
    Never of a second asking."""
    if viewer.role != Role.CLASS_TEACHER:
        return Slip.objects.none()
    here = Slip.objects.filter(round__school_id=viewer.unit.pk, round__is_quiet=False, class_group__in=viewer.class_ids)
    here = here.exclude(round__state=Round.State.CLOSED)
    return here.filter(student__in=Student.objects.visible_to(viewer).enrolled(), revoked_at=None, finished_at=None)


@rule(SavedAnswers)
def saved_of(saved: Any, viewer: Viewer) -> Any:
    """Nobody reads answers on their way: they are the student's until handed in. What calls is kept apart."""
    return saved.none()


@rule(AnonymousSheet)
def sheets_of(sheets: Any, viewer: Viewer) -> Any:
    """Counted for counselors and leaders, once the round is closed and there are enough: one sheet more or less would
    show whose it is."""
    if viewer.role not in SCHOOL_ROLES:
        return sheets.none()
    closed = Round.objects.filter(school_id=viewer.unit.pk, is_anonymous=True, state=Round.State.CLOSED)
    enough = closed.annotate(count=Count("sheets")).filter(count__gte=FEWEST_SHEETS)
    return sheets.filter(round__in=enough.order_by().values("pk"))


@rule(AnswerCounts)
def counts_of(counts: Any, viewer: Viewer) -> Any:
    """Nobody opens them as they are: `counts_for` takes away what is kept from the viewer."""
    return counts.none()


@rule(PaperEntry)
def papers_of(papers: Any, viewer: Viewer) -> Any:
    return _with_flag_seen(papers, viewer, "slip__")


@rule(CriticalAnswer)
def critical_of(answers: Any, viewer: Viewer) -> Any:
    """Item and answer for the counselor. A leader reads on the flag that there was one."""
    return _with_flag_seen(answers, viewer, "slip__")


@rule(Response)
def responses_of(responses: Any, viewer: Viewer) -> Any:
    return _with_flag_seen(responses, viewer, "slip__")


@rule(Result)
def results_of(results: Any, viewer: Viewer) -> Any:
    return _with_flag_seen(results, viewer, "response__slip__")


@rule(ReplacedResult)
def replaced_results_of(replaced: Any, viewer: Viewer) -> Any:
    return _with_flag_seen(replaced, viewer, "result__response__slip__")


@rule(ScaleResult)
def scales_of_results(scales: Any, viewer: Viewer) -> Any:
    return _with_flag_seen(scales, viewer, "result__response__slip__")


@rule(PlannedTalk)
def planned_talks_of(talks: Any, viewer: Viewer) -> Any:
    """The school's for its counselors; not that of a flag that is kept from one of them."""
    if viewer.role not in SCREENERS:
        return talks.none()
    here = talks.filter(school_id=viewer.unit.pk, flag__student__locked_on=None)
    return here.exclude(flag__in=kept_from(viewer))


def _with_flag_seen(rows: Any, viewer: Viewer, slip: str) -> Any:
    """Of the own school, for counselors. A flag kept from somebody takes the answers behind it along."""
    if viewer.role not in SCREENERS:
        return rows.none()
    here = rows.filter(**{f"{slip}round__school_id": viewer.unit.pk, f"{slip}student__locked_on": None})
    return not_kept(here, viewer, slip)


def not_kept(rows: Any, viewer: Viewer, slip: str) -> Any:
    """Without what stands behind a flag that is kept from the viewer; `slip` leads from a row to its slip."""
    return rows.exclude(**{f"{slip}flag__in": kept_from(viewer), f"{slip}flag__isnull": False})


def check_sees_slip(viewer: Viewer, slip: Slip) -> None:
    if not Slip.objects.visible_to(viewer).filter(pk=slip.pk).exists():
        raise Refused(_("This student is not among those whom you can ask here."))


def can_hold_rounds(viewer: Viewer) -> bool:
    return viewer.role in SCREENERS and viewer.unit.is_school


def check_can_hold_rounds(viewer: Viewer) -> None:
    if not can_hold_rounds(viewer):
        raise Refused(_("Only a counselor of the school holds a screening."))


# --- surveys of the staff ---------------------------------------------------------------------------------------------

# Who asks the staff of the unit, and reads what they answered.
STAFF_SURVEYORS = SCHOOL_ROLES | {Role.CENTER_STAFF}
# Who can be asked.
ASKED_ROLES = STAFF_ROLES | {Role.CENTER_STAFF}


@rule(StaffSurvey)
def staff_surveys_of(surveys: Any, viewer: Viewer) -> Any:
    """The unit's for those who may ask; of everybody else those that ask them, also once closed: who answers a
    moment too late is told so."""
    here = surveys.filter(unit_id=viewer.unit.pk)
    if viewer.role in STAFF_SURVEYORS:
        return here
    if viewer.role not in ASKED_ROLES:
        return surveys.none()
    asks = StaffAsked.objects.filter(membership__person=viewer.person.pk).order_by().values("survey")
    return here.filter(pk__in=asks)


@rule(StaffAsked)
def staff_asked_of(asked: Any, viewer: Viewer) -> Any:
    """Who has answered, for those who ask; everybody else reads the own row."""
    here = asked.filter(survey__unit_id=viewer.unit.pk)
    if viewer.role in STAFF_SURVEYORS:
        return here
    return here.filter(membership__person=viewer.person.pk) if viewer.role in ASKED_ROLES else asked.none()


@rule(StaffSheet)
def staff_sheets_of(sheets: Any, viewer: Viewer) -> Any:
    """For those who ask. Of an anonymous survey once it is closed and there are enough: one sheet more or less would
    show whose it is."""
    if viewer.role not in STAFF_SURVEYORS:
        return sheets.none()
    here = StaffSurvey.objects.filter(unit_id=viewer.unit.pk)
    closed = here.filter(is_anonymous=True, state=StaffSurvey.State.CLOSED)
    enough = closed.annotate(count=Count("sheets")).filter(count__gte=FEWEST_SHEETS)
    named = here.filter(is_anonymous=False)
    return sheets.filter(Q(survey__in=enough.order_by().values("pk")) | Q(survey__in=named.order_by().values("pk")))


def check_can_survey_staff(viewer: Viewer) -> None:
    if viewer.role not in STAFF_SURVEYORS:
        raise Refused(_("Only counselors, leaders and center staff ask the staff of their unit."))


# --- a center's round for its schools ---------------------------------------------------------------------------------


@rule(CenterRound)
def center_rounds_of(rounds: Any, viewer: Viewer) -> Any:
    """A center's own, those of centers below it and of those above it; for counselors those of the centers above their
    school. They name nobody."""
    above = Q(unit__code__in=viewer.unit.ancestor_codes)
    if viewer.role == Role.CENTER_STAFF:
        return rounds.filter(above | Q(unit__path__startswith=viewer.unit.path))
    return rounds.filter(above) if can_hold_rounds(viewer) else rounds.none()


def check_can_set_center_rounds(viewer: Viewer) -> None:
    if viewer.role != Role.CENTER_STAFF:
        raise Refused(_("Only center staff set a screening for their schools."))
