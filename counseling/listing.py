"""The list of talks: its columns, what its address may ask for, and how a row of it is put into words."""

from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counseling.models import TalkLog, TalkPart
from counseling.queries import Words, follow_ups_due, words_of
from schools.access import Viewer, once
from schools.listing import Choice, Column, Days, List, Search
from schools.models import Membership, Person, Role
from schools.severity import Scheme
from schools.templatetags.look import day, level, moment
from students.models import Student
from students.queries import matching

SHOWS: dict[str, str | Promise] = {
    "mine": gettext_lazy("Held by me"),
    "follow_up": gettext_lazy("Follow-up due"),
    "attention": gettext_lazy("Need attention"),
    "restricted": gettext_lazy("For counselors only"),
}
# Of a record, what the list shows: no texts, and of people the name.
LISTED = (
    *("themes", "mood", "severity", "follow_up_on"),
    *(f"talk__{name}" for name in ("happened_at", "kind", "place", "mode", "initiative", "is_restricted")),
    *("talk__author__name", "student__name", "student__student_number"),
    *(f"class_group__{name}" for name in ("stage", "entry_year", "number", "prefix", "school__system")),
)
Parts = QuerySet[TalkPart]


@once
def words(viewer: Viewer) -> Words:
    return words_of(viewer.unit)


def parts_of(viewer: Viewer) -> Parts:
    """Every part this viewer sees, with what the list shows of it."""
    parts: Parts = TalkPart.objects.visible_to(viewer).standing()
    return parts.select_related("talk__author", "student", "class_group__school").only(*LISTED)


# --- what the address may ask for ---------------------------------------------------------------------------------


def _by_student(parts: Parts, text: str, viewer: Viewer) -> Parts:
    found = matching(Student.objects.visible_to(viewer), text, viewer)
    return parts.filter(student__in=found.order_by().values("pk"))


def _shows(viewer: Viewer) -> list[tuple[str, Any]]:
    may = viewer.role == Role.COUNSELOR
    return [(code, label) for code, label in SHOWS.items() if may or code != "restricted"]


def _shown(parts: Parts, show: str, viewer: Viewer) -> Parts:
    if show == "mine":
        return parts.filter(talk__author=viewer.person)
    if show == "follow_up":
        return parts.filter(pk__in=follow_ups_due(viewer).order_by().values("pk"))
    if show == "attention":
        return parts.filter(severity__gt=0)
    if show == "restricted":
        return parts.filter(talk__is_restricted=True)
    return parts


def _with_theme(parts: Parts, theme: str, _viewer: Viewer) -> Parts:
    """A code in a JSON list: codes are plain words, so the quoted form is found in its text on both databases."""
    if not theme:
        return parts
    return parts.alias(themes_text=Cast("themes", TextField())).filter(themes_text__contains=f'"{theme}"')


def _teachers(viewer: Viewer) -> list[tuple[Any, str]]:
    """Who works here; for those who see less than the school, who works in the classes they see."""
    here = Membership.objects.current().filter(unit=viewer.unit)
    if not viewer.sees_whole_school():
        here = here.filter(Q(classes__in=viewer.class_ids) | Q(person=viewer.person))
    people = Person.objects.filter(pk__in=here.values("person_id"))
    return list(people.order_by("name").values_list("pk", "name"))


# --- a row in words -----------------------------------------------------------------------------------------------


def dress(part: Any, words: Words, scheme: Scheme) -> Any:
    """Put the words of its codes on a part."""
    part.shown = shown_as(part.talk, part, words, scheme)
    return part


def shown_as(talk: Any, content: Any, words: Words, scheme: Scheme) -> dict[str, str]:
    """The codes of a record, now or in an older version, in words."""
    return {
        "themes": words.themes(content.themes),
        "mood": words.of("mood", content.mood) if content.mood else "",
        "level": scheme.label(content.severity),
        "kind": words.of("kind", talk.kind),
        "place": words.of("place", talk.place) if talk.place else "",
        "mode": str(TalkLog.Mode(talk.mode).label),
        "initiative": str(TalkLog.Initiative(talk.initiative).label),
    }


def _dressed(parts: list[TalkPart], viewer: Viewer) -> None:
    for part in parts:
        dress(part, words(viewer), viewer.scheme)


def _name(part: TalkPart) -> SafeString | str:
    if not part.talk.is_restricted:
        return part.student.name
    return format_html('{} <span class="tag">{}</span>', part.student.name, _("for counselors only"))


def _level(part: Any) -> SafeString | str:
    return level(part.severity, part.shown["level"]) if part.severity else ""


TALKS = List(
    name="talk_list",
    title=gettext_lazy("Talks"),
    icon="chat-bubble-left-right",
    nothing=(
        gettext_lazy("No talks yet"),
        gettext_lazy("Here stand the talks you may read. The first one takes half a minute."),
    ),
    page_size=30,
    order=("-talk__happened_at",),
    link="counseling:talk_detail",
    dress=_dressed,
    columns=(
        Column(
            "student",
            gettext_lazy("Student"),
            lambda part: part.student.name,
            draw=_name,
            sort=("student__search_keys", "talk__happened_at"),
        ),
        Column("number", gettext_lazy("Student number"), lambda part: part.student.student_number, on_page=False),
        Column(
            "when",
            gettext_lazy("When"),
            lambda part: timezone.localtime(part.talk.happened_at).strftime("%Y-%m-%d %H:%M"),
            draw=lambda part: moment(part.talk.happened_at),
            sort="talk__happened_at",
        ),
        Column("class", gettext_lazy("Class"), lambda part: part.class_group.name if part.class_group else ""),
        Column("themes", gettext_lazy("Themes"), lambda part: part.shown["themes"]),
        Column("kind", gettext_lazy("Kind of talk"), lambda part: part.shown["kind"]),
        Column(
            "level",
            gettext_lazy("Level"),
            lambda part: part.shown["level"] if part.severity else "",
            draw=_level,
            sort=("severity", "talk__happened_at"),
        ),
        Column(
            "follow_up",
            gettext_lazy("Talk again"),
            lambda part: part.follow_up_on,
            draw=lambda part: day(part.follow_up_on),
            sort=("follow_up_on", "talk__happened_at"),
        ),
        Column("author", gettext_lazy("Who talked"), lambda part: part.talk.author.name),
    ),
    filters=(
        Search(label=gettext_lazy("Student: name, pinyin or number"), matches=_by_student),
        Choice("show", label=gettext_lazy("Which talks"), choices=_shows, narrow=_shown),
        Choice(
            "class",
            "class_group",
            label=gettext_lazy("Class"),
            any_label=gettext_lazy("Every class"),
            choices=lambda viewer: [(group.pk, group.name) for group in viewer.class_groups],
        ),
        Choice(
            "teacher",
            "talk__author",
            label=gettext_lazy("Who talked"),
            any_label=gettext_lazy("Everyone"),
            choices=_teachers,
        ),
        Choice(
            "theme",
            label=gettext_lazy("Theme"),
            any_label=gettext_lazy("Every theme"),
            choices=lambda viewer: words(viewer).lists["theme"].items(),
            narrow=_with_theme,
        ),
        Choice(
            "kind",
            "talk__kind",
            label=gettext_lazy("Kind of talk"),
            any_label=gettext_lazy("Every kind"),
            choices=lambda viewer: words(viewer).lists["kind"].items(),
            folded=True,
        ),
        Days("talk__happened_at", names=("from", "to"), folded=True),
    ),
)
