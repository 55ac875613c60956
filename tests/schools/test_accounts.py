import datetime as dt

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.urls import reverse

from schools.actions.accounts import (
    Post,
    activate_person,
    ask_to_remove_factor,
    change_details,
    change_membership,
    create_person,
    deactivate_person,
    end_membership,
    grant_membership,
    remove_second_factor,
    reset_password,
    set_own_password,
)
from schools.common.errors import Refused
from schools.models import AuditEntry, Membership, Person, Role

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 18)


def invite(by, unit, role=Role.CLASS_TEACHER, **more):
    account = {
        "staff_number": "N-1",
        "name": "新人",
        **{k: more.pop(k) for k in ("staff_number", "phone") if k in more},
    }
    return create_person(by=by, unit=unit, post=Post(role=role, **more), **account)


def verbs():
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_create_person_makes_an_account_that_must_change_its_password(world, viewer):
    made = invite(viewer(world.a.leader), world.a.unit, phone="13900001111", classes=[world.a.class_1])

    person = Person.objects.get(staff_number="N-1")
    assert person.must_change_password
    assert check_password(made.password, person.password)
    assert (person.phone, made.membership.starts_on) == ("13900001111", TODAY)
    assert list(made.membership.classes.all()) == [world.a.class_1]


def test_create_person_writes_its_audit_row_without_words(world, viewer):
    made = invite(viewer(world.a.leader), world.a.unit, phone="13900001111")

    row = AuditEntry.objects.latest("pk")
    assert (row.verb, row.person, row.chain.scope) == ("person.created", world.a.leader.person, world.a.unit.code)
    assert row.details == {"role": "class_teacher"}
    assert made.password not in str(row.details)


def test_first_passwords_are_never_the_same(world, viewer):
    by = viewer(world.a.leader)
    passwords = {invite(by, world.a.unit, staff_number=f"N-{n}").password for n in range(20)}

    assert len(passwords) == 20
    assert all(len(password) == 14 for password in passwords)


@pytest.mark.parametrize("taken", ["a-teacher", "A-TEACHER"])
def test_a_staff_number_has_one_account(world, viewer, taken):
    with pytest.raises(Refused):
        invite(viewer(world.a.leader), world.a.unit, staff_number=taken)

    assert not Person.objects.filter(name="新人").exists()


def test_a_phone_number_has_one_account(world, viewer):
    with pytest.raises(Refused):
        invite(viewer(world.a.leader), world.a.unit, phone=world.b.teacher.person.phone)

    assert not Person.objects.filter(name="新人").exists()


GRANTS = [
    ("a.leader", "a", Role.COUNSELOR, True),
    ("a.leader", "a", Role.CLASS_TEACHER, True),
    ("a.leader", "a", Role.SCHOOL_LEADER, False),
    ("a.leader", "a", Role.SYSTEM_ADMIN, False),
    ("a.leader", "a", Role.AUDITOR, False),
    ("a.leader", "b", Role.CLASS_TEACHER, False),
    ("a.counselor", "a", Role.CLASS_TEACHER, False),
    ("a.teacher", "a", Role.CLASS_TEACHER, False),
    ("cluster_staff", "a", Role.SCHOOL_LEADER, True),
    ("cluster_staff", "cluster", Role.CENTER_STAFF, False),
    ("district_staff", "cluster", Role.CENTER_STAFF, True),
    ("district_staff", "a", Role.SYSTEM_ADMIN, False),
    ("other_staff", "a", Role.SCHOOL_LEADER, False),
    ("admin", "a", Role.SCHOOL_LEADER, True),
    ("admin", "city", Role.SYSTEM_ADMIN, True),
    ("admin", "city", Role.AUDITOR, True),
    ("admin", "city", Role.CLASS_TEACHER, False),
    ("auditor", "city", Role.AUDITOR, False),
]


@pytest.mark.parametrize(("who", "where", "role", "allowed"), GRANTS)
def test_nobody_grants_above_their_own_role(world, viewer, who, where, role, allowed):
    unit = {"a": world.a.unit, "b": world.b.unit, "cluster": world.cluster, "city": world.city}[where]
    by = viewer(world.members()[who])
    before = Person.objects.count(), Membership.objects.count(), len(verbs())

    if allowed:
        assert invite(by, unit, role).membership.role == role
    else:
        with pytest.raises(Refused):
            invite(by, unit, role)
        assert (Person.objects.count(), Membership.objects.count(), len(verbs())) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": TODAY - dt.timedelta(days=1)},
        {"employment": "visiting"},
        {"role": Role.GRADE_HEAD},
    ],
)
def test_a_post_that_makes_no_sense_is_refused(world, viewer, wrong):
    with pytest.raises(Refused):
        invite(viewer(world.a.leader), world.a.unit, **wrong)

    assert not Person.objects.filter(name="新人").exists()


