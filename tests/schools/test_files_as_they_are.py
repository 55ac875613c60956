"""Files as they really come: each once lost something, or was refused without need. All names are invented."""

import datetime as dt
import io

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from django.utils.module_loading import import_string

from schools.accounts.codes import TypedCode
from schools.classnames import parse_class
from schools.common.tables import UnreadableFile
from schools.common.text import clean_code, clean_lines, clean_name, clean_text
from schools.imports.dates import parse_date
from schools.models import Job, Membership
from schools.unreadable import file_sentence
from students.models import Student
from tests import files
from tests.importing import import_file, parsed, read_roster

HEAD = ["姓名", "性别", "年级", "班级"]
ONE = [HEAD, ["张小宁", "男", "三年级", "1班"]]


def names(content):
    return [row.name for row in read_roster(content).rows]


def codes(found):
    return [(problem.row, problem.code, problem.severity) for problem in found.problems]


# --- 1. nothing is lost without a word --------------------------------------------------------------------------------

ROWS = ["张小宁,男,三年级,1班,阳光路1号", "李小明,男,三年级,1班,阳光路2号", "王小明,男,三年级,2班,阳光路3号"]
TITLES = "姓名,性别,年级,班级,家庭住址"


@pytest.mark.parametrize(
    ("where", "row"),
    [({0: ',阳光路1号|,"阳光路1号'}, 2), ({1: ',阳光路2号|,"阳光路2号', 2: '3号|3号"'}, 3), ({0: ',男,|,"男,'}, 2)],
    ids=["never closed", "closed by chance further down", "in the middle of a row"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_stray_quote_swallows_no_row_and_is_named(where, row, encoding):
    lines = list(ROWS)
    for at, change in where.items():
        lines[at] = lines[at].replace(*change.split("|"))
    found = read_roster("\n".join([TITLES, *lines, ""]).encode(encoding))

    assert [one.name for one in found.rows] == ["张小宁", "李小明", "王小明"]
    assert (row, "quote_open", "warning") in codes(found)


def test_a_cell_of_several_lines_is_one_cell():
    found = read_roster(f'{TITLES}\n张小宁,男,三年级,1班,"阳光路1号\n2单元, 301"\n{ROWS[1]}\n'.encode())

    assert [(one.name, one.address) for one in found.rows] == [
        ("张小宁", "阳光路1号 2单元, 301"),
        ("李小明", "阳光路2号"),
    ]
    assert found.problems == []


def test_a_blank_before_a_quote_is_not_part_of_the_name():
    assert names('年级, 姓名, 班级\n三年级, "张小宁", 1班\n三年级, "李小明", 1班\n'.encode()) == ["张小宁", "李小明"]


def of_class(number, name, extra=()):
    return [["姓名", "性别", "班级", *extra], [name, "男", f"三({number})班", *("" for _ in extra)]]


def test_all_sheets_with_the_same_columns_are_read():
    content = files.sheets_xlsx(
        {"三1班": of_class(1, "张小一"), "三2班": of_class(2, "张小二"), "说明": [["请勿修改"]]}
    )
    found = read_roster(content)

    assert [(one.name, one.class_label) for one in found.rows] == [("张小一", "三(1)班"), ("张小二", "三(2)班")]
    assert (found.file.sheet, found.file.left_out) == ("三1班 · 三2班", [("说明", 1)])


def test_a_problem_names_the_sheet_and_the_row_there():
    sheets = {"三1班": of_class(1, "张小一"), "三2班": [*of_class(2, ""), ["张小一", "男", "三(1)班"]]}
    (missing, twice) = read_roster(files.sheets_xlsx(sheets)).problems

    assert (missing.sheet, missing.row, missing.code) == ("三2班", 2, "name_missing")
    assert (twice.sheet, twice.row, twice.params) == ("三2班", 3, {"other_row": "2 (三1班)"})


def test_a_sheet_with_other_columns_is_left_out_and_named():
    sheets = {"名单": of_class(1, "张小一"), "转出": of_class(2, "张小二", extra=["学籍号"])}

    assert read_roster(files.sheets_xlsx(sheets)).file.left_out == [("转出", 2)]


def test_hidden_rows_are_read_and_told():
    found = read_roster(files.hidden_rows_xlsx([*ONE, ["李小明", "男", "三年级", "1班"]], hidden=[2]))

    assert ([one.name for one in found.rows], found.file.hidden_rows) == (["张小宁", "李小明"], 1)


def test_what_is_no_record_is_told_with_its_row():
    found = read_roster(files.xlsx_bytes([*ONE, ["合计", "1人"], ["填表人：李老师"]]))

    assert [one.name for one in found.rows] == ["张小宁"]
    assert found.sheets[0].skipped == {3: "合计", 4: "填表人：李老师"}


# --- 2. the same to the eye is the same to us -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("⾼⼩⽅", "高小方"),
        ("⻢小⻰", "马小龙"),
        ("⺎⺄⺊", "兀乙卜"),
        ("⺶⺧⺻", "羊牛聿"),
        ("李\u3000宁", "李宁"),
        ("李\u200b宁\ufeff", "李宁"),
        ("李宁\u3164", "李宁"),
        ("李&nbsp;宁", "李宁"),
        ("Ａｎｎａ　Ｌｉ", "Anna Li"),
        ("王&#14019;", "王㛃"),
        ("王&#x36C3;", "王㛃"),
        ("𠮷㐂", "𠮷㐂"),
        ("\ue863小", "\ue863小"),
        *((f"阿依古丽{dot}买买提", "阿依古丽·买买提") for dot in "．.●•・･‧∙ ·"[:8]),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("J. Smith", "J. Smith"),
    ],
)
def test_a_name_is_kept_as_it_looks(typed, kept):
    assert clean_name(clean_text(typed)) == kept
    assert names(files.xlsx_bytes([HEAD, [typed, "男", "三年级", "1班"]])) == [kept]


