"""Threat T20 and its neighbours: limits that count everywhere, and guards whose removal went unnoticed."""

import threading
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCacheClient
from django.core.management import call_command
from django.db import connection
from django.db.transaction import Atomic
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.caches import PlainSerializer, SharedFileCache, SteadyClient
from config.refusals import open_redis
from config.routes import routes
from counseling.actions.talks import MOST_STUDENTS
from counseling.models import TalkLog
from schools.access import Viewer
from schools.actions.accounts import change_details, deactivate_person, reset_password
from schools.actions.key_rotation import count_left
from schools.common import crypto, files
from schools.common.errors import Refused
from schools.common.ids import new_id
from schools.models import Membership, Person
from screening.actions.rounds import open_round
from screening.actions.staff import answer_staff_survey
from screening.models import PaperEntry
from students.actions.students import unmask
from students.models import Student
from students.queries import matching
from tests.counseling.sheet import classmates, filed
from tests.screening.asked import answered, round_of, slip_of
from tests.security.test_t03_guards import cells_of
from tests.walking import barometer_of, entry_of, incident_of, instrument_of, opening_of, staff_survey_of, sweep_of
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db


# --- guessing the present password ------------------------------------------------------------------------------------


def change(client, old):
    fields = {"old": old, "new": "a-new-password-9", "again": "a-new-password-9"}
    return client.post(reverse("schools:password_change"), fields)


def test_guessing_the_present_password_is_limited_like_signing_in(world, sign_in):
    client = sign_in(world.a.teacher)
    answers = [change(client, f"guess-{number}").status_code for number in range(6)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert change(client, PASSWORD).status_code == 429
    assert Person.objects.get(pk=world.a.teacher.person_id).check_password(PASSWORD)
    login = {"login": world.a.teacher.person.staff_number, "password": PASSWORD}
    assert Client().post(reverse("account_login"), login).status_code == 429


def test_the_right_present_password_changes_it(world, sign_in):
    client = sign_in(world.a.teacher)
    change(client, "guess")
    assert change(client, PASSWORD).status_code == 302
    assert Person.objects.get(pk=world.a.teacher.person_id).check_password("a-new-password-9")


# --- searching --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "finds"),
    [("counselor", True), ("leader", True), ("grade_head", True), ("teacher_2", True), ("subject_teacher", False)],
)
def test_former_name_and_auxiliary_number_find_only_for_who_may_read_them(world, viewer, sign_in, who, finds):
    Student.objects.filter(pk=world.a.neighbor.pk).update(former_name="旧名甲", auxiliary_number="AUX-7")
    by = viewer(world.a.people[who])
    seen = Student.objects.visible_to(by)
    assert [matching(seen, text, by).exists() for text in ("旧名甲", "AUX-7")] == [finds, finds]
    assert matching(seen, "A0004", by).exists()  # the school's own number
    picker = sign_in(world.a.people[who]).get(reverse("counseling:student_picker"), {"q": "旧名甲"}).content.decode()
    assert (world.a.neighbor.name in picker) is finds


# --- caches and Redis -------------------------------------------------------------------------------------------------


def test_a_code_is_added_once_by_many_at_the_same_moment(tmp_path):
    start, won = threading.Barrier(8), []

    def add():
        own = SharedFileCache(str(tmp_path), {})  # as another process has it
        start.wait(10)
        won.append(own.add("code", "y", 30))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_what_one_process_counts_another_reads_and_it_ends(tmp_path, fixed_clock):
    one, other = SharedFileCache(str(tmp_path), {}), SharedFileCache(str(tmp_path), {})
    one.set("failures", [1.5, 2.5], 60)
    assert (other.get("failures"), other.add("failures", [], 60)) == ([1.5, 2.5], False)
    fixed_clock.shift(61)
    assert (other.get("failures"), other.add("failures", [3.5], 60)) == (None, True)


def test_redis_that_does_not_answer_one_thread_rests_for_all_of_them(settings, tmp_path, monkeypatch):
    settings.VAR = tmp_path
    monkeypatch.setattr(SteadyClient, "rests_until", 0.0)
    one, other = (SteadyClient(["redis://127.0.0.1:1/0"]) for _ in range(2))
    one.set("tries", 3, 60)
    monkeypatch.setattr(RedisCacheClient, "get", lambda *_: pytest.fail("asked again at once"))
    assert other.get("tries") == 3


