"""A student moves: offered, accepted or sent back, never on two registries, flags in somebody's hands all the way."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from schools.access import Viewer
from schools.common import files
from schools.common.errors import Refused
from schools.models import AuditEntry, Job, Membership, Notice
from schools.work.inbox import inbox_of
from students.actions import hand_over, registry, roll
from students.actions.decisions import reopen_flag
from students.actions.flags import raise_flag
from students.actions.glass import break_glass
from students.actions.hand_over_paper import start_paper
from students.actions.keeping import keep_from
from students.actions.taking_over import accept_offer
from students.balance import balance, moves_of
from students.file import file_of
from students.hand_over_page import on_paper
from students.models import Guardian, HandOver, PlanReview, RegistryEntry, RiskFlag, Student, StudentState
from students.places import refresh_places
from tests.walking import entry_of, kept_from, measure_of, raised, step_of

pytestmark = pytest.mark.django_db
ALL = ["registry", "flag", "talk", "screening", "incident", "family", "group"]
NOTE = "每周三下午和班主任谈一次，妈妈知道情况"
WHY = "妈妈来校说明，有过自伤的念头"


@pytest.fixture
def by(world, viewer):
    return viewer(world.a.counselor)


@pytest.fixture
def there(world, viewer):
    """The named person of the other school."""
    return viewer(world.b.counselor)


def offered(by, student, to, kinds=ALL, **more):
    more = {"to_school": to.unit} | more
    return hand_over.offer_hand_over(by=by, student=student, to=to, kinds=kinds, note=NOTE, **more)


@pytest.fixture
def listed(world):
    """On the registry with a measure, and with an open flag that somebody works on."""
    entry = entry_of(world.a.student, world.a.counselor, severity=3)
    measure_of(entry, world.a.counselor)
    registry_key(entry)
    step_of(world.a.flag, world.a.counselor, words='{"text": "STEP-WORDS"}')
    return entry


def registry_key(entry):
    refresh_places([entry.student_id])


def accept(by, offer, **more):
    return accept_offer(by=by, offer=offer, **more)


# --- offered ----------------------------------------------------------------------------------------------------------


def test_offer_leaves_everything_with_the_old_school(world, by, there, listed):
    offer = offered(by, world.a.student, there.membership)
    assert RegistryEntry.objects.open().filter(student=world.a.student).count() == 1
    assert RiskFlag.objects.open().get(student=world.a.student).school == world.a.unit
    assert Student.objects.get(pk=world.a.student.pk).status == "enrolled"
    assert Notice.objects.get(kind="handover.offered").membership == there.membership
    assert {e.chain.scope for e in AuditEntry.objects.filter(verb="handover.offered")} == {
        world.a.unit.code,
        world.b.unit.code,
    }
    with pytest.raises(Refused):
        offered(by, world.a.student, there.membership)
    assert list(HandOver.objects.waiting()) == [offer]


@pytest.mark.parametrize("who", ["b.counselor", "b.counselor_2", "b.leader", "b.teacher", "a.leader", "district_staff"])
def test_offer_shows_the_new_school_who_from_whom_and_kinds_only(who, world, by, there, listed, sign_in):
    """The named person and the leaders there; nobody else of that school."""
    offer = offered(by, world.a.student, there.membership)
    answer = sign_in(world.members()[who]).get(offer.get_absolute_url())
    sees = {"b.counselor": 200, "b.leader": 200, "a.leader": 200, "b.counselor_2": 404}
    assert answer.status_code == sees.get(who, 403)
    html = answer.content.decode()
    assert (NOTE in html) == (who == "a.leader")
    assert [text in html for text in ("STEP-WORDS", "plan-reasons")] == [False, False]


def test_list_shows_what_was_sent_and_what_comes(world, by, there, sign_in):
    offer = offered(by, world.a.student, there.membership)
    for member, way, other in ((world.a.counselor, "out", "in"), (world.b.counselor, "in", "out")):
        client, url = sign_in(member), reverse("students:hand_over_list")
        shown = [
            offer.get_absolute_url() in client.get(url, asked).content.decode()
            for asked in ({}, {"way": way}, {"way": other})
        ]
        assert shown == [True, True, False]


@pytest.mark.parametrize("who", ["b.teacher", "a.counselor_2", "a.counselor"])
def test_offer_names_a_counselor_or_leader_of_that_school(who, world, by):
    with pytest.raises(Refused):
        offered(by, world.a.student, world.members()[who], to_school=world.b.unit)
    assert not HandOver.objects.exists()


@pytest.mark.parametrize("who", ["teacher", "grade_head", "subject_teacher"])
def test_offer_is_made_by_counselors_and_leaders_only(who, world, viewer, there):
    with pytest.raises(Refused):
        offered(viewer(world.a.people[who]), world.a.neighbor, there.membership)
    assert not HandOver.objects.exists()


def test_offer_of_who_is_kept_from_a_flag_tells_nothing_of_it_and_takes_it_along(world, by, there, sign_in):
    """They can offer like everybody; what they may not know of goes along, unread by them."""
    flag = raised(world.a.student_2, world.a.counselor_2, severity=3, reason="SECRET")
    kept_from(world.a.counselor, flag, world.a.counselor_2)
    client = sign_in(world.a.counselor)
    form = client.get(reverse("students:hand_over_new", args=[world.a.student_2.pk]), {"to": world.b.unit.pk})
    offer = offered(by, world.a.student_2, there.membership)
    page = client.get(offer.get_absolute_url())
    told = form.content.decode() + page.content.decode()
    assert [str(flag.pk) in told, "SECRET" in offer.contents, "未结束的预警随转" in told] == [False, False, False]
    accept(there, offer, class_group=world.b.class_1)
    assert RiskFlag.objects.get(pk=flag.pk).outcome == "moved"
    assert "SECRET" not in client.get(offer.get_absolute_url()).content.decode()


def test_a_waiting_offer_that_is_kept_from_somebody_is_refused_to_them_like_any_wrong_name(world, by, viewer, there):
    flag = raised(world.a.student_2, world.a.counselor_2, severity=3)
    kept_from(world.a.counselor, flag, world.a.counselor_2)
    offered(viewer(world.a.counselor_2), world.a.student_2, there.membership)
    told = []
    for to in (there.membership, world.b.teacher):
        with pytest.raises(Refused) as refused:
            offered(by, world.a.student_2, to, to_school=world.b.unit)
        told.append((str(refused.value), refused.value.field))
    assert told[0] == told[1]


def test_keeping_a_flag_from_somebody_takes_back_their_notices_of_hand_overs_and_openings(world, by, viewer, there):
    student, second = world.a.student, viewer(world.a.counselor_2)
    offer = offered(by, student, second.membership, to_school=None, outside="邻市第三小学")
    break_glass(by=viewer(world.a.leader), student=student, reason=WHY)
    mine = Notice.objects.filter(membership=second.membership, withdrawn_at=None)
    kinds = mine.filter(kind__in=["handover.receipt", "glass.opened"])
    assert kinds.count() == 2
    keep_from(by=by, flag=world.a.flag, person=second.person, reason=WHY)
    assert (kinds.count(), HandOver.objects.waiting().get()) == (0, offer)
    others = Notice.objects.filter(kind="handover.receipt", withdrawn_at=None)
    assert others.get().membership == world.a.leader  # it does not wait for nobody


def test_looking_before_accepting_stands_in_the_log_of_both_schools(world, by, there, sign_in):
    offer = offered(by, world.a.student, there.membership)
    sign_in(world.b.counselor).get(offer.get_absolute_url())
    found = AuditEntry.objects.filter(verb="handover.opened").values_list("chain__scope", "student_id")
    assert set(found) == {(world.a.unit.code, world.a.student.pk), (world.b.unit.code, None)}


# --- accepted ---------------------------------------------------------------------------------------------------------


def test_accepting_moves_roll_registry_and_flag_in_one_moment(world, by, there, listed):
    offer = accept(there, offered(by, world.a.student, there.membership), class_group=world.b.class_1)
    old, new = Student.objects.get(pk=world.a.student.pk), offer.student_there
    assert (old.status, new.school, new.class_group, new.id_hash) == (
        "left",
        world.b.unit,
        world.b.class_1,
        old.id_hash,
    )
    listed.refresh_from_db()
    entry = RegistryEntry.objects.open().get()
    assert (listed.ending, entry.student, entry.severity, entry.reasons) == ("moved", new, 3, listed.reasons)
    last = listed.reviews.get(kind="off")
    assert (last.by, last.second) == (by.membership, there.membership)
    assert entry.measures.open().count() == 1
    flag = RiskFlag.objects.open().get(school=world.b.unit, student=new)
    assert (flag.state, flag.assignee, flag.severity) == ("acknowledged", there.membership, world.a.flag.severity)
    assert RiskFlag.objects.get(pk=world.a.flag.pk).outcome == "moved"
    assert (
        StudentState.objects.get(pk=old.pk).registry_severity
        == 0
        != StudentState.objects.get(pk=new.pk).registry_severity
    )
    found = balance(moves_of(PlanReview.objects.all()), timezone.localdate(), timezone.localdate())
    assert (+found.came, +found.transferred) == ({3: 1}, {3: 1})
    assert offer.keep_until == old.left_on + dt.timedelta(days=1096)
    assert Notice.objects.filter(kind="handover.accepted", membership=by.membership).count() == 1


def test_what_came_along_is_read_by_counselors_and_leaders_but_for_talks_in_confidence(
    world, by, there, viewer, listed
):
    """A talk for counselors only stays one, whoever handed it over."""
    offer = accept(there, offered(by, world.a.student, there.membership), class_group=world.b.class_1)

    def read(member):
        return "\n".join(text for entry in file_of(viewer(member), offer.student_there) for _label, text in entry.lines)

    private = "SENTINEL-a-restricted0-words"
    assert [text in read(world.b.counselor_2) for text in ("STEP-WORDS", private)] == [True, True]
    assert [text in read(world.b.leader) for text in ("STEP-WORDS", private)] == [True, False]
    assert "STEP-WORDS" not in read(world.b.teacher)
    kinds = {entry.kind for entry in file_of(viewer(world.b.counselor), offer.student_there)}
    assert kinds >= {"talk", "flag", "registry", "roll"}


def test_accepting_without_the_registry_leaves_the_entry_and_lists_nobody_here(world, by, there, listed):
    offer = accept(there, offered(by, world.a.student, there.membership, kinds=["talk"]), class_group=world.b.class_1)
    assert RegistryEntry.objects.open().get() == listed
    with pytest.raises(registry.StandsElsewhere):
        registry.put_on_registry(by=there, student=offer.student_there, severity=2, reasons=WHY)
    assert RegistryEntry.objects.open().get() == listed


def test_accepting_finds_the_student_whom_the_roll_knows_by_a_number(world, by, there, listed):
    known = world.b.student_2
    Student.objects.filter(pk=known.pk).update(id_hash=world.a.student.id_hash, status="left", left_on="2025-07-01")
    offer = accept(there, offered(by, world.a.student, there.membership))
    known.refresh_from_db()
    assert (offer.student_there, known.status, known.class_group) == (known, "enrolled", world.b.class_1)


def test_accepting_keeps_a_guardian_whom_nobody_may_call(world, by, there):
    guardian = world.a.student.guardians.get()
    guardian.do_not_call, guardian.do_not_call_reason = True, "REASON"
    guardian.save()
    offer = accept(there, offered(by, world.a.student, there.membership), class_group=world.b.class_1)
    brought = offer.student_there.guardians.get()
    assert (brought.name, brought.do_not_call, brought.do_not_call_reason) == (guardian.name, True, "REASON")


def test_whom_nobody_may_call_goes_along_without_contacts_with_the_family(world, by, there):
    world.a.student.guardians.update(do_not_call=True)
    Guardian.objects.create(student=world.a.student, position=7, name="另一位", phone="13900000000")
    offer = offered(by, world.a.student, there.membership, kinds=["talk"])
    brought = accept(there, offer, class_group=world.b.class_1).student_there.guardians.get()
    assert (brought.do_not_call, brought.phone, brought.id_number) == (True, "", "")


@pytest.mark.parametrize("who", ["b.counselor_2", "b.teacher", "a.counselor", "a.leader", "district_staff"])
def test_accepting_is_for_the_named_person_or_a_leader_there(who, world, by, there, viewer):
    offer = offered(by, world.a.student, there.membership)
    with pytest.raises(Refused):
        accept(viewer(world.members()[who]), offer, class_group=world.b.class_1)
    assert HandOver.objects.waiting().get() == offer


def test_accepting_twice_takes_the_student_over_once(world, by, there, viewer, listed):
    offer = offered(by, world.a.student, there.membership)
    accept(there, offer, class_group=world.b.class_1)
    with pytest.raises(Refused):
        accept(viewer(world.b.leader), offer, class_group=world.b.class_1)
    assert Student.objects.filter(school=world.b.unit, id_hash=world.a.student.id_hash).count() == 1
    assert RegistryEntry.objects.open().count() == 1


def test_a_flag_that_was_handed_over_is_not_opened_again_here(world, by, there):
    accept(there, offered(by, world.a.student, there.membership), class_group=world.b.class_1)
    with pytest.raises(Refused):
        reopen_flag(by=by, flag=world.a.flag, text="家长又来电话，说孩子夜里哭")
    assert RiskFlag.objects.open().filter(school=world.a.unit, student=world.a.student).count() == 0


def test_whom_a_closed_flag_was_kept_from_meets_nothing_of_the_student_in_the_new_school(
    world, by, there, viewer, listed
):
    """They come to the new school after the student: the registry is not there for them, and no flag that is raised."""
    danger = world.a.counselor_2
    kept_from(danger, world.a.flag, world.a.counselor)
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(
        state="closed",
        outcome="unfounded",
        settled_at=timezone.now(),
        closed_by=world.a.counselor.person,
        taken_at=timezone.now(),
    )
    offer = accept(there, offered(by, world.a.student, there.membership), class_group=world.b.class_1)
    came = viewer(Membership.objects.create(person=danger.person, unit=world.b.unit, role="counselor"))
    new = raise_flag(by=there, student=offer.student_there, severity=3, known_at=timezone.now(), reason=WHY)
    seen = [RegistryEntry.objects.visible_to(came), HandOver.objects.visible_to(came)]
    assert [rows.exists() for rows in seen] == [False, False]
    assert not RiskFlag.objects.visible_to(came).filter(pk=new.pk).exists()


def test_an_open_flag_stays_kept_from_who_is_not_of_the_new_school_yet(world, by, there):
    kept_from(world.a.counselor_2, world.a.flag, world.a.counselor)
    offer = accept(there, offered(by, world.a.student, there.membership), class_group=world.b.class_1)
    new = RiskFlag.objects.open().get(student=offer.student_there)
    assert list(new.kept_from.values_list("person", flat=True)) == [world.a.counselor_2.person_id]


def test_who_is_kept_from_a_flag_of_the_student_here_is_not_named_and_accepts_nothing(world, by, there):
    known = world.b.student_2
    offer = offered(by, world.a.student, there.membership)
    kept_from(there.membership, raised(known, world.b.counselor_2, severity=3), world.b.leader)
    with pytest.raises(Refused):
        accept(there, offer, student=known)
    Student.objects.filter(pk=known.pk).update(id_hash=world.a.student.id_hash)
    assert there.membership not in hand_over.able_there(world.b.unit, world.a.student)
    assert HandOver.objects.waiting().get() == offer


def test_accepting_who_stands_on_a_third_registry_asks_that_school(world, by, there, sign_in, listed):
    """The old school knows them by no number; the roll of the new one by that of somebody who is listed elsewhere."""
    known = world.b.student_2
    Student.objects.filter(pk=known.pk).update(id_hash=world.a.older.id_hash)
    third = entry_of(world.a.older, world.a.counselor, severity=2)
    registry_key(third)
    Student.objects.filter(pk=world.a.student.pk).update(id_hash="", registry_hash="")
    offer = offered(by, world.a.student, there.membership)
    client, url = sign_in(world.b.counselor), reverse("students:hand_over_accept", args=[offer.pk])
    Student.objects.filter(pk=known.pk).update(name=world.a.student.name)
    answer = client.post(url, {"student": known.pk})
    assert (answer.status_code, HandOver.objects.waiting().get()) == (200, offer)
    assert {one.subject_id for one in Notice.objects.filter(kind="handover.asked")} == {third.pk}


def test_accepting_holds_the_logs_after_every_row_and_what_pages_ask_for(world, by, there, listed):
    """Whoever else changes these rows takes them first, and the log last: neither waits for the other forever."""
    kept_from(world.a.counselor_2, world.a.flag, world.a.counselor)
    offer = offered(by, world.a.student, there.membership)
    with CaptureQueriesContext(connection) as asked:
        accept(there, offer, class_group=world.b.class_1)
    told = [query["sql"] for query in asked]
    held = next(at for at, sql in enumerate(told) if "schools_auditchain" in sql)
    pulses = [(at, sql) for at, sql in enumerate(told) if sql.startswith('UPDATE "schools_pulse"')]
    assert {sql for at, sql in pulses} == {sql for at, sql in pulses if at < held}


# --- sent back, taken back --------------------------------------------------------------------------------------------


def test_offer_that_is_sent_back_comes_to_the_sender_with_the_reason(world, by, there, sign_in, listed):
    offer = offered(by, world.a.student, there.membership)
    hand_over.return_offer(by=there, offer=offer, text="学生没有来我校报到")
    assert Notice.objects.get(kind="handover.returned").membership == by.membership
    assert offer.get_absolute_url() in [item.url for item in inbox_of(by)]
    assert "没有来我校报到" in sign_in(world.a.counselor).get(offer.get_absolute_url()).content.decode()
    assert sign_in(world.b.counselor).get(offer.get_absolute_url()).status_code == 404
    assert (RegistryEntry.objects.open().get(), HandOver.objects.get().state) == (listed, "returned")
    offered(by, world.a.student, there.membership)


def test_offer_that_is_taken_back_is_no_longer_there(world, by, there, viewer, sign_in):
    offer = offered(by, world.a.student, there.membership)
    with pytest.raises(Refused):
        hand_over.take_back_offer(by=there, offer=offer)
    hand_over.take_back_offer(by=viewer(world.a.leader), offer=offer)
    assert sign_in(world.b.counselor).get(offer.get_absolute_url()).status_code == 404
    assert not [item for item in inbox_of(there) if "hand-overs" in item.url]
    assert not Notice.objects.calling().filter(kind="handover.offered").exists()


# --- on paper ---------------------------------------------------------------------------------------------------------


def test_on_paper_a_second_person_records_the_receipt_and_the_flag_stays(world, by, viewer, listed):
    second = viewer(world.a.leader)
    offer = offered(by, world.a.student, second.membership, to_school=None, outside="邻市第三小学")
    said = {"offer": offer, "received_by": "李老师", "received_on": timezone.localdate()}
    with pytest.raises(Refused):
        hand_over.record_receipt(by=by, **said)
    assert RegistryEntry.objects.open().get() == listed
    hand_over.record_receipt(by=second, **said)
    listed.refresh_from_db()
    assert (listed.ending, Student.objects.get(pk=listed.student_id).status) == ("moved", "left")
    assert RiskFlag.objects.open().filter(student=listed.student_id).count() == 1


def test_on_paper_the_file_is_made_by_a_job_for_the_old_school_only(
    world, by, sign_in, listed, django_capture_on_commit_callbacks
):
    offer = offered(by, world.a.student, world.a.leader, to_school=None, outside="邻市第三小学")
    url = reverse("students:hand_over_pdf", args=[offer.pk])
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(world.a.counselor).post(url)
    job = Job.objects.get(kind="hand_over")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files.open_file(job.pk))).pages)
    assert ("邻市第三小学" in text, job.state) == (True, "done")
    assert sign_in(world.b.counselor).post(url).status_code == 404
    assert AuditEntry.objects.filter(verb="handover.printed", student_id=world.a.student.pk).count() == 1


PRIVATE = "SENTINEL-a-restricted0-words"


def test_what_is_for_counselors_only_is_on_the_paper_of_a_counselor_only(world, by, viewer):
    offer = offered(by, world.a.student, world.a.leader, to_school=None, outside="邻市第三小学")
    sees = [PRIVATE in str(on_paper(viewer(who), offer)) for who in (world.a.counselor, world.a.leader)]
    assert sees == [True, False]
    hand_over.return_offer(by=viewer(world.a.leader), offer=offer, text="没有送到")
    with pytest.raises(Refused):
        start_paper(by=by, offer=offer)


def test_what_a_leader_has_opened_in_an_emergency_does_not_go_along(world, viewer, there):
    leader = viewer(world.a.leader)
    break_glass(by=leader, student=world.a.student, reason=WHY)
    assert PRIVATE in str(file_of(viewer(world.a.leader), world.a.student))
    assert PRIVATE not in offered(leader, world.a.student, there.membership).contents


# --- one person, one registry -----------------------------------------------------------------------------------------


def test_listing_who_stands_elsewhere_asks_that_school_and_lists_nobody(world, by, there, listed, sign_in):
    """Somebody came without being handed over: the roll of the new school has the same number."""
    Student.objects.filter(pk=world.b.student_2.pk).update(id_hash=world.a.student.id_hash)
    client, url = sign_in(world.b.counselor), reverse("students:registry_new", args=[world.b.student_2.pk])
    answer = client.post(url, {"severity": 2, "reasons": WHY, "counselor": there.membership.pk})
    assert (answer.status_code, RegistryEntry.objects.open().get()) == (200, listed)
    asked = set(Notice.objects.filter(kind="handover.asked").values_list("membership", flat=True))
    assert asked == {world.a.counselor.pk, world.a.leader.pk}
    assert AuditEntry.objects.filter(verb="handover.asked").count() == 2
    offered(by, world.a.student, there.membership)
    assert not Notice.objects.filter(kind="handover.asked", over_at=None).exists()


@pytest.mark.parametrize("with_registry", [True, False])
def test_an_entry_that_ends_gives_its_key_to_who_is_the_same_person(with_registry, world, by, there, viewer, listed):
    """The new school had listed them before it knew a number."""
    known = world.b.student_2
    Student.objects.filter(pk=known.pk).update(id_hash="", registry_hash="")
    mine = registry.put_on_registry(by=there, student=Student.objects.get(pk=known.pk), severity=2, reasons=WHY)
    key = RegistryEntry.objects.get(pk=listed.pk).person_key
    offer = offered(by, world.a.student, there.membership, kinds=["registry"] if with_registry else [])
    accept(there, offer, student=known)
    if not with_registry:
        second = viewer(world.a.leader)
        registry.propose_off(by=by, entry=listed, ending="moved", changed=WHY, second=second.membership)
        registry.confirm_review(by=second, entry=listed)
    mine.refresh_from_db()
    assert (mine.off_on, mine.person_key) == (None, key)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["list", "offer", "accept", "return", "take back", "off", "back", "leave"]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_nobody_ever_stands_on_two_registries(world, acts):
    """Two schools, both with this person on the roll, hand over, list, end, sign off and bring back in any order."""
    from django.db import transaction

    mark = transaction.savepoint()
    sides = {True: world.a, False: world.b}
    id_hash = world.a.student.id_hash
    Student.objects.filter(pk=world.b.student.pk).update(id_hash=id_hash)
    for act, is_a, with_registry in acts:
        try:
            with transaction.atomic():
                _do(act, sides[is_a], sides[not is_a], with_registry, id_hash)
        except Refused:
            pass
        standing = RegistryEntry.objects.open().filter(student__id_hash=id_hash)
        assert standing.count() <= 1
        assert RiskFlag.objects.open().filter(student__id_hash=id_hash).count() <= 2
    transaction.savepoint_rollback(mark)


def _do(act, here, other, with_registry, id_hash):
    by, second = _viewer(here.counselor), _viewer(here.leader)
    student = Student.objects.filter(school=here.unit, id_hash=id_hash).first()
    waiting = HandOver.objects.waiting().filter(student__id_hash=id_hash).first()
    if act == "accept" and waiting and waiting.to_school_id == here.unit.pk:
        accept_offer(by=by, offer=waiting, class_group=here.class_1)
    elif act == "return" and waiting and waiting.to_school_id == here.unit.pk:
        hand_over.return_offer(by=by, offer=waiting, text=WHY)
    elif act == "take back" and waiting:
        hand_over.take_back_offer(by=by, offer=waiting)
    elif student is None:
        return
    elif act == "list":
        registry.put_on_registry(by=by, student=student, severity=2, reasons=WHY)
    elif act == "offer":
        offered(by, student, other.counselor, kinds=ALL if with_registry else ["talk"])
    elif act == "off" and (entry := RegistryEntry.objects.open().filter(student=student).first()):
        registry.propose_off(by=by, entry=entry, ending="moved", changed=WHY, second=second.membership)
        registry.confirm_review(by=second, entry=entry)
    elif act in ("back", "leave"):
        what = roll.Move.BACK if act == "back" else roll.Move.LEFT
        roll.move_student(by=by, student=student, what=what, on=timezone.localdate())


def _viewer(member: Membership):
    return Viewer(person=member.person, membership=member)