def test_a_character_that_came_as_its_number_is_named():
    found = read_roster(files.xlsx_bytes([HEAD, ["王&#14019;", "男", "三年级", "1班"]]))

    assert codes(found) == [(2, "name_reference", "warning")]


def test_names_that_look_the_same_are_one_student():
    rows = [[f"阿依古丽{dot}买买提", "女", "三年级", "1班"] for dot in "．.●"]
    found = read_roster(files.xlsx_bytes([HEAD, *rows]))

    assert [one.name for one in found.rows] == ["阿依古丽·买买提"]
    assert codes(found) == [(3, "duplicate_in_file", "error"), (4, "duplicate_in_file", "error")]


@pytest.mark.parametrize("typed", ["１２３４５６", "123\u00a0456", "12\u200b3456", " 123 456 "])
def test_a_code_is_the_same_however_it_is_typed(typed):
    assert clean_code(typed) == "123456"


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["ａ－ｔｅａｃｈｅｒ", "a-teacher\u200b", "\u00a0a-teacher"])
def test_one_signs_in_with_a_staff_number_in_full_width(world, client, typed):
    from tests.world import PASSWORD

    client.post(reverse("account_login"), {"login": typed, "password": PASSWORD})

    assert client.session.get("_auth_user_id") == str(world.a.teacher.person.pk)


@pytest.mark.django_db
def test_a_form_keeps_a_name_as_a_file_does(world, sign_in):
    person = world.a.teacher.person
    sign_in(world.a.leader).post(
        reverse("schools:person_edit", args=[person.pk]), {"name": "⾼\u3000⼩⽅", "phone": ""}
    )
    person.refresh_from_db()

    assert person.name == "高小方"


class PlainCode(forms.Form):
    code = forms.CharField()

    def clean_code(self):
        return self.cleaned_data["code"]


class OneTimeCode(TypedCode, PlainCode):
    pass


@pytest.mark.parametrize("typed", ["１２３\u00a0４５６", "123\u200b456"])
def test_a_one_time_code_is_read_in_full_width(typed):
    form = OneTimeCode({"code": typed})

    assert (form.is_valid(), form.cleaned_data) == (True, {"code": "123456"})


@pytest.mark.parametrize("name", ["activate_totp", "authenticate", "reauthenticate"])
def test_every_form_that_asks_for_a_code_reads_it_so(name, settings):
    assert issubclass(import_string(settings.MFA_FORMS[name]), TypedCode)


