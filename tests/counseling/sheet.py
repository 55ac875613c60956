"""What the form for a talk sends, and shorter ways to file one."""

import datetime as dt
import re
import uuid

from counseling.actions.talks import file_talk
from counseling.content import Content, Header
from tests.world import NOW

AN_HOUR_AGO = NOW - dt.timedelta(hours=1)


def header(**more):
    return Header(**{"happened_at": AN_HOUR_AGO, "kind": "daily"} | more)


def content(words="said", **more):
    return Content(words=words, **more)


def filed(
    viewer, *students, submission=None, words="said", at=AN_HOUR_AGO, is_restricted=False, flag_reason="", **more
):
    """File a talk with these students and give it back."""
    return file_talk(
        by=viewer,
        submission=submission or uuid.uuid4(),
        header=header(happened_at=at, is_restricted=is_restricted),
        parts={student: content(words=words, **more) for student in students},
        flag_reason=flag_reason or ("for the leader" if is_restricted else ""),
    )


def sent(*students, submission=None, first=None, each=None, **more):
    """The fields of the form with a block for each student; `more` replaces or adds fields."""
    fields = {
        "submission": str(submission or uuid.uuid4()),
        "students": [str(student.pk) for student in students],
        "happened_at": "2026-03-18T09:00",
        "kind": "daily",
        "place": "office",
        "mode": "face",
        "initiative": "teacher",
    }
    for number, student in enumerate(students):
        block = {"words": f"words {number}", "view": "", "agreed": "", "background": "", "effect": "", "severity": "0"}
        block |= (each or {}).get(student, {}) | (first or {} if number == 0 else {})
        fields |= {f"part-{student.pk}-{name}": value for name, value in block.items()}
    return fields | more


def ticked(page):
    """What is chosen on a page: the names of ticked inputs with their values."""
    found = {}
    for tag in re.findall(r"<input[^>]*\bchecked\b[^>]*>", page):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        found.setdefault(name[1], []).append(value[1] if value else "on")
    return found


def classmates(group, count, *, start=100):
    """More students in a class."""
    from students.models import Student

    made = []
    for number in range(start, start + count):
        student = Student(school=group.school, class_group=group, name=f"n{number}", student_number=f"N{number}")
        student.save()
        made.append(student)
    return made
