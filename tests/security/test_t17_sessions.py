"""Threat T17: sessions that outlive a password, a role, an account."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from schools.actions import accounts
from schools.actions.accounts import Post
from schools.models import Membership, Person, Role
from tests.fixtures import BACKEND

pytestmark = pytest.mark.django_db


def open_sessions(membership, count=3):
    clients = [Client() for _ in range(count)]
    for client in clients:
        client.force_login(membership.person, backend=BACKEND)
    return clients


def is_in(client):
    return client.get(reverse("schools:account")).status_code == 200


ENDINGS = {
    "password reset": lambda by, m: accounts.reset_password(by=by, person=m.person),
    "password changed": lambda by, m: accounts.set_own_password(by=None, person=m.person, password="my very own words"),
    "account closed": lambda by, m: accounts.deactivate_person(by=by, person=m.person),
    "role ended": lambda by, m: accounts.end_membership(by=by, membership=m),
    "demoted": lambda by, m: accounts.change_membership(by=by, membership=m, post=Post(role=Role.SUBJECT_TEACHER)),
    "other classes": lambda by, m: accounts.change_membership(by=by, membership=m, post=Post(role=m.role)),
    "signed out everywhere": lambda by, m: accounts.end_own_sessions(by=None, person=m.person),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_every_session_ends_when(world, viewer, how):
    clients = open_sessions(world.a.teacher)
    bystander = open_sessions(world.b.teacher, 1)[0]
    assert all(is_in(client) for client in clients)

    ENDINGS[how](viewer(world.a.leader), world.a.teacher)

    assert not any(is_in(client) for client in clients)
    assert is_in(bystander)


def test_a_role_that_somebody_adds_disturbs_nobody(world, viewer):
    """A leader who knows a number and a name may add a role below their own to anybody, also to those above."""
    [client] = open_sessions(world.admin, 1)
    assert client.get(reverse("schools:unit_list")).status_code == 200
    post = Post(role=Role.SUBJECT_TEACHER, starts_on=dt.date(2000, 1, 1))
    accounts.grant_membership(by=viewer(world.a.leader), person=world.admin.person, unit=world.a.unit, post=post)

    assert client.get(reverse("schools:unit_list")).status_code == 200
    [again] = open_sessions(world.admin, 1)
    assert again.get(reverse("schools:account")).context["request"].viewer.membership == world.admin


def test_a_new_title_ends_no_session(world, viewer):
    [client] = open_sessions(world.a.teacher, 1)
    post = Post(role="class_teacher", title="组长", starts_on=world.a.teacher.starts_on, classes=[world.a.class_1])
    accounts.change_membership(by=viewer(world.a.leader), membership=world.a.teacher, post=post)

    assert is_in(client)


def test_a_membership_that_runs_out_closes_its_pages(world, sign_in, fixed_clock):
    Membership.objects.filter(pk=world.a.leader.pk).update(ends_on=dt.date(2026, 3, 18))
    client = sign_in(world.a.leader)
    assert client.get(reverse("schools:person_list")).status_code == 200
    fixed_clock.shift(dt.timedelta(hours=14, minutes=5))  # five past midnight
    client.cookies.clear()
    client = sign_in(world.a.leader)

    assert client.get(reverse("schools:person_list")).status_code == 403


def test_an_idle_session_ends(world, sign_in, fixed_clock, settings):
    client = sign_in(world.a.teacher)
    assert is_in(client)
    fixed_clock.shift(settings.SESSION_IDLE_SECONDS - 60)
    assert is_in(client)
    fixed_clock.shift(settings.SESSION_IDLE_SECONDS + 60)

    assert not is_in(client)


def test_a_session_in_use_ends_at_its_absolute_limit(world, sign_in, fixed_clock, settings):
    client = sign_in(world.a.teacher)
    step = settings.SESSION_IDLE_SECONDS - 60
    for _ in range(settings.SESSION_ABSOLUTE_SECONDS // step):
        assert is_in(client)
        fixed_clock.shift(step)
    fixed_clock.shift(step)

    assert not is_in(client)


def test_changing_the_password_keeps_only_this_session(world):
    here, there = open_sessions(world.a.teacher, 2)
    answer = {"old": "a-password-of-the-cast", "new": "quite another 密码 phrase", "again": "quite another 密码 phrase"}
    response = here.post(reverse("schools:password_change"), answer)

    assert response.status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_sessions_end_keeps_only_this_session(world):
    here, there = open_sessions(world.a.teacher, 2)
    here.post(reverse("schools:sessions_end"))

    assert is_in(here)
    assert not is_in(there)


@pytest.mark.parametrize(
    "answer",
    [
        {"old": "wrong", "new": "quite another phrase", "again": "quite another phrase"},
        {"old": "a-password-of-the-cast", "new": "quite another phrase", "again": "not the same"},
        {"old": "a-password-of-the-cast", "new": "short", "again": "short"},
        {"old": "a-password-of-the-cast", "new": "1234567890123", "again": "1234567890123"},
        {"old": "a-password-of-the-cast", "new": "a-password-of-the-cast", "again": "a-password-of-the-cast"},
    ],
)
def test_password_change_refuses_what_is_wrong(world, sign_in, answer):
    client = sign_in(world.a.teacher)
    response = client.post(reverse("schools:password_change"), answer)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert Person.objects.get(pk=world.a.teacher.person_id).check_password("a-password-of-the-cast")


def test_the_first_password_must_be_changed_before_anything(world, viewer, client):
    made = accounts.create_person(
        by=viewer(world.a.leader), unit=world.a.unit, staff_number="N-1", name="新人", post=Post(role=Role.COUNSELOR)
    )
    client.post(reverse("account_login"), {"login": "N-1", "password": made.password})

    for name in ("schools:account", "schools:calendar", "mfa_index", "schools:password_change"):
        assert client.get(reverse(name)).headers["Location"] == reverse("schools:password_first")
    answer = {"new": "my very own 密码 phrase", "again": "my very own 密码 phrase"}
    assert client.post(reverse("schools:password_first"), answer).status_code == 302
    assert client.get(reverse("schools:calendar")).status_code == 200


def test_switching_acts_in_another_of_ones_own_roles(world, sign_in):
    other = Membership.objects.create(person=world.a.teacher.person, unit=world.b.unit, role=Role.COUNSELOR)
    client = sign_in(world.a.teacher)
    client.post(reverse("schools:membership_switch"), {"membership": other.pk})

    assert client.get(reverse("schools:account")).context["request"].viewer.membership == other


@pytest.mark.parametrize("whose", ["b.leader", "a.leader"])
def test_switching_into_somebody_elses_role_does_not_exist(world, sign_in, whose):
    client = sign_in(world.a.teacher)
    response = client.post(reverse("schools:membership_switch"), {"membership": world.members()[whose].pk})

    assert response.status_code == 404
    assert client.get(reverse("schools:account")).context["request"].viewer.membership == world.a.teacher


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 30, "1 OR 1=1"])
def test_switching_to_nonsense_does_not_exist(world, sign_in, nonsense):
    response = sign_in(world.a.teacher).post(reverse("schools:membership_switch"), {"membership": nonsense})

    assert response.status_code == 404


def test_switching_into_a_role_that_has_ended_does_not_exist(world, sign_in):
    ended = Membership.objects.create(
        person=world.a.teacher.person,
        unit=world.b.unit,
        role=Role.COUNSELOR,
        starts_on=dt.date(2025, 1, 1),
        ends_on=dt.date(2026, 3, 17),
    )
    response = sign_in(world.a.teacher).post(reverse("schools:membership_switch"), {"membership": ended.pk})

    assert response.status_code == 404
