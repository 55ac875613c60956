"""Channels outside, against real receivers on the loopback interface."""

import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from schools.actions.channels import choose_channels, set_channel, try_channel
from schools.common.errors import Refused
from schools.models import Channel, Delivery, Notice
from schools.work.channels import AGAIN, send_due
from schools.work.notices import Urgency, end_notices, notify, withdraw_notices
from students.actions.flags import raise_flag
from tests.world import NOW

pytestmark = pytest.mark.django_db
OK = (200, b'{"errcode": 0}')


class Receiver:
    """Keeps what it was sent and answers as it is told, one answer after the other, the last one for ever."""

    def __init__(self):
        self.got, self.answers = [], [OK]
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.got.append((self.path, body))
                status, said = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                if status is None:  # what it says, if anything, is no HTTP
                    self.wfile.write(said)
                    self.connection.close()
                    return
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", said.decode())
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def url(self, path="/hook?key=secret"):
        return f"http://{self.host}{path}"


@pytest.fixture
def receiver(settings):
    found = Receiver()
    settings.NOTICE_HOSTS = [found.host]
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def leader(world, viewer):
    return viewer(world.a.leader)


def urgent(world, *members, **more):
    return notify(to=members or [world.a.counselor], kind="some.kind", url="/", urgency=Urgency.URGENT, **more)


# --- what leaves ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("wecom", {"msgtype": "text", "text": {"content": "心育：有紧急的事等您处理"}}),
        ("dingtalk", {"msgtype": "text", "text": {"content": "心育：有紧急的事等您处理"}}),
        ("feishu", {"msg_type": "text", "content": {"text": "心育：有紧急的事等您处理"}}),
    ],
)
def test_a_robot_gets_one_neutral_sentence_however_many_are_called(kind, body, world, viewer, leader, receiver):
    set_channel(by=leader, kind=kind, target=receiver.url(), is_on=True)
    raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=4, reason="不想活了", known_at=NOW)
    assert (Notice.objects.count(), send_due(), send_due()) == (2, 1, 0)
    assert [(path, json.loads(said)) for path, said in receiver.got] == [("/hook?key=secret", body)]


def test_a_text_message_is_one_request_as_the_unit_wrote_it(world, leader, receiver):
    target = receiver.url("/sms") + '\n{"mobile": "{phone}", "content": "【校】{text}"}'
    set_channel(by=leader, kind="sms", target=target, is_on=True)
    urgent(world)
    send_due()
    said = {"mobile": world.a.counselor.person.phone, "content": "【校】心育：有紧急的事等您处理"}
    assert [(path, json.loads(body)) for path, body in receiver.got] == [("/sms", said)]


def test_the_gateway_set_on_the_page_is_tried_with_the_body_on_its_own_line(world, sign_in, receiver):
    client, page = sign_in(world.a.leader), reverse("schools:channel_list")
    typed = {"kind": "sms", "is_on": "on", "target": receiver.url("/sms") + '\r\n{"mobile": "{phone}"}'}
    one_line = client.post(page, typed | {"target": typed["target"].replace("\r\n", " ")}).content.decode()
    assert ("从第二行起" in one_line, Channel.objects.count()) == (True, 0)
    client.post(page, typed)
    client.post(reverse("schools:channel_try"), {"kind": "sms"})
    assert receiver.got == [("/sms", json.dumps({"mobile": world.a.leader.person.phone}))]


def test_mail_goes_to_who_chose_it(world, viewer, leader):
    set_channel(by=leader, kind="mail", target="", is_on=True)
    choose_channels(by=viewer(world.a.counselor), values={"mail": True, "mail_address": "c@example.cn"})
    urgent(world, world.a.counselor, world.a.counselor_2)
    send_due()
    assert [(one.to, one.body) for one in mail.outbox] == [(["c@example.cn"], "心育：有紧急的事等您处理")]


