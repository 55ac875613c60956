import datetime as dt
import os
import resource
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schools.common.tables import LIMITS, Limits, UnreadableFile, read_tables
from schools.common.tables.archive import _far_pattern
from schools.common.tables.cells import cell_text, is_ruined
from schools.common.tables.columns import Vocabulary, body, find_header, has_header
from schools.common.tables.table import Table
from schools.common.tables.workbook import main as child_main
from schools.common.text import clean_text
from tests import files

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_table(data, **options):
    """The first sheet with something in it."""
    found = [table for table in read_tables(data, **options) if not table.is_blank()]
    if not found:
        raise UnreadableFile("empty")
    return found[0]


def rows(data, **options):
    return list(read_table(data, **options).rows())


def refusal(data, **options):
    with pytest.raises(UnreadableFile) as caught:
        read_table(data, **options)
    return caught.value.code


# Kinds and encodings


def test_table_type_is_decided_by_content_not_by_name(tmp_path):
    path = tmp_path / "roster.xlsx"
    path.write_bytes(files.csv_bytes(files.GOOD_ROWS))

    assert rows(path) == files.GOOD_ROWS


@pytest.mark.parametrize("encoding", files.ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_table_reads_text_in_every_encoding(encoding, delimiter):
    table = [["姓名", "性别", "班级"], ["张三", "男", "三(1)班"], ["王𠮷㐂", "女", "三(2)班"]]

    assert rows(files.csv_bytes(table, encoding, delimiter)) == table


def test_table_reads_a_path(tmp_path):
    path = tmp_path / "anything.dat"
    path.write_bytes(files.xlsx_bytes(files.GOOD_ROWS))

    assert list(read_table(path).rows()) == files.GOOD_ROWS


@pytest.mark.parametrize("make", [files.xlsx_bytes, files.xls_bytes])
def test_table_reads_workbooks_with_rare_characters(make):
    table = [["姓名", "班级"], ["㐂𠮷\ue5f1", "1班"]]

    assert rows(make(table)) == table


@pytest.mark.parametrize("make", [files.xlsx_bytes, files.xls_bytes])
def test_table_whole_numbers_lose_their_point_and_dates_become_iso(make):
    assert rows(make([["a", "b", "c"], [7, 1.5, dt.datetime(2015, 9, 1)]]))[1] == ["7", "1.5", "2015-09-01"]


@pytest.mark.parametrize("make", [files.xlsx_bytes, files.xls_bytes])
def test_table_long_numbers_stay_visibly_ruined(make):
    value = rows(make([["a", "b"], [110105194912310020, 1]]))[1][0]

    assert value == "1.10105E+17"
    assert is_ruined(value)


def test_table_reads_open_document_sheets():
    assert rows(files.ods_bytes(files.GOOD_ROWS)) == files.GOOD_ROWS


def test_table_refuses_an_open_document_sheet_that_repeats_a_cell_without_end():
    data = files.ods_bytes(files.GOOD_ROWS, repeat='table:number-rows-repeated="1048576"')

    assert refusal(data) in ("truncated", "bomb", "too_many_rows")


def test_table_formulas_give_their_stored_value():
    assert rows(files.formula_xlsx([["a", "b"], ["1"]], "=A2&1", "stored"))[1] == ["1", "stored"]


@pytest.mark.parametrize("make", [files.xlsx_bytes, files.xls_bytes])
def test_table_keeps_blank_rows_and_columns_so_that_both_are_numbered_as_in_excel(make):
    assert rows(make([[], [], ["", "姓名"], ["", "张三"]])) == [
        ["", ""],
        ["", ""],
        ["", "姓名"],
        ["", "张三"],
    ]


def test_table_text_keeps_blank_rows_inside_and_drops_those_at_the_end():
    assert rows("姓名,班级\n\n张三,1班\n,\n,\n".encode()) == [["姓名", "班级"], [""], ["张三", "1班"]]


def test_table_text_accepts_a_million_blank_lines_at_the_end():
    assert rows("姓名,班级\n张三,1班\n".encode() + b",,,,\r\n" * 1_048_574) == [["姓名", "班级"], ["张三", "1班"]]


def test_table_text_unwraps_excels_guard_for_leading_zeros():
    assert rows('学号,姓名\n="0012",张三\n'.encode())[1] == ["0012", "张三"]


def test_table_text_keeps_line_breaks_of_quoted_cells_as_spaces():
    assert rows('"出生\n日期",姓名\n'.encode()) == [["出生 日期", "姓名"]]


@pytest.mark.parametrize("make", [files.xlsx_bytes, files.xls_bytes])
def test_table_skips_hidden_sheets(make):
    hidden = files.GOOD_ROWS if make is files.xlsx_bytes else "姓名"

    assert rows(make([["姓名", "班级"], ["李四", "2班"]], hidden=hidden))[1] == ["李四", "2班"]


def test_table_takes_the_first_sheet_that_is_wanted():
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["填表说明"])
    book.create_sheet("学生").append(["姓名", "班级"])
    book.create_sheet("旧").append(["姓名", "班级"])
    out = io.BytesIO()
    book.save(out)

    assert [table.sheet for table in read_tables(out.getvalue())] == ["Sheet", "学生", "旧"]


