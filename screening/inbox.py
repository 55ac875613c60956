"""What waits for a counselor around screenings: those who must still be talked to, and rounds past their last day."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import Viewer
from schools.common.days import last_moment, midnight
from schools.prepared_for import prepared_for
from schools.work.inbox import Waiting, waits
from screening.access import ASKED_ROLES, STAFF_SURVEYORS, can_hold_rounds
from screening.asking_families import waiting_classes
from screening.center_rounds import rounds_to_take_up
from screening.models import Round, Slip, StaffAsked, StaffSurvey
from screening.progress import keys_of_papers_waiting


@waits
def interviews(viewer: Viewer) -> Iterator[Waiting]:
    """How many flags of a screening wait for an interview, each once as in the list; they call on their own."""
    if not can_hold_rounds(viewer):
        return
    if count := len(_to_interview(viewer)):
        text = ngettext(
            "One student waits for a talk after a screening", "{n} students wait for a talk after a screening", count
        )
        yield Waiting(text=text.format(n=count), url=reverse("screening:interview_list"), count=count)


@prepared_for()
def _to_interview(viewer: Viewer) -> Any:
    waiting = Slip.objects.visible_to(viewer).filter(flag__isnull=False, flag__interviewed_at=None)
    return waiting.exclude(flag__state="closed").order_by().values_list("flag").distinct()


@waits
def families(viewer: Viewer) -> Iterator[Waiting]:
    """For class teachers: how many families have not answered. Not who said what."""
    count = sum(len(one.students) for one in waiting_classes(viewer))
    if count:
        text = ngettext(
            "One family has not answered about a survey", "{n} families have not answered about a survey", count
        )
        yield Waiting(text=text.format(n=count), url=reverse("screening:consent_list"), count=count)


@waits
def later_stages(viewer: Viewer) -> Iterator[Waiting]:
    """Retests and second stages that this counselor sees to, until they are closed."""
    if not can_hold_rounds(viewer):
        return
    for round_ in _in_care(viewer):
        text = (
            _("A second stage is in your care") if round_.kind == Round.Kind.SECOND else _("A retest is in your care")
        )
        due = midnight(round_.closes_on + dt.timedelta(days=1))
        yield Waiting(text=text, url=round_.get_absolute_url(), note=round_.title, due_at=due)


@prepared_for()
def _in_care(viewer: Viewer) -> Any:
    return Round.objects.visible_to(viewer).filter(responsible=viewer.membership).exclude(state=Round.State.CLOSED)


@waits
def papers(viewer: Viewer) -> Iterator[Waiting]:
    """Papers that one person has typed in, or two have read differently."""
    if not can_hold_rounds(viewer):
        return
    if count := len(keys_of_papers_waiting(viewer)):
        text = ngettext("One paper waits for a second reading", "{n} papers wait for a second reading", count)
        yield Waiting(text=text.format(n=count), url=reverse("screening:paper_list"), count=count)


@waits
def over(viewer: Viewer) -> Iterator[Waiting]:
    """Rounds whose last day has passed and that nobody has closed."""
    if not can_hold_rounds(viewer):
        return
    for round_ in _past(viewer):
        if not round_.make_up_until or round_.make_up_until < timezone.localdate():
            yield Waiting(
                text=_("A screening is past its last day: close it"),
                url=round_.get_absolute_url(),
                note=round_.title,
            )


@prepared_for()
def _past(viewer: Viewer) -> Any:
    return Round.objects.visible_to(viewer).filter(state=Round.State.OPEN, closes_on__lt=timezone.localdate())


@waits
def center_rounds(viewer: Viewer) -> Iterator[Waiting]:
    """Screenings that a center has set and this school has not dated and signed."""
    if not can_hold_rounds(viewer):
        return
    for one in rounds_to_take_up(viewer):
        text = _("A screening set by the center waits for your days and your signature")
        yield Waiting(text=text, url=one.take_up_url, note=one.title, due_at=last_moment(one.due_on))


@waits
def staff_surveys(viewer: Viewer) -> Iterator[Waiting]:
    """Surveys that ask this person, and those past their last day that nobody has closed."""
    if viewer.role not in ASKED_ROLES:
        return
    for survey in _open_surveys(viewer):
        is_over = survey.closes_on < timezone.localdate()
        if survey.asks and not is_over:
            due = last_moment(survey.closes_on)
            yield Waiting(text=_("A survey asks you"), url=survey.answer_url, note=survey.title, due_at=due)
        elif is_over and viewer.role in STAFF_SURVEYORS:
            text = _("A staff survey is past its last day: close it")
            yield Waiting(text=text, url=survey.get_absolute_url(), note=survey.title)


@prepared_for()
def _open_surveys(viewer: Viewer) -> Any:
    own = StaffAsked.objects.visible_to(viewer).filter(membership__person=viewer.person.pk, answered_on=None)
    asks = Exists(own.filter(survey=OuterRef("pk")))
    return StaffSurvey.objects.visible_to(viewer).filter(state=StaffSurvey.State.OPEN).annotate(asks=asks)
