"""`manage.py import_units`: the tree of units from a file, those above first."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from schools.models import AuditEntry, Unit, UnitKind
from tests.files import xls_bytes, xlsx_bytes
from tests.importing import parsed

UNITS = """单位代码,单位名称,级别,上级单位代码,办学类型,学段,学制,是否寄宿
S2,丁学校,学校,D2,312九年一贯制,小学、初中,六三,是
D2,南区中心,区县中心,440600,,,,
S3,戊学校,学校,nowhere,,,,
S4,己学校,星球,D2,,,,
440608,东区中心,区县中心,440600,,,,
"""
HEAD = UNITS.partition("\n")[0] + "\n"
GOOD = UNITS.partition("S3")[0]


def run(tmp_path, content=UNITS, out=None, **options):
    path = tmp_path / "units.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    out = out or StringIO()
    call_command("import_units", str(path), stdout=out, **options)
    return out.getvalue().splitlines()


def state():
    return list(Unit.objects.values_list("code", "path", "name", "stages")), AuditEntry.objects.count()


@pytest.mark.django_db
def test_units_go_in_with_those_above_first(world, tmp_path):
    lines = run(tmp_path)

    assert lines[-1] == "created=2 changed=0 unchanged=1 problems=2"
    school = Unit.objects.get(code="S2")
    assert (school.path, school.parent.name) == ("440600/D2/S2/", "南区中心")
    assert (school.school_type, school.stages, school.system) == ("312", ["primary", "junior"], "63")
    assert school.has_boarders


@pytest.mark.django_db
def test_each_unit_gets_its_row_in_the_log(world, tmp_path):
    run(tmp_path)

    written = AuditEntry.objects.filter(verb="unit.created").values_list("chain__scope", "person")
    assert sorted(written) == [("D2", None), ("S2", None)]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_file_in_any_encoding(world, tmp_path, encoding):
    run(tmp_path, UNITS.encode(encoding))

    assert Unit.objects.get(code="S2").name == "丁学校"


@pytest.mark.django_db
@pytest.mark.parametrize("workbook", [xlsx_bytes, xls_bytes])
def test_a_workbook_whose_codes_are_numbers(world, tmp_path, workbook):
    rows = [["学校标识码", "学校名称", "级别", "主管单位代码"], [2144000077, "庚学校", "学校", 440608]]
    run(tmp_path, workbook(rows))

    assert Unit.objects.get(code="2144000077").path == "440600/440608/2144000077/"


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing(world, tmp_path):
    run(tmp_path)
    before = state()

    assert run(tmp_path)[-1] == "created=0 changed=0 unchanged=3 problems=2"
    assert state() == before


@pytest.mark.django_db
def test_a_changed_name_changes_the_unit_and_blank_cells_say_nothing(world, tmp_path):
    run(tmp_path)
    line = "S2,丁实验学校,,,,,,\n"

    assert run(tmp_path, HEAD + line)[-1] == "created=0 changed=1 unchanged=0 problems=0"
    school = Unit.objects.get(code="S2")
    assert (school.name, school.school_type, school.stages) == ("丁实验学校", "312", ["primary", "junior"])
    assert AuditEntry.objects.latest("pk").details == {"fields": ["name"]}


@pytest.mark.django_db
def test_an_import_moves_no_unit(world, tmp_path):
    run(tmp_path)
    lines = run(tmp_path, HEAD + "S2,丁学校,学校,440608,,,,\n")

    assert lines[-1] == "created=0 changed=0 unchanged=0 problems=1"
    assert Unit.objects.get(code="S2").parent.code == "D2"


PROBLEMS = {
    "no code": ",庚学校,学校,440608,,,,",
    "no name": "S9,,学校,440608,,,,",
    "a code with a slash": "S/9,庚学校,学校,440608,,,,",
    "a rounded code": "2.144E+09,庚学校,学校,440608,,,,",
    "the code of the system's chain": "System,庚学校,学校,440608,,,,",
    "no level": "S9,庚学校,,440608,,,,",
    "an unknown level": "S9,庚学校,星球,440608,,,,",
    "an unknown unit above": "S9,庚学校,学校,999999,,,,",
    "below a school": "S9,庚学校,学校,2144000001,,,,",
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", PROBLEMS)
def test_a_row_with_a_problem_stays_out_and_is_named(world, tmp_path, what):
    before = Unit.objects.count()
    lines = run(tmp_path, HEAD + PROBLEMS[what] + "\nS8,辛学校,学校,440608,,,,\n")

    assert lines[-1] == "created=1 changed=0 unchanged=0 problems=1"
    assert lines[0].startswith("第 2 行")
    assert Unit.objects.count() == before + 1


LEFT_EMPTY = {
    "a type without its code": "S9,庚学校,学校,440608,小学,,,",
    "an unknown stage": "S9,庚学校,学校,440608,,火星,,",
    "an unknown system": "S9,庚学校,学校,440608,,,七二,",
    "neither yes nor no": "S9,庚学校,学校,440608,,,,也许",
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", LEFT_EMPTY)
def test_another_bad_cell_is_left_empty_and_named(world, tmp_path, what):
    lines = run(tmp_path, HEAD + LEFT_EMPTY[what] + "\n")
    unit = Unit.objects.get(code="S9")

    assert lines[-1] == "created=1 changed=0 unchanged=0 problems=0"
    assert lines[0].startswith("第 2 行")
    assert (unit.school_type, unit.stages, unit.has_boarders) == ("", [], False)


@pytest.mark.django_db
def test_dry_run_tells_and_writes_nothing(world, tmp_path):
    before = state()

    assert run(tmp_path, dry_run=True)[-1] == "created=2 changed=0 unchanged=1 problems=2"
    assert state() == before


@pytest.mark.django_db
def test_strict_takes_none_says_so_and_fails(world, tmp_path):
    before, out = state(), StringIO()
    with pytest.raises(CommandError) as refused:
        run(tmp_path, strict=True, out=out)

    assert refused.value.returncode == 1
    assert out.getvalue().splitlines()[-1] == "created=0 changed=0 unchanged=1 problems=2"
    assert state() == before


@pytest.mark.django_db
def test_strict_takes_all_when_every_row_is_good(world, tmp_path):
    assert run(tmp_path, GOOD, strict=True)[-1] == "created=2 changed=0 unchanged=0 problems=0"
    assert Unit.objects.filter(code="S2").exists()


@pytest.mark.django_db
def test_a_level_of_the_citys_own_is_known_by_its_name(world, tmp_path):
    UnitKind.objects.create(code="campus", label_zh="校区", rank=5)
    run(tmp_path, HEAD + "C1,东校区,校区,2144000001,,,,\n")

    assert Unit.objects.get(code="C1").kind_id == "campus"


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"a,b\n1,2\n", HEAD.encode()])
def test_a_file_that_is_no_list_of_units_ends_with_a_sentence(world, tmp_path, content):
    before = state()
    with pytest.raises(CommandError, match="。$|：") as refused:
        run(tmp_path, content)

    assert refused.value.returncode == 1
    assert state() == before


@pytest.mark.django_db
def test_a_file_that_is_not_there_ends_with_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="nothing.csv"):
        call_command("import_units", str(tmp_path / "nothing.csv"))


def test_units_are_read_in_english_too():
    text = "code,name,kind,parent,stages,boarding\nX,School,school,Y,primary,no\n"
    row = parsed("units", text.encode()).rows[0]

    assert (row.stages, row.has_boarders, row.parent) == (("primary",), False, "Y")
