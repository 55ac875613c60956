"""What the page of a long job tells while one waits."""

import datetime as dt

import pytest
from django.urls import reverse

from schools.jobs import Work
from schools.models import Job
from tests.walking import job_of
from tests.world import NOW

pytestmark = pytest.mark.django_db


def page_of(client, job, **state):
    Job.objects.filter(pk=job.pk).update(**state)
    return client.get(reverse("schools:job_detail", args=[job.pk])).content.decode()


def test_job_tells_how_far_it_is_while_its_transaction_is_open(world, sign_in):
    job = job_of(world.district_staff)
    Work(job).tell(17, 41)
    assert "17 / 41" in page_of(sign_in(world.district_staff), job, state=Job.State.RUNNING, done=2, total=41)


def test_job_shows_the_furthest_it_has_come(world, sign_in):
    job = job_of(world.district_staff)
    Work(job).tell(1, 3)
    assert "2 / 41" in page_of(sign_in(world.district_staff), job, state=Job.State.RUNNING, done=2, total=41)


@pytest.mark.parametrize(("seconds", "is_told"), [(30, False), (90, True)])
def test_job_that_waits_long_says_whom_to_ask(world, sign_in, seconds, is_told):
    created = NOW - dt.timedelta(seconds=seconds)
    page = page_of(sign_in(world.a.leader), job_of(world.a.leader), state=Job.State.QUEUED, created_at=created)
    assert ("后台程序是否在运行" in page) == is_told
