"""A round that a center sets for its schools: each dates and signs it, the center sees how far it is and counts."""

import datetime as dt

import pytest
from django.utils import timezone

from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import AuditEntry, Membership, Notice, OnDuty, Tally
from schools.on_duty import on_duty
from schools.recounting import recount_marked
from schools.work.inbox import inbox_of
from screening.actions.center import SET, end_center_round, set_center_round, take_up
from screening.actions.consents import record_paper
from screening.actions.rounds import close_round, open_round
from screening.center_rounds import SPLIT, lines_of, schools_asked, sum_of
from screening.models import CenterRound, Instrument, Round
from tests.screening.asked import answered
from tests.walking import center_round_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def viewer(member):
    return Viewer(person=member.person, membership=member)


def taken_up(world, center_round, school=None, **days):
    school = school or world.a
    today = timezone.localdate()
    values = {"opens_on": today, "closes_on": today + 9 * DAY, "make_up_until": None} | days
    return take_up(
        by=viewer(school.counselor),
        center_round=center_round,
        on_duty=school.counselor,
        opens_at=dt.time(8),
        closes_at=dt.time(17),
        where_to_talk="x",
        after_critical="x",
        **values,
    )


def test_the_schools_that_teach_these_grades_are_told(world):
    today = timezone.localdate()
    made = set_center_round(
        by=viewer(world.district_staff),
        instruments=[Instrument.objects.get(unit=None, code="phq9")],
        grades=["primary:3"],
        title="统一测评",
        first_on=today,
        last_on=today + 30 * DAY,
        due_on=today + 7 * DAY,
        notice="x",
        consent="x",
    )
    called = Notice.objects.filter(kind=SET).values_list("membership__unit", flat=True)
    assert set(called) == {world.a.unit.pk, world.b.unit.pk}
    assert [one.url for one in inbox_of(viewer(world.a.counselor)) if one.note == "统一测评"] == [made.take_up_url]
    with pytest.raises(Refused):
        set_center_round(
            by=viewer(world.district_staff),
            instruments=[],
            grades=["senior:1"],
            **{name: getattr(made, name) for name in ("title", "first_on", "last_on", "due_on", "notice", "consent")},
        )
    assert CenterRound.objects.count() == 1


def test_a_school_dates_and_signs_it_once(world):
    center_round = center_round_of(world.district_staff, grades=[f"primary:{world.a.class_1.grade}"])
    made = taken_up(world, center_round)
    asked = set(made.classes.values_list("class_group", flat=True))
    assert asked == {one.pk for one in world.a.classes.values() if one.grade == world.a.class_1.grade}
    assert (made.title, made.made_by, made.state) == (center_round.title, world.a.counselor, "planned")
    assert [one.pk for one in on_duty(world.a.unit, made.closes_on)] == [world.a.counselor.pk]
    assert not [one for one in inbox_of(viewer(world.a.counselor)) if one.url == center_round.take_up_url]
    with pytest.raises(Refused):
        taken_up(world, center_round)
    assert Round.objects.count() == 1


def test_the_grades_are_those_of_its_first_day_and_schools_without_such_a_class_are_not_asked(world):
    autumn = {"first_on": dt.date(2026, 9, 10), "last_on": dt.date(2026, 9, 30)}
    center_round = center_round_of(world.district_staff, grades=["primary:4"], **autumn)
    assert [center_round.asks(one) for one in (world.a.class_1, world.a.class_4)] == [True, False]  # of 2023 and 2022
    assert len(schools_asked(center_round)) == 2
    assert schools_asked(center_round_of(world.district_staff, grades=["primary:6"])) == []


def test_who_has_left_holds_no_day_of_duty(world):
    today = timezone.localdate()
    Membership.objects.filter(pk=world.a.counselor_2.pk).update(ends_on=today - DAY)
    OnDuty.objects.create(unit=world.a.unit, membership=world.a.counselor_2, weekday=today.weekday())
    taken_up(world, center_round_of(world.district_staff))
    called = {one.pk for n in range(10) for one in on_duty(world.a.unit, today + n * DAY)}
    assert (called, OnDuty.objects.exclude(day=None).count()) == ({world.a.counselor.pk}, 10)
    days = {"day": today.isoformat(), "until": (today + 9 * DAY).isoformat()}
    assert AuditEntry.objects.get(verb="unit.duty").details == days


def test_days_outside_of_the_weeks_and_one_ended_in_the_meantime_are_refused(world):
    center_round = center_round_of(world.district_staff)
    with pytest.raises(Refused):
        taken_up(world, center_round, make_up_until=center_round.last_on + DAY)
    end_center_round(by=viewer(world.district_staff), center_round=CenterRound.objects.get())
    with pytest.raises(Refused):
        taken_up(world, center_round)
    assert (Round.objects.count(), OnDuty.objects.count()) == (0, 0)


