"""The hand-overs of a school as a list: what waits for its people, what it has sent, what is done."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.listing import Choice, Column, List, Search
from schools.templatetags.look import moment
from students.models import HandOver

RELATED = ("student", "school", "to_school", "by__person", "to__person")
WAYS = (("in", gettext_lazy("From another school")), ("out", gettext_lazy("To another school")))


def hand_overs_of(viewer: Viewer) -> Any:
    return HandOver.objects.visible_to(viewer).select_related(*RELATED)


def other_school(offer: HandOver, viewer: Viewer) -> str:
    """From or to which school, as this viewer looks at it."""
    if offer.school_id != viewer.unit.pk:
        return offer.school.name
    return offer.to_school.name if offer.to_school else offer.outside


def _found(rows: QuerySet[Any], text: str, _viewer: Viewer) -> QuerySet[Any]:
    for word in text[:60].split()[:6]:
        rows = rows.filter(Q(student__name__contains=word) | Q(student__search_keys__contains=word.lower()))
    return rows


def _of_way(rows: QuerySet[Any], way: str, viewer: Viewer) -> QuerySet[Any]:
    if way == "in":
        return rows.exclude(school_id=viewer.unit.pk)
    return rows.filter(school_id=viewer.unit.pk) if way else rows


def _dressed(rows: list[Any], viewer: Viewer) -> None:
    for offer in rows:
        came = offer.school_id != viewer.unit.pk
        offer.way = _("from {school}") if came else _("to {school}")
        offer.way = offer.way.format(school=other_school(offer, viewer))


HAND_OVERS = List(
    name="hand_over_list",
    title=gettext_lazy("Hand-overs"),
    icon="arrows-right-left",
    nothing=(
        gettext_lazy("No hand-overs yet"),
        gettext_lazy("A student who moves is handed over from their page, under “Class, leave, leaving”."),
    ),
    order=("-offered_at",),
    dress=_dressed,
    columns=(
        Column("student", gettext_lazy("Student"), lambda offer: offer.student.name),
        Column("way", gettext_lazy("From or to"), lambda offer: offer.way),
        Column("by", gettext_lazy("Offered by"), lambda offer: offer.by.person.name),
        Column("to", gettext_lazy("Named person"), lambda offer: offer.to.person.name),
        Column("offered_at", gettext_lazy("When"), lambda offer: moment(offer.offered_at), sort="offered_at"),
        Column("state", gettext_lazy("State"), lambda offer: str(offer.get_state_display())),
    ),
    filters=(
        Search(label=gettext_lazy("Student"), matches=_found),
        Choice("way", label=gettext_lazy("From or to"), choices=WAYS, narrow=_of_way, chips=True),
        Choice("state", label=gettext_lazy("State"), choices=HandOver.State.choices),
    ),
    link="students:hand_over_detail",
)
