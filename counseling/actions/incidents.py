"""What happens to a crisis event: started, led, acts one by one, people, closed. What goes up stands in
`counseling.actions.incident_reports`."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.access import can_keep_incident, can_lead_incident
from counseling.deadlines import first_dues, rules_for
from counseling.first_minutes import lines_for
from counseling.models import EventClass, Incident, IncidentAct, IncidentBarrier, IncidentPerson, SafetyPlan
from counseling.models.incidents import PLANNED
from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Membership, Person, Role
from schools.models.people import heads_of
from schools.settings_of import setting_of
from schools.severity import WORST
from schools.tallies import mark
from schools.work.notices import Urgency, about_this, end_notices, notify, pulse, this_once
from students.actions.flags import acknowledge_flag, raise_flag
from students.actions.keeping import keep_along, tell_auditors
from students.models import KeptFrom, RegistryEntry, RiskFlag, Student

Kind = IncidentAct.Kind
CALLS = ("incident.started", "incident.reopened", "incident.report_due")
KEPT_CALLS = (*CALLS, "incident.acknowledged")
# Something was done for the student: it stops the clock of the first measure.
MEASURES = (Kind.TICK, Kind.MEASURE, Kind.TOLD)


@transaction.atomic
def start_incident(
    *,
    by: Viewer,
    submission: UUID,
    kind: str,
    happened: str,
    student: Student | None = None,
    who: str = "",
    belongs: str = IncidentPerson.Belongs.UNKNOWN,
    place: str = "",
    known_at: dt.datetime | None = None,
    keep_it_from: Iterable[Person] = (),
) -> Incident:
    """Begin it and call everybody at once. A second tap, or a retry on a bad network, finds the first.

    A student of the roster gets a flag of the worst level with it, whose clocks and barriers hold here too. Somebody
    off the roster has no flag: then the event itself is kept from whom it is to be kept from.
    """
    _check_start(by, kind, happened, student, who)
    known_at = known_at or timezone.now()
    rules = rules_for(setting_of(by.unit, "incident_deadlines"), kind)
    oral_by, written_by = first_dues(known_at, rules)
    try:
        with transaction.atomic():
            incident = Incident.objects.create(
                submission=submission,
                school=by.unit,
                kind=kind,
                happened=happened.strip(),
                place=place.strip(),
                started_by=by.membership,
                known_at=known_at,
                deadlines=rules,
                oral_by=oral_by,
                written_by=written_by,
            )
    except IntegrityError:
        return Incident.objects.get(submission=submission, started_by=by.membership)
    _bring_in(by, incident, student=student, who=who, belongs=belongs, keep_it_from=keep_it_from)
    if student is None:
        _keep_from(by, incident, keep_it_from)
    call_people(incident, occasion="started")
    mark_figures(incident)
    log(by, "incident.started", incident, kind=kind)
    return incident


def _check_start(by: Viewer, kind: str, happened: str, student: Student | None, who: str) -> None:
    if by.role not in STAFF_ROLES or not by.unit.is_school:
        raise Refused(_("Only the staff of a school starts an incident."))
    if kind not in EventClass.values:
        raise Refused(_("Choose what kind of event it is."), field="kind")
    if not happened.strip():
        raise Refused(_("Write one sentence: what has happened?"), field="happened")
    if student is None and not who.strip():
        raise Refused(_("Say who it is about, as well as you can."), field="who")
    if student and not Student.objects.visible_to(by).filter(pk=student.pk).exists():
        raise Refused(_("You cannot start an incident for a student you do not look after."))


def _bring_in(
    by: Viewer,
    incident: Incident,
    *,
    student: Student | None,
    who: str = "",
    belongs: str = IncidentPerson.Belongs.UNKNOWN,
    part: str = IncidentPerson.Part.CONCERNED,
    keep_it_from: Iterable[Person] = (),
) -> IncidentPerson:
    """One more person. Whom it is about, or who was hurt, gets a flag of the worst level."""
    flag = None
    if student and part in (IncidentPerson.Part.CONCERNED, IncidentPerson.Part.HURT):
        flag = raise_flag(
            by=by,
            student=student,
            severity=WORST,
            known_at=incident.known_at,
            reason=incident.happened,
            is_emergency=True,
            keep_it_from=keep_it_from,
        )
    return IncidentPerson.objects.create(
        incident=incident,
        student=student,
        who=who.strip(),
        belongs=belongs,
        part=part,
        flag=flag,
        added_by=by.membership,
    )


def keep_alike(incident: Incident) -> None:
    """The flags of all its people tell of the event. So each is kept from everybody from whom the event, or one of
    these flags, is kept."""
    people = incident.people.exclude(flag=None).select_related("flag__school")
    flags = [one.flag for one in people if one.flag]
    barriers = [*incident.barriers.order_by("at"), *KeptFrom.objects.filter(flag__in=flags).order_by("at")]
    for flag in flags:
        for one in barriers:
            keep_along(flag=flag, person=one.person_id, by=one.by_id, reason=one.reason)


@transaction.atomic
def keep_incident_from(*, by: Viewer, incident: Incident, person: Person, reason: str) -> None:
    """From now on it is not there for that person, and what they had of it is taken out of their hands; once it is
    closed too, for it may be opened again. With a student it is kept by the student's flag."""
    incident = _locked(by, incident)
    if not can_keep_incident(by, incident):
        raise Refused(_("Only who started it, or a counselor or leader, can keep it from somebody."))
    if incident.people.exclude(flag=None).exists():
        raise Refused(_("Keep the risk flag of the student from this person: the event is kept with it."))
    if not reason.strip():
        raise Refused(_("Write down why it is kept from this person."), field="reason")
    members = Membership.objects.current().filter(unit_id=incident.school_id, person=person)
    if not members.exists() or incident.barriers.filter(person=person).exists():
        raise Refused(_("Choose somebody of this school."), field="person")
    _keep_from(by, incident, [person], reason)
    take_out(incident, list(members))
    mark_figures(incident)


