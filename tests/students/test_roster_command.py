"""`manage.py import_roster`: its last line, its options, what it keeps to itself."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from students.actions.students import correct_student
from students.models import Student
from tests.importing import import_file
from tests.students.test_roster_import import HEAD, file, line, rows

pytestmark = pytest.mark.django_db


def run(tmp_path, content, *options):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    out = StringIO()
    call_command("import_roster", str(path), *options, stdout=out)
    return out.getvalue().strip().splitlines()


def test_command_ends_with_the_counts(world, tmp_path):
    lines = run(tmp_path, file(line(1), line(2, grade="九年级")), "--school", world.a.unit.code)
    assert lines[-1] == "created=1 changed=0 unchanged=0 problems=1"
    assert any("3" in text and "九年级" in text for text in lines[:-1])


def test_command_names_the_columns_it_does_not_know_before_the_counts(world, tmp_path):
    head = HEAD.replace("联系电话", "小灵通", 1).replace("是否孤儿", "校车")
    lines = run(tmp_path, file(line(1, **{"class": "5班"}), head=head), "--school", world.a.unit.code)
    assert lines == [
        "未识别、不导入的列：小灵通、校车",
        "new_classes=1",
        "created=1 changed=0 unchanged=0 problems=0",
    ]


def test_command_says_nothing_of_columns_when_it_knows_all(world, tmp_path):
    assert "列" not in "".join(run(tmp_path, file(line(1)), "--school", world.a.unit.code, "--dry-run"))


def test_command_writes_nothing_on_a_dry_run(world, tmp_path):
    before = rows()
    lines = run(tmp_path, file(line(1)), "--school", world.a.unit.code, "--dry-run")
    assert (lines[-1], rows()) == ("created=1 changed=0 unchanged=0 problems=0", before)


def test_command_strict_takes_none(world, tmp_path):
    before = rows()
    with pytest.raises(CommandError):
        run(tmp_path, file(line(1), line(2, grade="九年级")), "--school", world.a.unit.code, "--strict")
    assert rows() == before


def test_command_confirms_key_fields(world, tmp_path):
    import_file(file(line(1)), world.a.unit)
    run(tmp_path, file(line(1, name="王改名")), "--school", world.a.unit.code, "--confirm-key-fields")
    assert Student.objects.get(student_number="S001").name == "王改名"


def test_command_says_what_it_kept_without_saying_the_value(world, viewer, tmp_path):
    import_file(file(line(1)), world.a.unit)
    student = Student.objects.get(student_number="S001")
    correct_student(by=viewer(world.a.counselor), student=student, values={"phone": "13511112222"})
    lines = run(tmp_path, file(line(1, name="王改名")), "--school", world.a.unit.code)
    said = "\n".join(lines)
    assert (len(lines), "13900001111" in said, "王改名" in said) == (6, False, False)
    assert lines[-1] == "created=0 changed=0 unchanged=1 problems=0"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\x00\x01\x02\xff", "一,二\n1,2".encode()])
def test_command_ends_with_a_sentence_for_a_file_it_cannot_read(world, tmp_path, content):
    before = rows()
    with pytest.raises(CommandError) as refused:
        run(tmp_path, content, "--school", world.a.unit.code)
    assert len(str(refused.value)) > 8
    assert rows() == before


def test_command_for_a_unit_reads_the_codes_of_schools(world, tmp_path):
    content = file(f"{world.b.unit.code},{line(1)}", head=f"学校标识码,{HEAD}")
    lines = run(tmp_path, content, "--unit", world.district.code)
    assert lines[-1] == "created=1 changed=0 unchanged=0 problems=0"
    assert Student.objects.get(name="王小二").school == world.b.unit


def test_command_does_not_take_a_district_for_a_school(world, tmp_path):
    with pytest.raises(CommandError):
        run(tmp_path, file(line(1)), "--school", world.district.code)
