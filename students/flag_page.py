"""What the page of a flag shows: everything that deciding needs, as this viewer may read it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db.models import BigIntegerField, CharField, DateField, UUIDField
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import SCHOOL_ROLES, Viewer, reason_to_see
from schools.common.identity import mask_phone
from schools.common.prepared import Prepared
from schools.models import AuditEntry, Membership, Role
from schools.on_duty import on_duty
from schools.prepared_for import prepared_for
from schools.unpublished import calendar_warning
from students.access import can_confirm, can_handle_flags, can_keep_from, can_keep_registry, can_read_decision
from students.advice import advice
from students.clocks import four_clocks, running_until
from students.evidence import evidence_of
from students.file import SCREENING, TALK, file_of
from students.flag_forms import STEP_FORMS, AnswerForm
from students.flag_list import put_into_words
from students.flag_states import UPPER, State
from students.models import FlagStep, GroupMember, KeptFrom, RegistryEntry, RiskFlag, Student
from students.queries import guardians_of
from students.step_facts import facts
from students.step_words import lines
from students.steps import TimelineEntry, steps_of

EARLIER, TALKS, OPENS = 5, 3, 8


@dataclass
class Call:
    """Somebody to reach; the number only once it was asked for, which is logged."""

    who: str
    note: str
    number: str = ""
    is_barred: bool = False


def page_of(
    viewer: Viewer, flag: RiskFlag, *, shows_numbers: bool = False, answers: Mapping[UUID, AnswerForm] | None = None
) -> dict[str, Any]:
    """What the page shows; `answers` are those that were sent back, by their question."""
    put_into_words([flag], viewer)
    steps = _steps(viewer, flag)
    handles = can_handle_flags(viewer)
    running = running_until(flag)
    is_second = can_confirm(viewer, flag)
    context = {
        "flag": flag,
        "clocks": four_clocks(flag, viewer.calendar, timezone.now()),
        "evidence": evidence_of(viewer, flag),
        "steps": steps,
        "line": _line(viewer, flag, steps),
        "asked": _questions_to(viewer, flag, steps, answers or {}),
        "reads_decision": can_read_decision(viewer, flag),
        "may_handle": handles and flag.state != State.CLOSED,
        "may_reopen": handles and flag.state == State.CLOSED,
        "may_keep": can_keep_from(viewer, flag),
        "entry": _listed(viewer, flag),
        "may_list": can_keep_registry(viewer) and flag.student.status != Student.Status.LEFT,
        "is_second": is_second,
        "proposal": _proposal(steps) if is_second else [],
        "is_upper": flag.severity >= UPPER,
        "advice": advice(flag.severity) if flag.state != State.CLOSED else "",
        "why": reason_to_see(viewer, class_id=flag.student.class_group_id),
        "sees_student": bool(_seen(viewer, student=flag.student_id)),
        "calendar_warning": calendar_warning(
            [flag.known_at, flag.acted_at, flag.settled_at, *([timezone.now(), running] if running else [])]
        ),
    }
    if viewer.role in SCHOOL_ROLES:
        return context | _for_deciding(viewer, flag, shows_numbers=shows_numbers)
    return context | {"duty": [_duty(one) for one in duty_of(viewer)]}


@prepared_for(student=UUIDField())
def _entry(viewer: Viewer, student: Any) -> Any:
    return (
        RegistryEntry.objects.visible_to(viewer)
        .open()
        .filter(student=student)
        .only("severity", "review_by", "listed_on")
    )


def _listed(viewer: Viewer, flag: RiskFlag) -> RegistryEntry | None:
    """Whether the student is on the registry, and at which level."""
    entry = next(iter(_entry(viewer, student=flag.student_id)), None)
    if entry:
        entry.level_label = viewer.scheme.word(entry.severity)
    return cast(RegistryEntry | None, entry)


@prepared_for(student=UUIDField())
def _seen(viewer: Viewer, student: Any) -> Any:
    return Student.objects.visible_to(viewer).filter(pk=student).values_list("pk")


def _proposal(steps: list[FlagStep]) -> list[FlagStep]:
    """The decision that the second person is asked to confirm, with what corrects it."""
    asked = next((step for step in reversed(steps) if step.kind == FlagStep.Kind.DECISION and step.outcome), None)
    return [step for step in steps if asked and asked.pk in (step.pk, step.corrects_id)]


def _for_deciding(viewer: Viewer, flag: RiskFlag, *, shows_numbers: bool) -> dict[str, Any]:
    """What counselors and leaders see besides: whom to call, earlier flags, talks, groups, who looked."""
    student = flag.student
    known = file_of(viewer, student, TALK, SCREENING)
    talks = [entry for entry in known if entry.kind == TALK.code]
    kept = _kept(viewer, flag=flag.pk)
    return {
        "calls": calls_of(flag, shows_numbers, {one.person_id for one in kept}),
        "shows_numbers": shows_numbers,
        "talks": talks[:TALKS],
        "talk_count": len(talks),
        "screening": next((entry for entry in known if entry.kind == SCREENING.code), None),
        "earlier": [_worded(viewer, one) for one in _earlier(viewer, student=student.pk, flag=flag.pk)],
        "groups": _groups(viewer, student=student.pk),
        "opens": _last_of_each(_opens(viewer, student=student.pk, flag=str(flag.pk))),
        "kept": kept,
    }


@prepared_for(student=UUIDField(), flag=UUIDField())
def _earlier(viewer: Viewer, student: Any, flag: Any) -> Any:
    found = RiskFlag.objects.visible_to(viewer).filter(student=student).exclude(pk=flag)
    return found.order_by("-known_at").only("known_at", "severity", "outcome")[:EARLIER]


@prepared_for(student=UUIDField())
def _groups(viewer: Viewer, student: Any) -> Any:
    found = GroupMember.objects.visible_to(viewer).current().filter(student=student)
    return found.select_related("group", "set_by").only("since", "group", "set_by__name")


@prepared_for(flag=UUIDField())
def _kept(viewer: Viewer, flag: Any) -> Any:
    return KeptFrom.objects.visible_to(viewer).filter(flag=flag).select_related("person", "by__person")


def _worded(viewer: Viewer, flag: Any) -> Any:
    flag.level_label = viewer.scheme.word(flag.severity)
    return flag


# --- whom to call -------------------------------------------------------------------------------------------------


def duty_of(viewer: Viewer) -> list[Membership]:
    """Who is on duty at the viewer's school today; else its counselors, else its leaders."""
    if found := on_duty(viewer.unit, timezone.localdate()):
        return found
    here = Membership.objects.current().filter(unit=viewer.unit, person__is_active=True).select_related("person")
    counselors = list(here.filter(role=Role.COUNSELOR))
    return counselors or list(here.filter(role=Role.SCHOOL_LEADER))


