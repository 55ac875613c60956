"""Which column is which: the row of titles found by an alias table, under title rows and above total rows.

The alias table is a CSV file `field,alias`. Some fields are special:

- `member1.` (ending in a dot): a group, such as 成员1 in 成员1姓名, or above 姓名 in the row over it;
- `*.name`: a part that only means something inside a group; together they are the field `member1.name`;
- `-`: a column that is known and not wanted; `#footer`: how the first cell of a total row looks (`共*人`);
- `#staff_list`: a title that stands in another kind of table only; the name is the code of the refusal.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from pathlib import Path
from unicodedata import normalize

from schools.common.tables.errors import UnreadableFile
from schools.common.tables.table import Table

IGNORED = "-"
# The last column of a sheet of problem rows that we give out: when the sheet comes back, it says nothing.
REASONS = "问题说明"  # zh
_SEARCH_ROWS = 30
_SHORTEST_HEADER = 2
_WIDEST_FOOTER = 3
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
# Stars mark a compulsory column; separators stand between a group and its part.
_DECORATION = re.compile(r"[\s*#:;,./\\_\-—·、。★※☆|\"'()\[\]【】]+")


def norm(label: str) -> str:
    """The label without what people decorate it with."""
    return _DECORATION.sub("", normalize("NFKC", label)).casefold()


def _norm_without_brackets(label: str) -> str:
    return norm(_BRACKETS.sub("", normalize("NFKC", label)))


@dataclass(frozen=True)
class Vocabulary:
    """The labels that one kind of table may have."""

    labels: Mapping[str, str]
    groups: Mapping[str, str]
    parts: Mapping[str, str]
    footers: tuple[str, ...]
    # A row of titles must have all of these.
    required: frozenset[str]
    # Fields that other kinds of tables have as well: a table with nothing else may be one of those.
    shared: frozenset[str] = frozenset()
    # Titles of those other tables, with the code of each.
    others: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_csv(cls, path: Path, *, required: frozenset[str], shared: frozenset[str] = frozenset()) -> "Vocabulary":
        labels: dict[str, str] = {}
        groups: dict[str, str] = {}
        parts: dict[str, str] = {}
        footers: list[str] = []
        others: dict[str, str] = {}
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                name, alias = row["field"], row["alias"]
                if name == "#footer":
                    footers.append(alias)
                elif name.startswith("#"):
                    others[norm(alias)] = name[1:]
                elif name.endswith("."):
                    groups[norm(alias)] = name
                elif name.startswith("*."):
                    parts[norm(alias)] = name[2:]
                else:
                    labels[norm(alias)] = name
        return cls(labels, groups, parts, tuple(footers), required, shared, others)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """All fields a column may be mapped to by hand, in the order of the alias table."""
        own = [name for name in self.labels.values() if name != IGNORED]
        parts = [part for part in self.parts.values() if part != IGNORED]
        return tuple(dict.fromkeys([*own, *(group + part for group in self.groups.values() for part in parts)]))

    def field_of(self, label: str, group: str = "") -> str | None:
        """The field of a column with this title, under this group title if there is one."""
        if label == REASONS:
            return IGNORED
        for text in dict.fromkeys((norm(label), _norm_without_brackets(label))):
            found = self._grouped(text, norm(group)) or self.labels.get(text) or self._prefixed(text)
            if found:
                return found
        return None

    def _grouped(self, text: str, group: str) -> str | None:
        prefix, part = self.groups.get(group), self.parts.get(text)
        return _join(prefix, part) if prefix and part else None

    def _prefixed(self, text: str) -> str | None:
        """成员1姓名: the longest group that the label begins with, when a known part follows."""
        for cut in range(len(text) - 1, 0, -1):
            prefix, part = self.groups.get(text[:cut]), self.parts.get(text[cut:])
            if prefix and part:
                return _join(prefix, part)
        return None

    def other_of(self, label: str) -> str | None:
        """The kind of table that only has this title, if it is not ours."""
        return self.others.get(norm(label)) or self.others.get(_norm_without_brackets(label))

    def is_footer(self, text: str) -> bool:
        squeezed = re.sub(r"\s+", "", normalize("NFKC", text))
        return self._footer_pattern.fullmatch(squeezed) is not None

    @cached_property
    def _footer_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(translate(pattern) for pattern in self.footers) or r"(?!)")


def _join(prefix: str, part: str) -> str:
    return IGNORED if part == IGNORED else prefix + part


@dataclass(slots=True)
class Header:
    # Row numbers as a spreadsheet program shows them, from 1; two rows when titles are grouped.
    first_row: int
    last_row: int
    # Column index from 0 → field.
    columns: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[tuple[int, str]] = field(default_factory=list)

    def index_of(self, name: str) -> int | None:
        return next((index for index, found in self.columns.items() if found == name), None)

    def has(self, names: frozenset[str]) -> bool:
        return names <= set(self.columns.values())

    def same_columns(self, other: "Header") -> bool:
        return set(self.columns.values()) == set(other.columns.values())

    @property
    def score(self) -> tuple[int, int]:
        """More fields are better; then fewer rows."""
        return len(self.columns) + len(self.ignored), self.first_row - self.last_row


# What a person said about columns: label or column index → field, "" to ignore.
ByHand = Mapping[str | int, str]


def find_header(table: Table, vocabulary: Vocabulary, mapping: ByHand | None = None) -> Header:
    """The best row of titles among the first ones. `mapping` (label or column index → field, "" to ignore) wins."""
    head = table.head(_SEARCH_ROWS + 1)
    if strange := set((mapping or {}).values()) - {"", *vocabulary.fields}:
        raise ValueError(f"no such fields: {strange}")
    best: Header | None = None
    for number in range(1, min(len(head), _SEARCH_ROWS) + 1):
        for header in _headers_at(head, number, vocabulary, mapping or {}):
            if header.has(vocabulary.required) and (best is None or header.score > best.score):
                best = header
    if best is None or best.score[0] < _SHORTEST_HEADER:
        for row in head:
            _refuse_other_table(row, vocabulary)
        raise UnreadableFile("no_header", {"found": _fullest(head)})
    if set(best.columns.values()) <= vocabulary.shared:
        _refuse_other_table([label for _index, label in best.unknown], vocabulary)
    return best


def _refuse_other_table(labels: list[str], vocabulary: Vocabulary) -> None:
    telling = [label for label in labels if vocabulary.other_of(label)]
    if telling:
        raise UnreadableFile(str(vocabulary.other_of(telling[0])), {"found": _quoted(telling)})


def has_header(table: Table, vocabulary: Vocabulary, mapping: ByHand | None = None) -> bool:
    try:
        find_header(table, vocabulary, mapping)
    except UnreadableFile:
        return False
    return True


def _headers_at(head: list[list[str]], number: int, vocabulary: Vocabulary, mapping: ByHand) -> Iterator[Header]:
    row = head[number - 1]
    yield _header(number, number, [""] * len(row), row, vocabulary, mapping)
    if number < len(head):
        groups, labels = _two_rows(row, head[number])
        yield _header(number, number + 1, groups, labels, vocabulary, mapping)


def _two_rows(upper: list[str], lower: list[str]) -> tuple[list[str], list[str]]:
    """Group titles, each standing for the blank cells to its right, and the titles under them."""
    width = max(len(upper), len(lower))
    upper = upper + [""] * (width - len(upper))
    lower = lower + [""] * (width - len(lower))
    groups, labels, group = [], [], ""
    for above, below in zip(upper, lower, strict=True):
        group = above or group
        alone = not below or above == below
        group = "" if alone else group
        groups.append(group)
        labels.append(above if alone else below)
    return groups, labels


def _header(
    first: int, last: int, groups: Sequence[str], labels: Sequence[str], vocabulary: Vocabulary, mapping: ByHand
) -> Header:
    header = Header(first, last)
    by_label = {norm(key): name for key, name in mapping.items() if isinstance(key, str)}
    taken: set[str] = set()
    for index, (group, label) in enumerate(zip(groups, labels, strict=True)):
        if not label:
            continue
        full = f"{group} {label}" if group and vocabulary.groups.get(norm(group)) else label
        header.labels[index] = full
        found = mapping.get(index, by_label.get(norm(full)))
        if found is None:
            found = vocabulary.field_of(label, group)
        _place(header, index, full, found, taken)
    return header


def _place(header: Header, index: int, label: str, found: str | None, taken: set[str]) -> None:
    if found in ("", IGNORED):
        header.ignored.append((index, label))
    elif found is None or found in taken:  # of two columns for the same field the first one counts
        header.unknown.append((index, label))
    else:
        header.columns[index] = found
        taken.add(found)


def _fullest(head: list[list[str]]) -> str:
    """What stands in the row that looks most like titles, for the message."""
    row = max(head, key=lambda cells: sum(bool(cell) for cell in cells), default=[])
    return _quoted(row)


def _quoted(cells: list[str]) -> str:
    return " · ".join(cell[:20] for cell in cells if cell)[:200]


def body(table: Table, header: Header, vocabulary: Vocabulary) -> Iterator[tuple[int, list[str]]]:
    """Rows below the titles with their numbers, padded; without blank rows, totals and titles that are repeated."""
    return ((number, cells) for number, cells, is_record in told_apart(table, header, vocabulary) if is_record)


def told_apart(table: Table, header: Header, vocabulary: Vocabulary) -> Iterator[tuple[int, list[str], bool]]:
    """Every filled row below the titles, and whether it is a record: totals, notes and repeated titles are none."""
    width = max(header.columns, default=-1) + 1
    key = _key_column(header, vocabulary)
    title = header.labels.get(key, "")
    for number, cells in enumerate(table.rows(), start=1):
        if number <= header.last_row or not any(cells):
            continue
        if len(cells) < width:
            cells += [""] * (width - len(cells))
        value = cells[key]
        # Titles come again on every printed page, and some exports have the registry's codes in a second row.
        is_title = bool(value) and (value == title or vocabulary.labels.get(norm(value)) in vocabulary.required)
        yield number, cells, not (is_title or _is_footer(cells, value, vocabulary))


def _key_column(header: Header, vocabulary: Vocabulary) -> int:
    found = [index for index, name in header.columns.items() if name in vocabulary.required]
    return min(found or header.columns)


def _is_footer(cells: list[str], key: str, vocabulary: Vocabulary) -> bool:
    """A total, a signature or a note: its first words say so, and it has no name or hardly anything else."""
    first = next(cell for cell in cells if cell)
    return vocabulary.is_footer(first) and (not key or first == key or sum(map(bool, cells)) <= _WIDEST_FOOTER)
