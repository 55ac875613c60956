"""The lists of crisis events: a school's own, and what was reported to a center."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counseling.models import EventClass, Incident, IncidentPerson, IncidentReport
from schools.access import Viewer
from schools.common.labels import listed
from schools.listing import Choice, Column, Days, List
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


def _is_open(rows: Any, value: str, viewer: Viewer) -> Any:
    return rows.filter(closed_at__isnull=value == "open") if value else rows


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
        Column("kind", gettext_lazy("Event"), lambda row: row.get_kind_display()),
        Column("names", gettext_lazy("People"), lambda row: row.names),
        Column("known", gettext_lazy("Known"), lambda row: moment(row.known_at), sort=("known_at",)),
        Column("state", gettext_lazy("Lead, or how it ended"), _state),
    ),
    filters=(
        Choice(
            "state",
            "closed_at",
            label=gettext_lazy("State"),
            choices=[("open", gettext_lazy("open")), ("closed", gettext_lazy("closed"))],
            chips=True,
            narrow=_is_open,
        ),
        Choice("kind", "kind", label=gettext_lazy("Event"), choices=EventClass.choices),
        Days("known_at", folded=True),
    ),
)


def _answered(rows: Any, value: str, viewer: Viewer) -> Any:
    return rows.filter(acknowledged_at__isnull=value == "waiting") if value else rows


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
        Column("school", gettext_lazy("School"), lambda row: row.school.name, sort=("school__name",)),
        Column("kind", gettext_lazy("Event"), lambda row: row.get_kind_display()),
        Column("form", gettext_lazy("Report"), lambda row: row.get_form_display()),
        Column("at", gettext_lazy("Received"), lambda row: moment(row.at), sort=("at",)),
        Column("acknowledged", gettext_lazy("Acknowledged"), _acknowledged),
    ),
    filters=(
        Choice(
            "state",
            "acknowledged_at",
            label=gettext_lazy("State"),
            choices=[("waiting", gettext_lazy("to acknowledge")), ("done", gettext_lazy("acknowledged"))],
            chips=True,
            narrow=_answered,
        ),
        Days("at", folded=True),
    ),
)
