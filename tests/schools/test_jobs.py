"""Long work between its two processes: what it tells, and what a worker that lost its lease may still do."""

import datetime as dt
import multiprocessing
import time

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import transaction
from django.utils import timezone

from schools.common import files
from schools.common.errors import Refused
from schools.models import Job
from schools.work import jobs
from tests.walking import job_of
from tests.world import NOW

pytestmark = pytest.mark.django_db


class Unreachable(LocMemCache):
    def set(self, *args, **kwargs):
        raise ConnectionError("no such socket")


def queued(member, work, monkeypatch):
    """A job that waits, and what will be done for it."""
    monkeypatch.setitem(jobs._kinds, "some_work", work)
    job = job_of(member)
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    return job


def ended(job):
    row = Job.objects.get(pk=job.pk)
    return row.state, row.message, row.attempts


def test_what_another_process_tells_is_seen(world):
    job = job_of(world.a.leader)
    worker = multiprocessing.get_context("fork").Process(target=jobs.Work(job).tell, args=(17, 41))
    worker.start()
    worker.join(timeout=20)

    assert jobs.progress_of(job) == (17, 41)


def test_a_cache_that_cannot_be_reached_undoes_no_work(world, monkeypatch, settings, caplog):
    def work(job):
        with transaction.atomic():
            Job.objects.filter(pk=job.job.pk).update(result={"counts": 41})
            job.tell(41, 41)

    settings.CACHES = {**settings.CACHES, "progress": {"BACKEND": f"{__name__}.Unreachable"}}
    job = queued(world.a.leader, work, monkeypatch)
    jobs.run(job.pk)

    assert ended(job) == (Job.State.DONE, "", 1)
    assert Job.objects.get(pk=job.pk).result == {"counts": 41}
    assert [record.message for record in caplog.records] == [f"how far job {job.pk} is could not be told"]


@pytest.mark.parametrize("end", [None, Refused("too late"), ValueError("too late")])
def test_a_worker_that_lost_its_lease_changes_nothing_more(world, monkeypatch, end):
    def work(job):
        if job.job.attempts == 2:
            return job.keep(b"second", name="second.txt", content_type="text/plain")
        Job.objects.filter(pk=job.job.pk).update(leased_until=NOW - dt.timedelta(seconds=1))
        jobs.run(job.job.pk)  # another worker takes it up and ends it
        job.progress(1, 3)
        job.keep(b"first", name="first.txt", content_type="text/plain")
        if end:
            raise end

    job = queued(world.a.leader, work, monkeypatch)
    jobs.run(job.pk)

    assert ended(job) == (Job.State.DONE, "", 2)
    row = Job.objects.get(pk=job.pk)
    assert (row.file_name, row.done, files.open_file(job.pk)) == ("second.txt", 0, b"second")


def test_a_worker_that_kept_its_lease_ends_the_job(world, monkeypatch):
    def work(job):
        job.progress(2, 3)
        job.keep(b"only", name="only.txt", content_type="text/plain")
        raise Refused("不行")

    job = queued(world.a.leader, work, monkeypatch)
    jobs.run(job.pk)

    assert ended(job) == (Job.State.FAILED, "不行", 1)
    row = Job.objects.get(pk=job.pk)
    assert (row.file_name, row.done, row.leased_until, files.open_file(job.pk)) == ("only.txt", 2, None, b"only")


@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
def test_a_step_that_takes_longer_than_the_lease_is_not_begun_by_another_worker(world, monkeypatch):
    begun = []

    def work(job):
        begun.append(job.job.attempts)
        past = timezone.now() - dt.timedelta(seconds=1)
        Job.objects.filter(pk=job.job.pk).update(leased_until=past)
        deadline = time.monotonic() + 20
        while Job.objects.get(pk=job.job.pk).leased_until == past and time.monotonic() < deadline:
            time.sleep(0.01)
        jobs.run(job.job.pk)  # another worker finds it taken

    monkeypatch.setattr(jobs, "RENEW", dt.timedelta(milliseconds=20))
    job = queued(world.a.leader, work, monkeypatch)
    jobs.run(job.pk)

    assert (begun, ended(job)) == ([1], (Job.State.DONE, "", 1))
