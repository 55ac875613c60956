"""The schools of a center by the worst thing that waits there: as tiles, as a table, as a file.

All counts are kept ones (`schools.models.Tally`). What a school is shown by is declared beside its figure
(`schools.figures.Alarm`), so a later kind, such as a daily report that is missing, needs its declaration only.
"""

from functools import cache
from typing import Any, NamedTuple

from django.db.models import IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.document import Amount
from schools.access import Viewer
from schools.common.labels import listed
from schools.figures import Rows, alarms, figures
from schools.listing import Column, List, Search
from schools.models import Tally, Unit

SHOWN = ("students", "talks")


CALM = 1000  # behind every alarm


class Tile(NamedTuple):
    name: str
    url: str
    text: str
    tone: str
    rank: int


def tile_of(name: str, url: str, counts: Any) -> Tile:
    """`counts` gives the count of a figure."""
    for alarm in alarms():
        count = counts(alarm.figure)
        if alarm.is_bad(count):
            return Tile(name, url, alarm.words(count), alarm.tone, alarm.rank)
    return Tile(name, url, _("nothing waits"), "zero", CALM)


class Growth(NamedTuple):
    """A school where more stands open than when the term began."""

    name: str
    url: str
    text: str
    by: int


# A count at the beginning of the term, the same count now, and how the two are told.
GROWING = (
    ("flags_at_start", "flags_at_end", gettext_lazy("open flags {was} → {now}")),
    ("registry_at_start", "registry_at_end", gettext_lazy("on the registry {was} → {now}")),
)


def growth_of(name: str, url: str, counts: Any) -> Growth | None:
    """`counts` gives the count of a figure. Nothing where nothing has grown."""
    pairs = [(counts(start), counts(now), words) for start, now, words in GROWING]
    grown = [(was, now, words) for was, now, words in pairs if now > was]
    if not grown:
        return None
    text = listed(str(words).format(was=was, now=now) for was, now, words in grown)
    return Growth(name, url, text, sum(now - was for was, now, _words in grown))


def waiting_at(viewer: Viewer) -> list[Any]:
    """The schools where something waits."""
    schools = schools_of(viewer, viewer.term.code if viewer.term else "")
    return [unit for unit in schools if school_tile(unit).rank < CALM]


def schools_of(viewer: Viewer, term: str) -> Rows:
    """The schools with what is kept of each in a term."""
    codes = [
        *SHOWN,
        "flags_at_end",
        "students_reached",
        "key_students",
        "key_students_reached",
        "counselors",
        *_alarming(),
    ]
    counts = {f"n_{code}": _kept(code, term) for code in dict.fromkeys(codes)}
    return Unit.objects.visible_to(viewer).schools().annotate(**counts)


def _alarming() -> list[str]:
    return [alarm.figure for alarm in alarms()]


def _kept(figure: str, term: str) -> Coalesce:
    rows = Tally.objects.filter(unit=OuterRef("pk"), term=term, figure=figure, split="", value="")
    return Coalesce(Subquery(rows.values("count"), output_field=IntegerField()), 0)


def worst_first() -> tuple[str, ...]:
    """Of many alarms the order is that of the worst three; the rest by name."""
    return ("-n_flags_overdue", "-n_daily_missing", "n_schools_with_counselor", "path")


def school_tile(unit: Any) -> Tile:
    return tile_of(unit.short_name or unit.name, url_of(unit.code), lambda code: getattr(unit, f"n_{code}"))


def url_of(code: str) -> str:
    return f"{_figures()}?unit={code}"


@cache  # a district's workbench names each of its schools twice
def _figures() -> str:
    return reverse("reports:figure_list")


def heading_of(units: Rows) -> str:
    """The fact that matters: how many schools have the worst that there is."""
    late, every = units.filter(n_flags_overdue__gt=0).count(), units.count()
    if late:
        text = ngettext(
            "{n} of {all} schools has a flag past its time", "{n} of {all} schools have a flag past its time", late
        )
        return text.format(n=late, all=every)
    return ngettext("No flag is past its time at {n} school", "No flag is past its time at {n} schools", every).format(
        n=every
    )


def _name(unit: Any) -> Any:
    return format_html('<a href="{}">{}</a>', url_of(unit.code), unit.name)


def _share(part: str, whole: str) -> Any:
    def of(unit: Any) -> Amount:
        count = getattr(unit, f"n_{whole}")
        return Amount(getattr(unit, f"n_{part}") / count if count else None, "percent")

    return of


def _number(code: str, label: Any = "") -> Column:
    return Column(
        code, label or figures()[code].label, lambda unit: getattr(unit, f"n_{code}"), sort=f"n_{code}", css="num"
    )


def school_table() -> List:
    """Declared when it is shown: its columns are figures, which each app declares."""
    waits = Column("waits", gettext_lazy("What waits"), lambda unit: school_tile(unit).text)
    return List(
        name="school_list",
        title=gettext_lazy("Schools"),
        icon="building-library",
        nothing=(gettext_lazy("No school yet"), gettext_lazy("The schools of the network appear here.")),
        page_size=200,
        order=worst_first(),
        filters=(Search("name", "short_name", "code", label=gettext_lazy("Name or code")),),
        columns=(
            Column("name", gettext_lazy("School"), draw=_name, sort="name"),
            waits,
            *(_number(code) for code in SHOWN),
            _number("flags_at_end", gettext_lazy("Open flags")),
            _number("flags_overdue", gettext_lazy("Past their time")),
            _number("counselors"),
            Column("coverage", gettext_lazy("Coverage"), _share("students_reached", "students"), css="num"),
            Column("key", gettext_lazy("Key coverage"), _share("key_students_reached", "key_students"), css="num"),
        ),
    )