def test_staff_with_several_classes_in_a_cell_and_a_blank_in_the_name():
    rows = [
        ["工号", "姓名", "角色", "班级"],
        ["90001", "周小平", "任课教师", "三(1)班\n三(2)班"],
        ["90002", "吴小平", "任课教师", "三(1)班 三(2)班"],
        ["90003", "郑小平", "任课教师", "三年级/1班"],
        ["９０００５", "李\u3000宁", "任课教师", "三(1)班"],
    ]
    found = parsed("staff", files.xlsx_bytes(rows)).rows

    assert [(one.staff_number, one.name, one.classes) for one in found] == [
        ("90001", "周小平", ("三(1)班", "三(2)班")),
        ("90002", "吴小平", ("三(1)班", "三(2)班")),
        ("90003", "郑小平", ("三年级1班",)),
        ("90005", "李宁", ("三(1)班",)),
    ]


OWN_APPS = ("config", "counseling", "reports", "schools", "screening", "students")
# A text of many paragraphs, kept as it was typed; and allauth's own name of a passkey, which its owner alone reads.
AS_TYPED = {"reports.forms.SectionForm.body", "schools.accounts.passkeys.AddForm.name"}


def _cleans(field):
    """Also a field of one's own: an invisible mark goes, and a letter in full width becomes a plain one."""
    return field.to_python("\u200bＡ") == "A"


def _forms(kind=forms.BaseForm):
    for one in kind.__subclasses__():
        yield one
        yield from _forms(one)


def test_every_text_that_a_form_takes_is_cleaned():
    """`forms.CharField` is for passwords; others are fields of `schools.common.typed`."""
    get_resolver().url_patterns  # noqa: B018  imports every view, and with it every form
    ours = [one for one in _forms() if one.__module__.split(".")[0] in OWN_APPS and not issubclass(one, TypedCode)]
    found = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in ours
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput | forms.HiddenInput)
        if not _cleans(field)
    }

    assert found - AS_TYPED == set()


@pytest.mark.django_db
def test_a_name_that_was_stored_before_is_known_by_its_look(world):
    Student.objects.create(school=world.a.unit, class_group=world.a.class_1, name="⾼\u3000小方", student_number="77")
    outcome = import_file(files.xlsx_bytes([["学号", *HEAD], ["77", "高小方", "", "三年级", "1班"]]), world.a.unit)

    assert (outcome.created, outcome.held, outcome.problem_rows) == (0, 0, 0)


# --- 3. dates to the day ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2017-08-31T16:00:00.000Z",
        "2017-09-01T00:00:00+08:00",
        "2017-08-31 23:59:17",
        "42978.99950231481",
        "42979",
        "1504195200000",
        "Fri Sep 01 2017 00:00:00 GMT+0800 (CST)",
        "2017年9月1日",
        "二〇一七年九月一日",
        "2017.9.1",
        "20170901",
    ],
)
def test_a_date_is_read_to_the_day(text):
    assert parse_date(text) == dt.date(2017, 9, 1)


@pytest.mark.parametrize("kind", ["roster", "staff"])
def test_a_date_some_seconds_before_midnight_is_the_next_day(kind):
    moment = dt.datetime(2017, 8, 31, 23, 59, 17)
    if kind == "roster":
        (row,) = read_roster(files.xlsx_bytes([[*HEAD, "出生日期"], [*ONE[1], moment]])).rows
        assert row.birth_date == dt.date(2017, 9, 1)
    else:
        rows = [["工号", "姓名", "角色", "开始日期"], ["1", "甲", "班主任", moment]]
        assert parsed("staff", files.xlsx_bytes(rows)).rows[0].starts_on == dt.date(2017, 9, 1)


@pytest.mark.parametrize("text", ["2017-09", "2017.09", "201709", "2017年9月", "2017"])
def test_a_month_of_birth_is_left_out_and_named(text):
    found = read_roster(files.xlsx_bytes([["姓名", "出生年月", "年级", "班级"], ["学生甲", text, "三年级", "1班"]]))

    assert [(one.name, one.birth_date) for one in found.rows] == [("学生甲", None)]
    assert codes(found) == [(2, "birth_only_month", "warning")]


