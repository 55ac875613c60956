"""Threats T24 and T25 with several writers at once: the chain neither forks nor loses a row."""

import threading

import pytest
from django.db import connection, transaction

from schools import audit
from schools.access import Viewer
from schools.models import AuditChain, AuditEntry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_clock]
WRITERS, ROWS = 6, 25


def write(member, failures):
    try:
        by = Viewer(person=member.person, membership=member)
        for number in range(ROWS):
            with transaction.atomic():
                audit.record(by=by, verb=f"thing.done_{number}", about=member)
    except Exception as error:  # a lost row must fail the test, not the thread
        failures.append(error)
    finally:
        connection.close()


def run(members):
    failures = []
    threads = [threading.Thread(target=write, args=(member, failures)) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_writers_of_one_unit_neither_fork_nor_lose_rows(world):
    run([world.a.teacher] * WRITERS)

    chain = AuditChain.objects.get(scope=world.a.unit.code)
    numbers = list(AuditEntry.objects.filter(chain=chain).values_list("number", flat=True))
    assert numbers == list(range(1, WRITERS * ROWS + 1))
    assert list(audit.verify()) == []


def test_writers_who_start_a_chain_together_start_one(world):
    """The first row of a unit, written by everyone at the same moment."""
    run([world.b.teacher, world.b.counselor, world.b.leader] * 2)

    assert AuditChain.objects.filter(scope=world.b.unit.code).count() == 1
    assert AuditEntry.objects.filter(verb="chain.started", details={"scope": world.b.unit.code}).count() == 1
    assert list(audit.verify()) == []


def test_writers_of_several_units_keep_several_chains(world):
    run([world.a.teacher, world.b.teacher, world.district_staff] * 2)

    assert AuditEntry.objects.filter(verb__startswith="thing.").count() == 6 * ROWS
    assert list(audit.verify()) == []
