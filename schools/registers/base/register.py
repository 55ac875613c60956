"""What a register is, and which there are."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.audit.verbs import Kind, Verb, declare, declare_topic
from schools.listing import Choice, Column, List, Units
from schools.listing.filters import ListFilter
from schools.models import Unit, WorkRecord
from schools.models.records import WorkRecordQuerySet
from schools.registers.base.forms import RecordForm
from schools.registers.base.sheets import RecordSheet, register_sheet

Rows = WorkRecordQuerySet[Any]
STATES = [("waiting", gettext_lazy("Waits for confirmation")), ("confirmed", gettext_lazy("Confirmed"))]


def own_unit(values: dict[str, Any], viewer: Viewer) -> Unit:
    return viewer.unit


def marks_nothing(record: Any) -> tuple[set[int], dt.date | None]:
    """Units whose figures a row changes, and since when."""
    return set(), None


@dataclass(frozen=True)
class Register:
    """One kind of record. `sees` may open its pages, `keeps` may enter, change and confirm the rows they see.

    `own` names the field of whose row it is, if rows belong to people: they enter and change their own, which counts
    once a keeper, who is not themselves, confirms it.
    """

    model: type[WorkRecord]
    title: Any
    one: Any
    sees: frozenset[str]
    keeps: frozenset[str]
    form: type[RecordForm]
    columns: tuple[Column, ...]
    filters: tuple[ListFilter, ...] = ()
    order: tuple[Any, ...] = ("-pk",)
    own: str = ""
    icon: str = "rectangle-stack"
    explained: Any = ""
    related: tuple[str, ...] = ()
    unit_of: Callable[[dict[str, Any], Viewer], Unit] = own_unit
    marks: Callable[[Any], tuple[set[int], dt.date | None]] = marks_nothing
    sheet: RecordSheet | None = None

    @property
    def name(self) -> str:
        return str(self.model._meta.model_name)

    @property
    def url_name(self) -> str:
        """Of its list; the other pages are named after it in the same way."""
        return f"schools:{self.name}_list"

    def page(self, page: str) -> str:
        return f"schools:{self.name}_{page}"

    def rows(self, viewer: Viewer) -> Rows:
        found: Rows = self.model.objects.visible_to(viewer)
        return found.select_related("unit", "confirmed_by", *self.related)

    @cached_property
    def listing(self) -> List:
        state = Choice("state", label=gettext_lazy("State"), choices=STATES, narrow=_in_state, any_label=_ALL)
        unit = Column("unit", gettext_lazy("Unit"), lambda row: row.unit.name, sort="unit__path", seen_by=_sees_units)
        mark = Column("confirmed", gettext_lazy("State"), _state, draw=_state_mark)
        return List(
            name=f"{self.name}_list",
            title=self.title,
            columns=(*self.columns, unit, *([mark] if self.own else [])),
            filters=(*self.filters, Units(), *([state] if self.own else [])),
            order=self.order,
            link=self.page("detail"),
            icon=self.icon,
            nothing=(gettext_lazy("Nothing here yet"), self.explained),
        )

    def facts(self, record: Any) -> list[tuple[str, str, Any]]:
        """Name, label and text of what a row says, in the order of its columns."""
        return [(one.name, str(one.label), one.shown_of(record)) for one in self.columns]

    def told(self, record: Any) -> dict[str, str]:
        """The same, as a version keeps it."""
        return {name: str(text) for name, _label, text in self.facts(record)}

    def is_own(self, viewer: Viewer, record: Any) -> bool:
        return bool(self.own) and getattr(record, f"{self.own}_id") == viewer.person.pk

    def can_enter(self, viewer: Viewer) -> bool:
        return viewer.role in self.keeps or (bool(self.own) and viewer.role in self.sees)

    def can_change(self, viewer: Viewer, record: Any) -> bool:
        """A row that the viewer sees."""
        return viewer.role in self.keeps or self.is_own(viewer, record)

    def counts_at_once(self, viewer: Viewer, record: Any) -> bool:
        """Nobody confirms what is their own."""
        return viewer.role in self.keeps and not self.is_own(viewer, record)

    def can_confirm(self, viewer: Viewer, record: Any) -> bool:
        return record.confirmed_at is None and self.counts_at_once(viewer, record)


_LABELS = {"fields": gettext_lazy("fields")}
_COUNTS = {
    "created": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "unchanged": gettext_lazy("left as they are"),
}
_ALL = gettext_lazy("All")
_registers: dict[str, Register] = {}


def register(declared: Register) -> Register:
    """Make a register known, and what the audit log calls its acts."""
    name, title = declared.name, declared.title
    _registers[name] = declared
    declare_topic("register", gettext_lazy("Work records"), name, f"{name}_list")
    declare(
        Verb(f"{name}.entered", format_lazy(gettext_lazy("{title}: entered"), title=title), labels=_LABELS),
        Verb(f"{name}.changed", format_lazy(gettext_lazy("{title}: changed"), title=title), labels=_LABELS),
        Verb(f"{name}.confirmed", format_lazy(gettext_lazy("{title}: confirmed"), title=title)),
        Verb(f"{name}.removed", format_lazy(gettext_lazy("{title}: removed"), title=title)),
        Verb(f"{name}.imported", format_lazy(gettext_lazy("{title}: imported"), title=title), labels=_COUNTS),
        Verb(f"{name}.file_added", format_lazy(gettext_lazy("{title}: added a file"), title=title)),
        Verb(f"{name}.file_taken", format_lazy(gettext_lazy("{title}: took a file"), title=title), Kind.READ),
        Verb(f"{name}.file_removed", format_lazy(gettext_lazy("{title}: removed a file"), title=title)),
        Verb(
            f"{name}_list.exported", format_lazy(gettext_lazy("{title}: exported the list"), title=title), Kind.EXPORT
        ),
    )
    if declared.sheet:
        register_sheet(declared, declared.sheet)
    return declared


def all_registers() -> list[Register]:
    return list(_registers.values())


def _in_state(rows: Any, state: str, _viewer: Viewer) -> Any:
    if not state:
        return rows
    return rows.waiting() if state == "waiting" else rows.confirmed()


def _sees_units(viewer: Viewer) -> bool:
    return not viewer.unit.is_school


def _state(record: Any) -> str:
    return _("confirmed") if record.confirmed_at else _("waits for confirmation")


def _state_mark(record: Any) -> Any:
    return format_html('<span class="tag {}">{}</span>', "good" if record.confirmed_at else "warn", _state(record))
