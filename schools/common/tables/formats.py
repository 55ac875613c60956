"""What Excel shows and the reader of workbooks does not tell: leading zeros of number formats."""

import io
import re
import zipfile
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# 0000 and "0000;-0000": as many digits as there are zeros.
_ZEROS = re.compile(r'"?(0{2,30})"?(?:;.*)?')
Zeros = dict[tuple[int, int], int]


class Parts:
    """The parts of an .xlsx behind its sheets. Looked at in the child process, after `check_archive`."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.names = {name.lower(): name for name in self.archive.namelist()}
        self.of_sheet = self._parts_of_sheets()
        self.widths = self._widths()

    def zeros(self, sheet: str) -> Zeros:
        """(row, column) from 0 → how many digits the cell shows."""
        part = self.of_sheet.get(sheet, "")
        if not self.widths or part not in self.names:
            return {}
        styles = "|".join(map(str, self.widths)).encode()
        cells = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="(%s)"' % styles)
        found = cells.findall(self.archive.read(self.names[part]))
        return {(int(row) - 1, _column(letters)): self.widths[int(style)] for letters, row, style in found}

    def _parts_of_sheets(self) -> dict[str, str]:
        """The name of a sheet → its member, in lower case."""
        relations = self._parsed("xl/_rels/workbook.xml.rels")
        book = self._parsed("xl/workbook.xml")
        if relations is None or book is None:
            return {}
        targets = {one.get("Id"): one.get("Target", "") for one in relations}
        return {
            sheet.get("name", ""): _member(targets.get(sheet.get(_RELATION), ""))
            for sheet in book.iter(f"{_MAIN}sheet")
        }

    def _widths(self) -> dict[int, int]:
        """The number of a cell's style → the zeros of its format."""
        styles = self._parsed("xl/styles.xml")
        if styles is None:
            return {}
        codes = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{_MAIN}numFmt")}
        formats = {number: _ZEROS.fullmatch(code) for number, code in codes.items()}
        used = styles.find(f"{_MAIN}cellXfs")
        found = (formats.get(one.get("numFmtId")) for one in (used if used is not None else ()))
        return {number: len(zeros[1]) for number, zeros in enumerate(found) if zeros}

    def _parsed(self, member: str) -> ElementTree.Element | None:
        if member not in self.names:
            return None
        try:
            return ElementTree.fromstring(self.archive.read(self.names[member]))  # noqa: S314 no entities, see archive
        except ElementTree.ParseError:
            return None


def _member(target: str) -> str:
    return (target.lstrip("/") if target.startswith("/") else f"xl/{target}").lower()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
