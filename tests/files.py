"""Files for the tests, built on the fly: good tables in every format and encoding, and the corpus of bad ones."""

import csv
import io
import struct
import zipfile

import openpyxl
import xlsxwriter
import xlwt

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def csv_bytes(rows, encoding="utf-8", delimiter=","):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows, *, merges=(), sheet="Sheet1", hidden=None, formats=None):
    """`merges`: ranges such as "A1:C1"; `hidden`: rows of a hidden sheet before this one."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    if hidden is not None:
        first = book.add_worksheet("hidden")
        _fill(book, first, hidden)
        first.hide()
    target = book.add_worksheet(sheet)
    _fill(book, target, rows)
    for area in merges:
        first_row, first_column = xlsxwriter.utility.xl_cell_to_rowcol(area.split(":")[0])
        row = rows[first_row]
        target.merge_range(area, row[first_column] if first_column < len(row) else "")
    if hidden is not None:
        target.activate()
    book.close()
    return out.getvalue()


def sheets_xlsx(sheets):
    """Name → rows of each sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in sheets.items():
        _fill(book, book.add_worksheet(name), rows)
    book.close()
    return out.getvalue()


def hidden_rows_xlsx(rows, hidden):
    """Rows as a filter leaves them: some are there and not shown."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    _fill(book, sheet, rows)
    for row in hidden:
        sheet.set_row(row, options={"hidden": True})
    book.close()
    return out.getvalue()


def formatted_xlsx(rows, number_format):
    """Every number in a format of its own."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, own = book.add_worksheet(), book.add_format({"num_format": number_format})
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value, own if isinstance(value, int) else None)
    book.close()
    return out.getvalue()


def renamed_xlsx(rows, rename):
    """A workbook whose members have other names."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(rows))) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            new.writestr(rename(member.filename), old.read(member))
    return out.getvalue()


def xml_spreadsheet(rows):
    """XML Spreadsheet 2003, which some systems call .xls."""
    cell = '<Cell><Data ss:Type="String">{}</Data></Cell>'
    lines = "".join(f"<Row>{''.join(cell.format(value) for value in row)}</Row>" for row in rows)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="Sheet1"><Table>{lines}</Table></Worksheet></Workbook>'
    ).encode()


def _fill(book, sheet, rows):
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if hasattr(value, "year"):
                sheet.write_datetime(r, c, value, day)
            elif isinstance(value, (int, float)):
                sheet.write_number(r, c, value)
            elif value not in ("", None):
                sheet.write_string(r, c, value)


def xls_bytes(rows, *, hidden=None):
    book = xlwt.Workbook()
    if hidden is not None:
        first = book.add_sheet("hidden")
        first.visibility = 1
        first.write(0, 0, hidden)
    sheet = book.add_sheet("Sheet1")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if hasattr(value, "year"):
                sheet.write(r, c, value, day)
            elif value not in ("", None):
                sheet.write(r, c, value)
    book.active_sheet = 1 if hidden is not None else 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods_bytes(rows, *, repeat=""):
    """`repeat`: attributes of one more cell, such as how often it is repeated."""
    ns = "urn:oasis:names:tc:opendocument:xmlns:"
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    lines = "".join(f"<table:table-row>{''.join(cell.format('', v) for v in row)}</table:table-row>" for row in rows)
    if repeat:
        lines += (
            f"<table:table-row {repeat}>{cell.format(' ' + repeat.replace('rows', 'columns'), 'x')}</table:table-row>"
        )
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{ns}office:1.0" xmlns:table="{ns}table:1.0"'
        f' xmlns:text="{ns}text:1.0"><office:body><office:spreadsheet><table:table table:name="Sheet1">{lines}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<?xml version="1.0"?><m:manifest xmlns:m="{ns}manifest:1.0"></m:manifest>'
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return entry_zip({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": manifest})


def formula_xlsx(rows, formula, stored):
    """The last cell of the last row is a formula with its stored value."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    _fill(book, sheet, rows)
    sheet.write_formula(len(rows) - 1, len(rows[-1]), formula, None, stored)
    book.close()
    return out.getvalue()


