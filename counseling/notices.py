"""What notices about incidents say, the kind of event to those who may open it; and the reminder of talks."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from counseling.models import Incident, IncidentPerson, IncidentReport
from schools.access import Viewer
from schools.models import Notice
from schools.work.notices import Kind, declare
from students.notices import school_lines


def incident_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """Kind of event and the students whom this viewer sees. Where it leads names it: notices hang on its flag."""
    keys = {notice.pk: notice.url.rstrip("/").rsplit("/", 1)[-1] for notice in notices}
    seen = {str(one.pk): one for one in Incident.objects.visible_to(viewer).filter(pk__in=set(keys.values()))}
    people = IncidentPerson.objects.visible_to(viewer).filter(incident__in=list(seen.values()))
    names: dict[str, list[str]] = {}
    for person in people.select_related("student"):
        names.setdefault(str(person.incident_id), []).append(person.name)
    return {
        pk: " · ".join([str(seen[key].get_kind_display()), *names.get(key, [])]) if key in seen else ""
        for pk, key in keys.items()
    }


def report_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """For the unit above: which school, what kind of event."""
    ids = {notice.subject_id for notice in notices}
    seen = IncidentReport.objects.visible_to(viewer).filter(pk__in=ids).select_related("school")
    lines = {one.pk: f"{one.school.name} · {one.get_kind_display()}" for one in seen}
    return {notice.pk: lines.get(notice.subject_id, "") for notice in notices}


declare(
    Kind("incident.started", _("Crisis event: come, or call at once"), incident_lines),
    Kind("incident.reopened", _("A crisis event was opened again"), incident_lines),
    Kind("incident.passed_acknowledged", _("The unit above has acknowledged what you passed on"), report_lines),
    Kind("incident.report_due", _("A crisis event must be reported up"), incident_lines),
    Kind("incident.reported", _("A school reports a crisis event"), report_lines),
    Kind("incident.kept", _("A crisis event was kept from somebody of the staff: the log says by whom"), school_lines),
    Kind("talks.due", _("The day comes by which every student is talked to: some still wait")),
    Kind("talks.reminded", _("You are asked to go on with this term's talks: students of your class still wait")),
    Kind("incident.acknowledged", _("The center has acknowledged your report"), incident_lines),
)