def _keep_from(by: Viewer, incident: Incident, people: Iterable[Person], reason: str = "") -> None:
    """Before anybody is called. Somebody must be left to handle it; the auditor is told of each barrier."""
    for person in people:
        if person.pk == by.person.pk:
            raise Refused(_("You cannot keep it from yourself."), field="keep_it_from")
        barrier = IncidentBarrier.objects.create(
            incident=incident, person=person, by=by.membership, reason=reason.strip() or incident.happened
        )
        tell_auditors(barrier, "incident.kept", incident.school)
        audit.record(by=by, verb="incident.kept", about=incident, details={"person": str(person.pk)})
    if not may_know(incident).filter(role__in=SCHOOL_ROLES).exists():
        raise Refused(_("Nobody would be left to handle it: turn to the center."), field="keep_it_from")


# --- who is called ----------------------------------------------------------------------------------------------------


def may_know(incident: Incident) -> Any:
    """Current staff of the school from whom neither it nor one of its flags is kept."""
    flags = IncidentPerson.objects.filter(incident=incident).exclude(flag=None).values("flag")
    kept = KeptFrom.objects.filter(flag__in=flags).order_by().values("person")
    barred = IncidentBarrier.objects.filter(incident=incident).order_by().values("person")
    here = Membership.objects.current().filter(unit_id=incident.school_id, person__is_active=True)
    return here.exclude(person__in=kept).exclude(person__in=barred).select_related("person", "unit")


def named_in_plan(student: Student) -> set[int]:
    """Whom the plan of a student names: leader, counselor and teacher."""
    entries = RegistryEntry.objects.open().filter(student=student)
    return {pk for row in entries.values_list("leader", "counselor", "teacher") for pk in row if pk}


def people_to_call(incident: Incident) -> list[Membership]:
    """Counselors and leaders; of its students class teachers, grade heads, and whom their plan names."""
    near = Q(role__in=SCHOOL_ROLES)
    for person in incident.people.select_related("student__class_group"):
        group = person.student.class_group if person.student else None
        if group:
            near |= Q(role=Role.CLASS_TEACHER, classes=group)
            near |= heads_of(group)
        if person.student:
            near |= Q(pk__in=named_in_plan(person.student))
    return list(may_know(incident).filter(near).distinct().order_by("pk"))


def flag_of(incident: Incident) -> RiskFlag | None:
    """The first flag of its people. Notices hang on it, so that they are withdrawn with it when it is kept from one."""
    row = incident.people.exclude(flag=None).select_related("flag").first()
    return row.flag if row else None


def tell(incident: Incident, to: Iterable[Membership], kind: str, occasion: str, **more: Any) -> None:
    notify(
        to=to,
        kind=kind,
        about=flag_of(incident) or incident,
        url=incident.get_absolute_url(),
        occasion=f"{incident.pk} {occasion}",  # 37 of 60 characters are the event's
        urgency=Urgency.URGENT,
        **more,
    )


def call_people(incident: Incident, *, occasion: str) -> None:
    """All at once, whoever started it excepted: nobody is waited for. If nobody takes it in hand, its flag calls on."""
    called = [one for one in people_to_call(incident) if one.person_id != incident.started_by.person_id]
    tell(incident, called, "incident.started", occasion)


