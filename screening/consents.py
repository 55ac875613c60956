"""What has been said about taking part, read from the records."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from screening.consent_rules import Standing, needed, standing
from screening.models import Consent, Round
from students.models import Student


def said_by(round_: Round, students: Iterable[UUID]) -> dict[UUID, dict[str, bool]]:
    """The last word of each, by student, to the text of this round; in one query."""
    rows = Consent.objects.filter(text_id=round_.consent_text_id, student__in=list(students)).order_by("at", "pk")
    found: dict[UUID, dict[str, bool]] = {}
    for student, who, is_given in rows.values_list("student_id", "who", "is_given"):
        found.setdefault(student, {})[who] = is_given
    return found


def needed_of(round_: Round, student: Student, day: dt.date) -> frozenset[str]:
    return needed(student.birth_date, day, guardian_too=round_.asks_guardian_too)


def standings(round_: Round, students: Iterable[Student], day: dt.date) -> dict[UUID, Standing]:
    everybody = list(students)
    said = said_by(round_, [one.pk for one in everybody])
    return {one.pk: standing(needed_of(round_, one, day), said.get(one.pk, {})) for one in everybody}


def standing_of(round_: Round, student: Student, day: dt.date) -> Standing:
    return standings(round_, [student], day)[student.pk]
