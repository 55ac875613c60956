"""Records of the work: a room for each school; certificates in runs of past years, of which a few wait."""

import datetime as dt
import random

from django.utils import timezone

from config.demo.network import Ids
from schools.models import Certificate, CounselingRoom, Employment, Membership, Role

# Role → the level it should hold, how many of ten have it, and in how many runs they were trained.
TEACHERS = {Role.CLASS_TEACHER: 9, Role.SUBJECT_TEACHER: 8, Role.GRADE_HEAD: 8}
RUNS = {"abc_a": 2, "abc_b": 4, "abc_c": 12}
YEARS = {"abc_a": 5, "abc_b": 5, "abc_c": 6}


def open_rooms() -> None:
    """Open at noon, as most schools can; a quarter is excellent."""
    leaders = Membership.objects.filter(role=Role.COUNSELOR).order_by("unit__path", "pk").select_related("unit")
    first = {member.unit_id: member for member in reversed(leaders)}
    ids = Ids(4)
    CounselingRoom.objects.bulk_create(
        CounselingRoom(
            id=ids(),
            unit=member.unit,
            name="心理辅导室",
            place="综合楼一楼",
            square_metres=40 + 5 * (number % 5),
            zones="接待区、个体辅导区、团体活动区",
            open_days="周一至周五",
            opens_at=dt.time(11, 50),
            closes_at=dt.time(12, 50),
            in_charge_id=member.person_id,
            rating="standard" if number % 4 else "excellent",
            confirmed_at=timezone.now(),
        )
        for number, member in enumerate(sorted(first.values(), key=lambda one: one.pk))
    )


def give_certificates(today: dt.date) -> None:
    rng, ids = random.Random("certificates"), Ids(3)
    members = Membership.objects.filter(unit__kind__is_school=True).select_related("person").order_by("pk")
    rows: list[Certificate] = []
    seen: set[object] = set()
    for member in members:
        if member.person_id in seen:
            continue
        seen.add(member.person_id)
        level, of_ten = _wanted(member)
        if rng.randrange(10) < of_ten:
            rows.append(_certificate(ids, rng, member, level, today))
    Certificate.objects.bulk_create(rows, batch_size=2000)


def _wanted(member: Membership) -> tuple[str, int]:
    if member.role == Role.COUNSELOR:
        return ("abc_a", 8) if member.employment == Employment.FULL_TIME else ("abc_b", 8)
    if member.role == Role.SCHOOL_LEADER:
        return "abc_a", 4
    return "abc_c", TEACHERS.get(Role(member.role), 0)


def _certificate(ids: Ids, rng: random.Random, member: Membership, level: str, today: dt.date) -> Certificate:
    run = rng.randrange(RUNS[level])
    issued = dt.date(today.year - 1 - run // 3, 7, 5 + 10 * (run % 3))
    waits = rng.randrange(60) == 0
    return Certificate(
        id=ids(),
        unit_id=member.unit_id,
        holder_id=member.person_id,
        level_id=level,
        number=f"{level[-1].upper()}{issued.year}{rng.randrange(10**6):06}",
        issuer="临海市中小学心理健康教育指导中心",
        issued_on=issued,
        expires_on=dt.date(issued.year + YEARS[level], 12, 31),
        run=f"{issued.year}-{1 + run % 3}",
        confirmed_at=None if waits else timezone.now(),
    )
