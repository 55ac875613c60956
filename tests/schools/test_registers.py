"""Registers, shown with certificates: entering, confirming, changing, history, files. Who sees what is the walk's."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools.access import SCHOOL_ROLES
from schools.common import files as private
from schools.common.errors import Refused
from schools.models import (
    Attachment,
    AuditEntry,
    Certificate,
    CounselingRoom,
    Membership,
    Person,
    RecordVersion,
    Role,
    TallyMark,
)
from schools.registers.base.actions import change_record, confirm_record, enter_record, remove_record
from schools.registers.certificates import certificates
from tests.walking import certificate_of

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("schools:certificate_list"), reverse("schools:certificate_new")
SCAN = b"%PDF-1.7 the scan"


def page(name, record):
    return reverse(f"schools:certificate_{name}", args=[record.pk])


def sent(holder, **more):
    form = {"holder": holder, "level": "abc_c", "number": "C-7", "issued_on": "2025-07-01", "run": "2025-2"}
    return form | {"revision": "1"} | more


def entered(client, member, **more):
    answer = client.post(NEW, sent(member.person.staff_number, **more))
    assert answer.status_code == 302
    return Certificate.objects.get(holder=member.person)


# --- whose it is, and when it counts ------------------------------------------------------------------------------


def test_an_own_record_counts_once_a_keeper_confirms_it(world, sign_in):
    row = entered(sign_in(world.a.teacher), world.a.teacher)
    assert (row.confirmed_at, row.unit) == (None, world.a.unit)
    assert not Certificate.objects.valid(dt.date(2026, 3, 18)).exists()

    sign_in(world.a.leader).post(page("confirm", row), {"revision": 1})
    row.refresh_from_db()
    assert row.confirmed_by == world.a.leader.person
    assert Certificate.objects.valid(dt.date(2026, 3, 18)).get() == row
    assert [entry.verb for entry in AuditEntry.objects.filter(verb__startswith="cert").order_by("pk")] == [
        "certificate.entered",
        "certificate.confirmed",
    ]


@pytest.mark.parametrize("typed", ["ａ-ｔｅａｃｈｅｒ", "A-Teacher\u200b", "{name}\u200b"])
def test_a_holder_is_known_however_number_or_name_is_typed(world, sign_in, typed):
    form = sent(typed.format(name=world.a.teacher.person.name))
    assert sign_in(world.a.counselor).post(NEW, form).status_code == 302
    assert Certificate.objects.get().holder == world.a.teacher.person


def test_what_a_keeper_enters_for_somebody_counts_at_once(world, sign_in):
    row = entered(sign_in(world.a.counselor), world.a.teacher)
    assert row.confirmed_by == world.a.counselor.person


@pytest.mark.parametrize("who", ["counselor", "leader"])
def test_nobody_confirms_what_is_their_own(world, viewer, who):
    member = getattr(world.a, who)
    row = certificate_of(member)
    with pytest.raises(Refused, match="本人"):
        confirm_record(by=viewer(member), register=certificates, record=row, revision=1)
    row.refresh_from_db()
    assert row.confirmed_at is None


def test_changing_an_own_record_asks_again(world, sign_in):
    row = certificate_of(world.a.teacher)
    sign_in(world.a.leader).post(page("confirm", row), {"revision": 1})
    sign_in(world.a.teacher).post(page("edit", row), sent("a-teacher", number="C-8"))
    row.refresh_from_db()
    assert (row.number, row.revision, row.confirmed_at) == ("C-8", 2, None)


def test_a_keeper_who_changes_a_record_has_confirmed_it(world, sign_in):
    row = certificate_of(world.a.teacher)
    sign_in(world.a.leader).post(page("edit", row), sent("a-teacher", number="C-8"))
    row.refresh_from_db()
    assert (row.number, row.confirmed_by) == ("C-8", world.a.leader.person)


def test_what_changed_meanwhile_is_not_confirmed_unseen(world, sign_in):
    row = certificate_of(world.a.teacher)
    sign_in(world.a.teacher).post(page("edit", row), sent("a-teacher", number="C-8"))
    sign_in(world.a.leader).post(page("confirm", row), {"revision": 1})
    row.refresh_from_db()
    assert row.confirmed_at is None


def test_a_change_to_what_somebody_else_has_changed_is_refused(world, sign_in):
    row = certificate_of(world.a.teacher)
    leader = sign_in(world.a.leader)
    leader.post(page("edit", row), sent("a-teacher", number="C-8"))
    answer = leader.post(page("edit", row), sent("a-teacher", number="C-9"))
    row.refresh_from_db()
    assert (answer.status_code, row.number) == (422, "C-8")
    assert "C-9" in answer.content.decode()


@pytest.mark.parametrize("holder", ["a-teacher_2", "b-teacher"])
def test_a_teacher_enters_only_their_own(world, sign_in, viewer, holder):
    sign_in(world.a.teacher).post(NEW, sent(holder))
    assert Certificate.objects.get().holder == world.a.teacher.person

    person = world.b.teacher.person if holder.startswith("b") else world.a.teacher_2.person
    values = {"holder": person, "level_id": "abc_c", "issued_on": dt.date(2025, 7, 1)}
    with pytest.raises(Refused):
        enter_record(by=viewer(world.a.teacher), register=certificates, values=values)
    assert Certificate.objects.count() == 1


def test_a_keeper_enters_for_people_of_the_own_unit_only(world, sign_in):
    answer = sign_in(world.a.leader).post(NEW, sent("b-teacher"))
    assert (answer.status_code, Certificate.objects.count()) == (422, 0)

    sign_in(world.cluster_staff).post(NEW, sent("b-teacher"))
    row = Certificate.objects.get()
    assert (row.unit, row.confirmed_by) == (world.b.unit, world.cluster_staff.person)


def test_nobody_gives_their_own_record_away(world, viewer):
    row = certificate_of(world.a.teacher)
    values = {"holder": world.a.teacher_2.person, "number": "C-8"}
    with pytest.raises(Refused):
        change_record(by=viewer(world.a.teacher), register=certificates, record=row, revision=1, values=values)
    row.refresh_from_db()
    assert (row.holder, row.number) == (world.a.teacher.person, "C-1")


def test_the_same_certificate_is_entered_once(world, sign_in):
    client = sign_in(world.a.leader)
    entered(client, world.a.teacher)
    answer = client.post(NEW, sent("a-teacher"))
    assert (answer.status_code, Certificate.objects.count()) == (422, 1)


# --- removing ---------------------------------------------------------------------------------------------------


def test_a_holder_removes_what_waits_and_not_what_is_confirmed(world, sign_in):
    waiting, counting = certificate_of(world.a.teacher), certificate_of(world.a.teacher, number="C-2")
    sign_in(world.a.leader).post(page("confirm", counting), {"revision": 1})
    teacher = sign_in(world.a.teacher)
    teacher.post(page("remove", waiting))
    teacher.post(page("remove", counting))
    assert list(Certificate.objects.all()) == [counting]


def test_removing_takes_versions_and_files_along_and_stays_in_the_log(
    world, viewer, sign_in, django_capture_on_commit_callbacks
):
    row = entered(sign_in(world.a.leader), world.a.teacher, attached=SimpleUploadedFile("scan.pdf", SCAN))
    key = Attachment.objects.get().pk
    with django_capture_on_commit_callbacks(execute=True):
        remove_record(by=viewer(world.a.leader), register=certificates, record=row)
    assert (Certificate.objects.count(), RecordVersion.objects.count(), Attachment.objects.count()) == (0, 0, 0)
    assert AuditEntry.objects.latest("pk").verb == "certificate.removed"
    with pytest.raises(FileNotFoundError):
        private.open_file(key)


# --- history, figures, list -------------------------------------------------------------------------------------


def test_the_history_tells_what_it_said_before(world, sign_in):
    leader = sign_in(world.a.leader)
    row = entered(leader, world.a.teacher)
    leader.post(page("edit", row), sent("a-teacher", number="C-8"))
    told = [(one["title"], one["text"]) for one in leader.get(page("detail", row)).context["history"]]
    name = world.a.leader.person.name
    assert told == [(f"{name} · 更改", "证书编号: C-7 → C-8"), (f"{name} · 录入", "")]


def test_the_log_names_the_fields_that_changed_and_not_what_they_say(world, sign_in):
    leader = sign_in(world.a.leader)
    row = entered(leader, world.a.teacher)
    leader.post(page("edit", row), sent("a-teacher", number="C-8"))
    assert AuditEntry.objects.latest("pk").details == {"fields": ["number"]}


def test_each_change_has_the_figures_of_the_unit_counted_anew(world, sign_in):
    leader = sign_in(world.a.leader)
    row = entered(leader, world.a.teacher)
    TallyMark.objects.all().delete()
    leader.post(page("edit", row), sent("a-teacher", issued_on="2024-07-01"))
    marked = set(TallyMark.objects.values_list("unit", "since"))
    assert marked == {(world.a.unit.pk, dt.date(2024, 7, 1)), (world.a.unit.pk, dt.date(2025, 7, 1))}


def test_the_list_costs_the_same_with_three_rows_and_with_thirty(world, sign_in):
    client = sign_in(world.a.leader)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        return len(asked)

    for number in range(3):
        certificate_of(world.a.teacher, number=f"C-{number}")
    client.get(LIST)
    few = cost()
    for number in range(3, 30):
        certificate_of(world.a.teacher, number=f"C-{number}")
    assert cost() == few


def test_the_list_shows_what_waits(world, sign_in):
    waiting = certificate_of(world.a.teacher)
    certificate_of(world.a.teacher_2, confirmed_at=dt.datetime(2025, 9, 1, tzinfo=dt.UTC))
    answer = sign_in(world.a.leader).get(LIST, {"state": "waiting"})
    assert (list(answer.context["list"].page_obj), answer.context["waiting"]) == ([waiting], 1)


# --- files (threat T14) -----------------------------------------------------------------------------------------


def test_a_file_is_stored_encrypted_and_leaves_as_a_download(world, sign_in, settings):
    client = sign_in(world.a.teacher)
    row = entered(client, world.a.teacher, attached=SimpleUploadedFile("../../证书<b>.pdf", SCAN))
    attachment = Attachment.objects.get()
    answer = client.get(reverse("schools:certificate_file", args=[row.pk, attachment.pk]))

    assert answer.content == SCAN
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E8%AF%81%E4%B9%A6")
    assert attachment.name == "证书<b>.pdf"
    stored = [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file() and attachment.pk.hex in path.name]
    assert len(stored) == 1 and SCAN not in stored[0].read_bytes()
    assert AuditEntry.objects.latest("pk").verb == "certificate.file_taken"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", b"<script>"),
        ("page.html", b"%PDF-1.7"),
        ("scan.svg", b"<svg>"),
        ("run.exe", b"MZ"),
        ("a.jpg", SCAN),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(world, sign_in, name, content):
    answer = sign_in(world.a.teacher).post(NEW, sent("a-teacher", attached=SimpleUploadedFile(name, content)))
    assert (answer.status_code, Certificate.objects.count(), Attachment.objects.count()) == (422, 0, 0)


def test_a_file_is_found_under_its_own_record_only(world, sign_in):
    own, other = certificate_of(world.a.teacher), certificate_of(world.a.teacher, number="C-2")
    from tests.walking import file_of

    attachment = file_of(other)
    client = sign_in(world.a.teacher)
    assert client.get(reverse("schools:certificate_file", args=[own.pk, attachment.pk])).status_code == 404
    assert client.get(reverse("schools:certificate_file", args=[other.pk, attachment.pk])).status_code == 200


# --- what waits -------------------------------------------------------------------------------------------------


def waiting(viewer, member):
    from schools import records_waiting as inbox
    from schools.work.inbox import Waiting

    found = [inbox.records_to_confirm, inbox.certificates_ending]
    return [one.text for source in found for one in source(viewer(member)) if isinstance(one, Waiting)]


def test_the_inbox_tells_keepers_what_waits_and_what_runs_out(world, viewer):
    now = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)
    certificate_of(world.a.teacher)
    certificate_of(world.a.teacher_2, confirmed_at=now, expires_on=dt.date(2026, 4, 1))
    certificate_of(world.a.teacher_4, confirmed_at=now, expires_on=dt.date(2027, 4, 1))
    assert waiting(viewer, world.a.leader) == ["培训证书：1 条待确认", "60 天内有 1 本教职工证书到期"]
    assert waiting(viewer, world.a.teacher_2) == ["您有证书即将到期"]
    assert waiting(viewer, world.b.leader) == waiting(viewer, world.a.teacher_4) == []


def moved(world, member, unit):
    """A teacher has gone from their school to another one."""
    Membership.objects.filter(person=member.person).update(ends_on=dt.date(2026, 1, 31))
    return Membership.objects.create(
        person=member.person, unit=unit, role=Role.CLASS_TEACHER, starts_on=dt.date(2026, 2, 1)
    )


def test_a_certificate_waits_where_its_holder_works_now(world, viewer):
    certificate_of(world.a.teacher)
    moved(world, world.a.teacher, world.b.unit)
    assert waiting(viewer, world.a.leader) == []
    assert waiting(viewer, world.b.leader) == ["培训证书：1 条待确认"]


def test_a_certificate_of_somebody_without_a_post_waits_where_it_was_entered(world, viewer):
    certificate_of(world.a.teacher)
    Membership.objects.filter(person=world.a.teacher.person).update(ends_on=dt.date(2026, 1, 31))
    assert waiting(viewer, world.a.leader) == ["培训证书：1 条待确认"]
    assert waiting(viewer, world.b.leader) == []


def test_a_certificate_that_runs_out_is_told_where_its_holder_works_now(world, viewer):
    now = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)
    certificate_of(world.a.teacher, confirmed_at=now, expires_on=dt.date(2026, 4, 1))
    moved(world, world.a.teacher, world.b.unit)
    assert waiting(viewer, world.a.leader) == []
    assert waiting(viewer, world.b.leader) == ["60 天内有 1 本教职工证书到期"]


def test_what_nobody_else_keeps_waits_for_the_nearest_center(world, viewer):
    certificate_of(world.a.leader)
    centers = [world.cluster_staff, world.district_staff, world.city_staff]
    assert waiting(viewer, world.a.counselor) != []
    assert [waiting(viewer, one) for one in centers] == [[], [], []]

    others = Membership.objects.filter(unit=world.a.unit, role__in=SCHOOL_ROLES).exclude(pk=world.a.leader.pk)
    others.update(ends_on=dt.date(2026, 1, 31))
    told = ["培训证书：1 条待确认"]
    assert [waiting(viewer, one) for one in centers] == [told, [], []]
    assert waiting(viewer, world.a.leader) == []

    Person.objects.filter(pk=world.cluster_staff.person_id).update(is_active=False)
    assert [waiting(viewer, one) for one in centers[1:]] == [told, []]


def test_a_newer_certificate_ends_the_reminder(world, viewer):
    now = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)
    certificate_of(world.a.teacher, confirmed_at=now, expires_on=dt.date(2026, 4, 1))
    certificate_of(world.a.teacher, confirmed_at=now, number="C-2", expires_on=dt.date(2030, 4, 1))
    assert waiting(viewer, world.a.teacher) == waiting(viewer, world.a.leader) == []


# --- a register whose rows are nobody's own: rooms --------------------------------------------------------------


def test_a_room_counts_at_once_and_tells_its_hours(world, sign_in):
    client = sign_in(world.a.counselor)
    room = {"name": "心语屋", "open_days": "周一至周五", "opens_at": "11:50", "closes_at": "12:50", "revision": "1"}
    assert client.post(reverse("schools:counselingroom_new"), room).status_code == 302
    page = client.get(reverse("schools:counselingroom_list")).content.decode()
    assert "心语屋" in page and "周一至周五 11:50–12:50" in page
    assert CounselingRoom.objects.get().confirmed_by == world.a.counselor.person


def test_two_rooms_of_a_school_have_two_names(world, sign_in):
    client, room = sign_in(world.a.counselor), {"name": "心语屋", "revision": "1"}
    statuses = [client.post(reverse("schools:counselingroom_new"), room).status_code for _time in range(2)]
    assert (statuses, CounselingRoom.objects.count()) == ([302, 422], 1)