def take_out(incident: Incident, members: list[Membership]) -> bool:
    """Of their hands: their calls are withdrawn, whichever flag these hang on; what they led calls the others again.
    True if it did."""
    for about in filter(None, [incident, flag_of(incident)]):
        calls = about_this(about, *KEPT_CALLS).filter(membership__in=members, withdrawn_at=None)
        calls.filter(url=incident.get_absolute_url()).update(withdrawn_at=timezone.now(), answer_by=None)
    led = Incident.objects.filter(pk=incident.pk, lead__in=members)
    if not led.update(lead=None) or not incident.is_open:
        return False
    call_people(incident, occasion=this_once())
    return True


def _take_out_barred(incident: Incident, flag: RiskFlag) -> bool:
    """The flag of a person who was added may be kept from somebody already: take the event out of their hands."""
    kept = KeptFrom.objects.filter(flag=flag).order_by().values("person")
    return take_out(incident, list(Membership.objects.filter(unit_id=incident.school_id, person__in=kept)))


def stop_calls(incident: Incident, *kinds: str) -> None:
    for about in [incident, *(one.flag for one in incident.people.exclude(flag=None).select_related("flag"))]:
        if about is not None:
            end_notices(about, *kinds)


# --- what is done -----------------------------------------------------------------------------------------------------


def _locked(by: Viewer, incident: Incident) -> Incident:
    row = Incident.objects.select_for_update().visible_to(by).filter(pk=incident.pk).first()
    if row is None:
        raise Refused(_("Only a counselor or leader of the school can do this."))
    return row


def open_and_locked(by: Viewer, incident: Incident, *, leads: bool = False) -> Incident:
    """As it is now, locked; open, and there for this viewer."""
    row = _locked(by, incident)
    if leads and not can_lead_incident(by):
        raise Refused(_("Only a counselor or leader of the school can do this."))
    if row.closed_at:
        raise Refused(_("The incident is closed. Start a new one if it goes on."))
    return row


def write(by: Viewer, incident: Incident, kind: str, text: str = "", **more: Any) -> IncidentAct:
    """The next line of the timeline; the first measure stops its clock."""
    last = incident.acts.aggregate(last=Max("number"))["last"] or 0
    more.setdefault("happened_at", timezone.now())
    act = IncidentAct.objects.create(
        incident=incident, number=last + 1, kind=kind, by=by.membership, text=text.strip(), **more
    )
    if kind in MEASURES:
        Incident.objects.filter(pk=incident.pk, acted_at=None).update(acted_at=act.happened_at)
    pulse({incident.school_id})
    return act


@transaction.atomic
def tick_line(*, by: Viewer, incident: Incident, code: str) -> IncidentAct:
    """A line of the first ten minutes is done. Two who tick it at once make one tick."""
    incident = open_and_locked(by, incident)
    if code not in dict(lines_for(incident.kind)):
        raise Refused(_("This line does not belong to this kind of event."))
    if found := incident.acts.filter(kind=Kind.TICK, code=code).first():
        return found
    act = write(by, incident, Kind.TICK, code=code)
    log(by, "incident.act", incident, number=act.number, kind=act.kind)
    return act


@transaction.atomic
def add_act(
    *,
    by: Viewer,
    incident: Incident,
    kind: str,
    text: str,
    whom: str = "",
    person: IncidentPerson | None = None,
    happened_at: dt.datetime | None = None,
) -> IncidentAct:
    """A measure, a note, or who was told what, and when."""
    incident = open_and_locked(by, incident)
    if kind not in (Kind.MEASURE, Kind.NOTE, Kind.TOLD):
        raise Refused(_("Choose what it is."), field="kind")
    if kind == Kind.TOLD and whom not in IncidentAct.Whom.values:
        raise Refused(_("Say who was told."), field="whom")
    if not text.strip():
        raise Refused(_("Write what was done or said."), field="text")
    if person and not IncidentPerson.objects.visible_to(by).filter(pk=person.pk, incident=incident).exists():
        raise Refused(_("Choose somebody of this incident."), field="person")
    happened_at = min(happened_at or timezone.now(), timezone.now())
    code = whom if kind == Kind.TOLD else ""
    act = write(by, incident, kind, text, code=code, person=person, happened_at=happened_at)
    log(by, "incident.act", incident, number=act.number, kind=act.kind)
    return act


@transaction.atomic
def add_exception(*, by: Viewer, incident: Incident, reason: str, told: str, said: str) -> IncidentAct:
    """Confidentiality was broken to avert danger: why, who was told, the least that was said."""
    incident = open_and_locked(by, incident, leads=True)
    if not (reason.strip() and told.strip() and said.strip()):
        raise Refused(_("Write why, who was told, and the least that was said."))
    text = "\n".join(
        [
            _("Reason: {text}").format(text=reason.strip()),
            _("Told: {text}").format(text=told.strip()),
            _("Said: {text}").format(text=said.strip()),
        ]
    )
    act = write(by, incident, Kind.EXCEPTION, text)
    log(by, "incident.act", incident, number=act.number, kind=act.kind)
    return act


