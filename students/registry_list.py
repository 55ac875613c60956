"""The registry as a list: its columns for page and file (台账), and what its address may ask for."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from schools.access import SCHOOL_ROLES, Viewer
from schools.common.labels import listed
from schools.listing import Choice, Column, List, Search
from schools.listing.columns import yes
from schools.severity import scheme_of
from schools.templatetags.look import day, level
from students.access import reads_plan
from students.models import PlanMeasure, PlanReview, RegistryCategory, RegistryEntry
from students.queries import attach_classes

Rows = QuerySet[Any]
RELATED = ("student", "leader__person", "counselor__person", "teacher__person")


# As many as stand on one ledger.
MOST = 500


def entries_of(viewer: Viewer) -> Any:
    """The entries this viewer reads as a list."""
    return RegistryEntry.objects.visible_to(viewer).select_related(*RELATED)


def _found(entries: Rows, text: str, _viewer: Viewer) -> Rows:
    for word in text[:60].split()[:6]:
        known = Q(student__name__contains=word) | Q(student__search_keys__contains=word.lower())
        entries = entries.filter(known | Q(student__student_number__istartswith=word))
    return entries


def _levels(viewer: Viewer) -> list[tuple[int, str]]:
    return [(one.severity, str(one.word)) for one in viewer.scheme.levels]


TABS = (
    ("due", _("review due")),
    ("bare", _("plan incomplete")),
    ("mine", _("mine")),
    ("off", _("left the registry")),
)


def _of_tab(entries: Rows, tab: str, viewer: Viewer) -> Rows:
    today = timezone.localdate()
    if tab == "off":
        return entries.exclude(off_on=None)
    if tab == "due":
        return entries.filter(review_by__lte=today)
    entries = entries.filter(off_on=None)
    if tab == "bare":
        return entries.filter(bare())
    if tab == "mine":
        own = Q(leader__person=viewer.person) | Q(counselor__person=viewer.person) | Q(teacher__person=viewer.person)
        return entries.filter(own)
    return entries


def bare() -> Q:
    """Without an open measure, or without anybody who answers for it."""
    held = PlanMeasure.objects.open().order_by().values("entry")
    nobody = Q(counselor=None) | Q(counselor__person__is_active=False) | Q(counselor__ends_on__lt=timezone.localdate())
    return ~Q(pk__in=held) | nobody


def dressed(entries: list[Any], viewer: Viewer) -> None:
    """Put words on the rows of one page: class, level, measures, last review, overdue."""
    attach_classes([entry.student for entry in entries], viewer)
    scheme, today = scheme_of(viewer.unit), timezone.localdate()
    ids = [entry.pk for entry in entries]
    measures: dict[Any, list[PlanMeasure]] = {}
    last: dict[Any, PlanReview] = {}
    if ids:
        for measure in PlanMeasure.objects.visible_to(viewer).filter(entry__in=ids, dropped_on=None):
            measures.setdefault(measure.entry_id, []).append(measure)
        seen = PlanReview.objects.visible_to(viewer).filter(entry__in=ids, state=PlanReview.State.IN_FORCE)
        for review in seen.order_by("number"):
            last[review.entry_id] = review
    labels = {one.code: one.label for one in RegistryCategory.objects.all()} if ids else {}
    for entry in entries:
        entry.level_label = scheme.word(entry.severity)
        entry.plan = measures.get(entry.pk, [])
        entry.done = sum(one.done_on is not None for one in entry.plan)
        entry.last = last.get(entry.pk)
        entry.labels = [labels.get(code, code) for code in entry.categories]
        entry.is_late = entry.review_by is not None and entry.review_by < today


def _level(entry: Any) -> Any:
    return level(entry.severity, entry.level_label)


def _next_review(entry: Any) -> SafeString | str:
    if entry.review_by is None:
        return ""
    if not entry.is_late:
        return day(entry.review_by)
    return format_html('{} <span class="tag bad">{}</span>', day(entry.review_by), gettext("overdue"))


def _name_of(field: str) -> Any:
    return lambda entry: member.person.name if (member := getattr(entry, field)) else ""


def _measures(entry: Any) -> str:
    if not entry.plan:
        return gettext("none yet")
    return gettext("{done} of {all} done").format(done=entry.done, all=len(entry.plan))


def _whole(viewer: Viewer) -> bool:
    return viewer.role in SCHOOL_ROLES


def _texts(entry: Any) -> str:
    return "；".join(one.what for one in entry.plan)


def ledger_of(viewer: Viewer) -> list[Any]:
    """All who are listed, the worst first, as they stand on paper."""
    entries = list(entries_of(viewer).open().order_by("-severity", "review_by")[:MOST])
    dressed(entries, viewer)
    return entries


REGISTRY = List(
    name="registry_list",
    title=_("Registry"),
    icon="book-open",
    nothing=(
        _("Nobody is on the registry"),
        _("A student is put on it from a flag, or from the student's own page; each has a plan that is reviewed."),
    ),
    order=("-severity", "review_by", "student__search_keys"),
    link="students:plan_detail",
    dress=dressed,
    columns=(
        Column("student", _("Student"), lambda entry: entry.student.name, sort=("student__search_keys",)),
        Column("number", _("Student number"), lambda entry: entry.student.student_number, on_page=False),
        Column("gender", _("Gender"), lambda entry: entry.student.get_gender_display(), on_page=False),
        Column("class", _("Class"), lambda entry: entry.student.class_group.name if entry.student.class_group else ""),
        Column("level", _("Level"), lambda entry: entry.level_label, draw=_level, sort="severity", seen_by=reads_plan),
        Column("categories", _("Categories"), lambda entry: listed(entry.labels), on_page=False, seen_by=reads_plan),
        Column(
            "review",
            _("Next review"),
            lambda entry: entry.review_by,
            show=lambda when: day(when) if when else "",
            draw=_next_review,
            sort="review_by",
            seen_by=reads_plan,
        ),
        Column("late", _("overdue"), lambda entry: entry.is_late, show=yes, on_page=False, seen_by=reads_plan),
        Column("measures", _("Measures"), _measures, seen_by=reads_plan),
        Column("counselor", _("Counselor"), _name_of("counselor")),
        Column("teacher", _("Class teacher"), _name_of("teacher"), on_page=False),
        Column("leader", _("Responsible leader"), _name_of("leader"), on_page=False),
        Column("listed", _("First listed"), lambda entry: entry.listed_on, on_page=False, sort="listed_on"),
        Column("reviewed", _("Last review"), lambda entry: entry.last.reviewed_on if entry.last else "", on_page=False),
        Column("reasons", _("Reasons"), lambda entry: entry.reasons, on_page=False, seen_by=_whole),
        Column("found", _("How it was found"), lambda entry: entry.found_how, on_page=False, seen_by=_whole),
        Column("treatment", _("As the family told it"), lambda entry: entry.treatment, on_page=False, seen_by=_whole),
        Column("plan", _("What is done"), _texts, on_page=False, seen_by=_whole),
        Column("off", _("Left on"), lambda entry: entry.off_on or "", on_page=False),
        Column("ending", _("How it ended"), lambda entry: entry.get_ending_display(), on_page=False),
    ),
    filters=(
        Search(label=_("Name, pinyin, initials or student number"), matches=_found),
        Choice("level", "severity", label=_("Level"), any_label=_("Every level"), choices=_levels, seen_by=reads_plan),
        Choice(
            "class",
            "student__class_group",
            label=_("Class"),
            any_label=_("All classes"),
            choices=lambda viewer: [(group.pk, group.name) for group in viewer.class_groups],
        ),
        Choice("tab", label=_("Which"), choices=TABS, narrow=_of_tab, chips=True),
    ),
)
