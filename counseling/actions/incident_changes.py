"""A crisis event is corrected, with its first version kept, and opened again with a reason."""

import datetime as dt
import json
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.access import can_lead_incident
from counseling.actions.incidents import Kind, log, mark_figures, open_and_locked, people_to_call, tell, write
from counseling.deadlines import first_dues, rules_for
from counseling.models import EventClass, Incident, IncidentAct, IncidentVersion
from schools.access import Viewer
from schools.common.errors import Refused
from schools.settings_of import setting_of
from students.flag_states import says_something

# What a correction may change, and what an ending had said before the event is opened again.
CORRECTED = ("kind", "happened", "place", "known_at", "condition", "cause")
ENDED = ("outcome", "lessons", "not_reported_because", "closed_at")
TYPED = (Kind.MEASURE, Kind.NOTE, Kind.TOLD, Kind.EXCEPTION)


@transaction.atomic
def correct_incident(*, by: Viewer, incident: Incident, reason: str, **values: Any) -> Incident:
    """Set right, or complete, what stands at its head. How it read before is kept."""
    incident = open_and_locked(by, incident, leads=True)
    changed = [name for name in CORRECTED if _said(values[name]) != _said(getattr(incident, name))]
    if not changed:
        raise Refused(_("Nothing was changed."))
    if values["kind"] not in EventClass.values:
        raise Refused(_("Choose what kind of event it is."), field="kind")
    if not values["happened"].strip():
        raise Refused(_("Write one sentence: what has happened?"), field="happened")
    if not says_something(reason):
        raise Refused(_("Write down why it is corrected."), field="reason")
    _keep_version(by, incident, reason, CORRECTED)
    was, first = incident.known_at, incident.first_known_at
    for name in changed:
        value = values[name]
        setattr(incident, name, value.strip() if isinstance(value, str) else value)
    if "kind" in changed:
        incident.deadlines = rules_for(setting_of(incident.school, "incident_deadlines"), incident.kind)
    first = min(first, incident.known_at)
    incident.oral_by, incident.written_by = first_dues(first, incident.deadlines)
    incident.save(update_fields=[*changed, "deadlines", "oral_by", "written_by"])
    write(by, incident, Kind.CORRECTED, reason)
    mark_figures(incident, was)
    log(by, "incident.corrected", incident, fields=changed)
    return incident


@transaction.atomic
def correct_act(
    *, by: Viewer, incident: Incident, act: IncidentAct, text: str, happened_at: dt.datetime | None = None
) -> IncidentAct:
    """A line was wrong: a later one takes its place, and it stays, struck through."""
    incident = open_and_locked(by, incident)
    act = IncidentAct.objects.select_related("by").get(pk=act.pk, incident=incident)
    if act.kind not in TYPED or not may_correct_act(by, act):
        raise Refused(_("Only who wrote a line, or who leads, corrects it."))
    if act.corrections.exists():
        raise Refused(_("This line was corrected already: correct the later one."))
    if not text.strip():
        raise Refused(_("Write what was done or said."), field="text")
    more = {"code": act.code, "person_id": act.person_id, "corrects": act}
    at = min(happened_at or act.happened_at, timezone.now())
    new = write(by, incident, act.kind, text, happened_at=at, **more)
    log(by, "incident.act", incident, number=new.number, kind=new.kind)
    return new


def may_correct_act(viewer: Viewer, act: IncidentAct) -> bool:
    return can_lead_incident(viewer) or act.by.person_id == viewer.person.pk


@transaction.atomic
def reopen_incident(*, by: Viewer, incident: Incident, reason: str) -> Incident:
    """It goes on, or was closed too early. How it had ended is kept; everybody who was called is told."""
    row = Incident.objects.select_for_update().visible_to(by).filter(pk=incident.pk).first()
    if row is None or not can_lead_incident(by):
        raise Refused(_("Only a counselor or leader of the school can do this."))
    if row.is_open:
        raise Refused(_("It is open already."))
    if not says_something(reason):
        raise Refused(_("Write down why it is opened again."), field="reason")
    number = _keep_version(by, row, reason, ENDED)
    row.closed_at, row.closed_by, row.outcome = None, None, ""
    row.save(update_fields=["closed_at", "closed_by", "outcome"])
    write(by, row, Kind.REOPENED, reason)
    mark_figures(row)
    others = [one for one in people_to_call(row) if one.person_id != by.person.pk]
    tell(row, others, "incident.reopened", f"reopened {number}")
    log(by, "incident.reopened", row)
    return row


def _keep_version(by: Viewer, incident: Incident, reason: str, names: tuple[str, ...]) -> int:
    last = incident.versions.aggregate(last=Max("number"))["last"] or 0
    content = json.dumps({name: _said(getattr(incident, name)) for name in names})
    IncidentVersion.objects.create(
        incident=incident, number=last + 1, by=by.membership, reason=reason.strip(), content=content
    )
    return last + 1


def _said(value: Any) -> str:
    """As it is kept: a moment to the minute, as the form shows it."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return str(value or "").strip()