def test_a_mail_server_that_is_not_there_gives_no_answer(world, viewer, leader, settings):
    set_channel(by=leader, kind="mail", target="", is_on=True)
    choose_channels(by=viewer(world.a.leader), values={"mail": True, "mail_address": "l@example.cn"})
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT = 1  # nobody listens there
    assert try_channel(by=viewer(world.a.leader), kind="mail") == (False, "no answer")


def test_what_is_over_before_it_left_does_not_leave(world, leader, receiver):
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    notify(to=[world.a.counselor], kind="some.kind", about=world.a.flag, urgency=Urgency.URGENT)
    end_notices(world.a.flag)
    assert (send_due(), receiver.got, Delivery.objects.count()) == (0, [], 0)


def test_what_is_taken_back_from_one_still_goes_to_the_group(world, viewer, leader, receiver):
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    flag = raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=4, reason="划痕", known_at=NOW)
    told = Delivery.objects.get().notice.membership
    withdraw_notices(flag, [told])
    assert (send_due(), len(receiver.got)) == (1, 1)


def test_a_unit_without_a_channel_uses_the_one_above_it(world, viewer, receiver):
    set_channel(by=viewer(world.district_staff), kind="wecom", target=receiver.url(), is_on=True)
    urgent(world)
    assert send_due() == 1


# --- quiet hours, digest ----------------------------------------------------------------------------------------------


def test_quiet_hours_hold_back_what_is_not_urgent(world, viewer, leader, receiver):
    set_channel(by=leader, kind="sms", target=receiver.url(), is_on=True)
    quiet = {"quiet_from": dt.time(9), "quiet_until": dt.time(11)}  # the clock stands at ten
    choose_channels(by=viewer(world.a.counselor), values=quiet)
    notify(to=[world.a.counselor], kind="calm", url="/")
    urgent(world)
    assert (send_due(), send_due(now=timezone.now() + dt.timedelta(hours=2))) == (1, 1)


def test_what_is_for_information_comes_once_in_the_morning(world, leader, receiver):
    set_channel(by=leader, kind="sms", target=receiver.url(), is_on=True)
    for number in range(5):
        notify(to=[world.a.counselor], kind="low", url="/", urgency=Urgency.LOW, occasion=str(number))
    assert (send_due(), send_due(now=timezone.now() + dt.timedelta(hours=22))) == (0, 1)
    assert (len(receiver.got), Delivery.objects.filter(state="sent").count()) == (1, 5)


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [(500, b""), (None, b""), (None, b"SSH-2.0\r\n\r\n"), (200, b'{"errcode": 45009}'), (302, b"http://127.0.0.1:1/")],
)
def test_a_sending_that_failed_is_tried_again_and_one_that_arrived_is_not(fault, world, leader, receiver):
    receiver.answers = [fault, OK]
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    urgent(world)
    later = timezone.now() + AGAIN[0] + dt.timedelta(seconds=5)
    assert [send_due(), send_due(), send_due(now=later), send_due(now=later + dt.timedelta(days=1))] == [0, 0, 1, 0]
    assert len(receiver.got) == 2


def test_a_silent_channel_costs_its_time_once_in_a_run_and_what_is_urgent_goes_first(world, leader, receiver, settings):
    silent = Receiver()
    silent.answers = [(None, b"")]
    settings.NOTICE_HOSTS.append(silent.host)
    set_channel(by=leader, kind="sms", target=silent.url(), is_on=True)
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    notify(to=[world.a.counselor, world.a.teacher], kind="some.kind", url="/")
    urgent(world, occasion="now")
    Delivery.objects.filter(notice__urgency=Urgency.URGENT).update(next_at=timezone.now())  # the last to be due
    assert (send_due(), len(silent.got), len(receiver.got)) == (1, 1, 1)
    tried = Delivery.objects.get(attempts=1, state="queued")
    assert (tried.notice.urgency, tried.channel.kind) == (Urgency.URGENT, "sms")
    silent.server.shutdown()
    silent.server.server_close()


