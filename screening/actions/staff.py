"""The staff of a unit is asked, answers once, is reminded; a survey is closed."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.days import last_moment
from schools.common.errors import Refused
from schools.models import Membership, Role
from schools.work.notices import about_this, end_notices, notify, pulse
from screening.access import ASKED_ROLES, FEWEST_SHEETS, check_can_survey_staff
from screening.definition import Kind
from screening.groups import joined
from screening.models import Instrument, StaffAsked, StaffSheet, StaffSurvey

ASKED = "staff_survey.asked"  # the kind of notice
USUAL = dt.timedelta(days=7)  # until the last day, unless said otherwise
# Who has several roles is asked once, in the first of these.
FIRST = [Role.SCHOOL_LEADER, Role.CENTER_STAFF, Role.COUNSELOR, Role.GRADE_HEAD, Role.CLASS_TEACHER]


def can_ask_staff(instrument: Instrument) -> bool:
    """Questions about needs and wishes. What is scored, or calls somebody, is about a student and has a counselor who
    answers for it; nobody would for a colleague."""
    return instrument.kind == Kind.SURVEY and not instrument.parsed.critical


@transaction.atomic
def ask_staff(
    *,
    by: Viewer,
    title: str,
    instrument: Instrument,
    roles: Iterable[str],
    notice: str,
    closes_on: dt.date,
    is_anonymous: bool = False,
) -> StaffSurvey:
    """Ask everybody of the unit who has one of these roles now; it runs at once, and each of them is told."""
    check_can_survey_staff(by)
    if not can_ask_staff(instrument):
        sentence = _(
            "Answers to this one are scored or call somebody about a student: it cannot be put to the staff. Choose a"
            " survey of your own without answers that call."
        )
        raise Refused(sentence, field="instrument")
    people = staff_with(by, roles)
    if not people:
        raise Refused(_("Nobody of your unit has one of these roles."), field="roles")
    if is_anonymous and len(people) < FEWEST_SHEETS:
        sentence = _("Fewer than five people would be asked: their answers would not be anonymous.")
        raise Refused(sentence, field="is_anonymous")
    survey = StaffSurvey.objects.create(
        unit=by.unit,
        title=title,
        instrument=instrument,
        notice=notice,
        closes_on=closes_on,
        is_anonymous=is_anonymous,
        made_by=by.membership,
    )
    groups = _groups(people, is_anonymous=is_anonymous)
    StaffAsked.objects.bulk_create(
        StaffAsked(survey=survey, membership=one, group=groups[one.role]) for one in people.values()
    )
    _call(survey, people.values())
    audit.record(by=by, verb="staff_survey.made", about=survey, details={"people": len(people)})
    return survey


def staff_with(by: Viewer, roles: Iterable[str]) -> dict[Any, Membership]:
    """By person, in the first of this person's roles."""
    wanted = ASKED_ROLES & set(roles)
    rows = Membership.objects.current().filter(unit=by.unit, role__in=wanted, person__is_active=True)
    found: dict[Any, Membership] = {}
    for one in sorted(rows.select_related("person", "unit__kind"), key=lambda one: (_rank(one.role), one.pk)):
        found.setdefault(one.person_id, one)
    return found


def _rank(role: str) -> int:
    return FIRST.index(Role(role)) if role in FIRST else len(FIRST)


def _groups(people: Mapping[Any, Membership], *, is_anonymous: bool) -> dict[str, str]:
    """By role, what answers are counted under. In an anonymous survey no group is so small that it names somebody."""
    sizes: dict[str, int] = {}
    for one in people.values():
        sizes[one.role] = sizes.get(one.role, 0) + 1
    together = joined(sizes, FEWEST_SHEETS if is_anonymous else 1)
    return {role: "+".join(sorted(group, key=_rank)) for group in together for role in group}


def _call(survey: StaffSurvey, members: Iterable[Membership]) -> int:
    return notify(
        to=members,
        kind=ASKED,
        about=survey,
        url=survey.answer_url,
        unit=survey.unit,
        due_at=last_moment(survey.closes_on),
        occasion=timezone.localdate().isoformat(),
    )


@transaction.atomic
def answer_staff_survey(*, by: Viewer, survey: StaffSurvey, answers: Mapping[str, Any]) -> None:
    """Once, by whoever is asked. Of an anonymous survey the log gets no row either: its moment would tell whose sheet
    came then. The closing writes all sheets anew: it waits for this one, or this one finds the survey closed."""
    now = StaffSurvey.objects.select_for_update(no_key=True).get(pk=survey.pk)
    if now.state != StaffSurvey.State.OPEN or now.closes_on < timezone.localdate():
        raise Refused(_("This survey is closed. Nothing was sent."))
    row = StaffAsked.objects.filter(survey=survey, membership__person=by.person, membership__unit=by.unit).first()
    if row is None:
        raise Refused(_("This survey does not ask you."))
    if not StaffAsked.objects.filter(pk=row.pk, answered_on=None).update(answered_on=timezone.localdate()):
        raise Refused(_("You have answered already. Thank you."))
    StaffSheet.objects.create(
        survey=survey,
        group=row.group,
        by_id=None if survey.is_anonymous else row.membership_id,
        answers=json.dumps(dict(answers), ensure_ascii=False),
    )
    _not_called_any_more(survey, row.membership_id)
    if not survey.is_anonymous:
        audit.record(by=by, verb="staff_survey.answered", about=survey)


def _not_called_any_more(survey: StaffSurvey, member: int) -> None:
    """To the day only, as the row of who has answered: the moment would tell whose sheet came then."""
    waiting: Any = about_this(survey, ASKED).filter(membership=member, over_at=None)
    waiting.update(over_at=last_moment(timezone.localdate()), answer_by=None)
    pulse({survey.unit_id})


@transaction.atomic
def remind_staff(*, by: Viewer, survey: StaffSurvey) -> int:
    """Tell those who have not answered once more, on one day once; returns how many were told."""
    check_can_survey_staff(by)
    if survey.state != StaffSurvey.State.OPEN:
        raise Refused(_("This survey is closed."))
    waiting = Membership.objects.filter(pk__in=survey.asked.filter(answered_on=None).values("membership"))
    told = _call(survey, waiting.current().select_related("person", "unit__kind"))
    audit.record(by=by, verb="staff_survey.reminded", about=survey, details={"people": told})
    return told


@transaction.atomic
def close_staff_survey(*, by: Viewer, survey: StaffSurvey) -> StaffSurvey:
    check_can_survey_staff(by)
    # Holds the row: sheets on their way are in before it, or refused after it.
    if not StaffSurvey.objects.filter(pk=survey.pk, state=StaffSurvey.State.OPEN).update(
        state=StaffSurvey.State.CLOSED
    ):
        raise Refused(_("Somebody else has just closed this survey."))
    survey.refresh_from_db()
    end_notices(survey)
    if survey.is_anonymous:
        _shuffle(survey)
    audit.record(by=by, verb="staff_survey.closed", about=survey)
    return survey


def _shuffle(survey: StaffSurvey) -> None:
    """Write the sheets anew in an order by chance: that of the table would tell who came when."""
    kept = [(one.group, one.answers) for one in StaffSheet.objects.filter(survey=survey)]
    SystemRandom().shuffle(kept)
    StaffSheet.objects.filter(survey=survey).delete()
    StaffSheet.objects.bulk_create(StaffSheet(survey=survey, group=group, answers=given) for group, given in kept)
