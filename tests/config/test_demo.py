"""The invented network: the same every time, alive, and never loaded over data."""

import datetime as dt
import io
import random

import pytest
import time_machine
from django.core.management import CommandError, call_command

from config.demo import load_demo, network
from counseling.models import Incident, TalkLog, TalkPart
from counseling.queries import coverage_by_class
from reports.daily import classes_of, part_board
from reports.models import Barometer
from schools import audit
from schools.access import Viewer
from schools.figures import Scope, figures
from schools.models import Membership, Role, Unit
from schools.queries import current_term, demo_accounts, term_of
from students.models import GroupMember, RiskFlag, Student
from tests.world import NOW, ensure_seeds

TODAY = dt.date(2026, 3, 18)


def load(today=TODAY):
    call_command("flush", verbosity=0, interactive=False)
    ensure_seeds()
    load_demo("school", today=today, tell=lambda text: None)


@pytest.fixture(scope="module")
def loaded(copy, django_db_blocker):
    """Loaded once for the tests that only look at it."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        try:
            load()
            yield
        finally:
            copy.make()


@pytest.fixture
def demo(loaded, db):
    return Unit.objects.select_related("kind").get(code="2144000001")


def picture():
    """What one sees of the demo, without what chance adds (nonces, times of writing)."""
    students = Student.objects.order_by("pk").values_list("pk", "name", "birth_date", "id_hash", "class_group__number")
    talks = TalkLog.objects.order_by("pk").values_list("pk", "happened_at", "author__staff_number", "kind")
    words = [part.words for part in TalkPart.objects.order_by("pk")[:200]]
    flags = RiskFlag.objects.order_by("pk").values_list("pk", "severity", "state", "due_at")
    return list(students), list(talks), words, list(flags)


def test_demo_is_the_same_every_time(demo):
    first = picture()
    load()
    assert picture() == first


def test_demo_has_life_in_it(demo):
    classes = coverage_by_class(demo, current_term(demo))
    shares = {one.reached * 100 // one.students for one in classes}
    assert len(classes) == 30
    assert max(shares) - min(shares) > 20
    assert set(RiskFlag.objects.values_list("state", flat=True)) == {
        "raised",
        "acknowledged",
        "watched",
        "proposed",
        "closed",
    }
    assert Student.objects.enrolled().count() == 1300


def test_demo_keeps_an_event_about_somebody_off_the_roster_from_a_named_person(demo):
    event = Incident.objects.get(people__student=None)
    told = {who.role: Incident.objects.visible_to(who).filter(pk=event.pk).exists() for who in _those_who_lead(demo)}
    assert (event.is_open, told) == (False, {Role.COUNSELOR: True, Role.SCHOOL_LEADER: False})


def _those_who_lead(school):
    accounts = demo_accounts()
    members = [one for one in accounts if one.role in (Role.COUNSELOR, Role.SCHOOL_LEADER) and one.unit_id == school.pk]
    return [Viewer(person=one.person, membership=one) for one in members]


def test_demo_counts_as_many_students_in_the_past_term_as_today(demo):
    past = term_of(demo, "2024-2025-2")
    then = [figures()[code].query(Scope.of(demo, past, TODAY)) for code in ("students", "classes", "students_reached")]
    assert [found.count() for found in then[:2]] == [1300, 30]
    assert then[2].count() > 650


def test_graduates_of_the_demo_left_after_the_term_and_nothing_of_theirs_is_open(transactional_db):
    load(dt.date(2025, 11, 24))  # two of their terms lie behind
    graduates = Student.objects.filter(status=Student.Status.LEFT)
    assert set(graduates.values_list("class_group__entry_year", "left_on")) == {(2019, dt.date(2025, 7, 10))}
    assert TalkPart.objects.filter(student__in=graduates, talk__happened_at__date__gt=dt.date(2025, 7, 5)).count() == 0
    flags = RiskFlag.objects.filter(student__in=graduates)
    assert set(flags.values_list("state", flat=True)) == {"closed"}
    assert flags.filter(settled_at__date__gt=dt.date(2025, 7, 10)).count() == 0
    assert GroupMember.objects.current().filter(student__in=graduates).count() == 0


def test_teachers_of_the_graduates_teach_the_new_classes(demo):
    authors = TalkLog.objects.filter(parts__class_group__entry_year=2019, membership__role="class_teacher")
    taught = authors.values_list("membership__classes__entry_year", flat=True)
    assert set(taught) == {2025}


def test_demo_offers_an_account_for_every_role(demo):
    assert {account.role for account in demo_accounts()} == set(Role)
    assert demo_accounts()[0].person.check_password(network.DEMO_PASSWORD)
    head = Membership.objects.filter(person__staff_number="head")
    assert sorted(head.values_list("role", flat=True)) == ["grade_head", "subject_teacher"]


def test_demo_leaves_the_audit_log_whole(demo):
    assert list(audit.verify()) == []


def test_demo_is_not_loaded_over_data(world):
    before = Student.objects.count()
    with pytest.raises(CommandError):
        call_command("demo", stdout=io.StringIO())
    assert Student.objects.count() == before


def test_demo_of_a_university_reports_through_its_colleges(transactional_db):
    call_command("flush", verbosity=0, interactive=False)
    ensure_seeds()
    load_demo("university", today=TODAY, tell=lambda text: None)
    unit, yesterday = Unit.objects.get(stages=["university"]), TODAY - dt.timedelta(days=1)
    colleges = {row.name: row.state for row in part_board(unit, yesterday, classes_of(unit)).rows}
    dean = Membership.objects.select_related("person", "unit__kind").get(person__staff_number="dean")
    rooms = Barometer.objects.visible_to(Viewer(person=dean.person, membership=dean)).values_list(
        "dormitory", flat=True
    )
    assert (set(colleges), "missing" in colleges.values()) == ({"计算机学院", "外国语学院"}, False)
    assert set(rooms) == {"", "3-502", "3-504"}
    assert list(audit.verify()) == []


def test_demo_district_has_the_sizes_of_the_mission():
    sizes = network._sizes(random.Random("schools 0"))
    kinds = [network.KINDS.count(kind) for kind in ("primary", "special")]
    assert (len(sizes), sum(sizes), kinds) == (39, 53_492, [26, 1])
