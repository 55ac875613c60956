"""What has been said about taking part, read from the records."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import BigIntegerField, UUIDField

from schools.common.prepared import Prepared
from screening.consent_rules import GUARDIAN, Said, Standing, last_words, needed, standing
from screening.models import Consent, Round, Slip
from students.models import Guardian, Student


def said_in(texts: Iterable[int], students: Iterable[UUID]) -> dict[tuple[int, UUID], dict[str, bool]]:
    """What counts of each, by text and student; in one query."""
    rows = Consent.objects.filter(text__in=set(texts), student__in=list(students)).order_by("at", "pk")
    found: dict[tuple[int, UUID], list[Said]] = {}
    for text, student, who, is_given, by, channel in rows.values_list(
        "text_id", "student_id", "who", "is_given", "guardian", "channel"
    ):
        found.setdefault((text, student), []).append(Said(who, is_given, by, channel == Consent.Channel.PAPER))
    return {key: last_words(said) for key, said in found.items()}


_OF_ONE = Prepared(
    lambda text, student: (
        Consent.objects.filter(text=text, student=student)
        .order_by("at", "pk")
        .values_list("who", "is_given", "guardian", "channel")
    ),
    text=BigIntegerField(),
    student=UUIDField(),
)


def said_of(round_: Round, student: UUID) -> dict[str, bool]:
    """What counts of all that was said of one student to the text of this round."""
    rows = _OF_ONE.rows(text=round_.consent_text_id, student=student)
    return last_words(Said(who, is_given, by, channel == Consent.Channel.PAPER) for who, is_given, by, channel in rows)


def needed_of(round_: Round, student: Student, day: dt.date) -> frozenset[str]:
    return needed(student.birth_date, day, guardian_too=round_.asks_guardian_too)


def family_standings(slips: Iterable[Slip], day: dt.date) -> dict[UUID, Standing]:
    """By slip, as far as it is settled before the student sits down: from 14 on students say their own word on the
    screen, and nobody need go after it."""
    rows = list(slips)
    if not rows:
        return {}
    said = said_in([one.round.consent_text_id for one in rows], [one.student_id for one in rows])
    return {
        one.pk: standing(
            needed_of(one.round, one.student, day) & {GUARDIAN},
            said.get((one.round.consent_text_id, one.student_id), {}),
        )
        for one in rows
    }


def can_use_link(guardian: Guardian) -> bool:
    """A guardian with a number to prove it by, whom the school may address."""
    return guardian.is_guardian and not guardian.do_not_call and bool(digits_of(guardian))


def digits_of(guardian: Guardian) -> str:
    """The last four digits of the number on file; nothing where there are fewer."""
    digits = "".join(one for one in guardian.phone if one.isascii() and one.isdigit())
    return digits[-4:] if len(digits) >= 4 else ""


def said_by_guardian(round_: Round, guardian: Guardian) -> bool | None:
    """This guardian's own last word by link, for the own page. After a paper the family is asked afresh."""
    family = Consent.objects.filter(
        text_id=round_.consent_text_id, student=guardian.student_id, who=Consent.Who.GUARDIAN
    )
    said = None
    for is_given, by, channel in family.order_by("at", "pk").values_list("is_given", "guardian", "channel"):
        if channel == Consent.Channel.PAPER:
            said = None
        elif by == guardian.pk:
            said = is_given
    return said
