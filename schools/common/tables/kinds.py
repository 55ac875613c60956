"""What a file is, by its content."""

import struct

from schools.common.tables.errors import UnreadableFile

# First bytes of files that people upload by mistake, and the name the sentence uses.
_SIGNATURES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    # Excel 2 to 4 wrote bare records without a container.
    (b"\x09\x00\x04\x00", "Excel 2"),
    (b"\x09\x02\x06\x00", "Excel 3"),
    (b"\x09\x04\x06\x00", "Excel 4"),
)
_TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# Long enough for the styles that stand before the first row.
_MARKUP_HEAD = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(data: bytes) -> str:
    """'zip', 'ole', 'locked', 'html', 'mhtml', 'xml' or 'text'; raises UnreadableFile for what is no table."""
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise UnreadableFile("empty")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if data.startswith(_OLE):
        return _kind_of_ole(data)
    if not data.startswith(_TEXT_BOMS):
        _refuse_signatures(data)
    return _markup(data) or "text"


def _refuse_signatures(data: bytes) -> None:
    for signature, name in _SIGNATURES:
        # Two letters alone may begin a text; a binary file of that kind has a NUL soon after.
        if data.startswith(signature) and (len(signature) > 2 or b"\0" in data[:64]):
            raise UnreadableFile("wrong_type", {"found": name})


def _markup(data: bytes) -> str:
    """Many systems "export to Excel" by calling a web page .xls; Excel opens it. '' for what is no markup."""
    head = data[:_MARKUP_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith(b"mime-version"):
        return "mhtml"
    if not head.startswith(b"<"):
        return ""
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<workbook" in head:
        return "xml"
    if b"<table" in head or b"<tr" in head:
        return "html"
    if head.startswith((b"<?xml", b"<workbook")):
        raise UnreadableFile("wrong_type", {"found": "XML"})
    if head.startswith((b"<html", b"<!doctype", b"<meta", b"<head", b"<body", b"<style")):
        raise UnreadableFile("wrong_type", {"found": "HTML"})
    return ""


def _kind_of_ole(data: bytes) -> str:
    """An OLE container holds an old workbook, a locked new one, or something else such as a Word document."""
    if len(data) < 1536:
        raise UnreadableFile("truncated")
    if _has_entry(data, "Workbook"):
        return "locked" if _is_locked(data) else "ole"
    if _has_entry(data, "Book"):  # its texts are in the code page of the machine that wrote it, and read as rubbish
        raise UnreadableFile("old_excel")
    if _has_entry(data, "EncryptedPackage"):
        return "locked"
    if _directory_offset(data) >= len(data):
        raise UnreadableFile("truncated")
    raise UnreadableFile("wrong_type", {"found": "Word" if _has_entry(data, "WordDocument") else "OLE"})


def _is_locked(data: bytes) -> bool:
    """Whether a FILEPASS record (0x2F) follows the beginning of the stream; the library overlooks some kinds."""
    at = data.find(b"\x09\x08\x10\x00", 512)
    while at >= 0 and at % 64:
        at = data.find(b"\x09\x08\x10\x00", at + 1)
    for _ in range(4):
        if at < 0 or at + 4 > len(data):
            return False
        record, length = struct.unpack_from("<HH", data, at)
        if record == 0x2F:
            return True
        at += 4 + length
    return False


def _has_entry(data: bytes, name: str) -> bool:
    """Whether the container's directory names this stream; entries are 128 bytes long and aligned."""
    wanted = name.encode("utf-16-le") + b"\0\0"
    at = data.find(wanted, 512)
    while at >= 0:
        if at % 128 == 0 and data[at + 64 : at + 66] == struct.pack("<H", len(wanted)):
            return True
        at = data.find(wanted, at + 2)
    return False


def _directory_offset(data: bytes) -> int:
    shift = min(int.from_bytes(data[30:32], "little"), 16)
    sector: int = struct.unpack_from("<I", data, 48)[0]
    return (sector + 1) << shift
