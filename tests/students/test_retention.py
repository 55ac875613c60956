"""After its years the old school no longer reads what it knows of who was handed over; nothing else changes."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from counseling.models import IncidentPerson, TalkPart
from schools.models import AuditEntry
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
from tests.students.test_hand_over import by, offered, there  # noqa: F401
from tests.walking import raised
from tests.world import NOW

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


def test_the_receipt_stays_and_the_page_says_why_there_is_nothing_more(world, sign_in, moved):
    with later():
        lock_handed_over()
        client = sign_in(world.a.counselor)
        page = client.get(moved.get_absolute_url()).content.decode()
        assert client.get(reverse("students:student_detail", args=[world.a.student.pk])).status_code == 404
        assert client.get(reverse("students:hand_over_receipt", args=[moved.pk])).status_code == 200
    assert moved.note not in page
    assert "已封存" in page


def test_an_open_flag_of_the_old_school_puts_it_off(world, moved):
    raised(world.a.student, world.a.counselor)
    with later():
        assert lock_handed_over() == 0


def test_who_comes_back_by_a_hand_over_or_with_the_same_paper_has_their_records_again(world, viewer, moved):
    number = "11010120150307741X"
    Student.objects.filter(pk=world.a.student.pk).update(id_hash=hash_of(number, "id_number"))
    with later():
        lock_handed_over()
        values = {"name": "x", "class_group": world.a.class_1, "id_type": "identity_card", "id_number": number}
        back = add_student(by=viewer(world.a.counselor), values=values)
        assert (back.pk, back.status, back.locked_on) == (world.a.student.pk, "enrolled", None)
        assert seen(viewer, world.a.counselor, back)["TalkPart"] > 0
    assert AuditEntry.objects.filter(verb="student.unlocked", student_id=back.pk).count() == 1