def test_caches_without_redis_are_shared_and_with_it_hold_no_pickles(settings):
    assert not settings.CACHES["default"]["BACKEND"].endswith("LocMemCache")
    plain = PlainSerializer()
    for value in ("y", 3, 1.5, [1.5, 2], {"a": None}, True):
        assert plain.loads(str(plain.dumps(value))) == value
    with pytest.raises(TypeError):
        plain.dumps(object())


@pytest.mark.services
def test_redis_holds_plain_text():
    cache.set("what", ["a", 1], 30)
    stored = caches["default"]._cache.get_client(write=True).get(caches["default"].make_and_validate_key("what"))
    assert stored == b'["a", 1]'


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("redis://127.0.0.1:6379/0", True),
        ("redis://:short@redis:6379/0", True),
        ("redis://:PASSWORD@redis:6379/0", True),
        ("redis://:9kTq4vRw2xZp@redis:6379/0", False),
        ("unix:///run/redis.sock?db=1", False),
        ("", False),
    ],
)
def test_production_refuses_redis_without_a_password(address, is_open):
    assert bool(list(open_redis(address))) is is_open


def test_compose_gives_redis_a_password():
    text = (Path(__file__).resolve().parents[2] / "compose.yaml").read_text()
    assert "--requirepass ${REDIS_PASSWORD:?}" in text
    assert "redis://:${REDIS_PASSWORD:?}@redis" in text


# --- keys -------------------------------------------------------------------------------------------------------------


