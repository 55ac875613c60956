"""A district's roster: reading the file and a plain bulk insert of the same rows, beside the import."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter
from django.db import transaction

from counseling.models import TalkLog, TalkPart
from schools.models import Unit
from students.imports import import_file
from students.models import GroupMember, Guardian, RiskFlag, Student

COLUMNS = [
    "学校标识码",
    "姓名",
    "性别",
    "出生日期",
    "身份证件类型",
    "身份证件号",
    "学籍号",
    "班内学号",
    "年级",
    "班级",
    "是否留守儿童",
    "成员1姓名",
    "成员1关系",
    "成员1联系电话",
]


def run() -> None:
    district = Unit.objects.get(code="440608")
    students = list(Student.objects.enrolled().select_related("school", "class_group__school"))
    of_enrolled = Guardian.objects.filter(student__status=Student.Status.ENROLLED)
    guardians = {guardian.student_id: guardian for guardian in of_enrolled}
    left_behind = set(GroupMember.objects.filter(group="left_behind").values_list("student_id", flat=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        _write(path, [_row(student, guardians[student.pk], student.pk in left_behind) for student in students])
        _empty()
        _measure(path, district, students, list(guardians.values()))


def _measure(path: Path, district: Unit, students: list[Student], guardians: list[Guardian]) -> None:
    print(f"roster of {len(students)} rows, {path.stat().st_size // 2**20} MB:")
    reading = _seconds(lambda: python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python())
    inserting = _seconds(lambda: _insert(students, guardians))
    floor = reading + inserting
    print(f"   floor: read {reading:.1f} s, plain bulk insert {inserting:.1f} s")
    for name in ("import", "the same file again"):
        outcome: list[Any] = []
        took = _seconds(lambda found=outcome: found.append(import_file(path, district)))  # type: ignore[misc]
        counts = outcome[0].counts()
        told = " ".join(f"{key}={counts[key]}" for key in ("created", "changed", "unchanged", "problems"))
        print(f"   {name:<20} {took:6.1f} s   {took / floor:.2f} of the floor   {told}", flush=True)


def _row(student: Student, guardian: Guardian, is_left_behind: bool) -> list[str]:
    group = student.class_group
    return [
        student.school.code,
        student.name,
        "男" if student.gender == "m" else "女",
        f"{student.birth_date:%Y%m%d}",
        "居民身份证",
        student.id_number,
        student.registry_number,
        student.student_number,
        f"{group.entry_year}级" if group else "",
        f"{group.number}班" if group else "",
        "是" if is_left_behind else "否",
        guardian.name,
        guardian.relation,
        guardian.phone,
    ]


def _write(path: Path, rows: list[list[str]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for number, row in enumerate([COLUMNS, *rows]):
        sheet.write_row(number, 0, row)
    book.close()


def _empty() -> None:
    for model in (TalkPart, TalkLog, RiskFlag, GroupMember, Guardian, Student):
        rows = model.objects.all()  # type: ignore[attr-defined]
        rows._raw_delete(rows.db)


def _insert(students: list[Student], guardians: list[Guardian]) -> None:
    """The same rows, ready made, and out again."""
    with transaction.atomic():
        Student.objects.bulk_create(students, batch_size=1000)
        Guardian.objects.bulk_create(guardians, batch_size=1000)
        transaction.set_rollback(True)


def _seconds(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started
