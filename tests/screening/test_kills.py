"""Answering while something dies: the web process, the database's connection, a statement, two devices at once.
Whatever was acknowledged is found again, once. A network that dies stands in test_round_journey.py, the broker in
test_services.py.
"""

import contextlib
import itertools
import os
import random
import signal
import threading
import time
import uuid

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client

from schools.models import Notice
from screening.actions.answering import answers_so_far, begin, hand_in, save_answers
from screening.models import CriticalAnswer, Response, Result, SavedAnswers, ScaleResult
from students.models import RiskFlag, StudentState
from tests.screening.asked import all_day, round_of, scan, sheet, slip_of

CALLS = sheet(3, 3, 2, 3, 2, 3, 2, 2, 1)


# --- a statement fails ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def fails_at(number):
    """The database refuses the statement of this number."""
    counted = itertools.count()

    def refuse(execute, *args):
        if next(counted) == number:
            raise OperationalError("the connection is gone")
        return execute(*args)

    with connection.execute_wrapper(refuse):
        yield


def rows_of(student):
    state = StudentState.objects.filter(pk=student.pk).values_list("last_screened_at", "flag_severity").first()
    about = (Response, Result, ScaleResult, CriticalAnswer)
    flags = RiskFlag.objects.filter(student=student)
    notices = Notice.objects.filter(subject_id__in=flags.values("pk"))
    return [*(model.objects.count() for model in about), flags.count(), notices.count(), state]


@pytest.mark.django_db
def test_hand_in_that_fails_at_any_statement_leaves_nothing_and_the_next_one_keeps_all(world):
    asked = slip_of(round_of(world.a), world.a.student_2)
    begin(slip=asked, agrees=True)
    save_answers(slip=asked, client_id=uuid.uuid4(), answers=sheet(0, 0, 0))
    before, submission = rows_of(asked.student), uuid.uuid4()
    for number in itertools.count():
        slip = slip_of(asked.round, asked.student)
        try:
            with fails_at(number):
                response = hand_in(slip=slip, submission=submission, answers=CALLS)
        except OperationalError:
            assert (rows_of(asked.student), SavedAnswers.objects.count()) == (before, 1), number
        else:
            break
    assert number > 20
    assert (response.given, response.attention) == (CALLS, 4)
    assert rows_of(asked.student) == [1, 1, 1, 1, 1, 2, (response.at, 4)]
    assert not SavedAnswers.objects.exists()


# --- a process or its connection is killed ----------------------------------------------------------------------------


def sent(client, token, one):
    client_id, key, value = one
    data = {"sitting": token, "id": client_id, "asked": key, f"q-{key}": value}
    return client.post("/a/save/", data, headers={"X-Script": "1"}).status_code


class Server:
    """A process of its own that takes answers one after the other, and tells which it has acknowledged."""

    def __init__(self, token, answers):
        connections.close_all()
        told, self.tells = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            try:
                self._serve(token, answers)
            finally:
                os._exit(0)
        os.close(self.tells)
        self.told = os.fdopen(told)

    def _serve(self, token, answers):
        client = Client(raise_request_exception=False)
        for number, one in enumerate(answers):
            if sent(client, token, one) != 200:
                return
            os.write(self.tells, f"{number}\n".encode())

    def killed(self, after):
        """The number of answers that were acknowledged."""
        first = self.told.readline()
        time.sleep(after)
        self.kill()
        count = bool(first) + sum(1 for _line in self.told)
        self.told.close()
        os.waitpid(self.pid, 0)
        return count

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)


class ServerWithoutDatabase(Server):
    def kill(self):
        """The database ends every other connection; the server's next statement finds none."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "server", [Server, pytest.param(ServerWithoutDatabase, marks=pytest.mark.services)], ids=["process", "connection"]
)
def test_every_acknowledged_answer_is_found_once_after_a_kill(world, server):
    asked, client, dice = slip_of(round_of(world.a, **all_day()), world.a.student_2), Client(), random.Random()
    scan(client, asked)
    token = client.get("/a/").context["sitting"].token
    acknowledged = []
    for _kill in range(3):
        answers = [(str(uuid.uuid4()), f"1.{dice.randint(1, 8)}", dice.randint(0, 3)) for _n in range(300)]
        count = server(token, answers).killed(dice.uniform(0, 0.05))
        assert count < len(answers)
        assert sent(client, token, answers[count]) == 200  # the browser heard nothing of this one: once more
        acknowledged += answers[: count + 1]
    ids = list(SavedAnswers.objects.filter(slip=asked).values_list("client_id", flat=True))
    assert sorted(map(str, ids)) == sorted(client_id for client_id, _key, _value in acknowledged)
    assert answers_so_far(asked)[0] == {key: value for _id, key, value in acknowledged}


# --- two devices at once ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_devices_that_hand_in_at_once_leave_one_result_and_call_once(world):
    asked = slip_of(round_of(world.a), world.a.student_2)
    begin(slip=asked, agrees=True)
    barrier, failed = threading.Barrier(2), []

    def device(own):
        slip = slip_of(asked.round, asked.student)
        try:
            barrier.wait(timeout=20)
            save_answers(slip=slip, client_id=uuid.uuid4(), answers=own | {"1.9": 2})
            hand_in(slip=slip, submission=uuid.uuid4(), answers={})
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=device, args=[own]) for own in ({"1.1": 1}, {"1.2": 1})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    response = Response.objects.get(slip=asked)
    assert {"1.9": 2}.items() <= response.given.items() <= {"1.1": 1, "1.2": 1, "1.9": 2}.items()
    assert (CriticalAnswer.objects.count(), RiskFlag.objects.filter(student=asked.student).count()) == (1, 1)
    assert not SavedAnswers.objects.exists()