def test_hidden_sheets_are_named_and_not_read():
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["姓名", "班级"])
    for name, state in (("旧", "hidden"), ("选项", "veryHidden"), ("空", "hidden")):
        book.create_sheet(name).sheet_state = state
    book["旧"].append(["姓名", "班级"])
    book["选项"].append(["男"])
    out = io.BytesIO()
    book.save(out)
    found = {table.sheet: (table.is_hidden, table.row_count) for table in read_tables(out.getvalue())}
    assert found == {"Sheet": (False, 1), "旧": (True, 0), "选项": (True, 0)}


def test_table_fills_merged_cells():
    table = [["成员1", "", "班级"], ["姓名", "电话", ""], ["张大", "1", "1班"], ["李大", "2", ""]]
    found = rows(files.xlsx_bytes(table, merges=["A1:B1", "C1:C2", "C3:C4"]))

    assert found == [
        ["成员1", "成员1", "班级"],
        ["姓名", "电话", "班级"],
        ["张大", "1", "1班"],
        ["李大", "2", "1班"],
    ]


def test_table_ignores_blank_formatted_cells_far_away():
    assert rows(files.far_blank_cells()) == files.GOOD_ROWS


# What is refused


@pytest.mark.parametrize("name", sorted(files.BAD_FILES))
def test_table_refuses_bad_file(name):
    from tests.importing import read_roster

    make, code = files.BAD_FILES[name]
    with pytest.raises(UnreadableFile) as caught:
        read_roster(make())

    assert caught.value.code == code


def test_table_memory_stays_bounded_for_bad_workbooks():
    for name in ("zip bomb", "million strings", "far cell, well hidden", "million rows"):
        with pytest.raises(UnreadableFile):
            read_table(files.BAD_FILES[name][0]())

    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= LIMITS.child_memory_bytes


def test_table_refuses_a_file_that_is_too_large_before_it_reads_it(tmp_path):
    path = tmp_path / "big"
    with path.open("wb") as big:
        big.truncate(LIMITS.file_bytes + 1)

    assert refusal(path) == "too_large"


@pytest.mark.parametrize("make", [files.csv_bytes, files.xlsx_bytes, files.xls_bytes])
def test_table_row_limit_counts_rows(make):
    table = [["姓名", "班级"], *([f"张{n}", "1班"] for n in range(9))]

    assert len(rows(make(table), limits=Limits(rows=10))) == 10
    assert refusal(make(table), limits=Limits(rows=9)) == "too_many_rows"


@pytest.mark.parametrize("make", [files.csv_bytes, files.xlsx_bytes, files.xls_bytes])
def test_table_column_limit_counts_columns(make):
    table = [[f"c{n}" for n in range(30)]]

    assert len(rows(make(table), limits=Limits(columns=30))[0]) == 30
    assert refusal(make(table), limits=Limits(columns=29)) == "too_many_columns"


