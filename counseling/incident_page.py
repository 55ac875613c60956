"""What the page of a crisis event shows, as this viewer may read it."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counseling.access import can_keep_incident, can_lead_incident
from counseling.actions.incident_changes import TYPED, may_correct_act
from counseling.actions.incident_reports import dues_of
from counseling.actions.incidents import people_to_call
from counseling.deadlines import Due
from counseling.first_minutes import LINES, lines_for
from counseling.models import (
    EventClass,
    Incident,
    IncidentAct,
    IncidentPerson,
    IncidentReport,
    IncidentVersion,
    SafetyPlan,
)
from schools.access import SCHOOL_ROLES, Viewer, reason_to_see
from schools.common.labels import told
from schools.models import Membership
from schools.on_duty import on_duty
from schools.templatetags.look import moment
from students.access import CARING_ROLES
from students.clocks import Hand
from students.flag_page import Call, calls_of
from students.models import KeptFrom, RegistryEntry

EMERGENCY = (("120", gettext_lazy("ambulance")), ("110", gettext_lazy("police")), ("119", gettext_lazy("fire brigade")))
FIRST = 3  # of those who were called, shown before all others
# Who is told of an event, as the usual form asks for it.
FORM_ROWS = [row for row in IncidentAct.Whom.choices if row[0] in ("guardian", "hospital", "police", "center")]
LABELS = {
    "kind": gettext_lazy("Event"),
    "happened": gettext_lazy("What happened"),
    "place": gettext_lazy("Where"),
    "known_at": gettext_lazy("Known"),
    "condition": gettext_lazy("Injuries and condition"),
    "cause": gettext_lazy("First judgement of the cause"),
    "outcome": gettext_lazy("How it ended"),
    "lessons": gettext_lazy("What was learned"),
    "not_reported_because": gettext_lazy("Not reported up:"),
    "closed_at": gettext_lazy("Closed"),
}
FORMS = dict(IncidentReport.Form.choices)


@dataclass(frozen=True)
class Tick:
    """One line of the first ten minutes."""

    code: str
    text: Any
    act: IncidentAct | None


def page_of(viewer: Viewer, incident: Incident, *, shows_numbers: bool = False) -> dict[str, Any]:
    now = timezone.now()
    acts = acts_of(viewer, incident)
    staff = called(viewer, incident)
    people = list(
        IncidentPerson.objects.visible_to(viewer)
        .filter(incident=incident)
        .select_related("student__class_group__school", "flag")
    )
    ticked = {act.code: act for act in acts if act.kind == IncidentAct.Kind.TICK}
    _add_plans(viewer, people)
    leads = can_lead_incident(viewer)
    owed = dues_of(incident) if leads else []
    return {
        "incident": incident,
        "people": people,
        "ticks": [Tick(code, text, ticked.get(code)) for code, text in lines_for(incident.kind)],
        "left": sum(code not in ticked for code, _text in lines_for(incident.kind)),
        "acts": acts[::-1],
        "clocks": clocks_of(incident),
        "dues": [dress_due(due, now) for due in owed],
        "reports": list(
            IncidentReport.objects.visible_to(viewer)
            .filter(incident=incident)
            .select_related("to", "by__person", "acknowledged_by__person")
        ),
        "versions": versions_of(viewer, incident),
        "may_reopen": leads and not incident.is_open,
        "may_lead": leads and incident.is_open,
        "may_keep": can_keep_incident(viewer, incident) and not any(person.flag_id for person in people),
        "is_lead": incident.lead_id == viewer.membership.pk,
        "called": staff[:FIRST],
        "also_called": staff[FIRST:],
        "emergency": EMERGENCY,
        "may_show_numbers": viewer.role in CARING_ROLES,
        "shows_numbers": shows_numbers,
        "family": family(people, shows_numbers) if shows_numbers and viewer.role in CARING_ROLES else [],
        "why": reason_to_see(viewer),
    }


def _add_plans(viewer: Viewer, people: list[Any]) -> None:
    """Beside each person the newest safety plan, and the plan of the registry, as far as this viewer reads them."""
    plans: dict[UUID, SafetyPlan] = {}
    for plan in SafetyPlan.objects.visible_to(viewer).filter(person__in=people).order_by("number"):
        plans[plan.person_id] = plan
    students = [person.student_id for person in people if person.student_id]
    seen = RegistryEntry.objects.visible_to(viewer).open().filter(student__in=students)
    entries = {entry.student_id: entry for entry in seen}
    for person in people:
        person.plan = plans.get(person.pk)
        person.entry = entries.get(person.student_id) if person.student_id else None


def called(viewer: Viewer, incident: Incident) -> list[Membership]:
    """The staff who were called, with their numbers to tap: who leads, a counselor on duty, a leader; not oneself."""
    today = {one.pk for one in on_duty(incident.school, timezone.localdate())}
    found = {one.person_id: one for one in reversed(people_to_call(incident)) if one.person_id != viewer.person.pk}
    ranked = sorted(found.values(), key=lambda one: (one.pk != incident.lead_id, one.pk not in today, one.pk))
    firsts = {one.role: one for one in reversed(ranked) if one.role in SCHOOL_ROLES}.values()
    return sorted(ranked, key=lambda one: (one.pk != incident.lead_id, one not in firsts, ranked.index(one)))


def family(people: list[IncidentPerson], shows_numbers: bool) -> list[Call]:
    """Class teachers and guardians of those people who have a flag; nobody who must not be called."""
    flags = [person.flag for person in people if person.flag]
    kept: dict[Any, set[Any]] = {flag.pk: set() for flag in flags}
    for flag_id, person_id in KeptFrom.objects.filter(flag__in=flags).values_list("flag_id", "person_id"):
        kept[flag_id].add(person_id)
    return [call for flag in flags for call in calls_of(flag, shows_numbers, kept[flag.pk])]


def acts_of(viewer: Viewer, incident: Incident) -> list[Any]:
    """In their order, with what stands beside the words."""
    seen = IncidentAct.objects.visible_to(viewer).filter(incident=incident)
    acts: list[Any] = list(seen.select_related("by__person", "person__student", "corrects"))
    struck = {act.corrects_id for act in acts}
    for act in acts:
        act.what = what(act)
        act.is_corrected = act.pk in struck
        may = act.kind in TYPED and may_correct_act(viewer, act)
        act.may_correct = incident.is_open and may and act.pk not in struck
    return acts


def what(act: IncidentAct) -> str:
    """The line in words: which tick, who was told, which report."""
    if act.kind == IncidentAct.Kind.TICK:
        return str(LINES.get(act.code, act.code))
    kind = str(act.get_kind_display())
    if act.kind == IncidentAct.Kind.TOLD:
        return told(kind, dict(IncidentAct.Whom.choices).get(act.code, ""))
    if act.kind in (IncidentAct.Kind.REPORT, IncidentAct.Kind.ANSWER, IncidentAct.Kind.PASSED):
        return told(kind, FORMS.get(act.code, ""))
    return kind


def versions_of(viewer: Viewer, incident: Incident) -> list[tuple[IncidentVersion, list[tuple[str, str]]]]:
    """How it read before each correction, or how it had ended before it was opened again; the newest first."""
    seen = IncidentVersion.objects.visible_to(viewer).filter(incident=incident).select_related("by__person")
    return [(version, _lines_of(version)) for version in seen.order_by("-number")]


def _lines_of(version: IncidentVersion) -> list[tuple[str, str]]:
    words = {"kind": dict(EventClass.choices), "outcome": dict(Incident.Outcome.choices)}
    kept = {name: value for name, value in json.loads(version.content).items() if value}
    return [(str(LABELS.get(name, name)), str(words.get(name, {}).get(value, value))) for name, value in kept.items()]


def told_of(acts: list[Any]) -> list[tuple[str, list[IncidentAct]]]:
    """For the usual form: when guardian, hospital, police and office were told; a report up told the office."""
    stands = [act for act in acts if not act.is_corrected]
    calls = [act for act in stands if act.kind == IncidentAct.Kind.TOLD]
    reported = [act for act in stands if act.kind == IncidentAct.Kind.REPORT]
    center = IncidentAct.Whom.CENTER
    return [
        (str(label), [act for act in calls if act.code == code] + (reported if code == center else []))
        for code, label in FORM_ROWS
    ]


def clocks_of(incident: Incident) -> list[Hand]:
    """Known, reported, first measure, settled."""
    known = incident.known_at
    return [
        Hand(_("Known"), moment(known), tone="done"),
        Hand(_("Reported"), moment(incident.reported_at), _after(known, incident.reported_at), "done"),
        _hand(_("First measure"), known, incident.acted_at),
        _hand(_("Settled"), known, incident.closed_at),
    ]


def _hand(label: str, known: dt.datetime, at: dt.datetime | None) -> Hand:
    return Hand(label, moment(at), _after(known, at), "done") if at else Hand(label, _("not yet"), tone="open")


def _after(start: dt.datetime, end: dt.datetime) -> str:
    minutes = max(0, int((end - start).total_seconds()) // 60)
    time = _("{n} min").format(n=minutes) if minutes < 120 else _("{n} h").format(n=minutes // 60)
    return _("after {time}").format(time=time)


def dress_due(due: Due, now: dt.datetime) -> dict[str, Any]:
    """A report that is owed, for the page: made in time, late, or still open."""
    is_late = due.is_late(now)
    return {"form": FORMS[due.form], "by": due.by, "made": due.made, "is_late": is_late}
