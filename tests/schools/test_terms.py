"""A term's own days and date for the talks: set, in force below, taken back."""

import datetime as dt

import pytest
from django.urls import reverse

from reports.models import Summary
from schools.actions.units import remove_term, set_talk_duty, set_term
from schools.common.errors import Refused
from schools.models import AuditEntry, Term
from schools.queries import talk_duties_of, terms_of

pytestmark = pytest.mark.django_db
SPRING = {"code": "2025-2026-2", "starts": dt.date(2026, 2, 26), "ends": dt.date(2026, 7, 3)}
BY_CITY, BY_SCHOOL = dt.date(2026, 6, 12), dt.date(2026, 5, 29)


def talk_dates(*units):
    return [talk_duties_of(unit)["2025-2026-2"].due_on for unit in units]


def written():
    return list(AuditEntry.objects.filter(verb__startswith="unit.").order_by("pk").values_list("verb", "details"))


def test_the_date_for_the_talks_counts_for_everything_below_until_it_is_taken_back(world, viewer):
    by = viewer(world.district_staff)
    set_term(by=by, unit=world.district, **SPRING, talk_by=BY_SCHOOL)
    assert talk_dates(world.district, world.a.unit, world.city) == [BY_SCHOOL, BY_SCHOOL, BY_CITY]
    set_term(by=by, unit=world.district, **SPRING)
    assert talk_dates(world.district, world.a.unit, world.city) == [BY_CITY] * 3

    about = {"term": "2025-2026-2"}
    assert written() == [
        ("unit.talk_duty", about | {"due_on": "2026-05-29"}),
        ("unit.talk_duty", about | {"due_on": None}),
    ]


def test_a_unit_with_a_date_of_its_own_goes_on_following_the_days_of_the_term(world, viewer):
    set_term(by=viewer(world.a.leader), unit=world.a.unit, **SPRING, talk_by=BY_SCHOOL)
    set_term(by=viewer(world.city_staff), unit=world.city, **SPRING | {"ends": dt.date(2026, 7, 8)}, talk_by=BY_CITY)

    assert terms_of(world.a.unit)[1].ends == dt.date(2026, 7, 8)
    assert talk_dates(world.a.unit) == [BY_SCHOOL]


def test_a_date_set_again_keeps_its_words_and_leaves_no_second_row(world, viewer):
    later = BY_CITY + dt.timedelta(days=1)
    for _twice in range(2):
        set_term(by=viewer(world.city_staff), unit=world.city, **SPRING, talk_by=later)

    duty = talk_duties_of(world.a.unit)["2025-2026-2"]
    assert (duty.due_on, duty.label) == (later, "每学期与每名学生谈话一次")
    assert len(written()) == 1


@pytest.mark.parametrize("day", [dt.date(2026, 2, 25), dt.date(2026, 7, 4)])
def test_a_date_for_the_talks_outside_the_term_is_refused(world, viewer, day):
    with pytest.raises(Refused):
        set_term(by=viewer(world.a.leader), unit=world.a.unit, **SPRING | {"starts": dt.date(2026, 3, 2)}, talk_by=day)

    assert talk_dates(world.a.unit) == [BY_CITY]
    assert not world.a.unit.terms.exists()
    assert written() == []


@pytest.mark.parametrize("day", [SPRING["starts"], SPRING["ends"]])
def test_the_first_and_the_last_day_of_the_term_are_dates_for_the_talks(world, viewer, day):
    set_term(by=viewer(world.a.leader), unit=world.a.unit, **SPRING, talk_by=day)

    assert talk_dates(world.a.unit, world.b.unit) == [day, BY_CITY]


@pytest.mark.parametrize("who", ["a.teacher", "a.counselor", "b.leader", "other_staff", "auditor"])
def test_nobody_else_sets_the_date_or_takes_a_term_back(world, viewer, who):
    by = viewer(world.members()[who])
    term = terms_of(world.a.unit)[1]
    with pytest.raises(Refused):
        set_talk_duty(by=by, unit=world.a.unit, term=term, due_on=BY_SCHOOL)
    with pytest.raises(Refused):
        remove_term(by=by, unit=world.a.unit, code="2025-2026-2")

    assert written() == []


