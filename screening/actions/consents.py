"""What families and students say to taking part is recorded: rows are added, never changed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.days import midnight
from schools.common.errors import Refused
from schools.models import Membership, Notice, Role
from schools.tallies import mark
from schools.work.notices import notify
from schools.work.reminders import end_reminders, remind_by_hand
from screening.access import check_can_hold_rounds
from screening.actions.guessing import forget_guesses
from screening.asking_families import REMINDER, teachers_waiting
from screening.consents import can_use_link, said_by_guardian
from screening.models import Consent, ConsentLink, Round, Slip
from screening.slip_codes import hash_of, link_code_of
from students.models import Guardian, KeptFrom, Student

TAKEN_BACK = "consent.taken_back"  # the kind of notice


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
    _settled(round_)
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
        **(_day_only(slip) if slip.round.is_anonymous else {}),
    )


def _day_only(slip: Slip) -> dict[str, Any]:
    """Of an anonymous round neither the moment nor a key that grows with time is kept: they would tell when the answers
    came. The seconds count the student's own words, so that the last one stays the last."""
    said = Consent.objects.filter(student=slip.student_id, text=slip.round.consent_text_id, who=Consent.Who.STUDENT)
    return {"id": uuid4(), "at": midnight(timezone.localdate()) + dt.timedelta(seconds=said.count())}


# --- guardians' links -------------------------------------------------------------------------------------------------


@transaction.atomic
def make_links(*, by: Viewer, round_: Round, students: Iterable[UUID]) -> int:
    """A link for every guardian of these students who has none yet and may have one; returns how many are new."""
    check_can_hold_rounds(by)
    asked = round_.slips.filter(student__in=list(students), revoked_at=None).values("student")
    known = round_.links.values("guardian")
    waiting = Guardian.objects.visible_to(by).filter(student__in=asked).exclude(pk__in=known)
    links = [ConsentLink(round=round_, student_id=one.student_id, guardian=one) for one in waiting if can_use_link(one)]
    for link in links:
        link.code_hash = hash_of(link_code_of(link))
    ConsentLink.objects.bulk_create(links, batch_size=500, ignore_conflicts=True)
    return len(links)


@transaction.atomic
def reissue_link(*, by: Viewer, link: ConsentLink) -> ConsentLink:
    """A new code; the letter that was lost is worth nothing from now on."""
    check_can_hold_rounds(by)
    ConsentLink.objects.filter(pk=link.pk).update(issue=F("issue") + 1)
    forget_guesses(link)
    link.refresh_from_db()
    ConsentLink.objects.filter(pk=link.pk).update(code_hash=hash_of(link_code_of(link)))
    audit.record(by=by, verb="consent_link.reissued", about=link, student=link.student_id)
    return link


@transaction.atomic
def say_by_link(*, link: ConsentLink, is_given: bool) -> None:
    """The guardian's own word. A yes only while the round is not over; a no, and a yes taken back, at any time. The
    row is its own record: nobody of the staff acts."""
    if is_given and link.round.state == Round.State.CLOSED:
        raise Refused(_("This survey is over; nothing more needs to be agreed to."))
    if said_by_guardian(link.round, link.guardian) == is_given:
        return  # the same button once more
    said = Consent.objects.create(
        student_id=link.student_id,
        text_id=link.round.consent_text_id,
        who=Consent.Who.GUARDIAN,
        guardian=link.guardian,
        is_given=is_given,
        channel=Consent.Channel.LINK,
    )
    _settled(link.round)
    if not is_given:
        _tell_counselors(link, said)


def _tell_counselors(link: ConsentLink, said: Consent) -> None:
    """A no that comes after the answers calls the counselors to talk about them; not those from whom the flag behind
    the answers is kept."""
    answered = Slip.objects.filter(student=link.student_id, round__consent_text=link.round.consent_text_id)
    last = answered.filter(response__isnull=False).select_related("response").order_by("-finished_at").first()
    if last is None:
        return
    counselors = Membership.objects.current().filter(unit=link.round.school_id, role=Role.COUNSELOR)
    barred = KeptFrom.objects.filter(flag__in=answered.exclude(flag=None).order_by().values("flag")).values("person")
    notify(
        to=counselors.filter(person__is_active=True).exclude(person__in=barred),
        kind=TAKEN_BACK,
        about=last,
        url=last.response.get_absolute_url(),
        occasion=str(said.pk),
    )


# --- reminding class teachers -----------------------------------------------------------------------------------------


@transaction.atomic
def remind_teachers(*, by: Viewer, round_: Round) -> int:
    """Call the class teachers of classes whose families have not answered; returns how many were called."""
    check_can_hold_rounds(by)
    people = [] if round_.is_quiet else teachers_waiting(by.unit, [round_])
    if not people:
        raise Refused(_("Every family has answered, or the classes have no class teacher."))
    called = remind_by_hand(
        kind=REMINDER, unit=by.unit, day=round_.opens_on, due_at=midnight(round_.opens_on), people=people
    )
    audit.record(by=by, verb="consent.reminded", about=round_, details={"called": called})
    return called


def _settled(round_: Round) -> None:
    """Counts are no longer right; and teachers whose classes are complete are called no more."""
    mark(round_.school_id)
    day = f"{round_.opens_on:%Y-%m-%d} "
    called = Notice.objects.filter(unit=round_.school_id, kind=REMINDER, over_at=None, occasion__startswith=day)
    people = set(called.values_list("membership_id", flat=True))
    if not people:
        return
    rounds = Round.objects.filter(school=round_.school_id, opens_on=round_.opens_on, is_quiet=False)
    waiting = {one.pk for one in teachers_waiting(round_.school, rounds.exclude(state=Round.State.CLOSED))}
    end_reminders(REMINDER, round_.opens_on, done=Membership.objects.filter(pk__in=people - waiting))
