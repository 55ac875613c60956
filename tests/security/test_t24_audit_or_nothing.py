"""Threat T24: what cannot be written into the audit log does not happen, and the log never says what a record says."""

import datetime as dt
import json

import pytest
import time_machine
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from counseling.actions.options import add_option, add_template
from counseling.actions.talks import delete_part, revise_part
from counseling.content import Content, Header
from counseling.models import TalkPart
from reports.actions.summaries import write_section
from reports.actions.sweeps import Found, call_sweep, note_student, sign_class
from reports.models import Sweep
from schools.actions import accounts, certificate_levels, unit_kinds, units
from schools.models import AuditEntry, Role, Term, UnitKind
from students.actions.decisions import close_flag
from students.actions.flags import acknowledge_flag, assign_flag, raise_flag
from students.actions.groups import add_group
from students.actions.hand_over import offer_hand_over
from students.actions.keeping import keep_from
from students.actions.steps import add_note, ask_teacher
from students.actions.students import correct_student, save_guardian, set_groups
from students.actions.taking_over import accept_offer
from students.models import RiskFlag
from tests.counseling.sheet import filed
from tests.importing import import_file
from tests.looks import SEALED
from tests.walking import hand_over_of, sweep_of
from tests.world import NOW, SHANGHAI

pytestmark = pytest.mark.django_db
SECRET = "SENTINEL-new-words"
NEW_NAME = "SENTINEL-new-name"
SESSIONS = {"sessions.Session"}
MONDAY = dt.date(2026, 3, 23)


def take_term_back(world, viewer):
    """Before it begins: a center keeps its days of one that has begun."""
    by = viewer(world.city_staff)
    with time_machine.travel(dt.datetime(2025, 8, 25, 10, 0, tzinfo=SHANGHAI), tick=False):
        units.remove_term(by=by, unit=world.city, code="2025-2026-1")


class Refusing:
    """The table of audit rows takes nothing, as when its disk is full."""

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "schools_auditentry"'):
            raise DatabaseError("no row can be written")
        return execute(sql, params, many, context)


def everything():
    """Every row of every table."""
    models = [model for model in apps.get_models() if model._meta.label not in SESSIONS]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


def part_of(school, name):
    return TalkPart.objects.select_related("talk", "student").get(talk=school.talks[name])


def revise(w, v):
    header = Header(happened_at=NOW - dt.timedelta(days=5), kind="daily", place="office")
    part = part_of(w.a, "own")
    return revise_part(
        by=v(w.a.teacher), part=part, revision=part.revision, header=header, written=Content(words=SECRET, severity=3)
    )


def create_person(w, v):
    post = accounts.Post(role=Role.SUBJECT_TEACHER, classes=[w.a.class_1])
    known = {"staff_number": "n-1", "name": NEW_NAME, "phone": "13800000077", "post": post}
    return accounts.create_person(by=v(w.a.leader), unit=w.a.unit, **known)


def bring_staff(w, v):
    content = f"工号,姓名,角色,手机\nn-2,{NEW_NAME},任课教师,13800000078\n".encode()
    return import_file(content, w.a.unit, v(w.a.leader), code="staff")


def bring_units(w, v):
    return import_file("单位代码,单位名称,级别,上级单位代码\nN1,新校,学校,44060801\n".encode(), w.city, code="units")


def write(w, v):
    term = Term.objects.get(code="2025-2026-2")
    return write_section(by=v(w.a.leader), term=term, code="plan", body=SECRET, version=0)


@transaction.atomic
def accept_student(world, viewer):
    """The offer is part of the arrangement, and goes with it."""
    offer = hand_over_of(world.a.student, world.a.counselor, world.b.counselor, kinds=["registry", "family", "group"])
    accept_offer(by=viewer(world.b.counselor), offer=offer, class_group=world.b.class_1)


