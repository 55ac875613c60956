"""After its years the old school no longer reads what it knows of who was handed over; nothing else changes."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from counseling.models import Incident, IncidentAct, IncidentPerson, TalkPart
from schools import audit
from schools.common.errors import Refused
from schools.models import AuditEntry
from schools.queries import current_term
from schools.recounting import recount
from screening.models import Consent, PlannedTalk, Response, Slip
from students.actions.retention import lock_handed_over
from students.actions.roll import add_student
from students.actions.students import hash_of
from students.actions.taking_over import accept_offer
from students.models import (
    FlagReport,
    GroupMember,
    Guardian,
    GuardianContact,
    RegistryEntry,
    RiskFlag,
    Student,
    StudentState,
)
from tests.importing import import_file
from tests.students.test_hand_over import by, offered, there  # noqa: F401
from tests.walking import incident_of, raised
from tests.world import NOW, _identity_number

pytestmark = pytest.mark.django_db
STUDENT_OF = {
    Student: "pk",
    FlagReport: "flag__student",
    PlannedTalk: "flag__student",
    Response: "slip__student",
} | dict.fromkeys(
    (
        Guardian,
        GroupMember,
        StudentState,
        RiskFlag,
        GuardianContact,
        RegistryEntry,
        TalkPart,
        IncidentPerson,
        Slip,
        Consent,
    ),
    "student",
)


def later(years=4):
    return time_machine.travel(NOW + dt.timedelta(days=366 * years), tick=False)


@pytest.fixture
def moved(world, by, there):  # noqa: F811
    offer = offered(by, world.a.student, world.b.counselor)
    accept_offer(by=there, offer=offer, class_group=world.b.class_1)
    offer.refresh_from_db()
    return offer


def seen(viewer, member, student):
    """How many rows of each kind about the student somebody sees."""
    return {
        model.__name__: model.objects.visible_to(viewer(member)).filter(**{path: student.pk}).count()
        for model, path in STUDENT_OF.items()
    }


def test_after_its_years_nobody_of_the_old_school_sees_anything_of_the_student(world, viewer, moved):
    before, new = seen(viewer, world.a.counselor, world.a.student), seen(viewer, world.b.counselor, moved.student_there)
    others = seen(viewer, world.a.counselor, world.a.student_2)
    assert lock_handed_over() == 0  # not before
    with later():
        assert (lock_handed_over(), lock_handed_over()) == (1, 0)
        for who in (world.a.counselor, world.a.leader, world.a.teacher, world.a.grade_head):
            assert set(seen(viewer, who, world.a.student).values()) == {0}
        assert seen(viewer, world.b.counselor, moved.student_there) == new
        assert seen(viewer, world.a.counselor, world.a.student_2) == others
    assert (before["Student"], before["TalkPart"] > 0, before["Guardian"] > 0) == (1, True, True)
    entry = AuditEntry.objects.get(verb="student.locked")
    assert (entry.person, entry.student_id, entry.chain.scope) == (None, world.a.student.pk, world.a.unit.code)


def test_a_crisis_event_is_there_until_the_records_of_the_last_of_its_students_are_closed(world, viewer, moved):
    student, counselor = world.a.student, world.a.counselor
    own, shared = (incident_of(counselor, student, text="x") for _ in range(2))
    IncidentPerson.objects.create(incident=own, who="x", added_by=counselor)
    IncidentPerson.objects.create(incident=shared, student=world.a.student_2, added_by=counselor)
    unknown = incident_of(counselor, who="x", text="x")
    for one in (own, shared, unknown):
        IncidentAct.objects.create(incident=one, number=1, kind="note", by=counselor, happened_at=NOW, text="x")
    ended = {"closed_at": NOW, "closed_by": counselor, "outcome": "safe"}
    Incident.objects.filter(pk__in=[own.pk, shared.pk]).update(**ended)
    with later():
        lock_handed_over()
        for who in (viewer(world.a.counselor), viewer(world.a.leader)):
            assert set(Incident.objects.visible_to(who)) == {shared, unknown}
            assert {act.incident for act in IncidentAct.objects.visible_to(who)} == {shared, unknown}


def test_the_receipt_stays_and_the_page_says_why_there_is_nothing_more(world, sign_in, moved):
    with later():
        lock_handed_over()
        client = sign_in(world.a.counselor)
        page = client.get(moved.get_absolute_url()).content.decode()
        assert client.get(reverse("students:student_detail", args=[world.a.student.pk])).status_code == 404
        assert client.get(reverse("students:hand_over_receipt", args=[moved.pk])).status_code == 200
    assert moved.note not in page
    assert "已封存" in page


def flag_left_open(student, member):
    return raised(student, member)


def event_left_open(student, member):
    event = incident_of(member, student, text="x")
    IncidentPerson.objects.create(incident=event, who="x", added_by=member)
    return event


@pytest.mark.parametrize(
    ("left_open", "told"), [(flag_left_open, "未了结的预警"), (event_left_open, "未了结的危机事件")]
)
def test_what_the_old_school_has_not_ended_puts_it_off_and_the_page_says_so(world, sign_in, moved, left_open, told):
    left_open(world.a.student, world.a.counselor)
    with later():
        assert lock_handed_over() == 0
        assert told in sign_in(world.a.counselor).get(moved.get_absolute_url()).content.decode()


def test_one_student_whose_records_cannot_be_closed_holds_up_no_other(world, by, there, moved, monkeypatch):  # noqa: F811
    second = offered(by, world.a.student_2, world.b.counselor)
    accept_offer(by=there, offer=second, class_group=world.b.class_1)

    def record(*, student, **more):
        if student.pk == min(moved.student_id, second.student_id):
            raise OSError
        audit.record(student=student, **more)

    monkeypatch.setattr("students.actions.retention.audit", SimpleNamespace(record=record))
    with later():
        assert lock_handed_over() == 1
    closed = Student.objects.exclude(locked_on=None).values_list("pk", flat=True)
    assert list(closed) == [max(moved.student_id, second.student_id)]


def test_a_figure_says_how_many_of_its_records_are_closed_and_no_longer_shown(world, sign_in, moved):
    part = TalkPart.objects.covering().filter(student=world.a.student).order_by("pk")[0]
    with later():
        lock_handed_over()
        recount(world.a.unit)
        url = reverse("reports:figure_records", args=["talk_parts"])
        page = sign_in(world.a.counselor).get(url, {"term": current_term(world.a.unit, NOW.date()).code})
    shown, ended = page.context["page_obj"].paginator.count, page.context["ended"]
    assert (str(shown + ended), page.context["closed"], ended > 0) == (str(page.context["count"]), 0, True)
    assert f"其中 {ended} 条是已移交学生的记录" in page.content.decode()
    assert str(part.pk) not in page.content.decode()


@pytest.fixture
def closed(world, moved):
    """The number of the paper of somebody whose records are closed."""
    number = _identity_number("44060820170105001")
    Student.objects.filter(pk=world.a.student.pk).update(id_hash=hash_of(number, "id_number"))
    with later():
        lock_handed_over()
        yield number


def test_who_is_put_on_the_roll_again_by_a_leader_who_says_why_has_their_records_again(world, viewer, closed):
    values = {"name": world.a.student.name, "class_group": world.a.class_1, "id_number": closed}
    back = add_student(by=viewer(world.a.leader), values=values, opened_because="back")
    assert (back.pk, back.status, back.locked_on) == (world.a.student.pk, "enrolled", None)
    assert seen(viewer, world.a.counselor, back)["TalkPart"] > 0
    assert AuditEntry.objects.get(verb="student.unlocked", student_id=back.pk).details == {"reason": "back"}


@pytest.mark.parametrize(
    ("who", "changes", "because"),
    [("counselor", {}, "back"), ("leader", {}, ""), ("leader", {"name": "别人"}, "back")],
)
def test_the_number_of_a_paper_alone_opens_no_closed_records(world, viewer, closed, who, changes, because):
    values = {"name": world.a.student.name, "class_group": world.a.class_1, "id_number": closed} | changes
    with pytest.raises(Refused):
        add_student(by=viewer(getattr(world.a, who)), values=values, opened_because=because)
    assert Student.objects.get(pk=world.a.student.pk).locked_on


def test_a_roster_changes_and_shows_nothing_of_closed_records(world, closed):
    old = world.a.student
    head = "姓名,身份证件号,年级,班级,联系电话"
    rows = [f"{old.name},{number},三年级,1班,13900001111" for number in (closed, "")]
    by_number, by_name = (import_file("\n".join([head, row]).encode(), world.a.unit) for row in rows)
    assert [problem.code for problem in by_number.problems] == ["records_closed"]
    assert (by_number.created, by_number.changed, by_name.created, by_name.changed) == (0, 0, 1, 0)
    old.refresh_from_db()
    assert (old.status, bool(old.locked_on)) == ("left", True)


def test_who_came_back_and_leaves_without_a_hand_over_keeps_their_records_open(world, moved):
    with later():
        left = {"status": Student.Status.LEFT, "left_on": NOW.date() + dt.timedelta(days=1000)}
        Student.objects.filter(pk=world.a.student.pk).update(**left)
        assert lock_handed_over() == 0
