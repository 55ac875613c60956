"""A file → the students in it."""

from collections.abc import Iterator
from pathlib import Path

from schools.common.tables.columns import Header, Vocabulary
from schools.imports.reading import FileRows, FileSheet
from students.roster.guardians import is_part, parents_phone
from students.roster.reader import Reader, Seen
from students.roster.rows import RosterRow

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
VOCABULARY = Vocabulary.from_csv(
    Path(__file__).parent / "aliases.csv", required=frozenset({"name"}), shared=_OF_ANYBODY
)


def parse_roster(file: FileRows) -> list[RosterRow]:
    """The good rows of all sheets; what is wrong is reported to the file."""
    seen, sets = Seen(), dict[frozenset[str], frozenset[str]]()
    rows: list[RosterRow] = []
    for sheet in file.sheets:
        sheet.header.columns |= parents_phone(sheet.header)
        reader = Reader(file, sheet.header, seen, sets)
        reader.row = sheet.first + sheet.header.last_row
        if "class_label" not in reader.index_of:
            reader.report("column_missing", "class_label")
        for number, cells in _filled_down(sheet, reader):
            row = reader.read(number, cells)
            if row is not None:
                rows.append(row)
    return rows


def present_in(file: FileRows) -> frozenset[str]:
    """Fields that the file has: names of RosterRow, and group.<code> for each special group with its own column."""
    return frozenset[str]().union(*(_present(sheet.header) for sheet in file.sheets))


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


def _filled_down(sheet: FileSheet, reader: Reader) -> Iterator[tuple[int, list[str]]]:
    """Where merged cells have been lost, a class stands only in the first row of its block."""
    names = ("class_label", "grade_label")
    columns = [index for index, name in sheet.header.columns.items() if name in names and _is_in_blocks(sheet, index)]
    for index in columns:
        reader.report("filled_down", sheet.header.columns[index])
    last = dict.fromkeys(columns, "")
    for number, cells in sheet.rows(VOCABULARY):
        for index in columns:
            last[index] = cells[index] = cells[index] or last[index]
        yield number, cells


def _is_in_blocks(sheet: FileSheet, index: int) -> bool:
    """Every label comes only once, the first in the first row, and mostly blanks follow."""
    labels: set[str] = set()
    count = 0
    for count, (_, cells) in enumerate(sheet.rows(VOCABULARY), start=1):
        if cells[index] in labels or (count == 1 and not cells[index]):
            return False
        labels |= {cells[index]} - {""}
    return count > 2 * len(labels) > 0
