"""T26: a bad network sends the same form several times. One row results, whoever comes first."""

import threading
import uuid

import pytest
from django.db import close_old_connections, connection

from counseling.models import TalkLog, TalkPart
from tests.counseling.sheet import content, header, sent

FIVE = 5


def race(act):
    """Run `act` five times at once, each on a connection of its own; what each gave back."""
    barrier, results = threading.Barrier(FIVE), []

    def run():
        try:
            barrier.wait(timeout=20)
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(FIVE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    close_old_connections()
    return results


@pytest.mark.django_db(transaction=True)
def test_five_parallel_identical_talks_leave_one_row(world, viewer):
    from counseling.actions.talks import file_talk

    by, student, submission = viewer(world.a.teacher), world.a.student_2, uuid.uuid4()

    def file():
        return file_talk(by=by, submission=submission, header=header(), parts={student: content(severity=2)}).pk

    results = race(file)
    assert TalkLog.objects.filter(submission=submission).count() == 1
    assert TalkPart.objects.filter(talk__submission=submission).count() == 1
    assert set(results) == {TalkLog.objects.get(submission=submission).pk}
    assert student.flags.count() == 1


@pytest.mark.django_db(transaction=True)
def test_five_parallel_identical_posts_leave_one_row(world, sign_in):
    fields = sent(world.a.student_2)
    clients = [sign_in(world.a.teacher) for _ in range(FIVE)]

    def post():
        return clients.pop().post("/talks/new/", fields).status_code

    assert race(post) == [302] * FIVE
    assert TalkLog.objects.filter(submission=fields["submission"]).count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_too(world, viewer):
    """The same race where writers really run side by side, over and over."""
    from counseling.actions.talks import file_talk

    assert connection.vendor == "postgresql"
    by, student = viewer(world.a.teacher), world.a.student_2
    for _round in range(20):
        submission = uuid.uuid4()
        results = race(
            lambda key=submission: file_talk(by=by, submission=key, header=header(), parts={student: content()}).pk
        )
        assert TalkLog.objects.filter(submission=submission).count() == 1
        assert len(set(results)) == 1
