"""What is wrong with the machinery is told: on the page, by notice, by healthz; and a failed job is tried again."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from schools.actions.jobs import retry_job, retry_reminders
from schools.common.errors import Refused
from schools.models import Channel, Delivery, Heartbeat, Job, Notice, Reminder
from schools.tasks import show_life
from schools.work import alarms, jobs
from schools.work.notices import Urgency, notify
from schools.work.remedies import OWNER_READS_WHY, SECTION, about_answer, about_failure
from schools.work.reminders import all_sources
from schools.work.sending import NO_ADDRESS, NO_ANSWER
from tests.walking import job_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget_ringing():
    cache.delete(alarms.RUNG)


def job(world, **values):
    row = job_of(world.a.teacher)
    Job.objects.filter(pk=row.pk).update(**values)
    return row


def codes():
    return [alarm.code for alarm in alarms.alarms_now()]


def test_scheduler_and_worker_that_fall_silent_are_told(world, client):
    alarms.beat(alarms.SCHEDULER)
    show_life()
    assert (codes(), client.get("/healthz").content) == ([], b"ok\n")
    Heartbeat.objects.filter(pk="worker").update(at=timezone.now() - dt.timedelta(minutes=4))
    assert codes() == ["worker silent"]
    for _again in range(2):
        cache.delete(alarms.RUNG)
        assert client.get("/healthz").content.startswith(b"ok\nworker silent: no worker answers")
    assert [notice.membership for notice in Notice.objects.filter(kind="system.alarm")] == [world.admin]


def test_production_that_never_started_them_is_told(settings, world):
    assert codes() == []
    settings.PRODUCTION = True
    assert codes() == ["scheduler silent", "worker silent"]


def test_queue_that_stands_is_told(world):
    job(world, state="queued", created_at=timezone.now() - dt.timedelta(minutes=6))
    assert codes() == ["queue stands"]


def test_missing_copy_is_told(settings, tmp_path, world):
    settings.BACKUP_DIR = str(tmp_path)
    assert codes() == ["no copy"]


def test_failed_job_tells_the_administrator_its_cause_and_no_word_of_its_content(world, sign_in, monkeypatch):
    def broken(work):
        raise ValueError("the name of a student")

    monkeypatch.setitem(jobs._kinds, "some_work", broken)
    row = job(world, state="queued", attempts=jobs.ATTEMPTS - 1)
    jobs.run(row.pk)
    page = sign_in(world.admin).get(reverse("schools:system")).content.decode()
    assert ("ValueError in test_alarms.py" in page, "the name of a student" in page) == (True, False)
    assert "这是程序错误" in page  # and what is done about it


def test_what_failed_stands_in_words_on_the_page_of_the_administrator(world, sign_in):
    job(world, state="failed", kind="semester_report", finished_at=timezone.now())
    channel = Channel.objects.create(unit=world.a.unit, kind="wecom", target="http://robot.example")
    notify(to=[world.a.leader], kind="some.kind", url="/", urgency=Urgency.URGENT)
    Delivery.objects.filter(channel=channel).update(state="given_up", answer=NO_ANSWER)
    page = sign_in(world.admin).get(reverse("schools:system")).content.decode()
    assert ("企业微信群机器人" in page, "wecom" in page, "semester_report" in page) == (True, False, False)
    assert ("没有回应" in page, "no answer" in page, "本机能否连到它" in page) == (True, False, True)


def test_the_notice_of_an_alarm_says_what_is_wrong_and_what_to_do(world, sign_in):
    Heartbeat.objects.create(pk="scheduler", at=timezone.now() - dt.timedelta(minutes=4))
    Heartbeat.objects.create(pk="worker", at=timezone.now())
    alarms.ring()
    page = sign_in(world.admin).get(reverse("schools:notice_list")).content.decode()
    assert "调度进程没有动静：提醒、计时和备份都已停止。 请启动调度进程" in page


def test_every_alarm_and_failure_names_a_section_of_the_documentation(settings):
    alarms.alarms_now()
    text = (settings.BASE_DIR / "docs/operations.md").read_text()
    named = {SECTION, *(alarm.section for alarm in alarms._known.values())}
    assert len(alarms._known) == 8
    assert {one for one in named if f"\n## {one}\n" not in text} == set()


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (OWNER_READS_WHY, "Another try changes nothing"),
        ("OperationalError in base.py:99", "The database did not answer"),
        ("OSError", "disk is full"),
        ("KeyError in daily.py:3", "fault of the program"),
        ("", "fault of the program"),
    ],
)
def test_what_is_done_about_a_failure_follows_from_what_broke(cause, words):
    with override("en"):
        assert words in str(about_failure(cause))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("HTTP 503", "ask whoever runs it"),
        ("HTTP 403", "refuses: set its address"),
        ("errcode 93000", "refuses: set its address"),
        ("SMTPAuthenticationError", "mail settings"),
        (NO_ADDRESS, "enter a mail address"),
    ],
)
def test_what_is_done_about_a_message_follows_from_what_came_back(answer, words):
    with override("en"):
        assert words in str(about_answer(answer))


def test_failed_job_is_tried_again_by_an_administrator_only(
    world, viewer, monkeypatch, django_capture_on_commit_callbacks
):
    done = []
    monkeypatch.setitem(jobs._kinds, "some_work", lambda work: done.append(work.job.pk))
    row = job(world, state="failed", attempts=3)
    with pytest.raises(Refused):
        retry_job(by=viewer(world.a.leader), pk=row.pk)
    assert Job.objects.get(pk=row.pk).state == "failed"
    with django_capture_on_commit_callbacks(execute=True):
        retry_job(by=viewer(world.admin), pk=row.pk)
    with pytest.raises(Refused):
        retry_job(by=viewer(world.admin), pk=row.pk)
    assert (done, Job.objects.get(pk=row.pk).state) == ([row.pk], "done")


def test_a_sign_of_life_from_the_time_before_the_clock_was_set_back_is_none(world):
    show_life()
    Heartbeat.objects.create(pk="scheduler", at=timezone.now() + dt.timedelta(hours=1))
    assert codes() == ["scheduler silent"]


def test_reminders_that_failed_are_told_and_tried_again_by_an_administrator_only(world, viewer, sign_in):
    now, thing = timezone.now(), {"unit": world.a.unit, "day": timezone.localdate(), "whom": "reporter"}
    thing["kind"] = "daily.class"
    for step, state, age in [(0, "failed", 10), (1, "failed", 3000), (2, "waiting", 9)]:
        at = now - dt.timedelta(minutes=age)
        Reminder.objects.create(step=step, state=state, at=at, due_at=now, tries=5, error="ValueError", **thing)
    assert [code for code in codes() if code.startswith("reminders")] == ["reminders stand", "reminders failed"]
    page = sign_in(world.admin).get(reverse("schools:system")).content.decode()
    assert ("ValueError" in page, reverse("schools:reminders_retry") in page) == (True, True)
    assert (str(all_sources()["daily.class"].title) in page, "daily.class" in page) == (True, False)
    with pytest.raises(Refused):
        retry_reminders(by=viewer(world.a.leader))
    assert retry_reminders(by=viewer(world.admin)) == 1
    with pytest.raises(Refused):
        retry_reminders(by=viewer(world.admin))
    assert sorted(Reminder.objects.values_list("step", "state", "tries")) == [
        (0, "waiting", 0),
        (1, "failed", 5),
        (2, "waiting", 5),
    ]
