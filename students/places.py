"""Who is the same person in two schools: the key under which somebody stands on one registry of the network at most."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from schools.common import crypto
from schools.common.identity import tidy_number
from students.models import HandOver, RegistryEntry, Student

IDENTITY_NUMBER = 18


def key_by_numbers(student: Any) -> str:
    """By the identity number, which most registry numbers hold behind a letter; empty without any number."""
    number = tidy_number(student.registry_number or "")
    if not student.id_hash and number[:1].isalpha() and len(number) == IDENTITY_NUMBER + 1:
        return crypto.lookup_hash(number[1:], purpose="id_number")
    return student.id_hash or student.registry_hash or ""


def person_key(student: Student) -> str:
    """Who has no number is known by the record in the school they were handed over from, else by their own."""
    if key := key_by_numbers(student):
        return key
    came = HandOver.objects.filter(student_there=student, state=HandOver.State.ACCEPTED).order_by("answered_at")
    first = came.select_related("student").first()
    return person_key(first.student) if first else f"student {student.pk}"


def stands_elsewhere(student: Student, key: str) -> list[RegistryEntry]:
    """Open entries of this person that are not of this student's record."""
    found = RegistryEntry.objects.open().filter(person_key=key).exclude(student=student)
    return list(found.select_related("school", "student", "counselor__person", "listed_by__person"))


def refresh_places(students: Any) -> None:
    """After numbers of students were corrected. Who turns out to stand on another registry too keeps the key from
    before: a correction is not refused for it."""
    for entry in RegistryEntry.objects.open().filter(student__in=students).select_related("student"):
        key = person_key(entry.student)
        if key == entry.person_key:
            continue
        try:
            with transaction.atomic():
                RegistryEntry.objects.filter(pk=entry.pk).update(person_key=key)
        except IntegrityError:
            continue


def free_place(entry: RegistryEntry) -> None:
    """An entry has ended: whoever is the same person in another school, and had to keep a key from before, gets the
    common one."""
    student = entry.student
    same = Q(came_by__student=student, came_by__state=HandOver.State.ACCEPTED)
    for column in ("id_hash", "registry_hash"):
        if value := getattr(student, column):
            same |= Q(**{column: value})
    refresh_places(Student.objects.filter(same).exclude(pk=student.pk).order_by().values("pk"))
