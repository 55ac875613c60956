"""What families and students say to taking part is recorded: rows are added, never changed."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from schools import audit
from schools.access import Viewer
from schools.tallies import mark
from screening.access import check_can_hold_rounds
from screening.models import Consent, Round, Slip
from students.models import Student


@transaction.atomic
def record_paper(*, by: Viewer, round_: Round, students: Iterable[UUID], is_given: bool) -> int:
    """The signed papers of these students are in the school's folder: a guardian said yes, or no."""
    check_can_hold_rounds(by)
    asked = round_.slips.filter(student__in=list(students)).values_list("student_id", flat=True)
    found = Student.objects.visible_to(by).filter(pk__in=asked)
    rows = [
        Consent(
            student=one,
            text_id=round_.consent_text_id,
            who=Consent.Who.GUARDIAN,
            is_given=is_given,
            channel=Consent.Channel.PAPER,
            by=by.membership,
        )
        for one in found
    ]
    Consent.objects.bulk_create(rows)
    mark(round_.school_id)
    if rows:
        about = [(row, row.student_id) for row in rows]
        audit.record_many(by=by, verb="consent.recorded", rows=about, details={"given": is_given})
    return len(rows)


def say_yourself(*, slip: Slip, is_given: bool) -> Consent:
    """The student's own word, before the first question. The row is its own record: nobody of the staff acts."""
    return Consent.objects.create(
        student_id=slip.student_id,
        text_id=slip.round.consent_text_id,
        who=Consent.Who.STUDENT,
        is_given=is_given,
        channel=Consent.Channel.SCREEN,
    )