# --- 4. a column is judged as a column --------------------------------------------------------------------------------


def test_numbers_that_were_cut_to_15_digits_do_not_go_in():
    """About one in eleven has a valid check digit by chance: the column tells."""
    cut = [f"3301062017{month:02d}{day:02d}{n}000" for month in (1, 5) for day in (11, 12, 13) for n in range(1, 8)]
    rows = [[chr(0x4E00 + n) * 2, "", "三年级", "1班", number] for n, number in enumerate(cut)]
    found = read_roster(files.xlsx_bytes([[*HEAD, "身份证件号"], *rows]))

    assert [one.id_number for one in found.rows] == [""] * len(cut)
    assert [(one.code, one.params) for one in found.problems] == [("column_cut", {"cut": len(cut)})]


def test_numbers_that_became_scientific_do_not_go_in():
    rows = [[chr(0x4E00 + n) * 2, "", "三年级", "1班", 440608201701010000 + n] for n in range(3)]
    found = read_roster(files.xlsx_bytes([[*HEAD, "身份证件号"], *rows]))

    assert [(one.code, one.params) for one in found.problems] == [("column_cut", {"cut": 3})]
    assert [one.id_number for one in found.rows] == ["", "", ""]


def test_the_tail_that_a_program_adds_to_numbers_is_taken_off():
    head = "学号,姓名,性别,年级,班级,学生电话,家长姓名,家长电话"
    (row,) = read_roster(f"{head}\n20230101.0,张小宁,男,三年级,1班,13800001234.0,张大,13900001111.0\n".encode()).rows

    assert (row.student_number, row.phone, row.guardians[0].phone) == ("20230101", "13800001234", "13900001111")


def test_leading_zeros_that_excel_shows_are_kept():
    (row,) = read_roster(files.formatted_xlsx([["学号", *HEAD], [301, *ONE[1]]], "0000")).rows

    assert row.student_number == "0301"


@pytest.mark.parametrize(
    ("other", "students"),
    [
        (["李小明", "女", "三年级", "1班", "周大", "13900001111"], 2),
        (["李小明", "男", "三年级", "1班", "周大", "13900001111"], 2),
        (["李小明", "男", "三年级", "1班", "李大", "13900001111"], 1),
    ],
)
def test_namesakes_are_two_when_gender_or_guardian_differ(other, students):
    rows = [[*HEAD, "家长姓名", "家长电话"], ["李小明", "男", "三年级", "1班", "李大", "13800001234"], other]

    assert len(read_roster(files.xlsx_bytes(rows)).rows) == students


@pytest.mark.django_db
def test_namesakes_are_found_again(world):
    rows = [
        [*HEAD, "家长姓名", "家长电话"],
        ["李小明", "女", "三年级", "1班", "周大", "13900001111"],
        ["李小明", "男", "三年级", "1班", "李大", "13800001234"],
    ]
    import_file(files.xlsx_bytes(rows), world.a.unit)
    again = import_file(files.xlsx_bytes([rows[0], rows[2], rows[1]]), world.a.unit)

    assert (again.created, again.changed, again.unchanged, again.problem_rows) == (0, 0, 2, 0)
    assert Student.objects.filter(name="李小明").count() == 2


# --- 5. the check in front reads no worse than the reader behind ------------------------------------------------------

PAGE = "<table border=1><tr><td>姓名</td><td>性别</td><td>年级</td><td>班级</td></tr>{}</table>"
CELLS = "<tr><td>张小宁</td><td>男</td><td>三年级</td><td>1班</td></tr>"


@pytest.mark.parametrize(
    "content",
    [
        f"<!--StartFragment--><div>{PAGE.format(CELLS)}</div>".encode("gbk"),
        f"<html><head><style>td {{}}</style></head><body>{PAGE.format(CELLS)}</body></html>".encode(),
        b"\xff\xfe" + f"<html>{PAGE.format(CELLS)}</html>".encode("utf-16-le"),
        PAGE.format("<tr><td>张小宁<td>男<td>三年级<td>1班").encode(),
        f"<table><tr><td>{PAGE.format(CELLS)}</td></tr></table>".encode(),
    ],
    ids=["a fragment", "a page", "utf-16", "tags left open", "a table in a table"],
)
def test_a_web_page_called_xls_is_read(content):
    assert names(content) == ["张小宁"]


