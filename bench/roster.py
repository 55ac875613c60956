"""A district's roster: reading the file and a plain bulk insert of the same rows, beside the import."""

import tempfile
import time
from pathlib import Path

import xlsxwriter
from django.db import transaction
from django.db.models import ManyToOneRel, Model

from bench.child import spent
from students.models import GroupMember, Guardian, Student

DISTRICT = "440608"
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
    students = list(Student.objects.enrolled().select_related("school", "class_group__school"))
    of_enrolled = Guardian.objects.filter(student__status=Student.Status.ENROLLED)
    guardians = {guardian.student_id: guardian for guardian in of_enrolled}
    left_behind = set(GroupMember.objects.filter(group="left_behind").values_list("student_id", flat=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        _write(path, [_row(student, guardians[student.pk], student.pk in left_behind) for student in students])
        _empty()
        _measure(path, students, list(guardians.values()))


def _measure(path: Path, students: list[Student], guardians: list[Guardian]) -> None:
    print(f"roster of {len(students)} rows, {path.stat().st_size // 2**20} MB:")
    reading, inserting = spent("read", path, DISTRICT), _insert(students, guardians)
    floor = reading.seconds + inserting
    print(f"   floor: read {reading.seconds:.1f} s and {reading.megabytes} MB, plain bulk insert {inserting:.1f} s")
    for name in ("import", "the same file again"):
        took = spent("import", path, DISTRICT)
        ratio = f"{took.seconds / floor:.2f} of the floor"
        print(f"   {name:<20} {took.seconds:6.1f} s   {ratio}   {took.megabytes} MB   {took.told}", flush=True)


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
    """Take out all students, and before them whatever stands on them."""
    for model in _standing_on(Student, {}):
        rows = model._base_manager.all()
        rows._raw_delete(rows.db)


def _standing_on(model: type[Model], seen: dict[type[Model], None]) -> list[type[Model]]:
    """The models that refer to this one, those furthest away first; the model itself is the last."""
    seen[model] = None
    found: list[type[Model]] = []
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model not in seen:
            found += _standing_on(relation.related_model, seen)
    return [*found, model]


def _insert(students: list[Student], guardians: list[Guardian]) -> float:
    """Seconds for the same rows, ready made, and out again."""
    started = time.monotonic()
    with transaction.atomic():
        Student.objects.bulk_create(students, batch_size=1000)
        Guardian.objects.bulk_create(guardians, batch_size=1000)
        transaction.set_rollback(True)
    return time.monotonic() - started
