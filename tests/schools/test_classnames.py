from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.classnames import (
    ClassKey,
    Stage,
    UnknownClass,
    cohort_name,
    display_name,
    grade_in_stage,
    grade_name,
    is_enrolled,
    parse_class,
    short_name,
    years_of,
)

AUTUMN = date(2025, 10, 15)
NINE_YEARS = [Stage.PRIMARY, Stage.JUNIOR]
TWELVE_YEARS = [Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR]
MIDDLE = [Stage.JUNIOR, Stage.SENIOR]
HIGHER = [Stage.VOCATIONAL, Stage.UNIVERSITY]
WITH_SPECIAL = [Stage.JUNIOR, Stage.SPECIAL]


def name(stage, entry_year, number, system="63", on=AUTUMN, **options):
    return display_name(stage, entry_year, number, system=system, on=on, **options)


def parse(grade, label, stages=TWELVE_YEARS, system="63", on=AUTUMN, **options):
    return parse_class(grade, label, stages=stages, system=system, on=on, **options)


def refusal(*args, **options):
    with pytest.raises(UnknownClass) as caught:
        parse(*args, **options)
    assert caught.value.code in UnknownClass.CODES
    return caught.value.code


@pytest.mark.parametrize(
    ("stage", "system", "years"),
    [
        ("primary", "63", 6),
        ("primary", "54", 5),
        ("junior", "63", 3),
        ("junior", "54", 4),
        ("senior", "54", 3),
        ("vocational", "63", 3),
        ("special", "63", 9),
        ("university", "63", 4),
    ],
)
def test_years_of_each_stage(stage, system, years):
    assert years_of(stage, system) == years


def test_grade_rises_on_the_first_of_september():
    assert grade_in_stage("primary", 2021, date(2024, 8, 31)) == 3
    assert grade_in_stage("primary", 2021, date(2024, 9, 1)) == 4
    assert grade_in_stage("primary", 2025, date(2025, 8, 31)) == 0


def test_is_enrolled_ends_with_the_last_grade_of_the_system():
    assert is_enrolled("primary", 2020, system="63", on=AUTUMN)
    assert not is_enrolled("primary", 2020, system="54", on=AUTUMN)
    assert not is_enrolled("primary", 2026, system="63", on=AUTUMN)


@pytest.mark.parametrize(
    ("expected", "args", "options"),
    [
        ("三(1)班", ("primary", 2023, 1), {}),
        ("四(1)班", ("primary", 2023, 1), {"on": date(2026, 9, 1)}),
        ("七(2)班", ("junior", 2025, 2), {}),
        ("初一(2)班", ("junior", 2025, 2), {"style": "stage"}),
        ("六(2)班", ("junior", 2025, 2), {"system": "54"}),
        ("预初(2)班", ("junior", 2025, 2), {"system": "54", "style": "stage"}),
        ("初三(2)班", ("junior", 2022, 2), {"system": "54", "style": "stage"}),
        ("高一(3)班", ("senior", 2025, 3), {}),
        ("职高一(1)班", ("vocational", 2025, 1), {}),
        ("职高二护理(1)班", ("vocational", 2024, 1), {"prefix": "护理"}),
        ("特教三(1)班", ("special", 2023, 1), {}),
        ("计科2201", ("university", 2022, 1), {"prefix": "计科"}),
        ("2013级1班(已毕业)", ("primary", 2013, 1), {}),
        ("2026级1班(未入学)", ("primary", 2026, 1), {}),
        ("Grade 3 Class 1", ("primary", 2023, 1), {"lang": "en"}),
        ("Junior 1 (Grade 7) Class 2", ("junior", 2025, 2), {"lang": "en"}),
        ("Junior 1 (Grade 6) Class 2", ("junior", 2025, 2), {"lang": "en", "system": "54"}),
        ("Senior 1 Class 3", ("senior", 2025, 3), {"lang": "en"}),
        ("Special 3 Class 1", ("special", 2023, 1), {"lang": "en"}),
        ("2013 entry Class 1 (graduated)", ("primary", 2013, 1), {"lang": "en"}),
    ],
)
def test_display_name_follows_stage_system_and_date(expected, args, options):
    assert name(*args, **options) == expected


