"""A look at a zipped workbook before any library opens it: sizes, names, XML tricks, far-away cells."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from schools.common.tables.errors import UnreadableFile
from schools.common.tables.limits import Limits

_CHUNK = 1 << 20
# Parts of a tag that a chunk border may cut: every chunk is scanned together with the tail of the one before.
_TAIL = 512
_STRINGS = "xl/sharedstrings.xml"
_HIDDEN_ROW = re.compile(rb'<row [^>]*hidden="(?:1|true)"[^>]*(?<!/)>')
_STRING_CELL = re.compile(rb'<c [^>]*t="s"[^>]*><v>([0-9]{1,9})</v>')


@dataclass(slots=True)
class _Count:
    cells: int = 0
    strings: int = 0
    longest: int = 0
    # Rows with something in them that are hidden, by the name of the member.
    hidden: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in an archive without opening it as a workbook."""

    kind: str  # 'xlsx', 'xlsb' or 'ods'
    hidden: dict[str, int]


def check_archive(data: bytes, limits: Limits) -> Look:
    """Refuse what is dangerous."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_directory(members, len(data), limits)
            kind = _kind({member.filename for member in members}, archive)
            return Look(kind, _check_members(archive, members, limits).hidden)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError, OSError):
        raise UnreadableFile("truncated") from None
    except RuntimeError:  # zipfile's word for a member that needs a password
        raise UnreadableFile("password") from None


def with_slashes(data: bytes) -> bytes:
    """The same archive with the names that its standard asks for: some programs write xl\\workbook.xml."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        if not any("\\" in member.filename for member in old.infolist()):
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            for member in old.infolist():
                new.writestr(member.filename.replace("\\", "/"), old.read(member))
        return out.getvalue()


def _check_directory(members: list[zipfile.ZipInfo], packed_bytes: int, limits: Limits) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > limits.zip_members or unpacked > limits.unpacked_bytes:
        raise UnreadableFile("bomb")
    if unpacked > limits.ratio_from_bytes and unpacked > packed_bytes * limits.ratio:
        raise UnreadableFile("bomb")
    names = [member.filename.replace("\\", "/").lower() for member in members]
    # Two members of one name: the one we look at need not be the one the library reads.
    if len(set(names)) != len(names) or any(_leads_outside(name) for name in names):
        raise UnreadableFile("unsafe")


def _leads_outside(name: str) -> bool:
    return name.startswith("/") or ":" in name or ".." in name.split("/") or "\0" in name


def _kind(names: set[str], archive: zipfile.ZipFile) -> str:
    lower = {name.lower().replace("\\", "/") for name in names}
    if "xl/workbook.xml" in lower:
        return "xlsx"
    if "xl/workbook.bin" in lower:
        return "xlsb"
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as member:
            if member.read(100).startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                return "ods"
    if any(name.startswith("word/") for name in lower):
        raise UnreadableFile("wrong_type", {"found": "Word"})
    if any(name.startswith("ppt/") for name in lower):
        raise UnreadableFile("wrong_type", {"found": "PowerPoint"})
    raise UnreadableFile("wrong_type", {"found": "ZIP"})


def _check_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits) -> _Count:
    count = _Count()
    for member in members:
        if member.flag_bits & 1:
            raise UnreadableFile("password")
        name = member.filename.lower().replace("\\", "/")
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        for chunk in _chunks(archive, member):
            _refuse_entities(chunk)
            if name == _STRINGS:
                _count_strings(chunk, count)
            elif name.startswith("xl/"):
                count.cells += chunk.count(b"<c ")
                count.hidden[name] = count.hidden.get(name, 0) + len(_HIDDEN_ROW.findall(chunk))
                _refuse_far_cells(chunk, limits)
        if count.cells > limits.cells:
            raise UnreadableFile("too_many_rows", {"limit": limits.rows})
    if count.strings > count.cells + limits.spare_strings:
        raise UnreadableFile("bomb")
    if count.cells * count.longest > limits.text_bytes and _text_bytes(archive, members) > limits.text_bytes:
        raise UnreadableFile("bomb")
    return count


def _count_strings(chunk: bytes, count: _Count) -> None:
    strings = chunk.split(b"<si")
    count.strings += len(strings) - 1
    count.longest = max(count.longest, *map(len, strings))


def _text_bytes(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> int:
    """How much text the cells hold when each has its own copy, as they will."""
    by_name = {member.filename.lower().replace("\\", "/"): member for member in members}
    strings = archive.read(by_name[_STRINGS]).split(b"<si")
    lengths = dict(enumerate(map(len, strings[1:])))
    total = 0
    for name, member in by_name.items():
        if name.startswith("xl/") and name.endswith(".xml") and name != _STRINGS:
            for chunk in _chunks(archive, member):
                total += sum(lengths.get(int(index), 0) for index in _STRING_CELL.findall(chunk))
    return total


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member, cut only before a tag where that is possible."""
    with archive.open(member) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            chunk = rest + chunk
            border = chunk.rfind(b"<", len(chunk) - _TAIL)
            if border <= 0:
                border = len(chunk)
            rest = chunk[border:]
            yield chunk[:border]
        yield rest


def _refuse_entities(chunk: bytes) -> None:
    """No spreadsheet program writes a document type; with one come entities, the nested ones too."""
    if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
        raise UnreadableFile("unsafe")
    if chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):  # UTF-16 would hide it from this look
        raise UnreadableFile("unsafe")


def _refuse_far_cells(chunk: bytes, limits: Limits) -> None:
    """One value in the last row or column makes a reader build the whole sheet. Blank formatted cells do not."""
    for letters, digits in _far_pattern(limits).findall(chunk):
        if int(digits) > limits.rows:
            raise UnreadableFile("too_many_rows", {"limit": limits.rows})
        if _column_number(letters) > limits.columns:
            raise UnreadableFile("too_many_columns", {"limit": limits.columns})


_patterns: dict[Limits, re.Pattern[bytes]] = {}


def _far_pattern(limits: Limits) -> re.Pattern[bytes]:
    """References beyond the limits, of cells that hold something. It runs over millions of them: few branches."""
    if limits not in _patterns:
        far = b"|".join([*_columns_after(limits.columns), rb"[A-Z]+[0-9]{%d}" % len(str(limits.rows))])
        _patterns[limits] = re.compile(rb'r="(?=%s)([A-Z]+)([0-9]+)"[^>]*(?<!/)>(?!</)' % far)
    return _patterns[limits]


def _columns_after(limit: int) -> Iterator[bytes]:
    """Patterns that match the letters of every column after this: after KN, K[O-Z], [L-Z][A-Z] and three letters."""
    letters = _column_letters(limit)
    for index, letter in enumerate(letters):
        if letter != "Z":
            yield f"{letters[:index]}[{chr(ord(letter) + 1)}-Z]{'[A-Z]' * (len(letters) - index - 1)}".encode()
    yield b"[A-Z]{%d}" % (len(letters) + 1)


def _column_letters(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
