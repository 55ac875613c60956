"""Threat T32: a manager removed the second factor of a counselor, then reset the password."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from schools.actions.accounts import (
    Post,
    ask_to_remove_factor,
    create_person,
    remove_second_factor,
    reset_password,
)
from schools.common.errors import Refused
from schools.models import Person
from schools.work.inbox import inbox_of
from tests.schools.test_second_factor import give_app
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def counselor(world):
    give_app(world.a.counselor.person)
    return world.a.counselor.person


def has_factor(person):
    return Authenticator.objects.filter(user=person).exists()


def refused(act, **about):
    """Refused, and neither password nor factor nor sessions changed."""
    person = about["person"]
    before = Person.objects.values_list("password", "session_epoch").get(pk=person.pk), has_factor(person)
    with pytest.raises(Refused):
        act(**about)
    return before == (Person.objects.values_list("password", "session_epoch").get(pk=person.pk), has_factor(person))


def test_a_second_factor_is_removed_by_two_managers(world, viewer, counselor):
    first, second = viewer(world.district_staff), viewer(world.admin)
    assert refused(remove_second_factor, by=first, person=counselor)
    ask_to_remove_factor(by=first, person=counselor)
    assert has_factor(counselor)
    assert refused(remove_second_factor, by=first, person=counselor)
    epoch = counselor.session_epoch
    remove_second_factor(by=second, person=counselor)
    counselor.refresh_from_db()
    assert (has_factor(counselor), counselor.session_epoch) == (False, epoch + 1)


def test_what_was_asked_for_counts_once_and_for_three_days(world, viewer, counselor, fixed_clock):
    first, second = viewer(world.district_staff), viewer(world.admin)
    ask_to_remove_factor(by=first, person=counselor)
    fixed_clock.move_to(NOW + dt.timedelta(days=3, hours=1))
    assert refused(remove_second_factor, by=second, person=counselor)
    ask_to_remove_factor(by=first, person=counselor)
    remove_second_factor(by=second, person=counselor)
    give_app(counselor)
    assert refused(remove_second_factor, by=second, person=counselor)


@pytest.mark.parametrize("who", ["district_staff", "admin"])
def test_neither_of_the_two_resets_the_password_for_30_days(world, viewer, counselor, fixed_clock, who):
    ask_to_remove_factor(by=viewer(world.district_staff), person=counselor)
    remove_second_factor(by=viewer(world.admin), person=counselor)
    assert refused(reset_password, by=viewer(getattr(world, who)), person=counselor)
    reset_password(by=viewer(world.city_staff), person=counselor)
    fixed_clock.move_to(NOW + dt.timedelta(days=31))
    reset_password(by=viewer(getattr(world, who)), person=counselor)


def test_who_asked_only_does_not_reset_either(world, viewer, counselor):
    ask_to_remove_factor(by=viewer(world.district_staff), person=counselor)
    assert refused(reset_password, by=viewer(world.district_staff), person=counselor)


def test_who_reset_the_password_has_no_part_in_removing_the_factor(world, viewer, counselor):
    reset_password(by=viewer(world.district_staff), person=counselor)
    assert refused(ask_to_remove_factor, by=viewer(world.district_staff), person=counselor)
    ask_to_remove_factor(by=viewer(world.admin), person=counselor)
    assert refused(remove_second_factor, by=viewer(world.district_staff), person=counselor)
    remove_second_factor(by=viewer(world.city_staff), person=counselor)


def test_an_account_of_the_first_managers_own_making_is_no_second_one(world, viewer, counselor):
    made = create_person(
        by=viewer(world.admin), unit=world.district, staff_number="D-2", name="新人", post=Post(role="center_staff")
    )
    ask_to_remove_factor(by=viewer(world.admin), person=counselor)
    assert refused(remove_second_factor, by=viewer(made.membership), person=counselor)


@pytest.fixture
def made_by(viewer, world):
    """A new account of a center, which whoever has just given it can act with."""

    def make(member, number, unit=None):
        about = {"unit": unit or world.district, "staff_number": number, "name": "新人"}
        return create_person(by=viewer(member), **about, post=Post(role="center_staff")).membership

    return make


def test_two_accounts_of_one_managers_making_are_not_two(world, viewer, counselor, made_by):
    one, two = (made_by(world.city_staff, number) for number in ("D-2", "D-3"))
    ask_to_remove_factor(by=viewer(one), person=counselor)
    assert refused(remove_second_factor, by=viewer(two), person=counselor)
    assert refused(remove_second_factor, by=viewer(world.city_staff), person=counselor)
    assert refused(reset_password, by=viewer(world.city_staff), person=counselor)
    remove_second_factor(by=viewer(world.admin), person=counselor)


def test_a_chain_of_accounts_leads_back_to_its_maker(world, viewer, counselor, made_by):
    """From the city over a new account of the district to one of the cluster."""
    last = made_by(made_by(world.city_staff, "D-2"), "C-2", world.cluster)
    ask_to_remove_factor(by=viewer(world.city_staff), person=counselor)
    assert refused(remove_second_factor, by=viewer(last), person=counselor)
    remove_second_factor(by=viewer(world.cluster_staff), person=counselor)


def test_who_had_a_part_in_the_removal_does_not_reset_through_an_account_of_theirs(
    world, viewer, counselor, made_by, fixed_clock
):
    made = made_by(world.city_staff, "D-2")
    fixed_clock.move_to(NOW + dt.timedelta(days=20))
    ask_to_remove_factor(by=viewer(world.city_staff), person=counselor)
    remove_second_factor(by=viewer(world.admin), person=counselor)
    assert refused(reset_password, by=viewer(made), person=counselor)
    fixed_clock.move_to(NOW + dt.timedelta(days=40))  # it was made more than 30 days ago, but not when they acted
    assert refused(reset_password, by=viewer(made), person=counselor)
    fixed_clock.move_to(NOW + dt.timedelta(days=51))
    reset_password(by=viewer(made), person=counselor)


def test_who_reset_does_not_remove_through_an_account_of_theirs(world, viewer, counselor, made_by):
    made = made_by(world.city_staff, "D-2")
    reset_password(by=viewer(world.city_staff), person=counselor)
    assert refused(ask_to_remove_factor, by=viewer(made), person=counselor)
    ask_to_remove_factor(by=viewer(world.district_staff), person=counselor)
    assert refused(remove_second_factor, by=viewer(made), person=counselor)
    remove_second_factor(by=viewer(world.admin), person=counselor)


def test_how_many_accounts_a_manager_made_costs_no_queries(
    world, viewer, counselor, made_by, django_assert_max_num_queries
):
    from schools.actions.takeover import asked_for, check_is_second

    made_by(world.city_staff, "D-0")
    ask_to_remove_factor(by=viewer(made_by(world.city_staff, "D-1")), person=counselor)
    for number in range(2, 9):
        made_by(world.city_staff, f"D-{number}")
    first = asked_for(counselor)
    with django_assert_max_num_queries(6):  # two for each step back
        check_is_second(viewer(world.admin), first)


def test_colleagues_are_told_of_a_counselor_whom_somebody_of_a_center_made(world, viewer):
    """Who can make a counselor needs no take-over."""

    def told(member):
        return [one.text for one in inbox_of(viewer(member)) if "外面来的" in one.text]

    post = {"unit": world.a.unit, "post": Post(role="counselor")}
    made = create_person(by=viewer(world.district_staff), staff_number="N-1", name="外面来的", **post).membership
    assert [len(told(one)) for one in (world.a.counselor, world.a.counselor_2, world.auditor)] == [1, 1, 1]
    assert [told(one) for one in (made, world.a.leader, world.b.counselor)] == [[], [], []]


def test_each_act_is_told_also_a_second_one_of_its_kind(world, viewer, fixed_clock):
    for _time in range(2):
        reset_password(by=viewer(world.a.leader), person=world.a.counselor.person)
        assert len([one for one in inbox_of(viewer(world.a.counselor_2)) if "a-counselor" in one.text]) == 1
        fixed_clock.shift(dt.timedelta(days=8))


def test_the_person_auditors_and_colleagues_are_told_for_a_week(world, viewer, counselor, fixed_clock):
    reset_password(by=viewer(world.a.leader), person=counselor)
    ask_to_remove_factor(by=viewer(world.district_staff), person=counselor)
    remove_second_factor(by=viewer(world.admin), person=counselor)
    told = [world.a.counselor, world.auditor, world.a.counselor_2]

    def lines(member):
        return [one.text for one in inbox_of(viewer(member)) if counselor.staff_number in one.text]

    assert [len(lines(member)) for member in told] == [3, 3, 3]
    assert [lines(member) for member in (world.b.counselor, world.a.teacher, world.a.leader)] == [[], [], []]
    from schools.models import Notice

    Notice.objects.update(read_at=NOW, over_at=NOW)  # whoever has the account now read them all away
    assert len(lines(world.a.counselor)) == 3
    fixed_clock.move_to(NOW + dt.timedelta(days=8))
    assert [lines(member) for member in told] == [[], [], []]


def test_colleagues_are_not_told_of_other_roles(world, viewer):
    reset_password(by=viewer(world.a.leader), person=world.a.teacher.person)
    assert not [one for one in inbox_of(viewer(world.a.counselor)) if "a-teacher" in one.text]
    assert [one for one in inbox_of(viewer(world.a.teacher)) if "a-teacher" in one.text]


# --- on the pages -----------------------------------------------------------------------------------------------------


def test_two_managers_on_the_page(world, sign_in, counselor):
    page = reverse("schools:person_detail", args=[counselor.pk])
    ask, confirm = (reverse(f"schools:{name}", args=[counselor.pk]) for name in ("factor_remove", "factor_confirm"))
    first, second = sign_in(world.district_staff), sign_in(world.admin)
    assert first.post(ask).status_code == 302
    assert (confirm in first.get(page).content.decode(), confirm in second.get(page).content.decode()) == (False, True)
    second.post(confirm)
    assert not has_factor(counselor)


GRAVE = ["password_reset", "factor_remove", "factor_confirm"]


@pytest.mark.parametrize("name", GRAVE)
def test_grave_acts_ask_for_a_fresh_proof(world, viewer, sign_in, counselor, fixed_clock, name):
    if name == "factor_confirm":
        ask_to_remove_factor(by=viewer(world.city_staff), person=counselor)
    client = sign_in(world.district_staff)
    fixed_clock.shift(dt.timedelta(minutes=6))
    before = counselor.password
    answer = client.post(reverse(f"schools:{name}", args=[counselor.pk]))
    counselor.refresh_from_db()
    assert "/account/confirm" in answer.headers["Location"]
    assert (counselor.password, has_factor(counselor)) == (before, True)


@pytest.mark.parametrize("name", ["person_new", "membership_new", "membership_edit"])
def test_giving_a_role_asks_for_a_fresh_proof(world, sign_in, fixed_clock, name):
    keys = {
        "person_new": [],
        "membership_new": [world.a.teacher.person_id],
        "membership_edit": [world.a.teacher.person_id, world.a.teacher.pk],
    }[name]
    client, url = sign_in(world.a.leader), reverse(f"schools:{name}", args=keys)
    assert client.get(url).status_code == 200
    fixed_clock.shift(dt.timedelta(minutes=6))
    form = {"role": "counselor", "title": "", "employment": "full_time", "starts_on": "2026-03-18", "ends_on": ""}
    for answer in (client.get(url), client.post(url, form)):
        assert "/account/confirm" in answer.headers["Location"]
    world.a.teacher.refresh_from_db()
    assert world.a.teacher.role == "class_teacher"