def _duty(member: Membership) -> Call:
    return Call(member.person.name, str(member.get_role_display()), member.person.phone)


def calls_of(flag: RiskFlag, shows_numbers: bool, kept: Collection[UUID]) -> list[Call]:
    """Class teachers, guardians, the backup of whoever has it; masked until somebody asks. None of these whom it is
    kept from."""

    def number(phone: str) -> str:
        return phone if shows_numbers else mask_phone(phone) if phone else ""

    group = flag.student.class_group_id
    teachers = _TEACHERS.objects(school=flag.school_id, group=group, today=timezone.localdate()) if group else []
    found = [
        Call(one.person.name, str(one.get_role_display()), number(one.person.phone))
        for one in teachers
        if one.person_id not in kept
    ]
    for one in guardians_of(flag.student):
        shown = "" if one.do_not_call else number(one.phone)
        found.append(Call(one.name, one.relation or str(_("guardian")), shown, one.do_not_call))
    backup = flag.assignee.backup if flag.assignee else None
    if backup and backup.person_id not in kept:
        found.append(Call(backup.person.name, str(_("steps in")), number(backup.person.phone)))
    return found


_TEACHERS = Prepared(
    lambda school, group, today: (
        Membership.objects.current(today)
        .filter(unit_id=school, person__is_active=True, role=Role.CLASS_TEACHER, classes=group)
        .select_related("person")
    ),
    school=BigIntegerField(),
    group=BigIntegerField(),
    today=DateField(),
)