def test_cohort_name_never_changes():
    assert cohort_name("primary", 2021, 1) == "2021级1班"
    assert cohort_name("vocational", 2021, 1, prefix="护理") == "2021级护理1班"
    assert cohort_name("senior", 2021, 12, lang="en") == "2021 entry Class 12"


@pytest.mark.parametrize(
    ("expected", "args"),
    [
        ("三年级", ("primary", 3, "63")),
        ("七年级", ("junior", 1, "63")),
        ("六年级", ("junior", 1, "54")),
        ("高三", ("senior", 3, "63")),
        ("职高二", ("vocational", 2, "63")),
        ("特教九年级", ("special", 9, "63")),
        ("大四", ("university", 4, "63")),
        ("已毕业", ("primary", 6, "54")),
        ("未入学", ("primary", 0, "63")),
        ("Junior 4 (Grade 9)", ("junior", 4, "54", "en")),
        ("Year 2", ("university", 2, "63", "en")),
        ("Graduated", ("junior", 4, "63", "en")),
    ],
)
def test_grade_name_of_each_stage(expected, args):
    assert grade_name(*args) == expected


def test_grade_name_of_junior_can_start_again():
    assert grade_name("junior", 1, "63", "zh", "stage") == "初一"
    assert grade_name("junior", 1, "54", "zh", "stage") == "预初"


PRIMARY_3_1 = ClassKey(Stage.PRIMARY, 2023, 1)
JUNIOR_1_2 = ClassKey(Stage.JUNIOR, 2025, 2)


@pytest.mark.parametrize(
    ("grade", "label"),
    [
        ("", "三(1)班"),
        ("", "三(1)班"),
        ("", "三 ( 1 ) 班"),
        ("", "三【1】班"),
        ("", "三⑴班"),
        ("", "三年级1班"),
        ("", "三年级(一)班"),
        ("", "三年级(一)"),
        ("", "三年一班"),
        ("", "三一班"),
        ("", "三.一班"),
        ("", "3.1"),
        ("", "3-1班"),
        ("", "0301"),
        ("", "301"),
        ("", "3年级01班"),
        ("", "小学三年级1班"),
        ("三年级", "1班"),
        ("三年级", "01"),
        ("三年级", "1"),
        ("三年级", "1.0"),
        ("三年级", "一班"),
        ("三年级", "(1)班"),
        ("三年级", "三(1)班"),
        ("三年级", "301班"),
        ("三", "第1班"),
        ("3", "1"),
        ("3.0", "1.0"),
        ("小学三年级", "2023级1班"),
        ("三年级1班", "1班"),
        ("三(1)班", ""),
        ("小2023级", "1班"),
        ("三年级\n", "\u30001班"),
    ],
)
def test_parse_reads_every_way_to_write_the_class(grade, label):
    assert parse(grade, label) == PRIMARY_3_1


@pytest.mark.parametrize(
    ("grade", "label"),
    [
        ("", "702"),
        ("", "七2"),
        ("", "七(2)班"),
        ("", "初一(2)班"),
        ("初一", "02"),
        ("七年级", "2班"),
        ("初中一年级", "2"),
        ("初2025级", "2班"),
        ("七年级", "2025级2班"),
        ("", "初一二班"),
        ("07", "2"),
        ("初一级", "2"),
    ],
)
def test_parse_reads_junior_classes(grade, label):
    assert parse(grade, label) == JUNIOR_1_2


def test_parse_reads_senior_classes():
    assert parse("", "高二3班") == ClassKey(Stage.SENIOR, 2024, 3)
    assert parse("", "高三十二班") == ClassKey(Stage.SENIOR, 2023, 12)
    assert parse("十一年级", "3") == ClassKey(Stage.SENIOR, 2024, 3)
    assert parse("", "1103") == ClassKey(Stage.SENIOR, 2024, 3)
    assert parse("高2024级", "3班", MIDDLE) == ClassKey(Stage.SENIOR, 2024, 3)


