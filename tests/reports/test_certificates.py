"""Certificates as figures: who counts, where, in pages and in the summary."""

import datetime as dt

import pytest
from django.urls import reverse

from schools.actions.accounts import Post, grant_membership
from schools.figures import Scope, figures
from schools.models import Certificate, Tally
from schools.queries import current_term
from schools.recounting import recount_marked
from schools.registers.base.actions import confirm_record
from schools.registers.certificates import certificates
from schools.tallies import mark
from tests.walking import certificate_of

pytestmark = pytest.mark.django_db
SEPTEMBER = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)


def count_of(code, unit, *part):
    scope = Scope.of(unit, current_term(unit))
    return figures()[code].counts(scope)[part or ("", "")]


def confirmed(member, **more):
    return certificate_of(member, confirmed_at=SEPTEMBER, **more)


def test_only_what_is_confirmed_and_valid_counts(world):
    confirmed(world.a.teacher)
    certificate_of(world.a.teacher_2)
    confirmed(world.a.teacher_4, expires_on=dt.date(2026, 3, 17))
    assert count_of("certificates", world.a.unit) == count_of("certified_staff", world.a.unit) == 1


def test_a_renewed_certificate_counts_once_and_two_kinds_twice(world):
    confirmed(world.a.teacher, issued_on=dt.date(2020, 5, 20), run="2020-1")
    confirmed(world.a.teacher)
    confirmed(world.a.teacher, level_id="elementary")
    unit = world.a.unit
    assert (count_of("certificates", unit), count_of("certified_staff", unit)) == (2, 1)
    assert count_of("certificates", unit, "level", "abc_c") == count_of("certificates", unit, "kind", "stage") == 1
    assert count_of("certificates", unit, "run", "abc_c:2025-1") == 1
    assert count_of("certificates", unit, "run", "abc_c:2020-1") == 0


def test_a_higher_level_will_do_and_a_lower_one_will_not(world):
    confirmed(world.a.counselor, level_id="abc_c")
    confirmed(world.a.teacher, level_id="abc_a")
    confirmed(world.a.teacher_2, level_id="backbone")
    assert count_of("staff_as_wanted", world.a.unit, "role", "class_teacher") == 1
    assert count_of("staff_as_wanted", world.a.unit, "role", "counselor") == 0


def test_a_certificate_goes_with_its_holder_and_counts_at_the_main_school(world, viewer):
    row = confirmed(world.a.teacher)
    days = {"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 7, 1)}
    post = Post(role="subject_teacher", employment="visiting", classes=[world.b.class_1], **days)
    grant_membership(by=viewer(world.admin), person=row.holder, unit=world.b.unit, post=post)
    assert [count_of("certificates", school.unit) for school in (world.a, world.b)] == [1, 0]

    world.a.teacher.ends_on = dt.date(2026, 3, 1)
    world.a.teacher.save()
    assert [count_of("certificates", school.unit) for school in (world.a, world.b)] == [0, 1]
    assert Certificate.objects.visible_to(viewer(world.b.leader)).get() == row


def test_what_is_kept_follows_a_confirmation(counted, viewer):
    school = counted.a
    row = certificate_of(school.teacher)
    confirm_record(by=viewer(school.leader), register=certificates, record=row, revision=1)
    recount_marked()
    kept = Tally.objects.filter(unit=school.unit, figure="certificates", split="level", term="2025-2026-2")
    assert [(tally.value, tally.count) for tally in kept] == [("abc_c", 1)]


def test_a_center_reads_holders_and_runs_in_page_and_summary(counted, sign_in):
    confirmed(counted.a.teacher)
    confirmed(counted.a.teacher_2, run="2025-2")
    confirmed(counted.b.teacher)
    mark(counted.a.unit.pk, counted.b.unit.pk)
    recount_marked()
    client = sign_in(counted.district_staff)
    page = client.get(reverse("reports:figure_records", args=["certificates"])).content.decode()
    summary = client.get(reverse("reports:summary_detail", args=["2025-2026-2"])).content.decode()
    assert "心理健康教育C证 2025-2" in page
    assert "心理健康教育C证 3 人（2 期）" in summary


def test_a_figure_leads_to_the_certificates_behind_it(world, sign_in):
    row = confirmed(world.a.teacher)
    page = sign_in(world.a.leader).get(reverse("reports:figure_records", args=["certificates"])).content.decode()
    assert reverse("schools:certificate_detail", args=[row.pk]) in page