# --- what was done ----------------------------------------------------------------------------------------------------


def _steps(viewer: Viewer, flag: RiskFlag) -> list[FlagStep]:
    """In their order, with their words; a corrected one is struck through and stays."""
    steps = _seen_steps(viewer, flag=flag.pk)
    corrected = {one.corrects_id for one in steps if one.corrects_id}
    answered = {one.answers_id for one in steps if one.answers_id}
    for step in steps:
        row: Any = step
        row.lines = [*facts(step, viewer), *lines(step)]
        row.is_corrected, row.is_answered = step.pk in corrected, step.pk in answered
        is_own = step.by.person_id == viewer.person.pk and step.request_id is None
        row.may_correct = is_own and step.pk not in corrected and flag.state != "closed"
    return steps


@prepared_for(flag=UUIDField())
def _seen_steps(viewer: Viewer, flag: Any) -> Any:
    seen = FlagStep.objects.visible_to(viewer).filter(flag=flag)
    return seen.select_related("by__person", "to__person", "contact__guardian", "request__to", "corrects", "answers")


def _questions_to(viewer: Viewer, flag: RiskFlag, steps: list[Any], answers: Mapping[UUID, AnswerForm]) -> list[Any]:
    """What this viewer was asked and has not answered. An answer that was sent back stays, whatever has happened to the
    flag and in whatever role it was sent: what was typed is not lost."""
    is_open = flag.state != State.CLOSED
    asked = [one for one in steps if one.kind == FlagStep.Kind.QUESTION and one.to_id == viewer.membership.pk]
    waiting = {one.pk for one in asked if is_open and not one.is_answered}
    shown = [one for one in steps if one.pk in answers or one.pk in waiting]
    for one in shown:
        one.form = answers.get(one.pk) or AnswerForm(auto_id=f"id_{one.number}_%s")
    return shown


def _line(viewer: Viewer, flag: RiskFlag, steps: list[FlagStep]) -> list[TimelineEntry]:
    """What happened, newest first: the acts of the log, and the steps that this viewer may read, by kind."""
    told = [
        TimelineEntry(one.happened_at, str(FlagStep.Kind(one.kind).label), one.by.person.name)
        for one in steps
        if one.kind not in (FlagStep.Kind.HAND_OVER, FlagStep.Kind.DECISION) and one.corrects_id is None
    ]
    return sorted([*steps_of(flag), *told], key=lambda step: step.when, reverse=True)


def _last_of_each(entries: Iterable[AuditEntry]) -> list[AuditEntry]:
    """Each person once, with the last time."""
    found: dict[Any, AuditEntry] = {}
    for entry in entries:
        found.setdefault(entry.person_id, entry)
    return list(found.values())


@prepared_for(student=UUIDField(), flag=CharField())
def _opens(viewer: Viewer, student: Any, flag: Any) -> Any:
    """The last times that it was opened, newest first."""
    found = AuditEntry.objects.filter(
        verb__in=["riskflag.opened", "flag.numbers_seen"],
        student_id=student,
        subject_type=RiskFlag._meta.label_lower,
        subject_id=flag,
    )
    return found.select_related("person").only("at", "person__name").order_by("-at")[:OPENS]


def next_kind(flag: RiskFlag, steps: list[FlagStep]) -> str:
    """The form that stands open: on the upper levels the interview, then the family; a note once both are there."""
    done = {step.kind for step in steps}
    wanted = ("interview", "contact") if flag.severity >= UPPER else ()
    return next((kind for kind in wanted if kind not in done), "note")


def faces(flag: RiskFlag, chosen: str) -> list[dict[str, Any]]:
    """The kinds of step as links to the form of each."""
    words = dict(FlagStep.Kind.choices)
    return [{"label": words[kind], "url": f"?step={kind}#do", "on": kind == chosen, "count": ""} for kind in STEP_FORMS]
