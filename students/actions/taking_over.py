"""The named person of the new school accepts a student: roll, family, groups, registry and plan, open flag. In one
transaction with what ends in the old school: nobody stands on two registries, and no clock is without a school."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused, changed_meanwhile
from schools.common.pinyin import search_keys
from schools.models import ClassGroup, Membership, Unit
from schools.severity import WORST
from schools.tallies import mark
from schools.work.notices import end_notices, pulse
from students.access import barriers_about
from students.actions import registry
from students.actions.calling import stop_calling
from students.actions.classes import check_takes_students
from students.actions.flags import acknowledge_flag, raise_flag
from students.actions.hand_over import (
    State,
    answer,
    check_may_answer,
    end_entry,
    kept_until,
    locked,
    not_yours,
    record,
    sign_off,
    tell_old_school,
)
from students.actions.keeping import inherit_barriers, note_inherited, tell_of_inherited
from students.actions.moving import add_step, check_move, mark_figures, move
from students.actions.students import REGISTRY_GUARDIANS
from students.file import FAMILY, GROUP, REGISTRY
from students.flag_states import State as FlagState
from students.flag_states import says_something
from students.models import (
    FlagStep,
    GroupMember,
    Guardian,
    HandOver,
    PlanMeasure,
    RegistryEntry,
    RiskFlag,
    Student,
    StudentState,
)
from students.places import refresh_places
from students.states import flags, keep, keep_all

# What a roll needs of a person; the school's own numbers and the class are the new school's.
BASE = ("name", "former_name", "gender", "birth_date", "ethnicity", "auxiliary_number", "id_type", "is_boarder")
NUMBERS = ("registry_number", "registry_hash", "id_number", "id_hash")
PRIVATE = ("phone", "address", "health")


def same_person(offer: HandOver, viewer: Viewer) -> list[Student]:
    """Who on the roll of the new school may be this student: by the number of a paper, else those of the same name."""
    here = Student.objects.visible_to(viewer).select_related("class_group__school")
    was_here = Student.objects.filter(school=viewer.unit).select_related("class_group__school")  # also who is locked
    old = offer.student
    for column in ("id_hash", "registry_hash"):
        if value := getattr(old, column):
            found = list(was_here.filter(**{column: value}))
            if found:
                return found
    return list(here.exclude(status=Student.Status.LEFT).filter(name=old.name)[:20])


def is_certain(offer: HandOver, found: list[Student]) -> bool:
    """The number of a paper says so: nobody else can be meant."""
    old = offer.student
    return any(
        (one.id_hash and one.id_hash == old.id_hash) or (one.registry_hash and one.registry_hash == old.registry_hash)
        for one in found
    )


@transaction.atomic
def accept_offer(
    *, by: Viewer, offer: HandOver, student: Student | None = None, class_group: ClassGroup | None = None
) -> HandOver:
    """`student` is who it is on the own roll; nobody: they are put on it."""
    check_may_answer(by, offer)
    if offer.to_school_id is None:
        raise not_yours()
    offer = locked(offer)
    if not offer.is_waiting:
        raise changed_meanwhile()
    there, was_locked = _on_the_roll(by, offer, student, class_group)
    if barriers_about(there).filter(person=by.person).exists():
        # The sentence tells nothing of a flag that is kept from them.
        raise not_yours()
    _hold(offer, there)
    sign_off(offer)
    answer(
        offer,
        State.ACCEPTED,
        answered_at=timezone.now(),
        answered_by=by.membership,
        received_on=timezone.localdate(),
        keep_until=kept_until(offer),
        student_there=there,
    )
    _bring_family(offer, there)
    if GROUP.code in offer.kinds:
        _bring_groups(by, offer, there)
    keep_all([there.pk])
    entry = _bring_registry(by, offer, there)
    flag = _bring_flag(by, offer, there)
    told = (entry.counselor if entry else None, flag.assignee if flag else None)
    tell_old_school(offer, "handover.accepted", *told)
    mark(there.school_id)
    record(by=by, verb="handover.accepted", offer=offer, kinds=offer.kinds)
    if was_locked:
        audit.record(by=by, verb="student.unlocked", about=there, student=there)
    return offer


def _hold(offer: HandOver, there: Student) -> None:
    """Everything that is changed below, in the order in which every act takes it, so that none waits for another one
    forever: rows, what makes open pages ask anew, and last the logs of both schools."""
    both = [offer.student_id, there.pk]
    _hold_students(*both)
    for rows in (RegistryEntry.objects.open(), RiskFlag.objects.open(), StudentState.objects.all()):
        list(rows.select_for_update().filter(student__in=both).order_by("pk").values_list("pk"))
    assert offer.to_school
    # An auditor above is told of each flag that is kept from somebody.
    above = {*offer.school.ancestor_codes, *offer.to_school.ancestor_codes}
    pulse({offer.school_id, offer.to_school.pk, *Unit.objects.filter(code__in=above).values_list("pk", flat=True)})
    audit.hold(offer.school, offer.to_school)


def _hold_students(*keys: Any) -> None:
    """In one order; others may go on writing records about them."""
    rows = Student.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


# --- the roll ---------------------------------------------------------------------------------------------------------


def _on_the_roll(
    by: Viewer, offer: HandOver, chosen: Student | None, class_group: ClassGroup | None
) -> tuple[Student, bool]:
    """Who it is on the own roll; and whether their records here were closed, because their time was over."""
    if class_group is not None:
        check_takes_students(class_group, by.unit.pk)
    found = same_person(offer, by)
    if is_certain(offer, found) and (chosen is None or chosen.pk not in {one.pk for one in found}):
        chosen = found[0]
    if chosen is None:
        return _new(offer, by, class_group), False
    _hold_students(chosen.pk, offer.student_id)
    there = next((one for one in found if one.pk == chosen.pk), None)
    there = there or Student.objects.visible_to(by).filter(pk=chosen.pk).first()
    if there is None:
        raise Refused(_("This is not a student you look after."), field="student")
    was_locked = there.locked_on is not None
    return _back(offer, there, class_group), was_locked


def _new(offer: HandOver, by: Viewer, class_group: ClassGroup | None) -> Student:
    if class_group is None:
        raise Refused(_("Choose a class of this school."), field="class_group")
    old = offer.student
    values: dict[str, Any] = {name: getattr(old, name) for name in (*BASE, *NUMBERS)}
    if FAMILY.code in offer.kinds:
        values |= {name: getattr(old, name) for name in PRIVATE}
    today = timezone.localdate()
    return Student.objects.create(
        school=by.unit,
        class_group=class_group,
        search_keys=search_keys(old.name),
        entered_on=today,
        listed_on=today,
        set_by_hand=["class_group", "entered_on", "name"],
        **values,
    )


def _back(offer: HandOver, there: Student, class_group: ClassGroup | None) -> Student:
    """Somebody whom the roll knows: what it lacks is filled in, nothing is overwritten; who had left is back."""
    columns = []
    for number, digest in (("registry_number", "registry_hash"), ("id_number", "id_hash")):
        if not getattr(there, digest) and getattr(offer.student, digest):
            setattr(there, number, getattr(offer.student, number))
            setattr(there, digest, getattr(offer.student, digest))
            columns += [number, digest]
    if there.status == Student.Status.LEFT:
        there.status, there.left_on = Student.Status.ENROLLED, None
        columns += ["status", "left_on"]
    if there.locked_on:
        there.locked_on = None
        columns.append("locked_on")
    if class_group is not None and class_group.pk != there.class_group_id:
        there.class_group = class_group
        there.set_by_hand = sorted({*there.set_by_hand, "class_group"})
        columns += ["class_group", "set_by_hand"]
    if not columns:
        return there
    try:
        with transaction.atomic():
            there.save(update_fields=columns)
    except IntegrityError:  # another of this school has one of the numbers: a person sees to it
        there.save(update_fields=[name for name in columns if name not in NUMBERS])
        there.refresh_from_db()
    refresh_places([there.pk])
    return there


def _bring_family(offer: HandOver, there: Student) -> None:
    """Guardians whom the new school does not know. Whom nobody may call, nobody calls here either, whatever goes along:
    without contacts with the family, such a person comes with no number."""
    names = ["name", "relation", "is_guardian", "do_not_call", "do_not_call_reason"]
    is_chosen = FAMILY.code in offer.kinds
    if is_chosen:
        names += ["phone", "id_number"]
    known = {one.name: one for one in there.guardians.all()}
    position = max([REGISTRY_GUARDIANS, *(one.position for one in known.values())])
    for one in offer.student.guardians.all():
        if same := known.get(one.name):
            if one.do_not_call and not same.do_not_call:
                same.do_not_call, same.do_not_call_reason = True, one.do_not_call_reason
                same.save(update_fields=["do_not_call", "do_not_call_reason"])
            continue
        if not is_chosen and not one.do_not_call:
            continue
        position += 1
        values = {name: getattr(one, name) for name in names}
        Guardian.objects.create(student=there, position=position, set_by_hand=True, **values)


def _bring_groups(by: Viewer, offer: HandOver, there: Student) -> None:
    """Those of today that the new school knows too, from the day on which they began."""
    known = set(there.group_members.current().values_list("group_id", flat=True))
    for member in offer.student.group_members.current().filter(group__unit=None):
        if member.group_id not in known:
            GroupMember.objects.create(
                student=there,
                group_id=member.group_id,
                since=member.since,
                source=GroupMember.Source.HAND,
                set_by=by.person,
            )


# --- registry and plan ------------------------------------------------------------------------------------------------


def _bring_registry(by: Viewer, offer: HandOver, there: Student) -> RegistryEntry | None:
    """Off the one registry and on the other in the same moment, at the same level. Returns the entry that ended."""
    if REGISTRY.code not in offer.kinds:
        return None
    related = ("school", "counselor__person")
    open_ones = RegistryEntry.objects.open().select_for_update(of=("self",)).select_related(*related)
    entry = open_ones.filter(student=offer.student_id).first()
    if entry is None:
        return None
    end_entry(by=by, offer=offer, entry=entry)
    if RegistryEntry.objects.open().filter(student=there).exists():
        return entry  # the new school has listed them already, and goes on at its own level
    since = _("Handed over by {school}, where the student was listed on {day}.").format(
        school=offer.school.name, day=f"{entry.listed_on:%Y-%m-%d}"
    )
    new = registry.put_on_registry(
        by=by,
        student=there,
        severity=entry.severity,
        reasons=entry.reasons if says_something(entry.reasons) else offer.note,
        categories=entry.categories,
        found_how=" ".join(filter(None, [since, entry.found_how]))[:200],
        treatment=entry.treatment,
        signs=entry.signs,
        calls=entry.calls,
        counselor=by.membership,
    )
    for measure in entry.measures.open():
        PlanMeasure.objects.create(
            entry=new, what=measure.what, who=by.membership, due_on=measure.due_on, added_by=by.membership
        )
    return entry


# --- the open flag ----------------------------------------------------------------------------------------------------


def _bring_flag(by: Viewer, offer: HandOver, there: Student) -> RiskFlag | None:
    """It goes along, in the hands of who accepts: the clocks of the new school begin, those of the old one end. It
    stays kept from whom it was kept. Returns the flag that ended."""
    found = RiskFlag.objects.open().select_for_update(of=("self",)).filter(student=offer.student_id)
    flag = found.select_related("school", "assignee__person").first()
    if flag is None:
        return None
    _end(by, offer, flag)
    barred = barriers_about(offer.student_id).exclude(person=by.person).values("person")
    here = Membership.objects.current().filter(unit=by.unit, person__in=barred).select_related("person")
    new = raise_flag(
        by=by,
        student=there,
        severity=flag.severity,
        known_at=timezone.now(),
        reason=_("Handed over by {school}. {note}").format(school=offer.school.name, note=offer.note),
        source=RiskFlag.Source.HANDED,
        is_critical=flag.is_critical and flag.severity == WORST,
        keep_it_from=[one.person for one in here],
    )
    inherited = inherit_barriers(flag=new)  # also from whoever is not of this school, and may come to it
    tell_of_inherited(new, inherited)
    note_inherited(by, new, inherited)
    new.refresh_from_db()
    is_seen = RiskFlag.objects.visible_to(by).filter(pk=new.pk).exists()
    if is_seen and new.state == FlagState.RAISED:
        acknowledge_flag(by=by, flag=new)
    return flag


def _end(by: Viewer, offer: HandOver, flag: RiskFlag) -> None:
    check_move("hand_on", flag, is_accepted=True)
    text = _("Handed over, receipt {number}.").format(number=offer.receipt_number)
    now = timezone.now()
    add_step(by=by, flag=flag, kind=FlagStep.Kind.DECISION, words={"text": text}, outcome=RiskFlag.Outcome.MOVED)
    move(
        "hand_on",
        flag,
        taken_at=flag.taken_at or now,
        settled_at=now,
        closed_by=offer.by.person,
        outcome=RiskFlag.Outcome.MOVED,
        watch_until=None,
        waits_for=None,
        call_at=None,
    )
    flag.closing_reason = text
    flag.save(update_fields=["closing_reason"])
    keep([flag.student_id], flags)
    mark_figures(flag)
    stop_calling(flag)
    end_notices(flag, beginning="flag.")  # what a crisis event calls for hangs on it too, and goes on
    details = {"outcome": RiskFlag.Outcome.MOVED.value}
    audit.record(by=by, verb="flag.closed", about=flag, student=flag.student_id, unit=offer.school, details=details)
