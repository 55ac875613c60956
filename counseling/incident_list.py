"""The lists of crisis events: a school's own, and what was reported to a center."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counseling.models import EventClass, Incident, IncidentPerson, IncidentReport
from schools.access import Viewer
from schools.common.labels import listed
from schools.listing import Choice, Column, Days, List, Stages
from schools.templatetags.look import moment


def _dressed(rows: list[Any], viewer: Viewer) -> None:
    """The names of those people of each whom this viewer sees: one query for all."""
    names: dict[Any, list[str]] = {}
    seen = IncidentPerson.objects.visible_to(viewer).filter(incident__in=[row.pk for row in rows])
    for person in seen.select_related("student"):
        names.setdefault(person.incident_id, []).append(person.name)
    for row in rows:
        row.names = listed(names.get(row.pk, []))


def _state(incident: Incident) -> str:
    if incident.closed_at:
        return str(incident.get_outcome_display())
    return incident.lead.person.name if incident.lead else _("nobody leads yet")


INCIDENTS = List(
    name="incident_list",
    title=gettext_lazy("Crisis events"),
    nothing=(
        gettext_lazy("No crisis event"),
        gettext_lazy("If something happens: one tap, one sentence, and everybody is called."),
    ),
    icon="exclamation-triangle",
    order=("-known_at",),
    link="counseling:incident_detail",
    dress=_dressed,
    columns=(
        Column("kind", gettext_lazy("Event")),
        Column("names", gettext_lazy("People")),
        Column("known_at", gettext_lazy("Known"), show=moment, sort="known_at"),
        Column("state", gettext_lazy("Lead, or how it ended"), _state),
    ),
    filters=(
        Stages(
            ("open", gettext_lazy("open"), "closed_at"),
            ("closed", gettext_lazy("closed"), ""),
            label=gettext_lazy("State"),
        ),
        Choice("kind", "kind", label=gettext_lazy("Event"), choices=EventClass.choices),
        Days("known_at", folded=True),
    ),
)


def _acknowledged(report: IncidentReport) -> str:
    return moment(report.acknowledged_at) if report.acknowledged_at else _("waits for you")


REPORTS = List(
    name="incident_report_list",
    title=gettext_lazy("Crisis reports"),
    nothing=(
        gettext_lazy("No school has reported a crisis event"),
        gettext_lazy("When one does, you are called, and the report stands here until you acknowledge it."),
    ),
    icon="exclamation-triangle",
    order=("-at",),
    link="counseling:incident_report_detail",
    columns=(
        Column("school__name", gettext_lazy("School"), sort="school__name"),
        Column("kind", gettext_lazy("Event")),
        Column("form", gettext_lazy("Report")),
        Column("at", gettext_lazy("Received"), show=moment, sort="at"),
        Column("acknowledged", gettext_lazy("Acknowledged"), _acknowledged),
    ),
    filters=(
        Stages(
            ("waiting", gettext_lazy("to acknowledge"), "acknowledged_at"),
            ("done", gettext_lazy("acknowledged"), ""),
            label=gettext_lazy("State"),
        ),
        Days("at", folded=True),
    ),
)
