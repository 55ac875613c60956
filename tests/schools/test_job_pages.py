"""What the page of a long job tells while one waits."""

import datetime as dt

import pytest
from django.urls import reverse

from schools.models import Job
from schools.work.jobs import Work
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


def test_job_that_starts_over_shows_how_far_it_is_now(world, sign_in):
    job = job_of(world.district_staff)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    Work(job).tell(41, 41)
    Work(job).progress(2, 3)
    assert "2 / 3" in page_of(sign_in(world.district_staff), job)


@pytest.mark.parametrize(("seconds", "attempts", "is_told"), [(30, 0, False), (90, 0, True), (90, 1, False)])
def test_job_that_nobody_takes_up_for_long_says_whom_to_ask(world, sign_in, seconds, attempts, is_told):
    state = {"state": Job.State.QUEUED, "attempts": attempts, "created_at": NOW - dt.timedelta(seconds=seconds)}
    page = page_of(sign_in(world.a.leader), job_of(world.a.leader), **state)
    assert ("后台程序是否在运行" in page) == is_told
