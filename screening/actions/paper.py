"""Answers from paper: typed in by two people who do not see each other's reading, or by the only counselor twice. What
they read alike is handed in; what they read differently somebody decides upon, with the paper before them."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Membership, Role
from screening.access import check_can_hold_rounds, check_sees_slip
from screening.actions.answering import call_for, complete, hold
from screening.consent_rules import STUDENT, Standing, standing
from screening.consents import needed_of, said_of
from screening.models import Consent, PaperEntry, Response, Round, Slip


@transaction.atomic
def enter_paper(
    *, by: Viewer, slip: Slip, answers: Mapping[str, Any], agrees: bool, reading: int = 1
) -> Response | None:
    """One reading. A critical answer calls at once; the result comes with the second reading, if it agrees.

    `agrees`: the student has agreed on the paper, where the own consent is needed. `reading`: which one the page asked
    for. Somebody else's first reading is as good as a second; the own one, sent once more, is none.
    """
    check_can_hold_rounds(by)
    check_sees_slip(by, slip)
    _check_open(slip)
    _check_consent(by, slip, agrees=agrees)
    before = list(slip.papers.select_related("by"))
    if len(before) == 2:
        raise Refused(_("This paper has been read twice already."))
    if before and before[0].by.person_id == by.person.pk and _has_colleague(by):
        raise Refused(_("You have read this paper already. A colleague reads it the second time."))
    if before and before[0].by.person_id == by.person.pk and reading != 2:
        raise Refused(_("Your first reading is kept already. Open the page again for the second one."))
    entry = PaperEntry.objects.create(
        slip=slip, number=len(before) + 1, by=by.membership, answers=json.dumps(dict(answers), ensure_ascii=False)
    )
    Slip.objects.filter(pk=slip.pk, started_at=None).update(started_at=timezone.now(), absent_on=None)
    call_for(slip, answers)
    audit.record(by=by, verb="paper.entered", about=slip, student=slip.student_id)
    if not before or differing(before[0], entry):
        return None
    return complete(slip=slip, submission=uuid4(), answers=answers)


@transaction.atomic
def decide_paper(*, by: Viewer, slip: Slip, chosen: Mapping[str, int]) -> Response:
    """For every answer that was read differently: is the first or the second reading right?"""
    check_can_hold_rounds(by)
    check_sees_slip(by, slip)
    _check_open(slip)
    _check_consent(by, slip, agrees=False)  # a family may have said no since the paper was read
    readings = {entry.number: entry.given for entry in slip.papers.all()}
    entries = list(slip.papers.all())
    if len(entries) != 2 or set(chosen) != set(differing(*entries)):
        raise Refused(_("Decide on every answer that was read differently."))
    answers = readings[1] | {key: readings[number].get(key) for key, number in chosen.items()}
    call_for(slip, answers)
    audit.record(by=by, verb="paper.decided", about=slip, student=slip.student_id, details={"items": len(chosen)})
    return complete(slip=slip, submission=uuid4(), answers=answers)


def differing(first: PaperEntry, second: PaperEntry) -> list[str]:
    """The keys of the answers that were read differently, in the order of the paper."""
    one, other = first.given, second.given
    return [key for key in {**one, **other} if one.get(key) != other.get(key)]


def _check_open(slip: Slip) -> None:
    if hold(slip).finished_at is not None:
        raise Refused(_("This student has handed in already."))
    if slip.round.is_anonymous:
        raise Refused(_("An anonymous survey takes no paper with a name."))
    if slip.revoked_at is not None or slip.round.state == Round.State.PLANNED:
        raise Refused(_("This slip is withdrawn, or the screening is not open yet."))


def _check_consent(by: Viewer, slip: Slip, *, agrees: bool) -> None:
    wanted = needed_of(slip.round, slip.student, timezone.localdate())
    said = said_of(slip.round, slip.student_id)
    if agrees and STUDENT in wanted and STUDENT not in said:
        Consent.objects.create(
            student_id=slip.student_id,
            text_id=slip.round.consent_text_id,
            who=Consent.Who.STUDENT,
            is_given=True,
            channel=Consent.Channel.PAPER,
            by=by.membership,
        )
        said = {**said, STUDENT: True}
    if standing(wanted, said) != Standing.GIVEN:
        raise Refused(_("The consent for this student is missing. Record it first; what you typed stays here."))


def _has_colleague(by: Viewer) -> bool:
    colleagues = Membership.objects.current().filter(unit=by.unit, role=Role.COUNSELOR, person__is_active=True)
    return colleagues.exclude(person=by.person).exists()
