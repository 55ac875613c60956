"""A file or a table → a roster."""

from collections.abc import Iterator
from pathlib import Path

from schools.common.tables import LIMITS, Limits, Table, UnreadableFile, read_table
from schools.common.tables.columns import ByHand, Header, Vocabulary, body, find_header, has_header
from students.roster.fields import shown
from students.roster.guardians import is_part, parents_phone
from students.roster.reader import Reader
from students.roster.rows import Roster

# What a list of staff tells of its people too. A roster has more than this, or no title that only such a list has.
_OF_ANYBODY = frozenset(
    {
        "school_code",
        "name",
        "former_name",
        "gender",
        "birth_date",
        "id_type",
        "id_number",
        "ethnicity",
        "grade_label",
        "class_label",
        "department",
        "entry_date",
        "health",
        "phone",
        "address",
    }
)
SAMPLES, SAMPLE_LENGTH = 3, 20
VOCABULARY = Vocabulary.from_csv(
    Path(__file__).parent / "aliases.csv", required=frozenset({"name"}), shared=_OF_ANYBODY
)


def read_roster(
    source: Path | bytes, *, filename: str = "", mapping: ByHand | None = None, limits: Limits = LIMITS
) -> Roster:
    table = read_table(
        source, filename=filename, wanted=lambda sheet: has_header(sheet, VOCABULARY, mapping), limits=limits
    )
    return parse_roster(table, mapping)


def parse_roster(table: Table, mapping: ByHand | None = None) -> Roster:
    """Raises UnreadableFile (no_header, staff_list, no_rows); everything smaller is a Problem."""
    header = find_header(table, VOCABULARY, mapping)
    header.columns |= parents_phone(header)
    reader = Reader(header)
    roster = Roster(table.sheet, header, _present(header), problems=reader.problems)
    reader.row = header.last_row
    if "class_label" not in roster.present:
        reader.report("column_missing", "class_label", severity="warning")
    roster.samples = {index: [] for index, _label in header.unknown}
    for number, cells in _filled_down(table, header, reader):
        roster.total += 1
        _sample(cells, roster.samples)
        row = reader.read(number, cells)
        if row is not None:
            roster.rows.append(row)
    if not roster.total:
        raise UnreadableFile("no_rows")
    return roster


def _sample(cells: list[str], samples: dict[int, list[str]]) -> None:
    """Long numbers are masked as in a problem: they may be those of papers."""
    for index, values in samples.items():
        text = shown("", cells[index])[:SAMPLE_LENGTH] if index < len(cells) else ""
        if text and len(values) < SAMPLES and text not in values:
            values.append(text)


def _present(header: Header) -> frozenset[str]:
    found: set[str] = set()
    for name in header.columns.values():
        found.add("guardians" if is_part(name) else name)
    if "is_boarder" in found:
        found = found - {"is_boarder"} | {"boarding"}
    if "entry_date" in found:
        found.add("entry_year")
    if found & {"id_number", "registry_number"}:  # they tell both when the cell is blank
        found |= {"birth_date", "gender"}
    if "id_number" in found:
        found.add("id_type")
    if "registry_number" in found:  # a regional number in that column goes there
        found.add("auxiliary_number")
    return frozenset(found)


def _filled_down(table: Table, header: Header, reader: Reader) -> Iterator[tuple[int, list[str]]]:
    """Where merged cells have been lost, a class stands only in the first row of its block."""
    names = ("class_label", "grade_label")
    columns = [index for index, name in header.columns.items() if name in names and _is_in_blocks(table, header, index)]
    for index in columns:
        reader.report("filled_down", header.columns[index], severity="warning")
    last = dict.fromkeys(columns, "")
    for number, cells in body(table, header, VOCABULARY):
        for index in columns:
            last[index] = cells[index] = cells[index] or last[index]
        yield number, cells


def _is_in_blocks(table: Table, header: Header, index: int) -> bool:
    """Every label comes only once, the first in the first row, and mostly blanks follow."""
    labels: set[str] = set()
    count = 0
    for count, (_, cells) in enumerate(body(table, header, VOCABULARY), start=1):
        if cells[index] in labels or (count == 1 and not cells[index]):
            return False
        labels |= {cells[index]} - {""}
    return count > 2 * len(labels) > 0