def test_rotation_counts_what_is_left(world, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    files.keep_file(new_id(), b"content")
    old = settings.FIELD_KEYS
    assert count_left() == 0
    settings.FIELD_KEYS = "t9:n0sJ8Yb1m2Vq4Lw6Zt8Xc0Rf3Hd5Kg7Pj9Su1Ae2Bi4=," + old
    left = count_left()
    assert left > Student.objects.count()
    world.a.student.phone = "13800009999"
    world.a.student.save()
    assert (count_left(), crypto.writing_key()) == (left, "t9")  # its other texts are still old
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    assert (count_left(), out.getvalue().split()[-1]) == (0, "left=0")


# --- guards whose removal went unnoticed ------------------------------------------------------------------------------


def test_a_talk_is_with_thirty_students_at_most(world, viewer):
    rows = classmates(world.a.class_1, MOST_STUDENTS + 1)
    by, before = viewer(world.a.counselor), TalkLog.objects.count()
    with pytest.raises(Refused):
        filed(by, *rows)
    assert TalkLog.objects.count() == before
    assert filed(by, *rows[:MOST_STUDENTS]).parts.count() == MOST_STUDENTS


OWN = {
    "reset": lambda by, person: reset_password(by=by, person=person),
    "close": lambda by, person: deactivate_person(by=by, person=person),
    "correct": lambda by, person: change_details(by=by, person=person, name="别名", phone=""),
}


@pytest.mark.parametrize("name", OWN)
def test_nobody_manages_their_own_account_as_somebody_elses(world, viewer, name):
    """Also where every role of the account is below the one acted in: a leader who teaches, acting as administrator."""
    member = world.a.teacher
    admin = Membership.objects.create(
        person=member.person, unit=world.city, role="system_admin", starts_on=member.starts_on
    )
    Membership.objects.filter(pk=admin.pk).update(ends_on=member.starts_on)  # only the role below is current
    before = Person.objects.values().get(pk=member.person_id)
    with pytest.raises(Refused):
        OWN[name](viewer(admin), member.person)
    assert Person.objects.values().get(pk=member.person_id) == before
    OWN[name](viewer(world.admin), member.person)
    assert Person.objects.values().get(pk=member.person_id) != before


@pytest.mark.parametrize("name", OWN)
def test_an_account_without_a_role_is_the_administrators(world, viewer, name):
    person = world.a.teacher.person
    Membership.objects.filter(person=person).update(ends_on="2026-03-01")
    before = Person.objects.values().get(pk=person.pk)
    for member in (world.a.leader, world.district_staff):
        with pytest.raises(Refused):
            OWN[name](viewer(member), person)
    assert Person.objects.values().get(pk=person.pk) == before
    OWN[name](viewer(world.admin), person)
    assert Person.objects.values().get(pk=person.pk) != before


def test_only_who_reads_base_data_unmasks(world, viewer):
    from schools.models import AuditEntry

    for member, student in ((world.a.subject_teacher, world.a.neighbor), (world.b.leader, world.a.student)):
        with pytest.raises(Refused):
            unmask(by=viewer(member), student=student, what="contact", reason="danger")
    assert not AuditEntry.objects.filter(verb="student.unmasked").exists()
    unmask(by=viewer(world.a.teacher), student=world.a.student, what="contact", reason="danger")
    assert AuditEntry.objects.filter(verb="student.unmasked").count() == 1


# --- the lock of the log ----------------------------------------------------------------------------------------------


def words_answered(school):
    """A round whose survey was answered in words."""
    by = Viewer(person=school.counselor.person, membership=school.counselor)
    round_ = round_of(school, opened=False)
    round_.parts.update(instrument=instrument_of(school.unit))
    answered(open_round(by=by, round_=round_), school.student_2, 1, "公园")
    return round_.pk


def named_survey_answered(school):
    by, survey = Viewer(person=school.teacher.person, membership=school.teacher), staff_survey_of(school)
    answer_staff_survey(by=by, survey=survey, answers={"1": 1, "2": "公园"})
    return survey.pk


def paper_read_differently(school):
    slip = slip_of(round_of(school), school.student)
    for number in (1, 2):
        PaperEntry.objects.create(slip=slip, number=number, by=school.counselor, answers=f'{{"1.1": {number}}}')
    return slip.pk


# The pages that show a sensitive record and note it: who opens them, and which.
READS = {
    "counseling:talk_detail": lambda a: ("counselor", [a.talks["own"].parts.get().pk]),
    "counseling:talk_print": lambda a: ("counselor", [a.talks["own"].parts.get().pk]),
    "counseling:incident_detail": lambda a: ("counselor", [incident_of(a.counselor, a.student, text="x").pk]),
    "reports:barometer_list": lambda a: ("counselor", barometer_of(a, a.class_1, a.teacher) and []),
    "reports:open_list": lambda a: ("leader", []),
    "reports:sweep_student": lambda a: ("teacher", [sweep_of(a.leader).pk, a.student.pk]),
    "screening:paper_decide": lambda a: ("counselor", [paper_read_differently(a)]),
    "screening:response_detail": lambda a: ("counselor", [answered(round_of(a), a.student_2, *([0] * 9)).pk]),
    "screening:round_questions": lambda a: ("counselor", [words_answered(a)]),
    "screening:staff_survey_detail": lambda a: ("leader", [named_survey_answered(a)]),
    "students:flag_detail": lambda a: ("counselor", [a.flag.pk]),
    "students:glass_detail": lambda a: ("counselor", [opening_of(a.leader, a.student).pk]),
    "students:plan_detail": lambda a: ("counselor", [entry_of(a.student_2, a.counselor).pk]),
    "students:student_detail": lambda a: ("counselor", [a.student.pk]),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_locks_the_log_for_its_row_only(world, sign_in, name):
    """The transaction of the row ends at once: what the page asks afterwards stands outside of it."""
    who, keys = READS[name](world.a)
    client = sign_in(world.a.people[who])
    client.get(reverse(name, args=keys))
    with CaptureQueriesContext(connection) as found:
        assert client.get(reverse(name, args=keys)).status_code == 200
    told = [query["sql"] for query in found.captured_queries]
    written = next(number for number, sql in enumerate(told) if sql.startswith('INSERT INTO "schools_auditentry"'))
    ended = next(number for number, sql in enumerate(told[written:], start=written) if sql.startswith("RELEASE"))
    assert ended - written <= 2  # the row, the head of its chain, the end


def test_no_page_is_drawn_within_a_transaction():
    """What a page notes while it holds a transaction open keeps every other writer of the unit waiting."""
    within = [name for name, _address, view in routes() if any(is_atomic(cell) for cell in cells_of(view))]
    assert within == []


def is_atomic(cell):
    return isinstance(cell.cell_contents, Atomic)