def test_a_class_of_another_school_cannot_be_given(world, viewer):
    with pytest.raises(Refused):
        invite(viewer(world.a.leader), world.a.unit, classes=[world.b.class_1])


def test_only_a_counselor_or_leader_of_the_school_steps_in(world, viewer):
    by = viewer(world.a.leader)
    for backup in (world.a.teacher, world.b.counselor):
        with pytest.raises(Refused):
            invite(by, world.a.unit, backup=backup)

    assert invite(by, world.a.unit, backup=world.a.counselor).membership.backup == world.a.counselor


def test_a_second_role_is_granted_to_the_same_account(world, viewer):
    person = world.b.teacher.person
    membership = grant_membership(
        by=viewer(world.a.leader), person=person, unit=world.a.unit, post=Post(role=Role.COUNSELOR)
    )

    assert set(person.memberships.values_list("role", flat=True)) == {"class_teacher", "counselor"}
    assert verbs()[-1] == "membership.granted"
    with pytest.raises(Refused):
        grant_membership(by=viewer(world.a.leader), person=person, unit=world.a.unit, post=Post(role=Role.COUNSELOR))
    assert Membership.objects.filter(person=person, unit=world.a.unit).get() == membership


def test_another_role_ends_the_old_membership_and_begins_a_new_one(world, viewer):
    old = world.a.teacher
    new = change_membership(by=viewer(world.a.leader), membership=old, post=Post(role=Role.COUNSELOR))

    old.refresh_from_db()
    assert (old.role, old.ends_on) == ("class_teacher", TODAY - dt.timedelta(days=1))
    assert (new.role, new.starts_on, new.person) == ("counselor", TODAY, old.person)
    assert Membership.objects.current().filter(person=old.person).get() == new


def test_a_role_that_began_today_is_corrected_in_place(world, viewer):
    made = invite(viewer(world.a.leader), world.a.unit).membership
    changed = change_membership(by=viewer(world.a.leader), membership=made, post=Post(role=Role.COUNSELOR))

    assert changed.pk == made.pk
    assert changed.role == "counselor"


def test_nothing_changed_leaves_no_trace(world, viewer):
    before = verbs()
    post = Post(role=Role.CLASS_TEACHER, starts_on=world.a.teacher.starts_on, classes=[world.a.class_1])
    change_membership(by=viewer(world.a.leader), membership=world.a.teacher, post=post)

    assert verbs() == before


@pytest.mark.parametrize("who", ["a.counselor", "b.leader", "other_staff", "a.teacher_2", "auditor"])
def test_a_stranger_or_an_equal_cannot_change_a_membership(world, viewer, who):
    by = viewer(world.members()[who])
    with pytest.raises(Refused):
        end_membership(by=by, membership=world.a.teacher)
    with pytest.raises(Refused):
        change_membership(by=by, membership=world.a.teacher, post=Post(role=Role.COUNSELOR))

    world.a.teacher.refresh_from_db()
    assert (world.a.teacher.role, world.a.teacher.ends_on) == ("class_teacher", None)


def test_nobody_changes_their_own_role(world, viewer):
    by = viewer(world.admin)
    with pytest.raises(Refused):
        end_membership(by=by, membership=world.admin)
    with pytest.raises(Refused):
        grant_membership(by=by, person=world.admin.person, unit=world.city, post=Post(role=Role.AUDITOR))


def test_end_membership_is_at_once(world, viewer):
    end_membership(by=viewer(world.a.leader), membership=world.a.teacher)

    assert not Membership.objects.current().filter(pk=world.a.teacher.pk).exists()
    with pytest.raises(Refused):
        end_membership(by=viewer(world.a.leader), membership=world.a.teacher)


def test_end_membership_that_began_today_is_at_once_too(world, viewer):
    made = invite(viewer(world.a.leader), world.a.unit).membership
    end_membership(by=viewer(world.a.leader), membership=made)

    assert not Membership.objects.current().filter(pk=made.pk).exists()


def test_reset_password_needs_to_be_above_every_role_of_the_account(world, viewer):
    """Else the leader of one school could sign in as the leader of another."""
    person = world.a.teacher.person
    assert check_password(
        reset_password(by=viewer(world.a.leader), person=person), Person.objects.get(pk=person.pk).password
    )
    Membership.objects.create(person=person, unit=world.b.unit, role=Role.SCHOOL_LEADER)
    stored = Person.objects.get(pk=person.pk).password

    with pytest.raises(Refused):
        reset_password(by=viewer(world.a.leader), person=person)
    assert Person.objects.get(pk=person.pk).password == stored


def test_reset_password_counts_roles_that_begin_later(world, viewer):
    begins = TODAY + dt.timedelta(days=30)
    Membership.objects.create(person=world.a.teacher.person, unit=world.b.unit, role="school_leader", starts_on=begins)

    with pytest.raises(Refused):
        reset_password(by=viewer(world.a.leader), person=world.a.teacher.person)


