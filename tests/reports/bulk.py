"""More schools than the cast has, quickly: students in classes, talks, flags, special groups."""

import datetime as dt
import uuid

from tests.world import NOW, School, _member, _unit


def grow(world, schools=4, classes=2, students=12, talks=3, flags=2):
    """`schools` more schools in the cluster of the cast; numbers differ from school to school."""
    return [_school(world, number, classes, students, talks, flags) for number in range(schools)]


def _school(world, number, classes, students, talks, flags):
    from schools.models import ClassGroup
    from students.states import keep_all

    code = f"21440010{number:02}"
    unit = _unit(world.cluster, "school", code, f"第{number}小学", school_type="211", stages=["primary"], system="63")
    school = School(f"n{number}", unit=unit)
    school.people["teacher"] = _member(f"n{number}-teacher", f"老师{number}", "class_teacher", unit)
    groups = [
        ClassGroup(school=unit, stage="primary", entry_year=2020 + n % 6, number=1 + n // 6) for n in range(classes)
    ]
    ClassGroup.objects.bulk_create(groups)
    rows = _students(unit, groups, students + number)
    _groups(rows[: 3 + number])
    _talks(school, rows, talks)
    _flags(school, rows[: flags + number])
    keep_all(row.pk for row in rows)
    return school


def _students(unit, groups, count):
    from students.models import Student

    rows = [
        Student(
            school=unit,
            class_group=groups[n % len(groups)],
            name=f"{unit.name}学生{n}",
            gender="mf"[n % 2],
            student_number=f"{n:04}",
            entered_on=dt.date(2022, 9, 1),
        )
        for n in range(count)
    ]
    return Student.objects.bulk_create(rows)


def _groups(rows):
    from students.models import GroupMember

    GroupMember.objects.bulk_create(
        [GroupMember(student=row, group_id="migrant", since=dt.date(2025, 9, 1)) for row in rows]
    )


def _talks(school, rows, count):
    from counseling.models import TalkLog, TalkPart

    member = school.people["teacher"]
    logs = [
        TalkLog(
            submission=uuid.uuid4(),
            school=school.unit,
            author=member.person,
            membership=member,
            happened_at=NOW - dt.timedelta(days=1 + n % 15),
            kind="daily" if n % 3 else "study",
            initiative="student" if n % 4 == 0 else "teacher",
        )
        for n in range(min(count * 4, len(rows)))
    ]
    TalkLog.objects.bulk_create(logs)
    TalkPart.objects.bulk_create(
        [
            TalkPart(talk=log, student=row, class_group=row.class_group, themes=["sleep", "peers"][: 1 + n % 2])
            for n, (log, row) in enumerate(zip(logs, rows, strict=False))
        ]
    )


def _flags(school, rows):
    from students.models import RiskFlag

    RiskFlag.objects.bulk_create(
        [
            RiskFlag(
                student=row,
                school=school.unit,
                severity=1 + n % 4,
                raised_by=school.people["teacher"],
                known_at=NOW - dt.timedelta(days=3),
                reported_at=NOW - dt.timedelta(days=3) + dt.timedelta(minutes=30),
                due_at=NOW - dt.timedelta(days=2),
            )
            for n, row in enumerate(rows)
        ]
    )
