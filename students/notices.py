"""What notices about flags say: whose flag it is and its level, to those who may open it."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.models import Notice, Unit
from schools.work.notices import Kind, declare
from students.models import BreakGlass, CenterRequest, HandOver, RegistryEntry, RiskFlag


def flag_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """Name, class and level, in one query for all."""
    seen = RiskFlag.objects.visible_to(viewer).filter(pk__in={notice.subject_id for notice in notices})
    classes: dict[int | None, str] = {group.pk: group.name for group in viewer.class_groups}
    lines = {
        flag.pk: " · ".join(
            filter(
                None, [flag.student.name, classes.get(flag.student.class_group_id), viewer.scheme.word(flag.severity)]
            )
        )
        for flag in seen.select_related("student").distinct()
    }
    return {notice.pk: lines.get(notice.subject_id, "") for notice in notices}


def school_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """For a center: which school, and nothing else."""
    names = dict(Unit.objects.filter(pk__in={notice.unit_id for notice in notices}).values_list("pk", "name"))
    return {notice.pk: names.get(notice.unit_id, "") for notice in notices}


def glass_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """Who opened it, at which school; not of whom."""
    seen = BreakGlass.objects.visible_to(viewer).filter(pk__in={notice.subject_id for notice in notices})
    lines = {one.pk: f"{one.school.name} · {one.by.person.name}" for one in seen.select_related("school", "by__person")}
    return {notice.pk: lines.get(notice.subject_id, "") for notice in notices}


declare(
    Kind("flag.raised", _("A risk flag waits to be taken in hand"), flag_lines),
    Kind("flag.worse", _("The level of a risk flag in hand was raised"), flag_lines),
    Kind("flag.repeated", _("Somebody reported again about a risk flag"), flag_lines),
    Kind("flag.late", _("A target of a risk flag has passed: you are called next"), flag_lines),
    Kind("flag.handed", _("A risk flag was handed to you"), flag_lines),
    Kind("flag.question", _("The counselor asks you about a student of your class"), flag_lines),
    Kind("flag.answered", _("The class teacher has answered"), flag_lines),
    Kind("flag.watch_over", _("The watch over a risk flag has ended: look again"), flag_lines),
    Kind("flag.confirm", _("A decision about a risk flag waits for you as the second person"), flag_lines),
    Kind("flag.sent_back", _("The second person sent your decision back"), flag_lines),
    Kind(
        "flag.center_called",
        _("A flag of the worst level waits at a school, and nobody there has answered"),
        school_lines,
    ),
    Kind("glass.opened", _("A leader has opened in an emergency what is for counselors only"), glass_lines),
    Kind(
        "glass.review",
        _("Something closed was opened in an emergency: look at it and write what you found"),
        glass_lines,
    ),
    Kind("flag.kept", _("A risk flag was kept from somebody of the staff: the log says by whom"), school_lines),
)


def plan_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """Name and class of the student whose plan it is."""
    seen = RegistryEntry.objects.visible_to(viewer).filter(pk__in={notice.subject_id for notice in notices})
    classes: dict[int | None, str] = {group.pk: group.name for group in viewer.class_groups}
    lines = {
        entry.pk: " · ".join(filter(None, [entry.student.name, classes.get(entry.student.class_group_id)]))
        for entry in seen.select_related("student")
    }
    return {notice.pk: lines.get(notice.subject_id, "") for notice in notices}


declare(
    Kind("plan.named", _("You are responsible for a student on the registry"), plan_lines),
    Kind("plan.measure", _("A measure of a plan is yours"), plan_lines),
    Kind("plan.told", _("You are told something about the plan of a student"), plan_lines),
    Kind("plan.due", _("The review of a plan is due"), plan_lines),
    Kind("plan.review", _("Reviews of plans are due")),
    Kind("plan.raised", _("The level of a student on the registry was raised"), plan_lines),
    Kind("plan.confirm", _("A decision about a plan waits for you as the second person"), plan_lines),
    Kind("plan.confirmed", _("The second person confirmed your decision about a plan"), plan_lines),
    Kind("plan.sent_back", _("The second person sent your decision about a plan back"), plan_lines),
)


def hand_over_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """Whose it is, and the other school."""
    seen = HandOver.objects.visible_to(viewer).filter(pk__in={notice.subject_id for notice in notices})
    lines = {
        offer.pk: f"{offer.student.name} · {_other_school(viewer, offer)}"
        for offer in seen.select_related("student", "school", "to_school")
    }
    return {notice.pk: lines.get(notice.subject_id, "") for notice in notices}


def _other_school(viewer: Viewer, offer: HandOver) -> str:
    if offer.school_id != viewer.unit.pk:
        return offer.school.name
    return offer.to_school.name if offer.to_school else offer.outside


declare(
    Kind("handover.offered", _("Another school hands a student over to you: accept or send back"), hand_over_lines),
    Kind("handover.receipt", _("A student's file leaves on paper: you record the receipt"), hand_over_lines),
    Kind("handover.accepted", _("The other school has accepted the student"), hand_over_lines),
    Kind("handover.returned", _("The other school has sent your offer back"), hand_over_lines),
    Kind("handover.received", _("The receipt of a file that left on paper is recorded"), hand_over_lines),
    Kind("handover.asked", _("Another school asks you to hand over a student who is on your registry"), plan_lines),
)


def request_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """For the center: which school asks."""
    seen = CenterRequest.objects.visible_to(viewer).filter(pk__in={notice.subject_id for notice in notices})
    lines = {one.pk: one.school.name for one in seen.select_related("school")}
    return {notice.pk: lines.get(notice.subject_id, "") for notice in notices}


declare(
    Kind("center.asked", _("A school asks the center for help"), request_lines),
    Kind("center.confirm", _("A school asks you to confirm a decision as the second person"), request_lines),
    Kind("flag.center_acknowledged", _("The center has read your request and sees to it"), flag_lines),
    Kind("plan.center_acknowledged", _("The center has read your request and sees to it"), plan_lines),
    Kind("flag.center_answered", _("The center has answered your request"), flag_lines),
    Kind("plan.center_answered", _("The center has answered your request"), plan_lines),
)