@given(limit=st.integers(1, 800), column=st.integers(1, 900))
def test_table_far_pattern_matches_exactly_the_columns_beyond(limit, column):
    letters, number = "", column
    while number:
        number, letter = divmod(number - 1, 26)
        letters = string.ascii_uppercase[letter] + letters
    found = _far_pattern(Limits(columns=limit)).search(f'<c r="{letters}5" t="s"><v>1</v></c>'.encode())

    assert (found is not None) == (column > limit)


@SLOW
@given(st.binary(max_size=2000))
def test_table_of_any_bytes_is_read_or_refused(data):
    try:
        read_table(data)
    except UnreadableFile as error:
        assert error.code


@SLOW
@given(
    start=st.sampled_from([files.xlsx_bytes(files.GOOD_ROWS), files.xls_bytes(files.GOOD_ROWS)]),
    at=st.integers(0, 6000),
    junk=st.binary(min_size=1, max_size=20),
    cut=st.integers(0, 6000),
)
def test_table_of_a_damaged_workbook_is_read_or_refused(start, at, junk, cut):
    data = start[:at] + junk + start[at + len(junk) :]
    try:
        read_table(data[: len(data) - cut])
    except UnreadableFile as error:
        assert error.code


def test_table_child_gets_none_of_our_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "sentinel")
    seen = {}
    import subprocess

    start = subprocess.Popen

    def spy(*args, **options):
        seen.update(options)
        return start(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", spy)
    rows(files.xlsx_bytes(files.GOOD_ROWS))

    assert seen["env"] == {"PYTHONUTF8": "1"}
    assert os.environ["SECRET_KEY"] == "sentinel"
    assert child_main  # the module that is started


# Cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  a b\n", "a b"),
        ("\u3000张\u3000三\u3000", "张 三"),
        ("\ufeff张\u200b三", "张三"),
        ("e\u0301", "\u00e9"),  # NFC
        ("ﬁ①", "ﬁ①"),  # but not NFKC
        ("㐂𠮷\ue5f1", "㐂𠮷\ue5f1"),
        ("葛\U000e0100", "葛\U000e0100"),  # a variant of a character
        (True, "TRUE"),
        (None, ""),
        (12.0, "12"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (1e15, "1.00000E+15"),
        (float("inf"), "INF"),
        (dt.date(2015, 9, 1), "2015-09-01"),
        (dt.datetime(2015, 9, 1), "2015-09-01"),
        (dt.datetime(2015, 8, 31, 23, 59, 17), "2015-09-01"),
        (dt.datetime(2015, 9, 1, 8, 30), "2015-09-01 08:30:00"),
    ],
)
def test_cell_text_is_what_a_person_reads(value, text):
    assert cell_text(value) == text


@given(st.text())
def test_clean_text_is_stable_and_fits_into_a_packed_row(text):
    clean = clean_text(text)

    assert clean_text(clean) == clean
    assert not {"\x1e", "\x1f", "\n"} & set(clean)


# Titles

LABELS = Vocabulary(
    labels={"姓名": "name", "xm": "name", "性别": "gender", "班级": "class_label", "出生日期": "birth", "序号": "-"},
    groups={"成员1": "member1.", "成员": "member0."},
    parts={"姓名": "name", "电话": "phone", "工作单位": "-"},
    footers=("合计*", "共*人*"),
    required=frozenset({"name"}),
)


def table_of(*lines):
    table = Table()
    table.add_rows([list(line) for line in lines])
    return table


def columns_of(*lines, mapping=None):
    return find_header(table_of(*lines), LABELS, mapping).columns


def test_header_is_found_under_title_rows():
    header = find_header(table_of(["某小学名册"], [""], ["姓名", "性别"], ["张三", "男"]), LABELS)

    assert (header.first_row, header.last_row, header.columns) == (3, 3, {0: "name", 1: "gender"})


