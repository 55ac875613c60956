"""A student has one open flag, also when two people raise one at the same moment."""

import importlib
import threading

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from schools.access import Viewer
from students.actions.decisions import close_flag
from students.actions.flags import raise_flag
from students.models import FlagReport, RiskFlag
from tests.walking import raised
from tests.world import NOW

RACERS = 6


@pytest.mark.django_db
def test_the_database_refuses_a_second_open_flag(world, viewer):
    with pytest.raises(IntegrityError), transaction.atomic():
        raised(world.a.student, world.a.teacher)
    assert RiskFlag.objects.filter(student=world.a.student).count() == 1
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(severity=2)  # of a level that one person decides on
    words = {"seen": "she sleeps well", "done": "two talks"}
    close_flag(by=viewer(world.a.counselor), flag=world.a.flag, outcome="supported", **words)
    raised(world.a.student, world.a.teacher)
    assert RiskFlag.objects.filter(student=world.a.student).count() == 2


@pytest.mark.services
@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
def test_flags_raised_at_the_same_moment_become_one(world):
    start, failures = threading.Barrier(RACERS), []

    def race(number, member):
        try:
            start.wait(10)
            by = Viewer(person=member.person, membership=member)
            raise_flag(by=by, student=world.a.student_3, severity=number % 4 + 1, reason=f"of {number}", known_at=NOW)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    members = [world.a.teacher, world.a.counselor, world.a.leader] * 2
    threads = [threading.Thread(target=race, args=pair) for pair in enumerate(members)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    flag = RiskFlag.objects.get(student=world.a.student_3)
    assert (flag.severity, flag.reports.count()) == (4, RACERS)


@pytest.mark.django_db(transaction=True)
def test_two_open_flags_of_an_older_database_become_one(world):
    """The second has the higher level, and a report of its own."""
    constraint = next(one for one in RiskFlag._meta.constraints if one.name == "one_open_flag_per_student")
    with connection.schema_editor() as editor:
        editor.remove_constraint(RiskFlag, constraint)
    try:
        worse = raised(world.a.student, world.a.counselor, severity=4, reason="worse")
        with transaction.atomic():
            importlib.import_module("students.migrations.0009_second_open_flags").merge(apps, None)
        assert list(RiskFlag.objects.filter(student=world.a.student)) == [worse]
        assert FlagReport.objects.filter(flag=worse).count() == 2
        assert world.a.talks["own"].parts.get().flag == worse
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(RiskFlag, constraint)