def test_a_closed_account_is_opened_again(world, viewer):
    by, person = viewer(world.a.leader), world.a.teacher.person
    assert not deactivate_person(by=by, person=person).is_active
    with pytest.raises(Refused):
        deactivate_person(by=by, person=person)
    assert activate_person(by=by, person=person).is_active
    assert verbs()[-2:] == ["person.deactivated", "person.activated"]


def test_a_leader_takes_no_second_factor_away(world, viewer):
    from allauth.mfa.models import Authenticator

    person = world.a.counselor.person
    Authenticator.objects.create(user=person, type="totp", data={"secret": ""})
    for act in (ask_to_remove_factor, remove_second_factor):
        with pytest.raises(Refused):
            act(by=viewer(world.a.leader), person=person)
    assert Authenticator.objects.filter(user=person).exists()

    ask_to_remove_factor(by=viewer(world.district_staff), person=person)
    remove_second_factor(by=viewer(world.admin), person=person)
    assert not Authenticator.objects.filter(user=person).exists()


def test_change_details_keeps_the_new_phone_sealed_and_findable(world, viewer):
    person = world.a.teacher.person
    change_details(by=viewer(world.a.leader), person=person, name="改名", phone="13700002222")

    assert Person.objects.get_by_natural_key("13700002222") == person
    assert AuditEntry.objects.latest("pk").details == {"fields": ["name", "phone"]}


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("zh-hans", "abc", ["密码太短，至少 10 个字符。", "这个密码太常见了。"]),
        ("zh-hans", "a-teacher-2", ["密码不能与工号太相似。"]),
        ("en", "kq7-mx2", ["This password is too short. It must contain at least 10 characters."]),
        ("en", "a-teacher-2", ["The password is too similar to the staff number."]),
    ],
)
def test_a_refused_password_says_why_in_ones_language_and_promises_nothing(world, sign_in, language, typed, said):
    person = world.a.teacher.person
    person.must_change_password, person.language = True, language
    person.save()
    client = sign_in(world.a.teacher)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.post(reverse("schools:password_first"), {"new": typed, "again": typed})

    assert page.context["form"].errors["new"] == said
    head = {"zh-hans": "还没有保存。请重新输入密码。", "en": "Not saved yet. Type the passwords again."}
    assert f"<h2>{head[language]}</h2>" in page.content.decode()


def test_someone_whose_last_role_ended_is_told_and_can_leave(world, sign_in):
    client = sign_in(world.a.teacher)
    Membership.objects.filter(pk=world.a.teacher.pk).update(ends_on="2026-03-17")
    page, account = client.get("/"), client.get(reverse("schools:account"))

    assert (page.status_code, account.status_code) == (403, 200)
    assert page.templates[0].name == "schools/no_role.html"
    for shown in (page, account):
        assert f'action="{reverse("account_logout")}"' in shown.content.decode()
    assert f'href="{reverse("schools:account")}"' in page.content.decode()


def test_the_page_of_the_wrong_role_offers_the_account_and_the_way_out(world, sign_in):
    page = sign_in(world.a.teacher).get(reverse("schools:audit_list"))

    assert page.status_code == 403
    assert f'action="{reverse("account_logout")}"' in page.content.decode()


def test_set_own_password_is_noted_without_a_role(world):
    person = world.a.teacher.person
    set_own_password(by=None, person=person, password="my very own words")

    assert person.check_password("my very own words")
    row = AuditEntry.objects.latest("pk")
    assert (row.verb, row.person) == ("person.password_changed", person)


# --- a staff number and a phone number sign in alike ------------------------------------------------------------------


@pytest.mark.parametrize("written", ["13900001111", "139-0000-1111", "+86 139 0000 1111"])
def test_a_staff_number_is_nobody_elses_phone_number(written, world, viewer):
    """The staff number signs in first: its owner would lock the other one out."""
    invite(viewer(world.a.leader), world.a.unit, phone="13900001111")
    with pytest.raises(Refused, match="手机号相同"):
        invite(viewer(world.b.leader), world.b.unit, staff_number=written)

    assert not Person.objects.filter(staff_number=written).exists()


def test_a_phone_number_is_nobody_elses_staff_number_but_may_be_ones_own(world, viewer):
    by = viewer(world.a.leader)
    invite(by, world.a.unit, staff_number="13900001111", phone="13900001111")
    invite(by, world.a.unit, staff_number="13900002222")
    with pytest.raises(Refused, match="工号相同"):
        change_details(by=viewer(world.b.leader), person=world.b.teacher.person, name="改名", phone="13900002222")

    assert Person.objects.get(pk=world.b.teacher.person_id).name != "改名"
