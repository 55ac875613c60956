import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from schools.actions.notices import acknowledge_notice
from schools.models import Membership, Notice, Pulse
from schools.work.notices import Urgency, call_next, end_notices, notify, withdraw_notices
from students.actions.flags import acknowledge_flag, escalate_overdue, raise_flag
from tests.walking import kept_from
from tests.world import NOW

pytestmark = pytest.mark.django_db
POLL = {"X-Poll": "1"}


def called(kind="some.kind"):
    return sorted(Notice.objects.filter(kind=kind).values_list("membership__person__staff_number", flat=True))


def calling(member, viewer):
    return Notice.objects.visible_to(viewer(member)).calling().count()


# --- calling ----------------------------------------------------------------------------------------------------------


def test_notify_calls_each_person_once_for_a_cause_and_occasion(world):
    sent = [
        notify(to=[world.a.counselor, world.a.counselor, world.a.leader], kind="some.kind", about=world.a.flag),
        notify(to=[world.a.counselor, world.a.counselor_2], kind="some.kind", about=world.a.flag),
        notify(to=[world.a.counselor], kind="some.kind", about=world.a.flag, occasion="the next day"),
    ]
    assert sent == [2, 1, 1]
    assert called() == ["a-counselor", "a-counselor", "a-counselor_2", "a-leader"]


def test_a_cause_that_fails_leaves_no_notice(world, viewer):
    with pytest.raises(RuntimeError), transaction.atomic():
        raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=4, reason="x", known_at=NOW)
        raise RuntimeError
    assert Notice.objects.count() == 0


def test_a_notice_calls_until_it_is_seen_and_an_urgent_one_until_it_is_acknowledged(world, viewer, sign_in):
    notify(to=[world.a.counselor], kind="calm", url="/")
    notify(to=[world.a.counselor], kind="urgent", url="/", urgency=Urgency.URGENT)
    client, counts = sign_in(world.a.counselor), []
    for notice in Notice.objects.order_by("kind"):
        client.post(reverse("schools:notice_open", args=[notice.pk]))
        counts.append(calling(world.a.counselor, viewer))
    client.post(reverse("schools:notice_acknowledge", args=[notice.pk]))
    assert [*counts, calling(world.a.counselor, viewer)] == [1, 1, 0]


def test_what_was_taken_back_is_not_there_any_more(world, viewer):
    notify(to=[world.a.counselor, world.a.leader], kind="some.kind", about=world.a.flag)
    withdraw_notices(world.a.flag, [world.a.leader])
    assert [calling(one, viewer) for one in (world.a.counselor, world.a.leader)] == [1, 0]
    assert not Notice.objects.visible_to(viewer(world.a.leader)).exists()


def test_a_person_with_two_roles_is_called_for_both_and_led_into_the_right_one(world, viewer, sign_in):
    other = Membership.objects.create(
        person=world.a.counselor.person, unit=world.b.unit, role="counselor", starts_on=dt.date(2025, 9, 1)
    )
    notify(to=[other], kind="some.kind", about=world.b.flag)
    client = sign_in(world.a.counselor)
    answer = client.post(reverse("schools:notice_open", args=[Notice.objects.get().pk]))
    assert (answer["Location"], client.get(answer["Location"]).status_code) == (world.b.flag.get_absolute_url(), 200)


# --- the page and its question ----------------------------------------------------------------------------------------


def test_notice_list_tells_name_and_level_only_of_flags_one_may_still_open(world, viewer, sign_in):
    flag = raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=4, reason="x", known_at=NOW)
    page = sign_in(world.a.counselor).get(reverse("schools:notice_list")).content.decode()
    assert flag.student.name in page
    Notice.objects.filter(membership=world.a.counselor).update(membership=world.a.subject_teacher)
    page = sign_in(world.a.subject_teacher).get(reverse("schools:notice_list")).content.decode()
    assert flag.student.name not in page


def test_notice_list_asks_as_often_for_thirty_rows_as_for_three(world, sign_in, viewer):
    def queries():
        client = sign_in(world.a.counselor)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(reverse("schools:notice_list")).status_code == 200
        return len(found)

    for number in range(3):
        notify(to=[world.a.counselor], kind="flag.raised", about=world.a.flag, occasion=str(number))
    few = queries()
    for number in range(3, 30):
        notify(to=[world.a.counselor], kind="flag.raised", about=world.a.flag, occasion=str(number))
    assert queries() == few


def test_the_poll_counts_and_beats(world, viewer, sign_in):
    client = sign_in(world.a.counselor)
    before = client.get(reverse("schools:notice_poll"), headers=POLL).json()
    flag = raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=4, reason="x", known_at=NOW)
    raised = client.get(reverse("schools:notice_poll"), headers=POLL).json()
    acknowledge_flag(by=viewer(world.a.counselor_2), flag=flag)
    taken = client.get(reverse("schools:notice_poll"), headers=POLL).json()
    assert [one["count"] for one in (before, raised, taken)] == [0, 1, 0]
    assert before["beats"] < raised["beats"] < taken["beats"]


def test_the_poll_is_cheap(world, sign_in):
    client = sign_in(world.a.counselor)
    client.get(reverse("schools:notice_poll"), headers=POLL)
    with CaptureQueriesContext(connection) as found:
        client.get(reverse("schools:notice_poll"), headers=POLL)
    assert len(found) <= 5


