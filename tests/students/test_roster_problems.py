"""What is wrong with a roster: every kind of problem, with its row, its column and without secrets."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.common.identity import check_digit
from schools.imports.dates import UnreadableDate, parse_date, parse_month
from tests.students.test_roster_reading import roster_of

GOOD_ID = "11010519491231002X"


def number(first17):
    return first17 + check_digit(first17)


CHILD = number("44060820120315123")  # a boy, 15 March 2012


def problems_of(label, text, **more):
    """Problems of one student with this one cell."""
    labels, cells = ["姓名", "班级", label, *more], ["张三", "1班", text, *more.values()]
    roster = roster_of(labels, cells)
    return [(problem.code, problem.severity) for problem in roster.problems], roster


@pytest.mark.parametrize(
    ("label", "text", "code", "severity"),
    [
        ("身份证件号", CHILD[:-1] + ("0" if CHILD[-1] != "0" else "1"), "id_checksum", "warning"),
        ("身份证件号", "440608201202301239", "id_birth", "warning"),
        ("身份证件号", "000608201203151234", "id_region", "warning"),
        ("身份证件号", "44060820120315", "id_length", "warning"),
        ("身份证件号", "4406082012031A1234", "id_characters", "warning"),
        ("身份证件号", "1.10105E+17", "id_ruined", "warning"),
        ("身份证件号", "440608201203151000", "id_ruined", "warning"),
        ("出生日期", "不详", "birth_unreadable", "warning"),
        ("出生日期", "2012-13-01", "birth_unreadable", "warning"),
        ("出生日期", "2012-03", "birth_only_month", "warning"),
        ("出生日期", "12-3-1", "birth_unreadable", "warning"),
        ("出生日期", "1901-01-01", "birth_unlikely", "warning"),
        ("性别", "男女", "gender_unreadable", "warning"),
        ("学籍号", "20210001", "registry_format", "warning"),
        ("学籍号", "G" + CHILD[:-1] + ("0" if CHILD[-1] != "0" else "1"), "registry_checksum", "warning"),
        ("学籍号", "L440608201213159999", "registry_birth", "warning"),
        ("学籍号", "4.40608E+17", "registry_ruined", "warning"),
        ("民族", "火星族", "ethnicity_unknown", "warning"),
        ("联系电话", "12345678901", "phone_format", "warning"),
        ("联系电话", "1.38E+10", "number_ruined", "warning"),
        ("学籍辅号", "4.40608E+17", "number_ruined", "warning"),
        ("学号", "1" * 31, "too_long", "warning"),
        ("现住址", "=HYPERLINK(1)", "formula_like", "warning"),
        ("曾用名", "张?", "name_damaged", "warning"),
        ("入学年月", "去年", "entry_unreadable", "warning"),
        ("就读方式", "飞行", "value_unknown", "warning"),
        ("是否孤儿", "也许", "value_unknown", "warning"),
        ("特殊群体", "留守儿童、月球", "value_unknown", "warning"),
        ("身份证件类型", "月票", "value_unknown", "warning"),
        ("成员1联系电话", "未知号码", "phone_format", "warning"),
        ("成员1身份证件号", GOOD_ID[:-1] + "1", "guardian_id_invalid", "warning"),
        ("成员1姓名", "张" * 61, "too_long", "warning"),
    ],
)
def test_problem_of_one_cell(label, text, code, severity):
    found, roster = problems_of(label, text)

    assert found == [(code, severity)]
    assert roster.problems[0].column_label == label
    assert roster.problems[0].row == 2
    assert len(roster.rows) == (severity == "warning")


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "name_missing"), ("/", "name_missing"), ("张" * 61, "too_long"), ("12", "name_unreadable")],
)
def test_problem_of_the_name_keeps_the_row_out(name, code):
    roster = roster_of(["姓名", "班级", "性别"], [name, "1班", "男"])

    assert [(problem.code, problem.severity) for problem in roster.problems] == [(code, "error")]
    assert roster.rows == []


@pytest.mark.parametrize(("name", "code"), [("王\ufffd", "name_damaged"), ("=1+1", "formula_like")])
def test_problem_of_the_name_that_is_only_a_warning(name, code):
    roster = roster_of(["姓名", "班级"], [name, "1班"])

    assert [problem.code for problem in roster.problems] == [code]
    assert [row.name for row in roster.rows] == [name]


def test_problem_class_missing_keeps_the_row_out():
    roster = roster_of(["姓名", "班级"], ["张三", "1班"], ["李四", ""], ["王五", "1班"])

    assert [(problem.code, problem.row) for problem in roster.problems] == [("class_missing", 3)]
    assert [row.name for row in roster.rows] == ["张三", "王五"]


def test_problem_in_the_future():
    tomorrow = dt.date.today() + dt.timedelta(days=1)

    assert problems_of("出生日期", tomorrow.isoformat())[0] == [("birth_in_future", "warning")]


def test_problem_birth_and_gender_are_compared_with_the_identity_number():
    roster = roster_of(["姓名", "班级", "性别", "出生日期", "身份证号"], ["张三", "1班", "女", "2012-03-16", CHILD])

    assert [problem.code for problem in roster.problems] == ["id_birth_mismatch", "id_gender_mismatch"]
    assert (roster.rows[0].gender, roster.rows[0].birth_date) == ("f", dt.date(2012, 3, 16))


def test_problem_unreadable_birth_is_a_warning_when_the_identity_number_tells():
    roster = roster_of(["姓名", "班级", "性别", "出生日期", "身份证号"], ["张三", "1班", "?", "不详", CHILD])

    assert [problem.severity for problem in roster.problems] == ["warning", "warning"]
    assert (roster.rows[0].gender, roster.rows[0].birth_date) == ("m", dt.date(2012, 3, 15))


def test_identity_number_fills_blank_birth_and_gender():
    (row,) = roster_of(["姓名", "班级", "身份证号"], ["张三", "1班", CHILD]).rows

    assert (row.gender, row.birth_date, row.id_type) == ("m", dt.date(2012, 3, 15), "identity_card")


def test_registry_number_fills_blank_birth_and_gender():
    (row,) = roster_of(["姓名", "班级", "学籍号"], ["张三", "1班", "g" + CHILD]).rows

    assert (row.registry_number, row.gender, row.birth_date) == ("G" + CHILD, "m", dt.date(2012, 3, 15))


def test_registry_number_that_contradicts_the_identity_number_is_reported():
    other = number("44060820120315125")
    roster = roster_of(["姓名", "班级", "身份证号", "学籍号"], ["张三", "1班", CHILD, "G" + other])

    assert [problem.code for problem in roster.problems] == ["registry_id_mismatch"]


def test_registry_number_of_the_region_becomes_the_auxiliary_number():
    (row,) = roster_of(["姓名", "班级", "学籍号"], ["张三", "1班", "20210001"]).rows

    assert (row.registry_number, row.auxiliary_number) == ("", "20210001")


@pytest.mark.parametrize(
    ("kind", "text", "id_type"),
    [("护照", "E12345678", "passport"), ("", "H12345678", "other"), ("其他", "随便 123", "other")],
)
def test_other_papers_go_in_unchecked(kind, text, id_type):
    roster = roster_of(["姓名", "班级", "身份证件类型", "身份证件号"], ["张三", "1班", kind, text])

    assert roster.problems == []
    assert roster.rows[0].id_type == id_type


def test_residence_permit_is_checked_like_a_card():
    permit = number("81000020120315123")
    (row,) = roster_of(["姓名", "班级", "身份证号"], ["张三", "1班", permit]).rows

    assert (row.id_number, row.id_type) == (permit, "residence_permit")


def test_kind_of_paper_none_needs_no_number():
    (row,) = roster_of(["姓名", "班级", "身份证件类型", "身份证件号"], ["张三", "1班", "无", "无"]).rows

    assert (row.id_type, row.id_number) == ("", "")


@pytest.mark.parametrize("label", ["身份证号", "学籍号"])
def test_duplicate_numbers_keep_the_second_row_out_and_name_the_first(label):
    text = CHILD if label == "身份证号" else "G" + CHILD
    roster = roster_of(["姓名", "班级", label], ["张三", "1班", text], ["李四", "1班", text])

    assert [(problem.code, problem.row, problem.params) for problem in roster.problems] == [
        ("duplicate_in_file", 3, {"other_row": 2})
    ]
    assert [row.name for row in roster.rows] == ["张三"]


def test_duplicate_without_numbers_is_who_cannot_be_told_apart():
    same = ["张三", "1班", ""]
    roster = roster_of(["姓名", "班级", "学号"], same, same, ["张三", "1班", "2"], ["张三", "2班", ""])

    assert [(problem.code, problem.row) for problem in roster.problems] == [("duplicate_in_file", 3)]
    assert len(roster.rows) == 3


def test_student_number_used_twice_in_a_class_is_a_warning():
    roster = roster_of(["姓名", "班级", "学号"], ["张三", "1班", "1"], ["李四", "1班", "1"], ["王五", "2班", "1"])

    assert [(problem.code, problem.row, problem.params) for problem in roster.problems] == [
        ("number_repeated", 3, {"other_row": 2})
    ]


def test_dashes_say_nothing_but_no_in_a_group():
    (row,) = roster_of(["姓名", "班级", "曾用名", "联系电话", "是否孤儿"], ["张三", "1班", "无", "—", "-"]).rows

    assert (row.former_name, row.phone, row.groups_denied) == ("", "", frozenset({"orphan"}))


def test_blank_cell_of_a_group_says_nothing():
    (row,) = roster_of(["姓名", "班级", "是否孤儿"], ["张三", "1班", ""]).rows

    assert (row.groups, row.groups_denied) == (frozenset(), frozenset())


@pytest.mark.parametrize(("text", "denied", "member"), [("非留守", True, False), ("双亲留守", False, True)])
def test_left_behind_has_its_own_words(text, denied, member):
    (row,) = roster_of(["姓名", "班级", "是否留守儿童"], ["张三", "1班", text]).rows

    assert (("left_behind" in row.groups_denied), ("left_behind" in row.groups)) == (denied, member)


@pytest.mark.parametrize(("text", "member"), [("无残疾", False), ("肢体残疾", True)])
def test_disability_is_a_kind_or_none(text, member):
    (row,) = roster_of(["姓名", "班级", "残疾类型"], ["张三", "1班", text]).rows

    assert ("disability" in row.groups) == member


@pytest.mark.parametrize(("text", "code"), [("汉", "01"), ("1", "01"), ("HA", "01"), ("崩龙族", "46"), ("毛难", "36")])
def test_ethnic_group_by_name_code_letters_and_old_name(text, code):
    (row,) = roster_of(["姓名", "班级", "民族"], ["张三", "1班", text]).rows

    assert row.ethnicity == code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张　三", "张三"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("Anna  Maria Smith", "Anna Maria Smith"),
        ("㐂𠮷\ue5f1", "㐂𠮷\ue5f1"),
    ],
)
def test_names_lose_spaces_that_only_align_them(text, name):
    from schools.common.text import clean_text

    assert roster_of(["姓名", "班级"], [clean_text(text), "1班"]).rows[0].name == name


# Secrets


@given(st.sampled_from(["身份证件号", "学籍号", "联系电话", "姓名", "曾用名", "现住址"]))
def test_problems_never_show_a_whole_number(label):
    secret = "440608201203151230"
    roster = roster_of(["姓名", "班级", label], ["张三", "", f"={secret}"])

    assert roster.problems
    assert all(secret not in problem.value_shown for problem in roster.problems)


# Dates


@pytest.mark.parametrize(
    "text",
    [
        "2015-09-01",
        "2015-9-1",
        "2015/9/1",
        "2015.9.1",
        "2015.09.01",
        "2015年9月1日",
        "2015年09月01日",
        "20150901",
        "２０１５年９月１日",
        "2015-09-01 00:00:00",
        "2015-09-01T08:00",
        "2015/9/1 0:00",
        "42248",
        "42248.0",
        "2015 9 1",
    ],
)
def test_date_in_all_the_ways_people_write_it(text):
    assert parse_date(text) == dt.date(2015, 9, 1)


@pytest.mark.parametrize(
    "text", ["", "2015", "201509", "2015-02-30", "15-9-1", "9/1/2015", "1899-01-01", "9", "99999999"]
)
def test_date_that_is_none_is_refused(text):
    with pytest.raises(UnreadableDate):
        parse_date(text)


@given(st.dates(dt.date(1928, 1, 1), dt.date(2025, 12, 31)), st.sampled_from(["{:%Y-%m-%d}", "{:%Y%m%d}", "serial"]))
def test_date_round_trips(day, form):
    text = str((day - dt.date(1899, 12, 30)).days) if form == "serial" else form.format(day)

    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("202109", (2021, dt.date(2021, 9, 1))),
        ("2021-09", (2021, dt.date(2021, 9, 1))),
        ("2021年9月", (2021, dt.date(2021, 9, 1))),
        ("2021", (2021, None)),
        ("2021级", (2021, None)),
        ("2021-09-02", (2021, dt.date(2021, 9, 2))),
        ("20210902", (2021, dt.date(2021, 9, 2))),
    ],
)
def test_month_of_entry(text, found):
    assert parse_month(text) == found


@given(st.text(max_size=12))
def test_date_of_any_text_is_a_date_or_a_refusal(text):
    for parse in (parse_date, parse_month):
        with contextlib.suppress(UnreadableDate):
            assert parse(text)