@transaction.atomic
def take_lead(*, by: Viewer, incident: Incident) -> Incident:
    """From now on this person leads. The calls are over, and the flags behind it are in hand."""
    incident = open_and_locked(by, incident, leads=True)
    if incident.lead_id == by.membership.pk:
        return incident
    incident.lead = by.membership
    incident.save(update_fields=["lead"])
    for row in incident.people.filter(flag__state=RiskFlag.State.RAISED).select_related("flag"):
        if row.flag:
            acknowledge_flag(by=by, flag=row.flag)
    stop_calls(incident, "incident.started", "incident.reopened")
    write(by, incident, Kind.LEAD)
    log(by, "incident.led", incident)
    return incident


@transaction.atomic
def add_person(
    *,
    by: Viewer,
    incident: Incident,
    part: str,
    student: Student | None = None,
    who: str = "",
    belongs: str = IncidentPerson.Belongs.UNKNOWN,
) -> IncidentPerson:
    """One more person, apart from the others. Their class teacher and grade head are called."""
    incident = open_and_locked(by, incident, leads=True)
    if student is None and not who.strip():
        raise Refused(_("Say who it is about, as well as you can."), field="who")
    if student and not Student.objects.visible_to(by).filter(pk=student.pk).exists():
        raise Refused(_("You cannot start an incident for a student you do not look after."), field="student")
    if student and incident.people.filter(student=student).exists():
        raise Refused(_("This student is entered already."), field="student")
    person = _bring_in(by, incident, student=student, who=who, belongs=belongs, part=part)
    write(by, incident, Kind.PERSON, person=person)
    called = bool(person.flag and _take_out_barred(incident, person.flag))
    keep_alike(incident)
    if not called:
        call_people(incident, occasion="started")
    mark_figures(incident)
    log(by, "incident.person_added", incident)
    return person


@transaction.atomic
def agree_safety(*, by: Viewer, person: IncidentPerson, words: Mapping[str, str]) -> SafetyPlan:
    """The safety plan of one person. A change is a new version; how it read before stays."""
    incident = open_and_locked(by, person.incident, leads=True)
    texts = {name: words.get(name, "").strip() for name in PLANNED}
    if not any(texts.values()):
        raise Refused(_("Write down at least one thing that was agreed."))
    last = person.safety_plans.aggregate(last=Max("number"))["last"] or 0
    plan = SafetyPlan.objects.create(person=person, number=last + 1, by=by.membership, **texts)
    write(by, incident, Kind.SAFETY, person=person)
    audit.record(by=by, verb="incident.safety_agreed", about=incident, student=person.student_id)
    return plan


@transaction.atomic
def close_incident(
    *, by: Viewer, incident: Incident, outcome: str, lessons: str, not_reported_because: str = ""
) -> Incident:
    """It is settled: how it ended and what was learned. The flags stay open until their own decision."""
    incident = open_and_locked(by, incident, leads=True)
    if outcome not in Incident.Outcome.values:
        raise Refused(_("Choose how it ended."), field="outcome")
    if len(lessons.strip()) < 5:
        raise Refused(_("Write what was learned: what helped, what was too slow, what will change."), field="lessons")
    if not incident.reports.exists() and not not_reported_because.strip():
        raise Refused(
            _("Nothing was reported to the center. Report it, or write why not."), field="not_reported_because"
        )
    incident.outcome, incident.lessons = outcome, lessons.strip()
    incident.not_reported_because = not_reported_because.strip()
    incident.closed_at, incident.closed_by = timezone.now(), by.membership
    incident.save(update_fields=["outcome", "lessons", "not_reported_because", "closed_at", "closed_by"])
    stop_calls(incident, *CALLS)
    write(by, incident, Kind.CLOSED)
    mark_figures(incident)
    log(by, "incident.closed", incident, outcome=outcome)
    return incident


def mark_figures(incident: Incident, *also_since: dt.datetime) -> None:
    """It counts in the term in which it became known; who is late is known when a deadline has passed."""
    since = timezone.localdate(min([incident.known_at, *also_since]))
    mark(incident.school_id, since=since, then=(incident.oral_by, incident.written_by))


def log(by: Viewer, verb: str, incident: Incident, *, about: models.Model | None = None, **details: Any) -> None:
    """One row for each student of it, so that it stands in each one's trail; `about` the event, or a report of it."""
    students: list[Any] = list(incident.people.exclude(student=None).values_list("student_id", flat=True))
    rows = [(about or incident, pk) for pk in students or [None]]
    audit.record_many(by=by, verb=verb, rows=rows, details=details)
