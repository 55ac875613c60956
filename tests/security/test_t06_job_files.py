"""T6: a job's file by its id, not bound to its owner. Here it belongs to one person in one role, for a day."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from schools.common import files
from schools.models import AuditEntry, Job, Membership
from schools.work import jobs
from tests.world import NOW

pytestmark = pytest.mark.django_db
SECRET = b"the content of the file"


@pytest.fixture
def job(world, viewer):
    row = jobs.start_job(by=viewer(world.a.leader), kind="semester_report", params={})
    files.keep_file(row.pk, SECRET)
    Job.objects.filter(pk=row.pk).update(
        state=Job.State.DONE, file_name="总结.pdf", content_type="application/pdf", finished_at=NOW
    )
    return row


def addresses(job):
    return [reverse("schools:job_detail", args=[job.pk]), reverse("schools:job_file", args=[job.pk])]


def statuses(client, job):
    return [client.get(url).status_code for url in addresses(job)]


def test_owner_gets_page_and_file(job, world, sign_in):
    client = sign_in(world.a.leader)
    page, file = (client.get(url) for url in addresses(job))
    assert (page.status_code, b"".join(file.streaming_content)) == (200, SECRET)


def test_file_is_an_attachment_that_no_cache_keeps(job, world, sign_in):
    file = sign_in(world.a.leader).get(addresses(job)[1])
    assert file["Content-Disposition"].startswith("attachment;")
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "no-store" in file["Cache-Control"]


def test_everybody_else_gets_404(job, world, sign_in):
    others = {name: member for name, member in world.members().items() if name != "a.leader"}
    found = {name: statuses(sign_in(member), job) for name, member in others.items()}
    assert {name: status for name, status in found.items() if status != [404, 404]} == {}


def test_the_answer_is_the_same_as_for_a_job_that_does_not_exist(job, world, sign_in):
    client = sign_in(world.b.leader)
    real = client.get(addresses(job)[1])
    invented = client.get(reverse("schools:job_file", args=["00000000-0000-7000-8000-000000000000"]))
    assert (real.status_code, len(real.content)) == (invented.status_code, len(invented.content))


def test_owner_in_another_role_gets_404(job, world, sign_in):
    second = Membership.objects.create(
        person=world.a.leader.person, unit=world.a.unit, role="counselor", starts_on=dt.date(2025, 9, 1)
    )
    assert statuses(sign_in(second), job) == [404, 404]


def test_after_the_role_has_ended_the_file_is_gone(job, world, sign_in):
    client = sign_in(world.a.leader)
    Membership.objects.create(
        person=world.a.leader.person, unit=world.a.unit, role="class_teacher", starts_on=dt.date(2025, 9, 1)
    )
    Membership.objects.filter(pk=world.a.leader.pk).update(ends_on=dt.date(2026, 3, 17))
    assert statuses(client, job) == [404, 404]


def test_after_signing_out_there_is_only_the_sign_in_page(job, world, sign_in):
    client = sign_in(world.a.leader)
    client.logout()
    assert statuses(client, job) == [302, 302]


def test_after_a_day_it_is_not_found(job, world, sign_in, fixed_clock):
    client = sign_in(world.a.leader)
    Job.objects.filter(pk=job.pk).update(expires_at=NOW - dt.timedelta(seconds=1))
    assert statuses(client, job) == [404, 404]


def test_what_has_expired_is_deleted_with_its_file(job):
    Job.objects.filter(pk=job.pk).update(expires_at=NOW - dt.timedelta(seconds=1))
    jobs.delete_expired()
    assert not Job.objects.exists()
    with pytest.raises(FileNotFoundError):
        files.open_file(job.pk)


def test_a_job_that_is_not_done_has_no_file(job, world, sign_in):
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    assert statuses(sign_in(world.a.leader), job) == [200, 404]


def test_taking_the_file_is_logged(job, world, sign_in):
    sign_in(world.a.leader).get(addresses(job)[1])
    row = AuditEntry.objects.get(verb="job.file_taken")
    assert (row.person, row.subject_id) == (world.a.leader.person, str(job.pk))


def test_a_job_does_nothing_once_the_role_it_was_started_in_has_ended(world, viewer):
    row = jobs.start_job(
        by=viewer(world.a.leader), kind="semester_report", params={"term": "2025-2026-2", "format": "pdf"}
    )
    Membership.objects.filter(pk=world.a.leader.pk).update(ends_on=dt.date(2026, 3, 17))
    jobs.run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.file_name) == (Job.State.FAILED, "")


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "/\\example.org", "javascript:x"])
def test_the_way_back_stays_on_the_site(back, job, world, sign_in):
    page = sign_in(world.a.leader).get(addresses(job)[0], {"back": back}).content.decode()
    links = re.findall(r'(?:href|hx-get)="([^"]*)"', page)
    assert [link for link in links if "example" in link or "javascript" in link] == []


def test_progress_asks_again_only_while_it_runs(job, world, sign_in):
    client, url = sign_in(world.a.leader), addresses(job)[0]
    done = client.get(url, headers={"HX-Request": "true"}).content.decode()
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, done=1, total=2)
    running = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert ("hx-trigger" in done, "hx-trigger" in running, "<html" in running) == (False, True, False)