def test_cells_of_a_page_that_reach_over_rows_fill_them():
    rows = '<tr><td>张小宁</td><td>男</td><td rowspan="2">三年级</td><td>1班</td></tr><tr><td>李小明<td>男<td>2班</tr>'
    found = read_roster(PAGE.format(rows).encode()).rows

    assert [(one.name, one.grade_label, one.class_label) for one in found] == [
        ("张小宁", "三年级", "1班"),
        ("李小明", "三年级", "2班"),
    ]


def test_an_xml_spreadsheet_is_read():
    assert names(files.xml_spreadsheet(ONE)) == ["张小宁"]


def test_an_xml_spreadsheet_with_entities_is_refused():
    content = files.xml_spreadsheet(ONE).replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
    with pytest.raises(UnreadableFile) as refused:
        read_roster(content)

    assert refused.value.code == "unsafe"


def test_an_archive_with_backslashes_is_read():
    assert names(files.renamed_xlsx(ONE, lambda name: name.replace("/", "\\"))) == ["张小宁"]


def test_a_book_whose_structure_is_protected_is_read():
    """Excel encrypts it with a password of its own and opens it without asking."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    rows = [*ONE, *([chr(0x4E00 + n) + chr(0x5E00 + 7 * n), "男", "三年级", f"{n}班"] for n in range(1, 90))]
    OOXMLFile(io.BytesIO(files.xlsx_bytes(rows))).encrypt("VelvetSweatshop", out)

    assert len(names(out.getvalue())) == 90


def test_the_sentence_for_a_locked_book_speaks_of_protection():
    assert "保护" in file_sentence(UnreadableFile("password"))


# --- 6. part is better than nothing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    ["三年级第一班", "第三年级第1班", "三年级/1班", "三年级壹班", "三年級1班", "三年级（1）班", "叁年级1班", "三/1"],
)
def test_a_class_is_read_in_every_usual_form(label):
    key = parse_class("", label, stages=["primary"], system="63", on=dt.date(2026, 3, 25))

    assert (key.entry_year, key.number) == (2023, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("label", ["三年级实验班", "三年级A班"])
def test_a_class_with_a_word_for_its_number_gets_a_sentence_that_helps(world, label):
    outcome = import_file(files.xlsx_bytes([["姓名", "班级"], ["张小宁", label]]), world.a.unit)

    assert [one.code for one in outcome.problems] == ["class_named"]


# --- 7. lengths and codes ---------------------------------------------------------------------------------------------


def test_a_line_break_is_one_character():
    typed = "\r\n".join(["字" * 79] * 50)

    assert clean_lines(typed) == "\n".join(["字" * 79] * 50)
    assert len(clean_lines(typed)) == 3999


@pytest.mark.django_db
def test_a_text_that_fits_its_box_is_accepted(world, sign_in):
    """2,000 characters in the browser: each line break counts once there, and twice in what it sends."""
    reason = "\r\n".join(["字" * 79] * 25)
    url = reverse("students:flag_new", args=[world.a.student_2.pk])
    page = sign_in(world.a.teacher).post(url, {"severity": 2, "reason": reason, "known_at": "2026-03-18T09:30"})

    assert len(reason.replace("\r\n", "\n")) == 1999
    assert page.status_code == 302


@pytest.mark.django_db
def test_the_preview_accounts_for_every_row_and_sheet(world, sign_in, django_capture_on_commit_callbacks):
    sheets = {
        "三1班": [*of_class(1, "张小一"), ["合计", "1人"]],
        "三2班": of_class(2, "张小二"),
        "说明": [["请勿修改"]],
    }
    client = sign_in(world.a.leader)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/roster/", {"file": SimpleUploadedFile("名册.xlsx", files.sheets_xlsx(sheets))})
    page = client.get(Job.objects.latest("created_at").result["url"]).content.decode()

    assert "文件中有 2 行数据。" in page
    assert "三1班: 1 · 三2班: 1" in page
    assert "说明 (1 行)" in page
    assert "1 行是标题、合计或说明" in page
    assert not Membership.objects.filter(person__name="张小一").exists()
