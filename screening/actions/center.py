"""A center sets a round for its schools and ends it; a school takes it up: gives it days and hours, names who is on
duty, and signs."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.days import last_moment
from schools.common.errors import Refused
from schools.models import Membership, OnDuty, Role
from schools.on_duty import without_duty
from schools.work.notices import about_this, end_notices, notify
from screening.access import check_can_hold_rounds, check_can_set_center_rounds
from screening.actions.rounds import make_round
from screening.center_rounds import schools_asked
from screening.models import CenterRound, CenterRoundPart, Instrument, Round

SET = "center_round.set"  # the kind of notice
DAY = dt.timedelta(days=1)


@transaction.atomic
def set_center_round(
    *, by: Viewer, instruments: Iterable[Instrument], grades: Iterable[str], **about: Any
) -> CenterRound:
    """Ask the schools below to hold it; the counselors of those that have a class in one of these grades are told."""
    check_can_set_center_rounds(by)
    chosen = list(instruments)
    if about.get("is_anonymous") and any(one.has_critical_items for one in chosen):
        sentence = _("An answer to one of these may call somebody at once: that cannot be anonymous.")
        raise Refused(sentence, field="is_anonymous")
    made = CenterRound.objects.create(unit=by.unit, made_by=by.membership, grades=list(grades), **about)
    CenterRoundPart.objects.bulk_create(
        CenterRoundPart(center_round=made, instrument=one, position=place) for place, one in enumerate(chosen, start=1)
    )
    schools = schools_asked(made)
    if not schools:
        raise Refused(_("None of your schools teaches one of these grades."), field="grades")
    counselors = Membership.objects.current().filter(unit__in=schools, role=Role.COUNSELOR, person__is_active=True)
    notify(
        to=counselors.select_related("person", "unit__kind"),
        kind=SET,
        about=made,
        url=made.take_up_url,
        due_at=last_moment(made.due_on),
    )
    audit.record(by=by, verb="center_round.set", about=made, details={"schools": len(schools)})
    return made


@transaction.atomic
def take_up(
    *,
    by: Viewer,
    center_round: CenterRound,
    opens_on: dt.date,
    closes_on: dt.date,
    make_up_until: dt.date | None,
    on_duty: Membership | None,
    **about: Any,
) -> Round:
    """The school's own round, signed by whoever takes it up. On each of its days on which nobody is named for duty, the
    person chosen here is."""
    check_can_hold_rounds(by)
    # Who ends it, or takes it up for the same school at the same moment, waits for this.
    now = CenterRound.objects.select_for_update(no_key=True).get(pk=center_round.pk)
    if now.ended_at is not None:
        raise Refused(_("The center has ended this screening. Nothing was prepared."))
    if Round.objects.filter(center_round=center_round, school=by.unit).exists():
        raise Refused(_("Your school has taken this screening up already."))
    last = max(closes_on, make_up_until or closes_on)
    if opens_on < center_round.first_on or last > center_round.last_on:
        raise Refused(_("These days lie outside of the weeks that the center has set."), field="opens_on")
    classes = [group for group in by.class_groups if center_round.asks(group)]
    if not classes:
        raise Refused(_("Your school has no class in one of these grades."))
    if on_duty is not None:
        _put_on_duty(by, on_duty, opens_on, last)
    made = make_round(
        by=by,
        instruments=[part.instrument for part in center_round.parts.select_related("instrument")],
        classes=classes,
        consent=center_round.consent,
        title=center_round.title,
        notice=center_round.notice,
        asks_guardian_too=center_round.asks_guardian_too,
        is_anonymous=center_round.is_anonymous,
        opens_on=opens_on,
        closes_on=closes_on,
        make_up_until=make_up_until,
        center_round=center_round,
        **about,
    )
    here = about_this(center_round, SET).filter(membership__unit=by.unit, over_at=None)
    here.update(over_at=timezone.now())
    audit.record(by=by, verb="center_round.taken_up", about=center_round)
    return made


def _put_on_duty(by: Viewer, member: Membership, first: dt.date, last: dt.date) -> None:
    days = [first + n * DAY for n in range((last - first).days + 1)]
    free = without_duty(by.unit, days)
    OnDuty.objects.bulk_create(OnDuty(unit=by.unit, membership=member, day=day) for day in free)
    if free:
        audit.record(
            by=by, verb="unit.duty", about=by.unit, details={"day": free[0].isoformat(), "until": free[-1].isoformat()}
        )


@transaction.atomic
def end_center_round(*, by: Viewer, center_round: CenterRound) -> CenterRound:
    """No school takes it up any more; what has been dated or has begun goes on."""
    check_can_set_center_rounds(by)
    if center_round.unit_id != by.unit.pk:
        raise Refused(_("Another center has set this screening."))
    if not CenterRound.objects.filter(pk=center_round.pk, ended_at=None).update(ended_at=timezone.now()):
        raise Refused(_("Somebody else has just ended this screening."))
    end_notices(center_round)
    audit.record(by=by, verb="center_round.ended", about=center_round)
    center_round.refresh_from_db()
    return center_round
