"""A round of the cast's school, ready to be answered."""

import datetime as dt
import uuid

from django.utils import timezone

from schools.access import Viewer
from schools.models import OnDuty
from screening.actions.answering import begin, hand_in
from screening.actions.consents import record_paper
from screening.actions.rounds import make_round, open_round
from screening.models import Instrument, Slip
from screening.slip_codes import code_of

PHQ9 = "phq9"


def round_of(school, *, codes=(PHQ9,), asked=None, classes=("class_1",), opened=True, consented=True, **about):
    """PHQ-9, or the instruments `asked`, for one class, open on the day of the cast, with somebody on duty and every
    paper signed."""
    by = Viewer(person=school.counselor.person, membership=school.counselor)
    today = timezone.localdate()
    OnDuty.objects.get_or_create(unit=school.unit, membership=school.counselor, day=today, weekday=None)
    values = {
        "title": "校园生活问卷",
        "opens_on": today,
        "closes_on": today + dt.timedelta(days=9),
        "opens_at": dt.time(8),
        "closes_at": dt.time(17),
        "notice": "没有对错",
        "consent": "同意书",
        "where_to_talk": "二号楼 203",
        "after_critical": "今天会有一位老师来找你聊聊",
    } | about
    made = make_round(
        by=by,
        instruments=asked or [Instrument.objects.get(unit=None, code=code) for code in codes],
        classes=[school.classes[name] for name in classes],
        **values,
    )
    if consented:
        students = list(made.slips.values_list("student_id", flat=True))
        record_paper(by=by, round_=made, students=students, is_given=True)
    return open_round(by=by, round_=made) if opened else made


def all_day():
    """For a test whose clock runs."""
    return {"opens_at": dt.time(0), "closes_at": dt.time(23, 59, 59)}


def slip_of(round_, student):
    rows = Slip.objects.select_related("round__school__kind", "student__school")
    return rows.prefetch_related("round__parts__instrument").get(round=round_, student=student)


def sheet(*values, place=1):
    """Answers to the items from the first on."""
    return {f"{place}.{number}": value for number, value in enumerate(values, start=1)}


def answered(round_, student, *values, agreed=None):
    """Handed in at once; `agreed` records the guardian's paper first."""
    if agreed:
        record_paper(by=agreed, round_=round_, students=[student.pk], is_given=True)
    slip = slip_of(round_, student)
    begin(slip=slip, agrees=True)
    return hand_in(slip=slip, submission=uuid.uuid4(), answers=sheet(*values), seconds=120)


def scan(client, slip):
    """Open the slip's address and begin; returns the answer."""
    return client.post(f"/a/{code_of(slip)}/", {"agree": "yes"})