def test_an_address_that_is_none_is_a_failure_and_holds_up_nobody(world, leader, receiver, settings):
    settings.NOTICE_HOSTS.append("127.0.0.1:port")
    Channel.objects.create(unit=world.a.unit, kind="wecom", target="http://127.0.0.1:port/")
    set_channel(by=leader, kind="dingtalk", target=receiver.url(), is_on=True)
    urgent(world)
    assert (send_due(), len(receiver.got)) == (1, 1)
    assert Delivery.objects.get(state="queued").answer != ""


def test_a_channel_that_fails_for_good_is_told_to_leader_and_administrator(world, leader, receiver):
    receiver.answers = [(500, b"")]
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    urgent(world)
    for hours in range(len(AGAIN) + 1):
        send_due(now=timezone.now() + dt.timedelta(hours=6 * hours))
    assert Delivery.objects.get().state == "given_up"
    told = Notice.objects.filter(kind="channel.failed").values_list("membership", flat=True)
    assert set(told) == {world.a.leader.pk, world.admin.pk}


def test_a_row_of_a_killed_worker_is_due_again(world, leader, receiver):
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    urgent(world)
    Delivery.objects.update(attempts=1, next_at=timezone.now() + dt.timedelta(minutes=2))  # taken, then killed
    assert (send_due(), send_due(now=timezone.now() + dt.timedelta(minutes=3))) == (0, 1)


def test_with_the_broker_down_the_notice_stands_and_leaves_later(
    world, leader, receiver, settings, django_capture_on_commit_callbacks
):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    with django_capture_on_commit_callbacks() as callbacks:
        urgent(world)
    assert (len(callbacks), Notice.objects.count(), send_due()) == (1, 1, 1)


# --- T19 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
        "http://{host}@evil.example/",
        "http://evil.example/?{host}",
        "{host}",
        "",
    ],
)
def test_a_channel_leads_to_no_host_that_the_settings_do_not_name(target, leader, receiver):
    with pytest.raises(Refused):
        set_channel(by=leader, kind="wecom", target=target.replace("{host}", receiver.host), is_on=True)
    assert not Channel.objects.filter(is_on=True).exists()


def test_a_redirect_is_not_followed(world, leader, receiver):
    other = Receiver()
    receiver.answers = [(307, other.url().encode())]
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    assert try_channel(by=leader, kind="wecom") == (False, "HTTP 307")
    assert (len(receiver.got), other.got) == (1, [])
    other.server.shutdown()
    other.server.server_close()


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_channel_is_set_and_tried_on_its_page_and_its_address_never_shown(world, sign_in, receiver):
    client = sign_in(world.a.leader)
    url = reverse("schools:channel_list")
    client.post(url, {"kind": "wecom", "target": receiver.url("/hook?key=SENTINEL-key"), "is_on": "on"}, follow=True)
    answer = client.post(reverse("schools:channel_try"), {"kind": "wecom"}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]
    assert len(receiver.got) == 1
    assert "SENTINEL-key" not in answer.content.decode()
    assert b"SENTINEL" not in bytes(Channel.objects.values_list("target", flat=True).get())


def test_what_is_tried_again_is_not_told_as_arrived(world, leader, sign_in, receiver):
    set_channel(by=leader, kind="wecom", target=receiver.url(), is_on=True)
    receiver.answers = [(500, b""), OK]
    urgent(world)
    send_due()
    page = sign_in(world.a.leader).get(reverse("schools:notice_sent")).content.decode()
    assert ("还有1条系统外的消息在路上" in page, "系统外的消息都已送达" in page) == (True, False)


def test_notice_sent_counts_nothing_that_is_kept_from_its_reader(world, viewer, leader, sign_in):
    flag = raise_flag(
        by=viewer(world.a.teacher),
        student=world.a.student_2,
        severity=4,
        reason="说王老师打了他",
        known_at=NOW,
        keep_it_from=[world.a.leader.person],
    )
    page = sign_in(world.a.leader).get(reverse("schools:notice_sent"))
    kept = Notice.objects.filter(subject_id=flag.pk)
    assert (kept.count(), page.context["counts"]["all"]) == (2, 0)