def test_header_labels_may_be_decorated():
    found = columns_of(["*姓 名", "出生 日期（必填）", "【班级】：", "性别(男/女)"])

    assert found == {0: "name", 1: "birth", 2: "class_label", 3: "gender"}


def test_header_knows_flat_group_labels_by_their_longest_group():
    assert columns_of(["姓名", "成员1姓名", "成员-电话", "成员1工作单位"]) == {
        0: "name",
        1: "member1.name",
        2: "member0.phone",
    }


def test_header_on_two_rows_gives_parts_to_their_group():
    upper, lower = ["姓名", "班级", "成员1", "", "性别"], ["", "", "姓名", "电话", ""]
    header = find_header(table_of(upper, lower, ["张三"]), LABELS)

    assert (header.first_row, header.last_row) == (1, 2)
    assert header.columns == {0: "name", 1: "class_label", 2: "member1.name", 3: "member1.phone", 4: "gender"}
    assert header.labels[3] == "成员1 电话"


def test_header_on_two_rows_filled_from_merged_cells():
    upper, lower = ["姓名", "成员1", "成员1"], ["姓名", "姓名", "电话"]

    assert columns_of(["标题", "标题", "标题"], upper, lower) == {0: "name", 1: "member1.name", 2: "member1.phone"}


def test_header_with_one_row_does_not_swallow_the_first_row_of_data():
    assert find_header(table_of(["姓名", "性别"], ["张三", ""]), LABELS).last_row == 1


def test_header_shows_unknown_columns_and_hides_ignored_ones():
    header = find_header(table_of(["序号", "姓名", "星座", "性别"]), LABELS)

    assert header.unknown == [(2, "星座")]
    assert header.ignored == [(0, "序号")]


def test_header_takes_the_first_of_two_columns_for_a_field():
    header = find_header(table_of(["姓名", "性别", "姓名"]), LABELS)

    assert header.columns == {0: "name", 1: "gender"}
    assert header.unknown == [(2, "姓名")]


def test_header_mapping_by_hand_wins():
    lines = ["称呼", "性别", "班"], ["张三", "男", "1"]

    assert not has_header(table_of(*lines), LABELS)
    assert columns_of(*lines, mapping={"称呼": "name", 2: "class_label", "性别": ""}) == {0: "name", 2: "class_label"}


def test_header_mapping_to_a_field_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match="school_id"):
        columns_of(["姓名", "性别"], mapping={"性别": "school_id"})


def test_header_without_the_required_field_is_none():
    with pytest.raises(UnreadableFile) as caught:
        columns_of(["性别", "班级"], ["男", "1班"])

    assert (caught.value.code, caught.value.params) == ("no_header", {"found": "性别 · 班级"})


def test_body_leaves_out_totals_blank_rows_and_repeated_titles():
    table = table_of(
        ["序号", "姓名", "性别"],
        ["1", "张三", "男"],
        ["", "", ""],
        ["序号", "姓名", "性别"],
        ["", "XM", ""],
        ["2", "李四"],
        ["合 计", "2", ""],
        ["", "共 2 人", ""],
        ["合计", "", ""],
    )

    assert list(body(table, find_header(table, LABELS), LABELS)) == [
        (2, ["1", "张三", "男"]),
        (6, ["2", "李四", ""]),
    ]


def test_vocabulary_lists_every_field_that_can_be_chosen():
    assert LABELS.fields == (
        "name",
        "gender",
        "class_label",
        "birth",
        "member1.name",
        "member1.phone",
        "member0.name",
        "member0.phone",
    )


@given(st.lists(st.lists(st.text(alphabet="姓名性别成员1合计共人 班级", max_size=5), max_size=6), max_size=8))
def test_header_of_any_table_is_found_or_refused(lines):
    table = table_of(*lines)
    try:
        header = find_header(table, LABELS)
    except UnreadableFile as error:
        assert error.code == "no_header"
    else:
        assert all(number > header.last_row for number, _ in body(table, header, LABELS))
