"""A roster file as a whole: formats, titles in all their forms, mapping, round trips."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schools.common.identity import check_digit
from schools.common.tables import UnreadableFile
from schools.imports.problems import rows_out
from students.roster import VOCABULARY, GuardianRow, RosterRow
from students.roster.fields import PARSERS
from tests import files
from tests.importing import parse_tables, read_roster
from tests.schools.test_tables import table_of

SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def roster_of(*lines, mapping=None):
    return parse_tables("roster", table_of(*lines), mapping=mapping)


def only_row(*lines):
    roster = roster_of(*lines)
    assert not roster.problems
    assert len(roster.rows) == 1
    return roster.rows[0]


def test_roster_of_the_registry_with_chinese_labels():
    row = only_row(
        [
            "学校标识码",
            "姓名",
            "性别",
            "出生日期",
            "民族",
            "学籍辅号",
            "班内学号",
            "年级",
            "班级",
            "入学年月",
            "就读方式",
        ],
        ["2144000001", "张三", "男", "20120315", "汉族", "AB1", "7", "三年级", "1班", "202109", "住校"],
    )

    assert row == RosterRow(
        row=2,
        name="张三",
        school_code="2144000001",
        gender="m",
        birth_date=dt.date(2012, 3, 15),
        ethnicity="01",
        auxiliary_number="AB1",
        number_in_class="7",
        grade_label="三年级",
        class_label="1班",
        entry_year=2021,
        entry_date=dt.date(2021, 9, 1),
        boarding="board",
    )


def test_roster_of_the_registry_with_its_codes():
    row = only_row(
        ["xxbsm", "xm", "xbm", "csrq", "mzm", "nj", "bj", "sflsetm", "sfge", "sfjssm"],
        ["2144000001", "张三", "2", "2012-03-15", "02", "三年级", "1班", "0", "1", "1"],
    )

    assert (row.gender, row.ethnicity, row.boarding) == ("f", "02", "board")
    assert (row.groups, row.groups_denied) == (frozenset({"orphan"}), frozenset({"left_behind"}))


def test_roster_with_codes_above_the_labels():
    roster = roster_of(["xm", "xbm", "bj"], ["姓名", "性别", "班级"], ["张三", "男", "1班"])

    assert [row.name for row in roster.rows] == ["张三"]


def test_roster_guardians_from_flat_columns():
    row = only_row(
        ["姓名", "班级", "成员1姓名", "成员1关系", "成员1联系电话", "成员1是否监护人", "成员2姓名", "成员2是否监护人"],
        ["张三", "1班", "张大", "父子", "13800000000", "是", "李丽", "否"],
    )

    assert row.guardians == (
        GuardianRow(name="张大", relation="父亲", phone="13800000000", is_guardian=True),
        GuardianRow(name="李丽", is_guardian=False),
    )


def test_roster_guardians_from_grouped_columns_of_a_workbook():
    lines = [
        ["某小学学生名册"],
        ["姓名", "班级", "成员1", "", "", "成员2", "", ""],
        ["", "", "姓名", "关系", "联系\n电话", "姓名", "关系", "联系\n电话"],
        ["张三", "1班", "张大", "父亲", "13800000000", "李丽", "母亲", "13800000001"],
    ]
    merges = ["A1:H1", "A2:A3", "B2:B3", "C2:E2", "F2:H2"]

    for data in (files.xlsx_bytes(lines, merges=merges), files.csv_bytes(lines), files.xls_bytes(lines)):
        (row,) = read_roster(data).rows
        assert row.guardians == (
            GuardianRow(name="张大", relation="父亲", phone="13800000000"),
            GuardianRow(name="李丽", relation="母亲", phone="13800000001"),
        )


def test_roster_guardians_from_columns_for_father_and_mother():
    row = only_row(
        ["姓名", "班级", "父亲姓名", "父亲电话", "母亲姓名", "监护人", "监护人电话"],
        ["张三", "1班", "张大", "13800000000", "李丽", "张大", "13800000009"],
    )

    assert row.guardians == (
        GuardianRow(name="张大", relation="父亲", phone="13800000009", is_guardian=True),
        GuardianRow(name="李丽", relation="母亲"),
    )


def test_roster_phone_next_to_the_parents_name_is_the_parents():
    row = only_row(["姓名", "班级", "家长姓名", "联系电话"], ["张三", "1班", "张大", "13800000000"])

    assert row.phone == ""
    assert row.guardians == (GuardianRow(name="张大", phone="13800000000"),)


def test_roster_phone_elsewhere_is_the_pupils():
    row = only_row(["姓名", "联系电话", "班级", "家长姓名"], ["张三", "13800000000", "1班", "张大"])

    assert row.phone == "13800000000"


def test_roster_special_groups_from_one_column_with_several_words():
    row = only_row(["姓名", "班级", "特殊群体"], ["张三", "1班", "留守儿童、单亲家庭"])

    assert row.groups == {"left_behind", "single_parent"}


def test_roster_says_which_fields_the_file_has():
    roster = roster_of(
        ["姓名", "班级", "是否孤儿", "成员1姓名", "身份证件号"], ["张三", "1班", "否", "张大", "11010519491231002X"]
    )

    assert roster.present == {
        "name",
        "class_label",
        "group.orphan",
        "guardians",
        "id_number",
        "id_type",
        "birth_date",
        "gender",
    }


def test_roster_shows_unknown_columns():
    assert roster_of(["姓名", "班级", "星座"], ["张三", "1班", "狮子"]).unknown_columns == [(2, "星座")]


def test_roster_mapping_by_hand_is_followed():
    lines = ["称呼", "班级", "孩子电话"], ["张三", "1班", "13800000000"]
    roster = roster_of(*lines, mapping={"称呼": "name", "孩子电话": "phone"})

    assert [(row.name, row.phone) for row in roster.rows] == [("张三", "13800000000")]


def test_roster_every_field_of_the_vocabulary_can_be_read():
    for name in VOCABULARY.fields:
        mapping = {"姓名": "name", "班级": "class_label"} | ({"x": name} if name not in ("name", "class_label") else {})
        assert roster_of(["姓名", "班级", "x"], ["张三", "1班", "1"], mapping=mapping).total == 1


def test_roster_group_columns_have_a_parser_each():
    assert {name for name in VOCABULARY.labels.values() if "." not in name and name != "-"} <= set(PARSERS)


def test_roster_class_that_stands_only_once_per_block_is_filled_down():
    lines = [["班级", "姓名"], ["1班", "甲一"], ["", "甲二"], ["", "甲三"], ["2班", "乙一"], ["", "乙二"], ["", "乙三"]]
    roster = read_roster(files.csv_bytes(lines))

    assert [row.class_label for row in roster.rows] == ["1班"] * 3 + ["2班"] * 3
    assert [problem.code for problem in roster.problems] == ["filled_down"]


def test_roster_class_that_is_missing_here_and_there_is_not_filled_down():
    lines = [["班级", "姓名"], ["1班", "甲一"], ["1班", "甲二"], ["", "甲三"], ["", "甲四"], ["", "甲五"]]

    assert [problem.row for problem in read_roster(files.csv_bytes(lines)).problems] == [4, 5, 6]


def test_roster_class_merged_in_a_workbook_is_filled():
    lines = [["班级", "姓名"], ["1班", "甲一"], ["", "甲二"], ["2班", "乙一"], ["2班", "乙二"]]
    roster = read_roster(files.xlsx_bytes(lines, merges=["A2:A3"]))

    assert [row.class_label for row in roster.rows] == ["1班", "1班", "2班", "2班"]
    assert not roster.problems


def test_roster_reads_the_stored_value_of_a_formula():
    data = files.formula_xlsx([["姓名", "班级"], ["张三"]], '=CONCAT("1","班")', "1班")

    assert read_roster(data).rows[0].class_label == "1班"


def test_roster_reads_the_sheet_with_titles_and_not_a_hidden_one():
    data = files.xlsx_bytes([["姓名", "班级"], ["李四", "2班"]], hidden=[["姓名", "班级"], ["旧", "1班"]], sheet="学生")
    roster = read_roster(data)

    assert (roster.sheet, [row.name for row in roster.rows]) == ("学生", ["李四"])


def test_roster_leaves_out_totals_and_signatures():
    roster = roster_of(
        ["序号", "姓名", "班级"],
        ["1", "张三", "1班"],
        ["合计", "", "1人"],
        ["", "共1人", ""],
        ["制表人：王老师", "", ""],
        ["备注：无", "", ""],
    )

    assert (roster.total, len(roster.rows), roster.problems) == (1, 1, [])


def test_roster_without_students_is_refused():
    with pytest.raises(UnreadableFile) as caught:
        roster_of(["姓名", "班级"], ["合计", "0人"])

    assert caught.value.code == "no_rows"


def test_roster_without_a_class_column_is_read_with_a_warning():
    roster = roster_of(["姓名", "性别"], ["张三", "男"])

    assert [(problem.code, problem.row, problem.severity) for problem in roster.problems] == [
        ("column_missing", 1, "warning")
    ]
    assert len(roster.rows) == 1


# Round trips

HAN = st.text(alphabet="王李张赵一二三子涵欣怡㐂𠮷\ue5f1", min_size=2, max_size=4)
DAYS = st.dates(dt.date(2005, 1, 1), dt.date(2018, 12, 31))


@st.composite
def students(draw):
    birth = draw(DAYS)
    serial = draw(st.integers(0, 999))
    first = f"440608{birth:%Y%m%d}{serial:03}"
    return RosterRow(
        row=0,
        name=draw(HAN),
        gender="m" if serial % 2 else "f",
        birth_date=birth,
        id_number=first + check_digit(first),
        id_type="identity_card",
        ethnicity=draw(st.sampled_from(["01", "02", "11", "56"])),
        grade_label="三年级",
        class_label=f"{draw(st.integers(1, 20))}班",
        phone=f"138{draw(st.integers(0, 99_999_999)):08}",
        guardians=(GuardianRow(name=draw(HAN), relation="母亲", phone="13900000000", is_guardian=True),),
    )


ETHNIC = {"01": "汉族", "02": "蒙古", "11": "满族", "56": "56"}
COLUMNS = {
    "姓 名": lambda row: row.name,
    "性别\n": lambda row: {"m": "男", "f": "2"}[row.gender],
    "出生日期": lambda row: f"{row.birth_date:%Y/%m/%d}",
    "身份证号": lambda row: row.id_number.lower(),
    "民族": lambda row: ETHNIC[row.ethnicity],
    "年级": lambda row: row.grade_label,
    "班级*": lambda row: row.class_label,
    "联系电话": lambda row: row.phone,
    "成员1姓名": lambda row: row.guardians[0].name,
    "成员1关系": lambda row: row.guardians[0].relation,
    "成员1电话": lambda row: row.guardians[0].phone,
    "成员1是否监护人": lambda row: "是",
    "星座": lambda row: "狮子",
}
WRITERS = {
    **{encoding: lambda rows, encoding=encoding: files.csv_bytes(rows, encoding) for encoding in files.ENCODINGS},
    "tab": lambda rows: files.csv_bytes(rows, "gb18030", "\t"),
    "xlsx": files.xlsx_bytes,
    "xls": files.xls_bytes,
}


@SLOW
@given(
    rows=st.lists(students(), min_size=1, max_size=6, unique_by=lambda row: row.id_number),
    order=st.permutations(list(COLUMNS)),
    writer=st.sampled_from(sorted(WRITERS)),
    title=st.booleans(),
)
def test_roster_round_trips_in_any_order_encoding_and_format(rows, order, writer, title):
    lines = [order, *([COLUMNS[label](row) for label in order] for row in rows), ["合计", f"{len(rows)}人"]]
    roster = read_roster(WRITERS[writer]([["某学校学生名册"], *lines] if title else lines))

    first = 3 if title else 2
    for number, row in enumerate(rows, start=first):
        row.row = number
    assert roster.rows == rows
    assert roster.problems == []
    assert [label for _, label in roster.unknown_columns] == ["星座"]


@SLOW
@given(st.lists(st.lists(st.text(max_size=25), min_size=4, max_size=4), max_size=10))
def test_roster_of_any_cells_never_fails(lines):
    table = [["姓名", "身份证件号", "出生日期", "成员1联系电话"], ["张三", "", "", ""], *lines]
    roster = roster_of(*([cell.replace("\x1f", "").replace("\x1e", "") for cell in row] for row in table))

    assert len(roster.rows) + rows_out(roster.problems) == roster.total


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("\u200b", "name_missing"),
        ("\u3164", "name_missing"),
        ("&#x200b;", "name_unreadable"),
        ("&nbsp;", "name_unreadable"),
    ],
)
def test_a_name_of_nothing_that_one_sees_is_a_problem_of_its_row(cell, code):
    roster = read_roster(
        files.xlsx_bytes([["姓名", "年级", "班级"], ["张三", "三年级", "1班"], [cell, "三年级", "1班"]])
    )
    assert [row.name for row in roster.rows] == ["张三"]
    assert [(problem.code, problem.severity) for problem in roster.problems] == [(code, "error")]


# A list of something else

STAFF = ["工号", "姓名", "手机号码", "角色", "班级", "年级"]


def test_staff_list_is_no_roster_and_the_refusal_names_its_columns():
    with pytest.raises(UnreadableFile) as refused:
        roster_of(STAFF, ["T-1", "王一", "13800000001", "班主任", "三(1)班", "三年级"])

    assert (refused.value.code, refused.value.params) == ("staff_list", {"found": "工号 · 角色"})


@pytest.mark.parametrize("title", ["教职工号", "职务", "任教学科", "教师姓名", "*任教班级（必填）"])
def test_staff_list_is_known_by_one_title_that_no_roster_has(title):
    with pytest.raises(UnreadableFile) as refused:
        roster_of(["姓名", "性别", "班级", title], ["王一", "女", "三(1)班", "1"])

    assert refused.value.code == "staff_list"


def test_staff_list_without_a_column_for_the_name_is_refused_as_one():
    with pytest.raises(UnreadableFile) as refused:
        roster_of(["教师姓名", "任教班级"], ["王一", "三(1)班"])

    assert refused.value.code == "staff_list"


@pytest.mark.parametrize("title", ["学号", "学籍号", "座号", "监护人姓名", "是否住校", "是否留守儿童"])
def test_roster_with_a_column_for_students_only_may_have_one_of_staff_too(title):
    roster = roster_of(["姓名", "班级", title, "职务"], ["张三", "1班", "", "班长"])

    assert [row.name for row in roster.rows] == ["张三"]
    assert roster.header.unknown == [(3, "职务")]


def test_staff_column_left_out_by_hand_is_no_obstacle():
    roster = roster_of(["姓名", "班级", "职务"], ["张三", "1班", "班长"], mapping={"职务": ""})

    assert [row.name for row in roster.rows] == ["张三"]


def test_workbook_with_a_sheet_of_staff_first_is_read_from_the_sheet_of_students():
    book = openpyxl.Workbook()
    for row in (STAFF, ["T-1", "王一", "", "班主任", "", ""]):
        book.active.append(row)
    for row in (["姓名", "班级"], ["张三", "1班"]):
        (book["学生"] if "学生" in book.sheetnames else book.create_sheet("学生")).append(row)
    out = io.BytesIO()
    book.save(out)

    assert [row.name for row in read_roster(out.getvalue()).rows] == ["张三"]
