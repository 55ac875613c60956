"""Hand-overs that wait: one of the first school has left on paper, one of another school is to be accepted there."""

import datetime as dt
from typing import Any

from config.demo.network import DemoSchool, Ids
from schools.access import Viewer
from schools.models import Membership
from students.file import file_of
from students.handed import OFFERED, pack
from students.models import HandOver, RegistryEntry

NOTE = "每周三下午和班主任谈一次；妈妈知道情况，约好有变化先打电话。数学课容易紧张，请不要当众点名。"


def add_hand_overs(schools: list[DemoSchool], ids: Ids, now: dt.datetime) -> None:
    able = [school for school in schools if school.counselor_members]
    if not able or able[0] is not schools[0]:
        return
    first, others = able[0], able[1:]
    by = first.counselor_members[0]
    second = (first.leaders + first.counselor_members[1:])[:1]
    if second:
        _offer(by, second[0], ids, now - dt.timedelta(days=2), outside="邻市实验小学")
    if others:
        _offer(others[0].counselor_members[0], by, ids, now - dt.timedelta(hours=1), to_school=first.unit)


def _offer(by: Membership, to: Membership, ids: Ids, at: dt.datetime, **more: Any) -> None:
    entry = RegistryEntry.objects.open().filter(school=by.unit).order_by("-listed_on").first()
    if entry is None:
        return
    entries = file_of(Viewer(person=by.person, membership=by), entry.student, *OFFERED)
    HandOver.objects.create(
        id=ids(),
        student=entry.student,
        school=by.unit,
        by=by,
        offered_at=at,
        to=to,
        kinds=[kind.code for kind in OFFERED],
        contents=pack(entries),
        note=NOTE,
        **more,
    )