def changed_xlsx(rows, changes, *, extra=()):
    """A workbook with some members replaced (name → function of its bytes), others added, as an attacker would."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(rows))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            new.writestr(member.filename, changes.get(member.filename, lambda same: same)(data))
        for name, data in extra:
            new.writestr(name, data)
    return out.getvalue()


def with_cell(rows, xml):
    """`rows`, and one more row written as raw XML."""
    return changed_xlsx(
        rows, {"xl/worksheets/sheet1.xml": lambda data: data.replace(b"</sheetData>", xml + b"</sheetData>")}
    )


GOOD_ROWS = [["姓名", "性别", "班级"], ["张三", "男", "1班"]]


def far_row():
    return with_cell(GOOD_ROWS, b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>')


def far_column():
    return with_cell(GOOD_ROWS, b'<row r="3"><c r="XFD3" t="inlineStr"><is><t>x</t></is></c></row>')


def far_blank_cells():
    """What formatting a whole column leaves behind: cells without a value."""
    return with_cell(GOOD_ROWS, b'<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"/></row>')


def million_rows():
    row = b'<row r="%d"><c r="A%d"><v>1</v></c></row>'
    return with_cell(GOOD_ROWS, b"".join(row % (number, number) for number in range(3, 1_000_003)))


def million_rows_csv():
    return "姓名,班级\n".encode() + "张三,1班\n".encode() * 1_000_000


def million_strings():
    strings = b"<si><t>abc</t></si>" * 1_000_000
    return changed_xlsx(GOOD_ROWS, {"xl/sharedStrings.xml": lambda data: data.replace(b"</sst>", strings + b"</sst>")})


def string_amplifier():
    """One string of 30,000 characters that 200,000 cells refer to: 6 GB when every cell is copied."""
    shared = b"<si><t>" + b"a" * 30_000 + b"</t></si>"
    cells = b"".join(
        b'<row r="%d">%s</row>' % (row, b"".join(b'<c r="%c%d" t="s"><v>6</v></c>' % (65 + c, row) for c in range(10)))
        for row in range(3, 20_003)
    )
    return changed_xlsx(
        GOOD_ROWS,
        {
            "xl/sharedStrings.xml": lambda data: data.replace(b"</sst>", shared + b"</sst>"),
            "xl/worksheets/sheet1.xml": lambda data: data.replace(b"</sheetData>", cells + b"</sheetData>"),
        },
    )


def hidden_far_cell():
    """As far_row and far_column at once, written so that a look at the text of the XML does not see it."""
    return with_cell(GOOD_ROWS, b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>")


def zip_bomb():
    return changed_xlsx(GOOD_ROWS, {}, extra=[("xl/media/zeros.xml", b" " * 100_000_000)])


def entity_bomb():
    doctype = (
        b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><sst xmlns="%s"><si><t>&c;</t></si></sst>' % MAIN.encode()
    )
    return changed_xlsx(GOOD_ROWS, {"xl/sharedStrings.xml": lambda data: doctype})


def external_entity():
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return changed_xlsx(
        GOOD_ROWS, {"xl/worksheets/sheet1.xml": lambda data: doctype + data.partition(b"?>")[2].replace(b"x", b"x")}
    )


def entry_outside(name="../../etc/cron.d/x"):
    return changed_xlsx(GOOD_ROWS, {}, extra=[(name, b"x")])


def entry_twice():
    return changed_xlsx(GOOD_ROWS, {}, extra=[("XL/workbook.xml", b"x")])


def locked_xls():
    """A BIFF workbook whose second record says that the rest is encrypted (FILEPASS, 0x002F)."""
    data = xls_bytes(GOOD_ROWS)
    bof = data.index(b"\x09\x08\x10\x00", 512)
    length = struct.unpack("<H", data[bof + 2 : bof + 4])[0]
    filepass = struct.pack("<HH", 0x2F, 6) + struct.pack("<HHH", 0, 0x1234, 0x5678)
    at = bof + 4 + length
    return data[:at] + filepass + data[at + len(filepass) :]


def locked_xlsx():
    """Excel puts a locked workbook into an OLE container with a stream EncryptedPackage."""
    return ole_with_stream("EncryptedPackage")


def ole_with_stream(name):
    data = xls_bytes(GOOD_ROWS)
    at = data.index("Workbook".encode("utf-16-le"), 512)
    raw = name.encode("utf-16-le") + b"\0\0"
    return data[:at] + raw.ljust(64, b"\0") + struct.pack("<H", len(raw)) + data[at + 66 :]


def truncated_xlsx():
    data = xlsx_bytes(GOOD_ROWS * 50)
    return data[: len(data) * 2 // 3]


def truncated_xls():
    return xls_bytes(GOOD_ROWS * 50)[:3000]


def damaged_xlsx():
    """A flipped byte inside the compressed sheet."""
    data = bytearray(xlsx_bytes([["姓名", "班级"], *([f"张{n}", f"{n}班"] for n in range(300))]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    data[at + 200] ^= 0xFF
    return bytes(data)


def word_document():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return out.getvalue()


def empty_workbook():
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(50)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

# What each bad file is refused with.
BAD_FILES = {
    "nothing": (lambda: b"", "empty"),
    "only a BOM and blanks": (lambda: b"\xef\xbb\xbf \r\n\r\n", "empty"),
    "only delimiters": (lambda: b",,,\r\n,,,\r\n", "empty"),
    "empty workbook": (empty_workbook, "empty"),
    "pdf": (lambda: PDF, "wrong_type"),
    "png": (lambda: PNG, "wrong_type"),
    "html without a table": (lambda: b"<html><body>x</body></html>", "wrong_type"),
    "xml": (lambda: b'<?xml version="1.0"?><Workbook/>', "wrong_type"),
    "zip": (lambda: entry_zip({"a.txt": b"a"}), "wrong_type"),
    "word": (word_document, "wrong_type"),
    "ole of something else": (lambda: ole_with_stream("WordDocument"), "wrong_type"),
    "binary": (lambda: bytes(range(256)) * 20, "wrong_type"),
    "random": (lambda: b"\x01\x02\x03\x04" * 300, "wrong_type"),
    "locked xlsx": (locked_xlsx, "password"),
    "excel 95": (lambda: ole_with_stream("Book"), "old_excel"),
    "locked xls": (locked_xls, "password"),
    "truncated xlsx": (truncated_xlsx, "truncated"),
    "truncated xls": (truncated_xls, "truncated"),
    "damaged xlsx": (damaged_xlsx, "truncated"),
    "truncated utf-8": (lambda: csv_bytes([["姓名", "班级"], ["张三", "一班"]])[:-3], "truncated"),
    "no known encoding": (lambda: "姓名,班级\n".encode() + b"\xff\xff\xff,\xfe\xfe\xfe\n" * 5, "encoding"),
    "zip bomb": (zip_bomb, "bomb"),
    "million strings": (million_strings, "bomb"),
    "string amplifier": (string_amplifier, "bomb"),
    "far cell, well hidden": (hidden_far_cell, "bomb"),
    "entity bomb": (entity_bomb, "unsafe"),
    "external entity": (external_entity, "unsafe"),
    "entry outside": (entry_outside, "unsafe"),
    "absolute entry": (lambda: entry_outside("/etc/passwd"), "unsafe"),
    "entry twice": (entry_twice, "unsafe"),
    "far row": (far_row, "too_many_rows"),
    "far column": (far_column, "too_many_columns"),
    "million rows": (million_rows, "too_many_rows"),
    "million rows csv": (million_rows_csv, "too_many_rows"),
    "thousand columns csv": (lambda: csv_bytes([[f"列{n}" for n in range(1000)]]), "too_many_columns"),
    "no recognisable header": (lambda: xlsx_bytes([["甲", "乙"], ["1", "2"]]), "no_header"),
    "no rows": (lambda: xlsx_bytes([["姓名", "性别", "班级"], ["合计", "0人"]]), "no_rows"),
}


def entry_zip(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()
