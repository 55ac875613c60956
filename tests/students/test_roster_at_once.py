"""A center and a school import at the same moment; others go on working meanwhile."""

import threading

import pytest
from django.db import connection

from schools.models import ClassGroup
from students.models import Student
from tests.importing import import_file
from tests.students.test_roster_center import of_schools
from tests.students.test_roster_import import counts, file, line

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def in_parallel(act, done):
    """Run `act` on a connection of its own; `done` gets what it gave back."""

    def run():
        try:
            done.append(act())
        except Exception as error:
            done.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_school_imports_after_its_center_and_doubles_nobody(world):
    """Without numbers only the first's rows tell the second that the students are there."""
    rows = [line(n, id="", registry="") for n in (1, 2)]
    second, threads, planned = [], [], threading.Event()

    def own_import():
        return import_file(file(*rows), world.a.unit, watch=lambda _plan: planned.set())

    def school_imports(_plan):
        threads.append(in_parallel(own_import, second))
        assert not planned.wait(1)

    import_file(of_schools(*((world.a, row) for row in rows)), world.district, watch=school_imports)
    threads[0].join(timeout=20)
    assert [counts(outcome) for outcome in second] == [(0, 0, 2, 0)]
    assert Student.objects.filter(school=world.a.unit, name__startswith="王小").count() == 2


def test_others_add_to_a_school_while_its_roster_is_imported(world):
    done = []

    def add_class():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return ClassGroup.objects.create(school=world.a.unit, stage="primary", entry_year=2023, number=42).number

    import_file(file(line(1)), world.a.unit, watch=lambda _plan: in_parallel(add_class, done).join(timeout=20))
    assert done == [42]
