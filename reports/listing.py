"""Records behind a figure as rows of a list: whatever they are, a title, a line, and where they are opened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from counseling.access import whose_records_are_closed
from counseling.models import CrisisFreeTerm, Incident, TalkLog, TalkPart
from reports.models import Sweep
from schools.access import Viewer
from schools.figures import Rows
from schools.models import Certificate, ClassGroup, Membership, Unit
from schools.severity import WORST
from screening.models import Response, Slip
from screening.words import attention_word
from students.models import CenterRequest, GroupMember, PlanReview, RegistryEntry, RiskFlag, Student


@dataclass(frozen=True)
class Line:
    title: str
    text: str = ""
    url: str = ""
    severity: int = 0
    level_label: str = ""


def lines_of(rows: Rows, viewer: Viewer) -> tuple[Rows, Callable[[Any], Line]]:
    """The rows with what a line needs, in one order, and the function that writes a line."""
    prepare, write = LISTS[rows.model]
    return prepare(rows, viewer), write(viewer)


def _students(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("class_group__school")


def _student_line(_viewer: Viewer) -> Callable[[Student], Line]:
    return lambda student: Line(student.name, _class_name(student.class_group), _student_url(student.pk))


def _class_name(group: ClassGroup | None) -> str:
    return group.name if group else ""


def _student_url(pk: Any) -> str:
    return reverse("students:student_detail", args=[pk])


def _members(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("student__class_group__school", "group").order_by("group__position", "student__name")


def _member_line(_viewer: Viewer) -> Callable[[GroupMember], Line]:
    return lambda member: Line(
        member.student.name,
        f"{member.group.label} · {_class_name(member.student.class_group)}",
        _student_url(member.student_id),
    )


def _flags(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("student__class_group__school").order_by("-severity", "due_at")


def _flag_line(viewer: Viewer) -> Callable[[RiskFlag], Line]:
    scheme = viewer.scheme
    return lambda flag: Line(
        flag.student.name,
        f"{_class_name(flag.student.class_group)} · {_day(flag.reported_at)} · {flag.get_state_display()}",
        reverse("students:flag_detail", args=[flag.pk]),
        flag.severity,
        scheme.word(flag.severity),
    )


def _requests(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("student__class_group__school", "to").order_by("-at")


def _request_line(viewer: Viewer) -> Callable[[CenterRequest], Line]:
    scheme = viewer.scheme
    return lambda request: Line(
        request.student.name,
        f"{_class_name(request.student.class_group)} · {_day(request.at)} · {request.to.name}",
        request.get_absolute_url(),
        request.severity,
        scheme.word(request.severity),
    )


def _entries(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("student__class_group__school").order_by("-severity", "listed_on", "pk")


def _entry_line(viewer: Viewer) -> Callable[[RegistryEntry], Line]:
    scheme = viewer.scheme
    return lambda entry: Line(
        entry.student.name,
        f"{_class_name(entry.student.class_group)} · {date_format(entry.listed_on, _('M j, Y'))}",
        entry.get_absolute_url(),
        entry.severity,
        scheme.word(entry.severity),
    )


def _reviews(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("entry__student__class_group__school").order_by("-reviewed_on", "pk")


def _review_line(viewer: Viewer) -> Callable[[PlanReview], Line]:
    scheme = viewer.scheme
    return lambda review: Line(
        review.entry.student.name,
        f"{date_format(review.reviewed_on, _('M j, Y'))} · {scheme.word(review.severity_before)} → "
        f"{scheme.word(review.severity_after)}",
        review.entry.get_absolute_url(),
        review.severity_after,
        scheme.word(review.severity_after),
    )


def _day(moment: Any) -> str:
    return date_format(timezone.localdate(moment), _("M j, Y"))


def _parts(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("student__class_group__school", "talk__author").order_by("-talk__happened_at", "pk")


def _part_line(viewer: Viewer) -> Callable[[TalkPart], Line]:
    scheme = viewer.scheme
    return lambda part: Line(
        part.student.name,
        f"{_day(part.talk.happened_at)} · {part.talk.author.name}",
        reverse("counseling:talk_detail", args=[part.pk]),
        part.severity,
        scheme.word(part.severity) if part.severity else "",
    )


def _talks(rows: Rows, viewer: Viewer) -> Rows:
    """A talk is opened through the parts of it that the viewer sees."""
    parts = TalkPart.objects.visible_to(viewer).standing().select_related("student")
    return rows.select_related("author").prefetch_related(Prefetch("parts", parts, to_attr="seen"))


def _talk_line(_viewer: Viewer) -> Callable[[Any], Line]:
    def line(talk: Any) -> Line:
        url = reverse("counseling:talk_detail", args=[talk.seen[0].pk]) if talk.seen else ""
        names = pgettext("in a list", ", ").join(part.student.name for part in talk.seen)
        return Line(names, f"{_day(talk.happened_at)} · {talk.author.name}", url)

    return line


def _classes(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("school")


def _staff(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("person", "unit").order_by("unit__path", "person__name")


def _staff_line(_viewer: Viewer) -> Callable[[Membership], Line]:
    return lambda member: Line(
        member.person.name, f"{member.get_role_display()} · {member.get_employment_display()} · {member.unit.name}"
    )


def _certificates(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("holder", "level").order_by("level__position", "holder__name", "pk")


def _certificate_line(_viewer: Viewer) -> Callable[[Certificate], Line]:
    return lambda one: Line(
        one.holder.name,
        " · ".join(filter(None, [one.level.label, one.run, one.number])),
        reverse("schools:certificate_detail", args=[one.pk]),
    )


def _sweeps(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.order_by("due_on", "pk")


def _slips(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("student", "class_group__school", "round").order_by(
        "-round__opens_on", "class_group", "pk"
    )


def _slip_line(_viewer: Viewer) -> Callable[[Slip], Line]:
    return lambda slip: Line(
        slip.student.name,
        f"{_class_name(slip.class_group)} · {slip.round.title}",
        reverse("screening:round_class", args=[slip.round_id, slip.class_group_id]),
    )


def _responses(rows: Rows, _viewer: Viewer) -> Rows:
    related = rows.select_related("slip__student", "slip__class_group__school", "slip__round")
    return related.order_by("-attention", "-at", "pk")


def _response_line(_viewer: Viewer) -> Callable[[Response], Line]:
    return lambda response: Line(
        response.slip.student.name,
        f"{_class_name(response.slip.class_group)} · {response.slip.round.title}",
        response.get_absolute_url(),
        response.attention,
        attention_word(response.attention),
    )


def _units(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.order_by("path")


def _incidents(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.order_by("-known_at")


def _incident_line(_viewer: Viewer) -> Callable[[Incident], Line]:
    return lambda incident: Line(
        str(incident.get_kind_display()), _day(incident.known_at), incident.get_absolute_url(), WORST
    )


def _statements(rows: Rows, _viewer: Viewer) -> Rows:
    return rows.select_related("unit", "by__person").order_by("unit__path")


def _statement_line(_viewer: Viewer) -> Callable[[CrisisFreeTerm], Line]:
    return lambda signed: Line(signed.unit.name, f"{signed.by.person.name} · {_day(signed.at)}")


LISTS: dict[Any, tuple[Callable[[Rows, Viewer], Rows], Callable[[Viewer], Callable[[Any], Line]]]] = {
    Student: (_students, _student_line),
    GroupMember: (_members, _member_line),
    RegistryEntry: (_entries, _entry_line),
    PlanReview: (_reviews, _review_line),
    RiskFlag: (_flags, _flag_line),
    CenterRequest: (_requests, _request_line),
    Incident: (_incidents, _incident_line),
    CrisisFreeTerm: (_statements, _statement_line),
    TalkPart: (_parts, _part_line),
    TalkLog: (_talks, _talk_line),
    ClassGroup: (_classes, lambda _viewer: lambda group: Line(group.name)),
    Membership: (_staff, _staff_line),
    Certificate: (_certificates, _certificate_line),
    Slip: (_slips, _slip_line),
    Response: (_responses, _response_line),
    Sweep: (
        _sweeps,
        lambda _viewer: lambda one: Line(one.title, date_format(one.due_on, _("M j, Y")), one.get_absolute_url()),
    ),
    Unit: (_units, lambda _viewer: lambda unit: Line(unit.name, unit.code)),
}


# --- counted, but no longer shown -------------------------------------------------------------------------------------


def closed_among(rows: Rows) -> Rows:
    """Of these records, those about students who were handed over and whose records are closed (docs/adr/0019): nobody
    of the school opens them, and past figures stay what they were."""
    return rows.filter(CLOSED[rows.model]()) if rows.model in CLOSED else rows.none()


def _about(path: str) -> Callable[[], Q]:
    return lambda: Q(**{f"{path}locked_on__isnull": False})


def _talks_closed() -> Q:
    """Of all its parts."""
    return ~Q(pk__in=TalkPart.objects.filter(student__locked_on=None).order_by().values("talk"))


CLOSED: dict[Any, Callable[[], Q]] = {
    Student: _about(""),
    GroupMember: _about("student__"),
    RegistryEntry: _about("student__"),
    PlanReview: _about("entry__student__"),
    RiskFlag: _about("student__"),
    CenterRequest: _about("student__"),
    Incident: whose_records_are_closed,
    TalkPart: _about("student__"),
    TalkLog: _talks_closed,
    Slip: _about("student__"),
    Response: _about("slip__student__"),
}