def test_parse_finds_the_cohort_by_its_year():
    assert parse("", "2021级1班", NINE_YEARS) == ClassKey(Stage.PRIMARY, 2021, 1)
    assert parse("2021级", "1", [Stage.PRIMARY]) == ClassKey(Stage.PRIMARY, 2021, 1)
    assert parse("2021", "1", [Stage.PRIMARY]) == ClassKey(Stage.PRIMARY, 2021, 1)
    assert parse("", "21级1班", [Stage.PRIMARY]) == ClassKey(Stage.PRIMARY, 2021, 1)
    assert parse("", "2028届2班", [Stage.JUNIOR]) == JUNIOR_1_2


def test_parse_accepts_the_cohort_that_enters_next():
    assert parse("", "2025级1班", [Stage.PRIMARY], on=date(2025, 8, 20)) == ClassKey(Stage.PRIMARY, 2025, 1)


def test_parse_counts_within_the_stage_where_that_is_the_only_way():
    assert parse("", "102", [Stage.JUNIOR]) == JUNIOR_1_2
    assert parse("一年级", "2", [Stage.JUNIOR]) == JUNIOR_1_2
    assert parse("一年级", "2", [Stage.VOCATIONAL]) == ClassKey(Stage.VOCATIONAL, 2025, 2)
    assert parse("高一", "2", [Stage.VOCATIONAL]) == ClassKey(Stage.VOCATIONAL, 2025, 2)


def test_parse_takes_the_sixth_grade_to_the_stage_of_the_system():
    assert parse("六年级", "1", NINE_YEARS, "63") == ClassKey(Stage.PRIMARY, 2020, 1)
    assert parse("六年级", "1", NINE_YEARS, "54") == ClassKey(Stage.JUNIOR, 2025, 1)
    assert parse("预初", "1", NINE_YEARS, "54") == ClassKey(Stage.JUNIOR, 2025, 1)
    assert parse("初三", "1", NINE_YEARS, "54") == parse("九年级", "1", NINE_YEARS, "54")
    assert parse("初四", "1", NINE_YEARS, "54") == parse("九年级", "1", NINE_YEARS, "54")


def test_parse_keeps_the_department():
    university = [Stage.UNIVERSITY]

    assert parse("", "计科2201", university) == ClassKey(Stage.UNIVERSITY, 2022, 1, "计科")
    assert parse("2022级", "计科1班", university) == ClassKey(Stage.UNIVERSITY, 2022, 1, "计科")
    assert parse("", "2022级三维动画12班", university) == ClassKey(Stage.UNIVERSITY, 2022, 12, "三维动画")
    assert parse("大四", "2201", university) == ClassKey(Stage.UNIVERSITY, 2022, 1)
    assert parse("", "护理24-1班", [Stage.VOCATIONAL]) == ClassKey(Stage.VOCATIONAL, 2024, 1, "护理")


def test_parse_uses_the_entry_year_where_the_labels_leave_it_open():
    assert parse("", "1班", [Stage.PRIMARY], entry_year=2023) == PRIMARY_3_1
    assert parse("三年级", "1班", entry_year=2022) == PRIMARY_3_1


@pytest.mark.parametrize(
    ("code", "grade", "label", "options"),
    [
        ("no_grade", "", "1班", {}),
        ("no_grade", "", "", {}),
        ("no_number", "三年级", "", {}),
        ("no_number", "三年级", "0", {}),
        ("named", "三年级", "火箭班", {}),
        ("named", "", "三年级A班", {}),
        ("unreadable", "幼儿园", "1", {}),
        ("unreadable", "", "2021", {}),
        ("not_taught", "高一", "1", {"stages": NINE_YEARS}),
        ("not_taught", "七年级", "1", {"stages": [Stage.PRIMARY]}),
        ("not_taught", "", "2010级1班", {}),
        ("not_taught", "预初", "1", {"system": "63"}),
        ("not_taught", "", "1班", {"entry_year": 2010}),
        ("ambiguous", "", "2024级1班", {"stages": NINE_YEARS}),
        ("ambiguous", "一年级", "1", {"stages": MIDDLE}),
        ("conflict", "三年级", "四(1)班", {}),
        ("conflict", "三(2)班", "1班", {}),
    ],
)
def test_parse_refuses_what_it_cannot_know(code, grade, label, options):
    assert refusal(grade, label, **options) == code


