"""The list of flags: its columns, what its address may ask for, and how a row of it is put into words."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from schools.access import SCHOOL_ROLES, Viewer
from schools.common.labels import listed
from schools.listing import Choice, Column, Days, List, Search
from schools.prepared_for import prepared_for
from schools.templatetags.look import moment
from students.clocks import clock_of, in_whose_hands, next_step
from students.evidence import briefs_of
from students.flag_states import State
from students.models import RiskFlag, Student
from students.models.flags import is_late
from students.queries import attach_classes, matching, open_flags

Flags = QuerySet[RiskFlag]
ORDER, PAGE = ("-severity", "due_at"), 40
SHOWS = {
    "waiting": gettext_lazy("To take in hand"),
    "mine": gettext_lazy("In my hands"),
    "answer": gettext_lazy("Waiting for an answer"),
    "late": gettext_lazy("Overdue"),
    "watched": gettext_lazy("Watched"),
    "closed": gettext_lazy("Closed"),
}


# What the list shows of each flag; why it was closed is sealed, and stands on its page.
OF_FLAG = tuple(field.name for field in RiskFlag._meta.concrete_fields if field.name != "closing_reason")
OF_PEOPLE = ("student__name", "student__class_group_id", "assignee__person__name", "waits_for__person__name")


def flags_of(viewer: Viewer) -> Flags:
    """Every flag this viewer sees, with what the list shows of it."""
    seen = RiskFlag.objects.visible_to(viewer)
    related: tuple[str, ...] = ("student", "assignee__person", "waits_for__person")
    if viewer.role in SCHOOL_ROLES:  # `dress` gives the classes
        return seen.select_related(*related).only(*OF_FLAG, *OF_PEOPLE)
    related = ("student__class_group__school", *related)
    return seen.select_related(*related).only(*OF_FLAG, *OF_PEOPLE, "student__class_group")


def shown(flags: Any, show: str, viewer: Viewer) -> Any:
    """What a tab shows; without one everything that is not closed."""
    conditions = {
        "": ~Q(state=State.CLOSED),
        "waiting": Q(state=State.RAISED),
        "mine": Q(assignee=viewer.membership) & ~Q(state=State.CLOSED) & ~Q(state=State.RAISED),
        "answer": Q(waits_for__isnull=False) & ~Q(state=State.CLOSED),
        "late": is_late(timezone.now()),
        "watched": Q(state=State.WATCHED),
        "closed": Q(state=State.CLOSED),
    }
    return flags.filter(conditions[show])


@prepared_for()
def usual(viewer: Viewer) -> Any:
    """What the list shows before anybody chooses: the first of what is not closed."""
    return shown(flags_of(viewer), "", viewer).order_by(*ORDER, "pk")[: PAGE + 1]


def tab_counts(viewer: Viewer) -> dict[str, int]:
    """How many open flags stand behind each tab, as `shown` finds them: counted from rows that the page has anyway. Of
    closed ones there are ever more, and nobody waits for them."""
    rows, now, me = open_flags(viewer), timezone.now(), viewer.membership.pk
    return {
        "": len(rows),
        "waiting": sum(flag.state == State.RAISED for flag in rows),
        "mine": sum(flag.assignee_id == me and flag.state != State.RAISED for flag in rows),
        "answer": sum(flag.waits_for_id is not None for flag in rows),
        "late": sum(flag.is_late(now) for flag in rows),
        "watched": sum(flag.state == State.WATCHED for flag in rows),
    }


def _by_student(flags: Flags, text: str, viewer: Viewer) -> Flags:
    return flags.filter(student__in=matching(Student.objects.visible_to(viewer), text, viewer).order_by().values("pk"))


def dress(flags: list[RiskFlag], viewer: Viewer) -> None:
    """Clock, level, hands, why and what is next, on each of these."""
    briefs = briefs_of(viewer, flags)
    attach_classes([flag.student for flag in flags], viewer)
    put_into_words(flags, viewer)
    for flag in flags:
        row: Any = flag
        row.why = listed(briefs[flag.pk])


def put_into_words(flags: list[RiskFlag], viewer: Viewer) -> None:
    """Everything of `dress` except why the flag stands, which takes queries."""
    now = timezone.now()
    for flag in flags:
        row: Any = flag
        row.clock = clock_of(flag, viewer.calendar, now)
        row.level_label = viewer.scheme.word(flag.severity)
        row.hands = in_whose_hands(flag)
        row.next = next_step(flag)


FLAGS = List(
    name="flag_list",
    title=gettext_lazy("Risk flags"),
    icon="flag",
    nothing=(
        gettext_lazy("No flag stands"),
        gettext_lazy(
            "A flag comes from a talk that asks for attention, or is raised by hand on the page of a student."
        ),
    ),
    order=ORDER,
    page_size=PAGE,
    usual=usual,
    link="students:flag_detail",
    dress=dress,
    columns=(
        Column("student", gettext_lazy("Student"), lambda flag: flag.student.name, sort="student__search_keys"),
        Column(
            "class",
            gettext_lazy("Class"),
            lambda flag: flag.student.class_group.name if flag.student.class_group else "",
        ),
        Column("level", gettext_lazy("Level"), lambda flag: flag.level_label, sort=("severity", "due_at")),
        Column("state", gettext_lazy("State")),
        Column("why", gettext_lazy("Why, in a few words")),
        Column("source", gettext_lazy("Source")),
        Column("known", gettext_lazy("Known"), lambda flag: moment(flag.known_at), sort="known_at"),
        Column("hands", gettext_lazy("In whose hands")),
        Column("next", gettext_lazy("Next")),
        Column("clock", gettext_lazy("Time"), lambda flag: flag.clock.text),
        Column("outcome", gettext_lazy("Outcome")),
    ),
    filters=(
        Search(label=gettext_lazy("Name, pinyin or number"), matches=_by_student),
        Choice(
            "show",
            label=gettext_lazy("Which flags"),
            any_label=gettext_lazy("Open"),
            choices=list(SHOWS.items()),
            narrow=shown,
            chips=True,
            counts=tab_counts,
        ),
        Choice(
            "level",
            "severity",
            label=gettext_lazy("Level"),
            any_label=gettext_lazy("Every level"),
            choices=lambda viewer: viewer.scheme.choices()[1:],
        ),
        Choice(
            "class",
            "student__class_group",
            label=gettext_lazy("Class"),
            any_label=gettext_lazy("Every class"),
            choices=lambda viewer: [(group.pk, group.name) for group in viewer.class_groups],
            folded=True,
        ),
        Choice(
            "source",
            label=gettext_lazy("Source"),
            any_label=gettext_lazy("Every source"),
            choices=RiskFlag.Source.choices,
            folded=True,
        ),
        Days("reported_at", label=gettext_lazy("Reported"), folded=True),
    ),
)
