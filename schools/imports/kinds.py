"""How a kind of file is declared, and what its comparison has to answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.audit.verbs import Kind, Verb, declare, declare_topic
from schools.common.floors import ask_apps
from schools.common.tables.columns import ByHand, Vocabulary
from schools.imports.problems import Problem, Severity
from schools.imports.reading import FileRows
from schools.models import Role, Unit


@dataclass(frozen=True)
class ImportOptions:
    """How to import: key fields of what is known too; all rows or none; shown as counts only."""

    confirm_key_fields: bool = False
    strict: bool = False
    counts_only: bool = False


@dataclass(frozen=True)
class Handout:
    """A file for whoever imported, made by the import: the first passwords of new accounts."""

    content: bytes
    name: str
    content_type: str


class ImportPlan:
    """What the rows of one file, or those of one school in it, would change. Made without writing anything."""

    # "created", "changed", "unchanged", and what else the kind counts.
    counts: Mapping[str, int]
    problems: list[Problem]

    def fingerprint(self) -> Iterator[str]:
        """Everything that the preview shows: the commit does only what has the same."""
        raise NotImplementedError

    def write(self) -> None:
        """Change the database; the transaction is open, and what was compared is locked."""
        raise NotImplementedError

    def lines(self) -> Mapping[str, list[Any]]:
        """The lines of each tab of the preview, as plain data."""
        raise NotImplementedError


@dataclass
class Comparison:
    """The rows of a file beside what is stored. A kind makes a subclass of it."""

    file: FileRows
    rows: list[Any]
    unit: Unit
    by: Viewer | None = None  # nobody: the command
    options: ImportOptions = ImportOptions()
    lock: bool = False
    on: date = field(default_factory=timezone.localdate)
    handout: Handout | None = None

    def __post_init__(self) -> None:
        """What the kind keeps from plan to plan."""

    def plans(self) -> Iterator[ImportPlan]:
        """One after the other; each may be written before the next is made."""
        raise NotImplementedError

    def prepare(self) -> None:
        """What takes long and needs no lock, before the transaction of a commit begins."""

    def record(self, counts: Mapping[str, int]) -> None:
        """The audit rows: last in the transaction of a commit."""
        raise NotImplementedError

    def report(
        self, row: int, name: str, code: str, *, value: str = "", severity: Severity = "error", **params: str | int
    ) -> None:
        """A row that no plan can take."""
        self.file.report(row, name, code, value=value, severity=severity, **params)


@dataclass(frozen=True)
class Tab:
    """Lines of a preview under a heading. The kind's template says what a line looks like."""

    name: str
    label: Any


@dataclass(frozen=True)
class ImportKind:
    # "roster": its jobs are roster_preview and roster_commit.
    code: str
    title: Any
    vocabulary: Vocabulary
    # Rows of the file → records; problems go to `file.report`. Plain Python, see `schools.imports.cells.parse_rows`.
    parse: Callable[[FileRows], list[Any]]
    compare: type[Comparison]
    # code of a problem → sentence; those of `schools.imports.sentences` need not be repeated.
    sentences: Mapping[str, Any] = field(default_factory=dict)
    # Columns whose numbers are not names, such as free text: nothing is mended there.
    free_texts: frozenset[str] = frozenset()
    # Sheets of a workbook with several kinds; empty: whichever has the columns.
    sheets: frozenset[str] = frozenset()
    # How a value may be quoted in a problem.
    shown: Callable[[str, str], str] = lambda _name, text: text[:60]
    # What people have said about columns of this unit's files.
    explained: Callable[[Unit], ByHand] = lambda _unit: {}
    # What a center that sees counts only may be told of a row: codes and classes, nothing of a person.
    quoted_to_centers: frozenset[str] = frozenset()
    # Problems that speak of what a school holds: a center is only told that the school itself imports the row.
    told_by_school: frozenset[str] = frozenset()
    # More rows than this are refused in one file; 0: as many as a table may have.
    most_rows: int = 0
    # How many plans there will be, for the bar that tells how far it is.
    plan_count: Callable[[list[Any]], int] = lambda _rows: 1
    # --- in the browser; a kind without roles is imported by its command only
    roles: frozenset[Role] = frozenset()
    # It gives people roles: whoever commits it has just proved who they are.
    needs_proof: bool = False
    # Raises Refused.
    check: Callable[[Viewer, Unit], None] = lambda _by, _unit: None
    # Whether this viewer sees counts only.
    counts_only: Callable[[Viewer], bool] = lambda _by: False
    # URL names: where a file is chosen, where what was imported is seen, where unknown columns are explained.
    begin: str = ""
    see: str = ""
    explain: str = ""
    # The tabs of the preview, and the template that draws their lines (tab · page_obj).
    tabs: tuple[Tab, ...] = ()
    lines_template: str = ""
    # Templates with what a preview and a result of this kind say besides.
    preview_note: str = ""
    done_note: str = ""
    # The words for counts ("created" → "new"), in the order in which they are told.
    count_words: Mapping[str, Any] = field(default_factory=dict)
    # What is told of the counts, to whom sees all (False) or counts only (True).
    told_counts: Callable[[Mapping[str, int], bool], Mapping[str, int]] = lambda counts, _counts_only: counts
    # Kept lines → lines in words.
    in_words: Callable[[str, list[dict[str, Any]]], list[dict[str, Any]]] = lambda _tab, lines: lines
    # The word for a field, where the preview tells how columns were read.
    field_word: Callable[[str], str] = lambda name: name


_kinds: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> ImportKind:
    """Called in the module `file_kinds` of an app, which is found by its name."""
    _kinds[kind.code] = kind
    if kind.roles:
        declare_topic("import", _("Imports"), f"{kind.code}_preview", f"{kind.code}_commit")
        declare(
            Verb(f"{kind.code}_preview.started", _("started a preview of a file"), Kind.SYSTEM),
            Verb(f"{kind.code}_commit.started", _("started an import of a file"), Kind.SYSTEM),
        )
    return kind


def kind_named(code: str) -> ImportKind:
    """KeyError for a kind that nobody declared."""
    ask_apps("file_kinds")
    return _kinds[code]


def all_kinds() -> list[ImportKind]:
    ask_apps("file_kinds")
    return list(_kinds.values())
