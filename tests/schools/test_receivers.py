"""Receivers that misbehave on the wire: too late, twice, bit by bit; and two workers at one row."""

import datetime as dt
import socket
import threading

import pytest
from django.db import connection
from django.utils import timezone

from schools.actions.channels import set_channel
from schools.models import Delivery, Notice
from schools.work import sending
from schools.work.channels import AGAIN, HELD, send_due
from tests.schools.test_channels import leader, urgent  # noqa: F401

pytestmark = pytest.mark.django_db
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"errcode": 0}'
REFUSAL = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"


class Wire:
    """Answers each request with the next of `says`, the last one for ever: bytes, or None to stay silent."""

    def __init__(self, *says):
        self.got, self.says, self.is_over = 0, list(says), threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                conversation, _address = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[conversation], daemon=True).start()

    def _answer(self, conversation):
        with conversation:
            head = b""
            while b"\r\n\r\n" not in head:
                head += conversation.recv(65536)
            self.got += 1
            said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
            if said is None:
                self.is_over.wait(10)
            else:
                conversation.sendall(said)

    def close(self):
        self.is_over.set()
        self.socket.close()


@pytest.fixture
def wire(settings, monkeypatch):
    """Opens one after another; nobody is waited for longer than the blink of an eye."""
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    opened = []

    def open_one(*says):
        opened.append(Wire(*says))
        settings.NOTICE_HOSTS = [one.host for one in opened]
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def called_through(leader, wire):  # noqa: F811
    set_channel(by=leader, kind="wecom", target=f"http://{wire.host}/hook", is_on=True)


def test_who_does_not_answer_in_time_is_asked_again_and_then_never_more(world, leader, wire):  # noqa: F811
    late = wire(None, ANSWER)
    called_through(leader, late)
    urgent(world)
    again = timezone.now() + AGAIN[0] + dt.timedelta(seconds=5)
    assert [send_due(), send_due(), send_due(now=again), send_due(now=again + dt.timedelta(days=1))] == [0, 0, 1, 0]
    assert (late.got, Delivery.objects.get().state, Notice.objects.filter(kind="channel.failed").count()) == (
        2,
        "sent",
        0,
    )


@pytest.mark.parametrize("twice", [ANSWER + ANSWER, ANSWER + REFUSAL], ids=["the same", "yes, then no"])
def test_an_answer_that_comes_twice_is_one_answer(twice, world, leader, wire):  # noqa: F811
    receiver = wire(twice)
    called_through(leader, receiver)
    urgent(world)
    assert [send_due(), send_due(now=timezone.now() + dt.timedelta(days=1))] == [1, 0]
    assert (receiver.got, Delivery.objects.get().state) == (1, "sent")


def test_an_answer_that_breaks_off_is_none(world, leader, wire):  # noqa: F811
    receiver = wire(ANSWER[:-9], ANSWER)
    called_through(leader, receiver)
    urgent(world)
    again = timezone.now() + AGAIN[0] + dt.timedelta(seconds=5)
    assert [send_due(), send_due(now=again)] == [0, 1]
    assert receiver.got == 2


class Killed(BaseException):
    """Nothing that the work itself could catch."""


def dies_before_it_writes_the_answer(execute, sql, params, many, context):
    if sql.startswith('UPDATE "schools_delivery"') and '"sent_at"' in sql:
        raise Killed
    return execute(sql, params, many, context)


def test_a_worker_that_dies_between_the_answer_and_its_row_sends_once_more_and_never_again(world, leader, wire):  # noqa: F811
    receiver = wire(ANSWER)
    called_through(leader, receiver)
    urgent(world)
    with pytest.raises(Killed), connection.execute_wrapper(dies_before_it_writes_the_answer):
        send_due()
    assert (receiver.got, Delivery.objects.get().state) == (1, "queued")
    held = timezone.now() + HELD
    later = [held - dt.timedelta(seconds=5), held + dt.timedelta(seconds=5), held + dt.timedelta(days=1)]
    assert [send_due(now=at) for at in later] == [0, 1, 0]
    assert (receiver.got, Delivery.objects.get().state) == (2, "sent")


@pytest.mark.services
@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_row_send_it_once(world, leader, wire):  # noqa: F811
    receiver = wire(ANSWER)
    called_through(leader, receiver)
    urgent(world)
    Delivery.objects.update(next_at=timezone.now())
    start, sent = threading.Barrier(2), []

    def work():
        start.wait(10)
        try:
            sent.append(send_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(sent), receiver.got) == ([0, 1], 1)
