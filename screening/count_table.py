"""What was answered without names, as a table: a row for each answer that a question offers, with how many gave it, as
the page shows it. No row is a person's, and own words stay on the page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from screening.item_results import CountedItem, CountedPart
from screening.round_table import Table, Variable
from screening.staff_results import AskedItem


@dataclass(frozen=True)
class CountRow:
    """One answer to a question; without an answer, what is told of a question that offers none or that few answered."""

    part: str
    item: CountedItem
    answer: str
    count: int | None
    by_group: Mapping[str, int] = field(default_factory=dict)


def counts_of_round(parts: list[CountedPart]) -> Table:
    def rows() -> Iterator[CountRow]:
        for part in parts:
            for item in sorted(part.items, key=lambda one: one.number):
                for answer, count in item.options:
                    yield CountRow(part.name, item, answer, count)
                if not item.options:
                    yield CountRow(part.name, item, "", None)

    return Table([Variable("instrument", _("Instrument"), lambda row: row.part, is_text=True), *_about_items()], rows)


def counts_of_staff(items: list[AskedItem]) -> Table:
    """Beside the counts of all those of each group that the page tells."""
    groups = list(dict.fromkeys(group for one in items for group in one.groups))

    def rows() -> Iterator[CountRow]:
        for one in items:
            for option in one.options:
                by_group = dict(zip(one.groups, option.by_group, strict=True))
                yield CountRow("", one.item, option.text, option.count, by_group)
            if not one.options:
                yield CountRow("", one.item, "", None)

    columns = [Variable(f"group_{n}", group, _of_group(group)) for n, group in enumerate(groups, start=1)]
    return Table([*_about_items(), *columns], rows)


def _of_group(group: str) -> Callable[[CountRow], int | None]:
    return lambda row: row.by_group.get(group)


def _about_items() -> list[Variable]:
    return [
        Variable("nr", _("Number of the question"), lambda row: row.item.number),
        Variable("question", _("Question"), lambda row: row.item.text, is_text=True),
        Variable("answer", _("Answer"), lambda row: row.answer, is_text=True),
        Variable("count", _("How many"), lambda row: row.count),
        Variable("answered", _("Have answered the question"), lambda row: row.item.answered),
        Variable("left_out", _("Have left it out"), lambda row: row.item.left_out),
    ]
