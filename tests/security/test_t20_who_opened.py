"""Threat T20: who opened a student's records is answered for any past day."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from schools import audit
from tests.world import NOW

pytestmark = pytest.mark.django_db


def opened(viewer, student, *, days_ago):
    with time_machine.travel(NOW - dt.timedelta(days=days_ago)), transaction.atomic():
        audit.record_read(by=viewer, about=student, student=student)


@pytest.fixture
def looks(world, viewer):
    """One at the end of a day long ago, one the day after, one today."""
    for who, days in ((world.a.teacher, 400), (world.a.grade_head, 399), (world.a.leader, 0)):
        opened(viewer(who), world.a.student, days_ago=days)
    opened(viewer(world.a.counselor), world.a.student_2, days_ago=400)


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        (400, 400, ["甲校teacher"]),
        (400, 399, ["甲校grade_head", "甲校teacher"]),
        (None, 399, ["甲校grade_head", "甲校teacher"]),
        (398, 1, []),
    ],
)
def test_who_opened_a_student_is_answered_for_any_day(first, last, names, looks, world, sign_in):
    days = {"from": first, "until": last}
    asked = {name: (NOW - dt.timedelta(days=ago)).date().isoformat() for name, ago in days.items() if ago}
    page = sign_in(world.a.counselor).get(reverse("students:student_opened", args=[world.a.student.pk]), asked)

    assert [entry.person.name for entry in page.context["list"].page_obj] == names


def test_a_day_that_is_none_is_refused(world, sign_in):
    client, url = sign_in(world.a.counselor), reverse("students:student_opened", args=[world.a.student.pk])

    assert {client.get(url, {"from": day}).status_code for day in ("x", "2026-02-30", "0001-01-01")} == {400}