@st.composite
def enrolled(draw):
    stage = draw(st.sampled_from(Stage))
    system = draw(st.sampled_from(["63", "54"]))
    on = draw(st.dates(date(2012, 1, 1), date(2060, 12, 31)))
    grade = draw(st.integers(1, years_of(stage, system)))
    started = on.year if on.month >= 9 else on.year - 1
    prefixes = st.sampled_from(["计科", "护理", "三维动画", "数学与应用数学"])
    prefix = draw(prefixes) if stage in (Stage.VOCATIONAL, Stage.UNIVERSITY) else ""
    return ClassKey(stage, started - grade + 1, draw(st.integers(1, 99)), prefix), system, on


@given(enrolled(), st.sampled_from(["grade", "stage"]))
def test_parse_undoes_display_name(drawn, style):
    key, system, on = drawn
    shown = display_name(key.stage, key.entry_year, key.number, system=system, on=on, prefix=key.prefix, style=style)

    assert parse_class("", shown, stages=[key.stage], system=system, on=on) == key
    if key.stage in TWELVE_YEARS:
        assert parse_class("", shown, stages=TWELVE_YEARS, system=system, on=on) == key


@given(enrolled())
def test_parse_undoes_grade_name_and_number(drawn):
    key, system, on = drawn
    grade = grade_name(key.stage, grade_in_stage(key.stage, key.entry_year, on), system)

    assert parse_class(grade, f"{key.prefix}{key.number}班", stages=[key.stage], system=system, on=on) == key


@given(enrolled())
def test_parse_undoes_cohort_name(drawn):
    key, system, on = drawn
    shown = cohort_name(key.stage, key.entry_year, key.number, prefix=key.prefix)

    assert parse_class("", shown, stages=[key.stage], system=system, on=on) == key


@given(
    st.text("三七初高预12班年级()().-届计科十 ", max_size=9), st.text("三七初高预12班年级()().-届计科十 ", max_size=9)
)
def test_parse_answers_or_refuses_but_never_breaks(grade, label):
    try:
        key = parse(grade, label, list(Stage))
    except UnknownClass as refused:
        assert refused.code in UnknownClass.CODES
    else:
        assert 1 <= key.number <= 99


@pytest.mark.parametrize(
    ("born", "stages", "stage"),
    [
        (2017, NINE_YEARS, Stage.PRIMARY),
        (2018, NINE_YEARS, Stage.PRIMARY),
        (2012, NINE_YEARS, Stage.JUNIOR),
        (2011, NINE_YEARS, Stage.JUNIOR),
        (2008, MIDDLE, Stage.SENIOR),
        (2012, MIDDLE, Stage.JUNIOR),
        (2009, HIGHER, Stage.VOCATIONAL),
        (2005, HIGHER, Stage.UNIVERSITY),
        (2017, WITH_SPECIAL, Stage.SPECIAL),
    ],
)
def test_the_age_tells_which_stage_was_entered(born, stages, stage):
    assert parse("", "2024级1班", stages=stages, born=born) == (stage, 2024, 1, "")


@pytest.mark.parametrize(
    ("born", "stages"),
    [
        (2010, MIDDLE),
        (1990, NINE_YEARS),
        (2030, NINE_YEARS),
        (2006, HIGHER),
        (2007, HIGHER),
        (2018, HIGHER),
        (2012, WITH_SPECIAL),
    ],
)
def test_an_age_that_fits_two_stages_or_none_decides_nothing(born, stages):
    with pytest.raises(UnknownClass, match="ambiguous"):
        parse("", "2024级1班", stages=stages, born=born)


@pytest.mark.parametrize(
    ("expected", "args", "options"),
    [
        ("3-1", ("primary", 2023, 1), {"lang": "en"}),
        ("7-2", ("junior", 2025, 2), {"lang": "en"}),
        ("10-2", ("senior", 2025, 2), {"lang": "en"}),
        ("V1-IT 2", ("vocational", 2025, 2), {"lang": "en", "prefix": "IT"}),
        ("三(1)班", ("primary", 2023, 1), {}),
    ],
)
def test_short_name_tells_every_class_of_a_school_apart(expected, args, options):
    assert short_name(*args, **{"system": "63", "on": AUTUMN} | options) == expected