@pytest.mark.parametrize(("headers", "status"), [(POLL, 302), ({}, 200)])
def test_the_poll_keeps_no_session_alive(headers, status, world, sign_in, fixed_clock, settings):
    client = sign_in(world.a.counselor)
    client.get(reverse("schools:notice_list"))
    for _minute in range(0, settings.SESSION_IDLE_SECONDS + 120, 300):
        fixed_clock.shift(300)
        last = client.get(reverse("schools:notice_poll"), headers=headers)
    assert last.status_code == status


def test_a_pulse_is_a_units_own(world):
    notify(to=[world.a.counselor], kind="some.kind", url="/")
    assert list(Pulse.objects.values_list("unit", "beats")) == [(world.a.unit.pk, 1)]


# --- nobody answers --------------------------------------------------------------------------------------------------


def test_an_unanswered_notice_goes_to_the_backup_then_to_the_leader_then_rests(world):
    Membership.objects.filter(pk=world.a.counselor.pk).update(backup=world.a.counselor_2)
    notify(
        to=[world.a.counselor],
        kind="some.kind",
        about=world.a.flag,
        answer_by=timezone.now() + dt.timedelta(minutes=10),
    )
    Notice.objects.update(read_at=timezone.now())  # to have read it is no answer
    chain = []
    for minutes in (9, 11, 25, 60):
        call_next(now=timezone.now() + dt.timedelta(minutes=minutes))
        chain.append(called())
    assert chain == [
        ["a-counselor"],
        ["a-counselor", "a-counselor_2"],
        ["a-counselor", "a-counselor_2", "a-leader"],
        ["a-counselor", "a-counselor_2", "a-leader"],
    ]


def test_nobody_is_called_next_for_what_is_kept_from_them(world):
    Membership.objects.filter(pk=world.a.counselor.pk).update(backup=world.a.counselor_2)
    for barred in (world.a.counselor_2, world.a.leader):
        kept_from(barred, world.a.flag, world.a.counselor)
    soon = timezone.now() + dt.timedelta(minutes=10)
    notify(to=[world.a.counselor], kind="some.kind", about=world.a.flag, answer_by=soon)
    call_next(now=soon + dt.timedelta(minutes=1))
    assert called() == ["a-counselor"]


def test_at_a_center_the_other_staff_is_called_next(world):
    on_duty = world.district_staff
    other = Membership.objects.create(
        person=world.b.leader.person, unit=world.district, role="center_staff", starts_on=dt.date(2025, 9, 1)
    )
    soon = timezone.now() + dt.timedelta(minutes=10)
    notify(to=[on_duty], kind="some.kind", url="/", answer_by=soon)
    call_next(now=soon + dt.timedelta(minutes=1))
    assert set(Notice.objects.values_list("membership", flat=True)) == {on_duty.pk, other.pk}


@pytest.mark.parametrize("how", ["acknowledged", "over"])
def test_what_somebody_answered_calls_nobody_else(how, world, viewer):
    both = [world.a.counselor, world.a.counselor_2]
    notify(to=both, kind="some.kind", about=world.a.flag, answer_by=timezone.now() + dt.timedelta(minutes=10))
    if how == "over":
        end_notices(world.a.flag)
    else:
        acknowledge_notice(by=viewer(world.a.counselor), notice=Notice.objects.get(membership=world.a.counselor))
    call_next(now=timezone.now() + dt.timedelta(hours=1))
    assert called() == ["a-counselor", "a-counselor_2"]


# --- flags call -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "urgency"), [(1, Urgency.NORMAL), (2, Urgency.NORMAL), (3, Urgency.URGENT), (4, Urgency.URGENT)]
)
def test_a_flag_calls_the_counselors_of_its_school(severity, urgency, world, viewer):
    raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=severity, reason="x", known_at=NOW)
    assert called("flag.raised") == ["a-counselor", "a-counselor_2"]
    assert set(Notice.objects.values_list("urgency", flat=True)) == {urgency}


def test_a_flag_of_a_school_without_a_counselor_calls_its_leader(world, viewer):
    Membership.objects.filter(unit=world.a.unit, role="counselor").update(ends_on=dt.date(2026, 1, 1))
    raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=4, reason="x", known_at=NOW)
    assert called("flag.raised") == ["a-leader"]


def test_a_higher_level_calls_again_and_the_same_one_does_not(world, viewer):
    for severity in (2, 2, 4):
        raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=severity, reason="x", known_at=NOW)
    assert called("flag.raised") == ["a-counselor", "a-counselor", "a-counselor_2", "a-counselor_2"]


def test_a_flag_in_hand_calls_nobody_any_more(world, viewer):
    flag = raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=4, reason="x", known_at=NOW)
    acknowledge_flag(by=viewer(world.a.counselor), flag=flag)
    assert [calling(one, viewer) for one in (world.a.counselor, world.a.counselor_2)] == [0, 0]


def test_an_overdue_flag_calls_the_backup(world, viewer):
    Membership.objects.filter(pk=world.a.counselor.pk).update(backup=world.a.counselor_2)
    escalate_overdue(now=world.a.flag.due_at + dt.timedelta(minutes=1))
    assert called("flag.late") == ["a-counselor_2", "b-leader"]