def test_a_unit_follows_the_one_above_again(world, viewer):
    by = viewer(world.a.leader)
    set_term(by=by, unit=world.a.unit, **SPRING | {"starts": dt.date(2026, 3, 2)}, talk_by=BY_SCHOOL)
    remove_term(by=by, unit=world.a.unit, code="2025-2026-2")

    assert (terms_of(world.a.unit)[1].starts, talk_dates(world.a.unit)) == (SPRING["starts"], [BY_CITY])
    assert [verb for verb, _details in written()[2:]] == ["unit.talk_duty", "unit.term_removed"]


def test_a_term_that_none_above_has_set_is_removed_where_nothing_needs_it(world, viewer):
    by, new = viewer(world.a.leader), {"starts": dt.date(2026, 9, 1), "ends": dt.date(2027, 1, 20)}
    set_term(by=by, unit=world.a.unit, code="2026-2027-1", **new)
    remove_term(by=by, unit=world.a.unit, code="2026-2027-1")

    assert not Term.objects.filter(code="2026-2027-1").exists()


def test_a_term_that_a_summary_belongs_to_stays_with_its_date(world, viewer):
    by = viewer(world.a.leader)
    own = set_term(by=by, unit=world.a.unit, **SPRING | {"starts": dt.date(2026, 3, 2)}, talk_by=BY_SCHOOL)
    Summary.objects.create(unit=world.a.unit, term=own)
    before = written()
    with pytest.raises(Refused):
        remove_term(by=by, unit=world.a.unit, code="2025-2026-2")

    assert (terms_of(world.a.unit)[1], talk_dates(world.a.unit), written()) == (own, [BY_SCHOOL], before)


@pytest.mark.parametrize("code", ["2025-2026-2", "2026-2027-1", "", "\0"])
def test_a_term_that_is_not_the_units_own_cannot_be_taken_back(world, viewer, code):
    with pytest.raises(Refused):
        remove_term(by=viewer(world.a.leader), unit=world.a.unit, code=code)

    assert Term.objects.count() == 2


# --- a term that has begun, above the schools -------------------------------------------------------------------------

LATER = {"starts": dt.date(2026, 3, 2)}
YESTERDAY, TODAY = dt.date(2026, 3, 17), dt.date(2026, 3, 18)


@pytest.mark.parametrize("who", ["city_staff", "district_staff", "cluster_staff", "admin"])
@pytest.mark.parametrize("change", [LATER, {"starts": TODAY}, {"ends": YESTERDAY}, LATER | {"ends": TODAY}])
def test_a_center_cannot_move_the_days_of_a_term_that_has_begun(change, who, world, viewer):
    """Or two counts since two first days would differ by a single student."""
    member = world.members()[who]
    with pytest.raises(Refused, match="学期已经开始"):
        set_term(by=viewer(member), unit=member.unit, **SPRING | change)

    assert (Term.objects.count(), terms_of(world.a.unit)[1].starts, written()) == (2, SPRING["starts"], [])


@pytest.mark.parametrize("who", ["city_staff", "district_staff"])
@pytest.mark.parametrize("ends", [TODAY, dt.date(2026, 7, 10)])
def test_a_center_ends_a_running_term_today_or_later(ends, who, world, viewer):
    member = world.members()[who]
    set_term(by=viewer(member), unit=member.unit, **SPRING | {"ends": ends})

    assert terms_of(world.a.unit)[1].ends == ends


def test_a_center_keeps_its_own_days_of_a_term_that_has_begun(world, viewer):
    by = viewer(world.district_staff)
    set_term(by=by, unit=world.district, **SPRING | {"ends": dt.date(2026, 7, 10)})
    before = written()
    with pytest.raises(Refused, match="学期已经开始"):
        remove_term(by=by, unit=world.district, code="2025-2026-2")

    assert (world.district.terms.count(), written()) == (1, before)


def test_a_center_begins_no_term_in_the_midst_of_another(world, viewer):
    by = viewer(world.district_staff)
    new = {"code": "2024-2025-2", "starts": dt.date(2025, 8, 1), "ends": dt.date(2025, 9, 30)}
    with pytest.raises(Refused):
        set_term(by=by, unit=world.district, **new)
    assert written() == []
    set_term(by=by, unit=world.district, **new | {"ends": dt.date(2025, 8, 31)})

    assert [term.code for term in terms_of(world.district)] == ["2024-2025-2", "2025-2026-1", "2025-2026-2"]


def test_a_center_cannot_move_the_days_of_a_school_either(world, viewer):
    with pytest.raises(Refused, match="学期已经开始"):
        set_term(by=viewer(world.district_staff), unit=world.a.unit, **SPRING | LATER)
    set_term(by=viewer(world.a.leader), unit=world.a.unit, **SPRING | LATER)
    with pytest.raises(Refused, match="学期已经开始"):
        remove_term(by=viewer(world.district_staff), unit=world.a.unit, code="2025-2026-2")

    assert terms_of(world.a.unit)[1].starts == LATER["starts"]


