"""Further questions of the reports: a unit adds a few, from a day on, and ends them."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.models import ReportQuestion
from schools import audit
from schools.access import Viewer, check_can_lead_unit
from schools.common.errors import Refused
from schools.models import Unit

MOST = 3  # of one unit at a time: the report shall take seconds


@transaction.atomic
def add_question(
    *,
    by: Viewer,
    unit: Unit,
    words: str,
    kind: str,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    asks: str = ReportQuestion.Asks.CLASS,
    options: Sequence[str] = (),
    is_required: bool = False,
) -> ReportQuestion:
    """From a day to come on, the reports below the unit ask it too. What was reported stays as it was."""
    check_can_lead_unit(by, unit)
    if starts_on <= timezone.localdate():
        raise Refused(
            _("A question is asked from tomorrow at the earliest: what was reported stays as it was."),
            field="starts_on",
        )
    if ends_on and ends_on < starts_on:
        raise Refused(_("The last day must not be before the first one."), field="ends_on")
    if asks == ReportQuestion.Asks.SCHOOL and kind == ReportQuestion.Kind.TEXT:
        raise Refused(
            _("What schools report goes up, and only numbers do: choose another kind of answer."), field="kind"
        )
    if _at_once(unit, starts_on, ends_on) >= MOST:
        raise Refused(_("A unit asks {n} further questions at most. End another one first.").format(n=MOST))
    row = ReportQuestion.objects.create(
        unit=unit,
        words=words,
        kind=kind,
        options=list(options) if kind == ReportQuestion.Kind.CHOICE else [],
        asks=asks,
        is_required=is_required,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by.membership,
    )
    details = {"from": starts_on.isoformat(), "until": ends_on.isoformat() if ends_on else ""}
    audit.record(by=by, verb="scheme.question_added", about=row, unit=unit, details=details)
    return row


def _at_once(unit: Unit, first: dt.date, last: dt.date | None) -> int:
    """How many of the unit's questions are asked in that time; the unit is locked, so that two cannot add one each."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    rows = ReportQuestion.objects.filter(unit=unit).filter(Q(ends_on=None) | Q(ends_on__gte=first))
    return (rows.filter(starts_on__lte=last) if last else rows).count()


@transaction.atomic
def end_question(*, by: Viewer, question: ReportQuestion) -> None:
    """Today it is asked for the last time; one that has not begun is gone."""
    check_can_lead_unit(by, question.unit)
    today = timezone.localdate()
    audit.record(by=by, verb="scheme.question_ended", about=question, unit=question.unit)
    if question.starts_on > today:
        question.delete()
    elif question.ends_on is None or question.ends_on > today:
        question.ends_on = today
        question.save(update_fields=["ends_on"])