def test_only_the_center_that_has_set_it_ends_it(world):
    center_round = center_round_of(world.district_staff)
    with pytest.raises(Refused):
        end_center_round(by=viewer(world.city_staff), center_round=center_round)
    center_round.refresh_from_db()
    assert center_round.ended_at is None


def test_the_center_reads_state_and_counts_by_school_from_what_is_kept(world, django_assert_num_queries):
    center_round = center_round_of(world.district_staff)
    made = taken_up(world, center_round)
    record_paper(
        by=viewer(world.a.counselor), round_=made, students=made.slips.values_list("student", flat=True), is_given=True
    )
    open_round(by=viewer(world.a.counselor), round_=made)
    answered(made, world.a.student, *([2] * 8), 0)
    answered(made, world.a.student_2, *([0] * 9))

    def read():
        recount_marked()
        with django_assert_num_queries(4):
            lines = lines_of(viewer(world.district_staff), center_round)
        return {one.school.pk: (one.state, one.counts["screening_answered"], one.cells) for one in lines}

    nothing = [0, 0, 0, 0, 0]  # no level is counted while a round runs
    assert read() == {world.a.unit.pk: ("open", 2, nothing), world.b.unit.pk: ("none", 0, nothing)}
    close_round(by=viewer(world.a.counselor), round_=made)
    assert read() == {world.a.unit.pk: ("closed", 2, [1, 0, 0, 1, 0]), world.b.unit.pk: ("none", 0, nothing)}


def counted(school, center_round, results):
    """Each with another level, as the figures keep it."""
    for level, count in enumerate(results):
        Tally.objects.create(
            unit=school.unit,
            term="2025-2026-2",
            figure="screening_levels",
            split=SPLIT,
            value=f"{center_round.pk}:{level}",
            count=count,
        )


def told(world, center_round):
    """Of which schools levels are told, and whether of all together."""
    lines = lines_of(viewer(world.district_staff), center_round)
    schools = {one.school.pk for one in lines if one.tells_levels}
    return schools, sum_of(lines, world.district, center_round).tells_levels


def is_over(made):
    close_round(by=viewer(made.made_by), round_=open_round(by=viewer(made.made_by), round_=made))


@pytest.mark.parametrize(
    ("left_out", "results", "is_told"), [((), [3, 2], True), ((), [2, 2], False), (["class_4"], [3, 2], False)]
)
def test_a_school_tells_levels_of_two_grades_and_five_results_or_more(left_out, results, is_told, world):
    """The center asked two grades; what counts is which of them the school has asked."""
    center_round = center_round_of(world.district_staff, grades=["primary:3", "primary:4"])
    made = taken_up(world, center_round)
    made.classes.filter(class_group__in=[getattr(world.a, name) for name in left_out]).delete()
    counted(world.a, center_round, results)
    assert told(world, center_round) == (set(), False)  # nothing is no zero
    is_over(made)
    schools, in_all = told(world, center_round)
    assert (schools, in_all) == (({world.a.unit.pk}, True) if is_told else (set(), False))


def test_what_no_school_tells_stands_in_a_sum_that_grows_no_more(world):
    center_round = center_round_of(world.district_staff, grades=["primary:3"])
    made = [taken_up(world, center_round, school) for school in (world.a, world.b)]
    for school, results in ((world.a, [3, 2]), (world.b, [9, 1])):
        counted(school, center_round, results)
    is_over(made[0])
    of_one = told(world, center_round)
    is_over(made[1])
    assert (of_one, told(world, center_round)) == ((set(), False), (set(), True))
    made[1].classes.all().delete()
    made[1].delete()  # it may still take it up
    assert told(world, center_round) == (set(), False)


def test_the_pages_of_both(world, sign_in):
    center_round = center_round_of(world.district_staff)
    day = timezone.localdate().isoformat()
    form = {"opens_on": day, "closes_on": day, "opens_at": "08:00", "closes_at": "17:00", "on_duty": world.a.leader.pk}
    words = {"where_to_talk": "x", "after_critical": "x"}
    school = sign_in(world.a.counselor)
    unsigned = school.post(center_round.take_up_url, form | words)
    signed = school.post(center_round.take_up_url, form | words | {"signed": "on"})
    assert (unsigned.status_code, signed.status_code) == (422, 302)
    assert school.get(signed.url).status_code == 200
    center = sign_in(world.district_staff).get(center_round.get_absolute_url()).content.decode()
    assert (world.a.unit.name in center, world.a.student.name in center) == (True, False)


def test_nobody_is_asked_for_duty_where_no_answer_calls(world, sign_in):
    center_round = center_round_of(world.district_staff, codes=("gad7",))
    day = timezone.localdate().isoformat()
    form = {"opens_on": day, "closes_on": day, "opens_at": "08:00", "closes_at": "17:00", "where_to_talk": "x"}
    signed = sign_in(world.a.counselor).post(center_round.take_up_url, form | {"signed": "on"})
    assert (signed.status_code, OnDuty.objects.count(), Round.objects.count()) == (302, 0, 1)