CHANGES = {
    "offer a student": lambda w, v: offer_hand_over(
        by=v(w.a.counselor), student=w.a.student, to=w.b.counselor, to_school=w.b.unit, kinds=["talk"], note=SECRET
    ),
    "accept a student": accept_student,
    "raise a flag": lambda w, v: raise_flag(
        by=v(w.a.teacher), student=w.a.student_2, severity=4, reason=SECRET, known_at=NOW
    ),
    "repeat a flag": lambda w, v: raise_flag(
        by=v(w.a.teacher), student=w.a.student, severity=4, reason=SECRET, known_at=NOW
    ),
    "take a flag": lambda w, v: acknowledge_flag(by=v(w.a.counselor), flag=w.a.flag),
    "hand a flag on": lambda w, v: assign_flag(by=v(w.a.counselor), flag=w.a.flag, to=w.a.counselor_2),
    "close a flag": lambda w, v: close_flag(
        by=v(w.a.counselor), flag=w.a.flag, outcome="supported", seen=SECRET, done=SECRET
    ),
    "write a step": lambda w, v: add_note(by=v(w.a.counselor), flag=w.a.flag, text=SECRET, is_measure=True),
    "ask a teacher": lambda w, v: ask_teacher(by=v(w.a.counselor), flag=w.a.flag, to=w.a.teacher, text=SECRET),
    "keep a flag": lambda w, v: keep_from(by=v(w.a.counselor), flag=w.a.flag, person=w.a.leader.person, reason=SECRET),
    "file a talk": lambda w, v: filed(v(w.a.teacher), w.a.student, w.a.student_3, words=SECRET, severity=4),
    "revise a talk": revise,
    "delete a talk": lambda w, v: delete_part(by=v(w.a.teacher), part=part_of(w.a, "own"), reason=SECRET),
    "add a theme": lambda w, v: add_option(by=v(w.a.counselor), name="theme", label_zh=NEW_NAME),
    "add a template": lambda w, v: add_template(by=v(w.a.counselor), box="words", title=NEW_NAME, body=SECRET),
    "correct a student": lambda w, v: correct_student(
        by=v(w.a.counselor), student=w.a.student, values={"name": NEW_NAME, "phone": "13800000079", "address": SECRET}
    ),
    "set groups": lambda w, v: set_groups(by=v(w.a.teacher), student=w.a.student, codes={"orphan"}),
    "add a group": lambda w, v: add_group(by=v(w.a.leader), label_zh=NEW_NAME),
    "call a sweep": lambda w, v: call_sweep(
        by=v(w.a.leader), title=NEW_NAME, looks_for=SECRET, groups=[], due_on=dt.date(2026, 3, 27)
    ),
    "note in a sweep": lambda w, v: note_student(
        by=v(w.a.teacher),
        sweep=Sweep.objects.get(),
        student=w.a.student_2,
        found=Found(frozenset({"orphan"}), text=SECRET, urgency="now"),
    ),
    "sign a sweep": lambda w, v: sign_class(by=v(w.a.teacher), sweep=Sweep.objects.get(), group=w.a.class_1),
    "add a guardian": lambda w, v: save_guardian(
        by=v(w.a.teacher), student=w.a.student, guardian=None, values={"name": NEW_NAME, "phone": SECRET}
    ),
    "create a person": create_person,
    "import staff": bring_staff,
    "import units": bring_units,
    "end a role": lambda w, v: accounts.end_membership(by=v(w.a.leader), membership=w.a.teacher_2),
    "change a role": lambda w, v: accounts.change_membership(
        by=v(w.a.leader), membership=w.a.teacher_2, post=accounts.Post(role="class_teacher", title=NEW_NAME)
    ),
    "close an account": lambda w, v: accounts.deactivate_person(by=v(w.a.leader), person=w.a.teacher.person),
    "reset a password": lambda w, v: accounts.reset_password(by=v(w.a.leader), person=w.a.teacher.person),
    "correct a person": lambda w, v: accounts.change_details(
        by=v(w.a.leader), person=w.a.teacher.person, name=NEW_NAME, phone="13800000080"
    ),
    "change the own password": lambda w, v: accounts.set_own_password(
        by=v(w.a.teacher), person=w.a.teacher.person, password=SECRET
    ),
    "add a unit": lambda w, v: units.create_unit(
        by=v(w.admin), parent=w.cluster, kind=UnitKind.objects.get(pk="school"), code="N2", name=NEW_NAME
    ),
    "add a level": lambda w, v: unit_kinds.add_unit_kind(by=v(w.admin), label_zh=NEW_NAME, above=None),
    "add a kind of certificate": lambda w, v: certificate_levels.add_certificate_level(
        by=v(w.admin), kind="", kind_zh=NEW_NAME, kind_en="", label_zh=NEW_NAME, label_en="", rank=1, wanted_from=[]
    ),
    "change a unit": lambda w, v: units.change_unit(by=v(w.a.leader), unit=w.a.unit, name=NEW_NAME),
    "change rules": lambda w, v: units.change_settings(
        by=v(w.a.leader), unit=w.a.unit, values={"severity_scheme": "three_levels"}
    ),
    "close a day": lambda w, v: units.set_calendar_day(
        by=v(w.a.leader), unit=w.a.unit, day=MONDAY, is_school_day=False, note=NEW_NAME
    ),
    "set a term": lambda w, v: units.set_term(
        by=v(w.city_staff), unit=w.city, code="2026-2027-1", starts=dt.date(2026, 9, 1), ends=dt.date(2027, 1, 20)
    ),
    "set the date for the talks": lambda w, v: units.set_talk_duty(
        by=v(w.a.leader), unit=w.a.unit, term=Term.objects.latest("starts"), due_on=dt.date(2026, 5, 29)
    ),
    "take a term back": take_term_back,
    "write a section": write,
}