def test_a_center_moves_and_takes_back_a_term_before_it_begins(world, viewer):
    by, new = viewer(world.district_staff), {"code": "2026-2027-1", "ends": dt.date(2027, 1, 20)}
    for day in (1, 2):
        set_term(by=by, unit=world.district, starts=dt.date(2026, 9, day), **new)
    assert terms_of(world.a.unit)[-1].starts == dt.date(2026, 9, 2)
    remove_term(by=by, unit=world.district, code="2026-2027-1")

    assert not world.district.terms.exists()


# --- the page ---------------------------------------------------------------------------------------------------------


def lines_of(response):
    return {line.term.code: line for line in response.context["lines"]}


def test_the_calendar_says_whose_the_term_and_the_date_for_the_talks_are(world, sign_in, viewer):
    set_term(by=viewer(world.a.leader), unit=world.a.unit, **SPRING | {"starts": dt.date(2026, 3, 2)})
    client = sign_in(world.a.leader)
    page = client.get(reverse("schools:calendar"))
    spring, autumn = lines_of(page)["2025-2026-2"], lines_of(page)["2025-2026-1"]

    assert (spring.is_own, spring.is_above, spring.duty.due_on, spring.own_duty) == (True, True, BY_CITY, None)
    assert (autumn.is_own, autumn.duty) == (False, None)
    assert "与每名学生谈话截止：6月12日 · 临海市中心设定" in page.content.decode()


def test_a_term_is_changed_from_the_days_in_force_and_followed_again_through_the_page(world, sign_in):
    client, unit = sign_in(world.a.leader), f"?unit={world.a.unit.code}"
    form = client.get(reverse("schools:calendar") + unit, {"term": "2025-2026-2"}).context["term_form"]
    assert form.initial == SPRING | {"talk_by": None}
    client.post(reverse("schools:term_save") + unit, SPRING | {"ends": "2026-06-30", "talk_by": "2026-05-29"})
    asked = client.get(reverse("schools:calendar"), {"term": "2025-2026-2"})
    assert asked.context["term_form"].initial == SPRING | {"ends": dt.date(2026, 6, 30), "talk_by": BY_SCHOOL}
    answer = client.post(reverse("schools:term_remove") + unit, {"code": "2025-2026-2"}, follow=True)

    line = lines_of(answer)["2025-2026-2"]
    assert (line.is_own, line.own_duty, line.term.ends) == (False, None, SPRING["ends"])


def test_a_refused_term_keeps_what_was_typed(world, sign_in):
    page = sign_in(world.a.leader).post(reverse("schools:term_save"), SPRING | {"talk_by": "2026-08-01"})

    assert page.context["term_form"].non_field_errors() == ["谈话截止日期必须在学期之内。"]
    assert 'value="2026-08-01"' in page.content.decode()
    assert f'href="{reverse("schools:calendar")}?month=2026-02"' in page.content.decode()


def test_a_teacher_finds_the_date_on_the_coverage_page(world, sign_in, viewer):
    set_term(by=viewer(world.a.leader), unit=world.a.unit, **SPRING, talk_by=BY_SCHOOL)

    assert (
        "与每名学生谈话一次，5月29日前完成"
        in sign_in(world.a.teacher).get(reverse("counseling:coverage")).content.decode()
    )


@pytest.mark.parametrize(("term", "is_offered"), [("2025-2026-2", True), ("2025-2026-1", False), ("", False)])
def test_the_way_back_is_offered_beside_a_term_of_ones_own_only(world, sign_in, viewer, term, is_offered):
    set_term(by=viewer(world.a.leader), unit=world.a.unit, **SPRING | {"starts": dt.date(2026, 3, 2)})
    page = sign_in(world.a.leader).get(reverse("schools:calendar"), {"term": term}).content.decode()

    assert (reverse("schools:term_remove") in page) == is_offered
    assert ("这一学期恢复沿用上级单位的设定？" in page) == is_offered


def test_a_teacher_is_offered_no_change_of_a_term(world, sign_in):
    page = sign_in(world.a.teacher).get(reverse("schools:calendar")).content.decode()

    assert reverse("schools:term_save") not in page
    assert "term=2025-2026-2" not in page