@pytest.fixture
def mild(world):
    """The flags are of a level that one person decides on, and a sweep is under way."""
    RiskFlag.objects.update(severity=2)
    sweep_of(world.a.leader)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_cannot_be_logged_does_not_happen(world, mild, viewer, name):
    before = everything()
    with connection.execute_wrapper(Refusing()), pytest.raises(DatabaseError, match="no row can be written"):
        CHANGES[name](world, viewer)

    assert everything() == before


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_leaves_rows_without_what_it_says(world, mild, viewer, name):
    rows = AuditEntry.objects.exclude(verb="chain.started")
    before = set(rows.values_list("pk", flat=True))
    CHANGES[name](world, viewer)
    written = list(rows.exclude(pk__in=before))

    assert written
    said = json.dumps([[e.verb, e.subject_type, e.subject_id, e.details] for e in written], default=str)
    assert "SENTINEL" not in said
    assert "1380000" not in said


# --- reading ----------------------------------------------------------------------------------------------------------

# That no page shows what is sealed without a row is the walk's (`tests/looks.py`).


def pages(w):
    part = part_of(w.a, "own").pk
    return {
        "a student": (w.a.counselor, reverse("students:student_detail", args=[w.a.student.pk])),
        "a flag": (w.a.counselor, reverse("students:flag_detail", args=[w.a.flag.pk])),
        "a talk": (w.a.teacher, reverse("counseling:talk_detail", args=[part])),
        "a talk on paper": (w.a.teacher, reverse("counseling:talk_print", args=[part])),
        "the log": (w.auditor, reverse("schools:audit_list")),
    }


@pytest.mark.parametrize("name", ["a student", "a flag", "a talk", "a talk on paper", "the log"])
def test_a_page_that_cannot_be_logged_is_not_shown(world, sign_in, name):
    member, url = pages(world)[name]
    client = sign_in(member)
    client.raise_request_exception = False
    with connection.execute_wrapper(Refusing()):
        refused = client.get(url)

    assert refused.status_code == 500
    assert "SENTINEL" not in refused.content.decode()
    shown = client.get(url)
    assert shown.status_code == 200
    assert SEALED.search(shown.content.decode()) or name == "the log"
