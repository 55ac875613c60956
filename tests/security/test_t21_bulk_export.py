"""Threat T21: one stolen sign-in and a bulk export.

A list of people leaves for a reason, after a fresh proof, so many a day, written down and told to the leaders.
"""

import io
import threading
from contextlib import suppress

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse
from openpyxl import load_workbook

from schools.actions.exports import left_today, take_out
from schools.actions.units import change_settings
from schools.common import files
from schools.common.errors import Refused
from schools.common.workbooks import Sheet
from schools.models import AuditEntry, Job, UnitSetting
from schools.settings_of import setting_of
from schools.work import jobs
from tests.schools.test_second_factor import code_for, give_app
from tests.security.test_t26_duplicate_submissions import FIVE, race
from tests.walking import kept_from
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
STUDENTS, TALKS = reverse("students:student_export"), reverse("counseling:talk_export")
LATER = 301  # seconds after which a proof is no longer fresh


def rows(answer):
    sheet = load_workbook(io.BytesIO(answer.content)).active
    return [[cell.value or "" for cell in row] for row in sheet.iter_rows()]


def take(client, url=STUDENTS, purpose="meeting"):
    return client.post(url, {"purpose": purpose})


def is_file(answer):
    return answer.status_code == 200 and "spreadsheet" in answer.headers["Content-Type"]


def exported():
    return AuditEntry.objects.filter(verb__endswith="_list.exported")


# --- what leaves ----------------------------------------------------------------------------------------------------


def test_the_list_of_students_leaves_as_its_page_shows_it(world, sign_in):
    client = sign_in(world.a.counselor)
    [heads, *lines, _empty, made_by] = rows(take(client, f"{STUDENTS}?group=left_behind&sort=-name"))
    student = world.a.student
    assert len(heads) == 6
    assert lines == [[student.name, student.class_group.name, student.student_number, "留守儿童", "二级", "在校"]]
    assert world.a.counselor.person.name in made_by[0]


def test_the_order_of_the_list_is_that_of_the_page(world, sign_in):
    client = sign_in(world.a.leader)
    pages = [client.get(reverse("students:student_list"), {"sort": sort}) for sort in ("name", "-name")]
    shown = [[student.name for student in page.context["page_obj"].object_list] for page in pages]
    left = [[row[0] for row in rows(take(client, f"{STUDENTS}?sort={sort}"))[1:6]] for sort in ("name", "-name")]
    assert left == shown
    assert left[0] == left[1][::-1]


@pytest.mark.parametrize(("who", "count"), [("leader", 5), ("grade_head", 4), ("teacher", 3), ("subject_teacher", 1)])
def test_each_role_takes_out_the_students_it_sees(who, count, world, sign_in):
    assert len(rows(take(sign_in(world.a.people[who])))) == count + 3  # heads, an empty row, who took it


def test_no_phone_paper_text_or_other_school_is_in_the_file(world, sign_in):
    text = str([rows(take(sign_in(world.a.counselor), url)) for url in (STUDENTS, TALKS)])
    student = world.a.student
    assert student.name in text
    kept = ["SENTINEL-b", "own0", "restricted0", "phone", "address", "health", "guardian", "reason"]
    assert [one for one in [*kept, student.id_number, student.registry_number] if one in text] == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", "\ufeff=1", " =1", "\u200b@x"])
def test_a_name_in_the_list_of_students_is_no_formula(text, world, sign_in):
    type(world.a.student).objects.filter(pk=world.a.student.pk).update(name=text)
    names = [row[0] for row in rows(take(sign_in(world.a.teacher)))]
    assert "'" + text in names


def test_a_list_costs_the_same_queries_with_more_rows(world, sign_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.students.test_student_list import add_students

    UnitSetting.objects.create(unit=world.a.unit, key="exports_per_day", value=9)
    client = sign_in(world.a.leader)
    take(client)
    with CaptureQueriesContext(connection) as few:
        take(client)
    add_students(world.a, 27)
    with django_assert_num_queries(len(few)):
        assert len(rows(take(client))) == 35


# --- for a reason, after a fresh proof ------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [STUDENTS, TALKS])
@pytest.mark.parametrize("purpose", ["", "because", "=1+1"])
def test_without_a_known_reason_nothing_leaves(url, purpose, world, sign_in):
    answer = take(sign_in(world.a.leader), url, purpose)
    assert (answer.status_code, exported().count()) == (422, 0)


@pytest.mark.parametrize("url", [STUDENTS, TALKS])
def test_an_old_sign_in_is_asked_for_the_password_again(url, world, sign_in, fixed_clock):
    client = sign_in(world.a.leader)
    fixed_clock.shift(LATER)
    answer = take(client, f"{url}?class={world.a.class_1.pk}")
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert exported().count() == 0

    back = client.post(answer.headers["Location"], {"password": PASSWORD})
    assert back.headers["Location"] == f"{url}?class={world.a.class_1.pk}"
    assert is_file(take(client, back.headers["Location"]))


def test_a_wrong_password_proves_nothing(world, sign_in, fixed_clock):
    client = sign_in(world.a.leader)
    fixed_clock.shift(LATER)
    client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert take(client).status_code == 302


def test_who_has_a_second_factor_proves_it_by_that(world, sign_in):
    secret = give_app(world.a.leader.person)
    client = sign_in(world.a.leader)  # with the password alone, as a thief would
    answer = take(client)
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert take(client).status_code == 302
    client.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    assert take(client).status_code == 302

    client.post(answer.headers["Location"], {"code": code_for(secret)})
    assert is_file(take(client))


def test_a_second_factor_is_asked_for_again_after_some_minutes(world, sign_in, fixed_clock):
    secret = give_app(world.a.leader.person)
    client = sign_in(world.a.leader)
    client.post(reverse("mfa_reauthenticate"), {"code": code_for(secret)})
    assert is_file(take(client))
    fixed_clock.shift(LATER)
    assert take(client).status_code == 302


def test_a_recovery_code_is_a_proof_and_a_passkey_has_its_page(world, sign_in):
    give_app(world.a.leader.person)
    code = RecoveryCodes.activate(world.a.leader.person).generate_codes()[0]
    client = sign_in(world.a.leader)
    client.post(reverse("mfa_reauthenticate"), {"code": code})
    assert is_file(take(client))

    Authenticator.objects.create(user=world.a.counselor.person, type="webauthn", data={})
    answer = take(sign_in(world.a.counselor))
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))


def test_the_page_that_asks_for_the_factor_offers_no_password(world, sign_in):
    give_app(world.a.leader.person)
    page = sign_in(world.a.leader).get(reverse("mfa_reauthenticate")).content.decode()
    assert f'href="{reverse("account_reauthenticate")}' not in page


# --- so many a day --------------------------------------------------------------------------------------------------


def test_a_day_has_room_for_so_many_lists_of_one_person(world, sign_in, viewer, fixed_clock):
    UnitSetting.objects.create(unit=world.city, key="exports_per_day", value=2)
    client = sign_in(world.a.leader)
    assert [is_file(take(client, url)) for url in (STUDENTS, TALKS)] == [True, True]
    answer = take(client)
    assert (answer.status_code, exported().count(), left_today(viewer(world.a.leader))) == (422, 2, 0)
    assert is_file(take(sign_in(world.a.counselor)))

    fixed_clock.shift(14 * 3600 + 60)  # a minute past midnight
    assert is_file(take(sign_in(world.a.leader)))


@pytest.mark.django_db(transaction=True)
def test_five_at_once_do_not_all_find_room(world, sign_in):
    UnitSetting.objects.create(unit=world.a.unit, key="exports_per_day", value=2)
    clients = [sign_in(world.a.leader) for _ in range(FIVE)]
    statuses = race(lambda: take(clients.pop()).status_code)
    assert sorted(statuses) == [200, 200, 422, 422, 422]
    assert exported().count() == 2


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_the_second_counts_only_when_the_first_is_written(world, viewer):
    """Where writers run side by side: whoever has found room waits here for somebody else who finds it, too."""
    UnitSetting.objects.create(unit=world.a.unit, key="exports_per_day", value=1)
    both_found_room = threading.Barrier(2)

    def lines():
        with suppress(threading.BrokenBarrierError):
            both_found_room.wait(timeout=2)
        return [["one"]]

    sheet = Sheet("student_list", "Students", 1, ["name"], lines)
    left = race(lambda: take_out(by=viewer(world.a.leader), sheet=sheet, purpose="meeting"))
    assert [type(one) for one in left].count(bytes) == 1
    assert exported().count() == 1


def test_by_default_a_day_has_room_for_five(world, viewer):
    assert left_today(viewer(world.a.teacher)) == 5


def test_a_unit_may_let_no_list_out(world, sign_in):
    UnitSetting.objects.create(unit=world.a.unit, key="exports_per_day", value=0)
    assert take(sign_in(world.a.leader)).status_code == 422
    assert is_file(take(sign_in(world.b.leader)))


def test_a_unit_may_allow_fewer_lists_than_the_one_above_and_not_more(world, viewer):
    by = viewer(world.a.leader)
    change_settings(by=by, unit=world.a.unit, values={"exports_per_day": 1})
    with pytest.raises(Refused):
        change_settings(by=by, unit=world.a.unit, values={"exports_per_day": 6})
    assert setting_of(world.a.unit, "exports_per_day") == 1
    change_settings(by=viewer(world.city_staff), unit=world.city, values={"exports_per_day": 9})
    change_settings(by=by, unit=world.a.unit, values={"exports_per_day": 6})
    assert setting_of(world.a.unit, "exports_per_day") == 6


def test_a_limit_lowered_above_reaches_a_unit_that_had_set_a_higher_one(world, viewer):
    change_settings(by=viewer(world.city_staff), unit=world.city, values={"exports_per_day": 9})
    change_settings(by=viewer(world.a.leader), unit=world.a.unit, values={"exports_per_day": 8})
    change_settings(by=viewer(world.district_staff), unit=world.district, values={"exports_per_day": 2})
    assert [left_today(viewer(school.leader)) for school in (world.a, world.b)] == [2, 2]
    change_settings(by=viewer(world.district_staff), unit=world.district, values={"exports_per_day": None})
    assert [left_today(viewer(school.leader)) for school in (world.a, world.b)] == [8, 9]


def test_not_even_a_system_administrator_sets_a_limit_that_would_not_count(world, viewer):
    with pytest.raises(Refused):
        change_settings(by=viewer(world.admin), unit=world.a.unit, values={"exports_per_day": 6})
    assert not UnitSetting.objects.filter(key="exports_per_day").exists()


def test_the_limit_costs_one_query(world, django_assert_num_queries):
    UnitSetting.objects.create(unit=world.city, key="exports_per_day", value=2)
    with django_assert_num_queries(1):
        assert setting_of(world.a.unit, "exports_per_day") == 2


def test_more_rows_than_a_file_may_have_stay_here(world, sign_in, monkeypatch):
    monkeypatch.setattr("schools.actions.exports.MOST_ROWS", 2)
    assert take(sign_in(world.a.leader)).status_code == 422
    assert exported().count() == 0


# --- written down ---------------------------------------------------------------------------------------------------


def test_the_log_keeps_who_how_many_and_for_what(world, sign_in):
    take(sign_in(world.a.teacher), purpose="report")
    entry = exported().get()
    assert (entry.verb, entry.person) == ("student_list.exported", world.a.teacher.person)
    assert (entry.chain.scope, entry.details) == (world.a.unit.code, {"rows": 3, "purpose": "report"})


def test_a_list_that_cannot_be_logged_does_not_leave(world, sign_in, monkeypatch):
    def broken(**_):
        raise RuntimeError("the log is full")

    monkeypatch.setattr("schools.audit.record", broken)
    with pytest.raises(RuntimeError):
        take(sign_in(world.a.leader))


@pytest.mark.parametrize("who", ["district_staff", "admin", "auditor"])
def test_nobody_above_the_school_takes_a_list_out(who, world, sign_in):
    client = sign_in(getattr(world, who))
    assert [take(client, url).status_code for url in (STUDENTS, TALKS)] == [403, 403]


def test_a_leader_from_whom_a_flag_is_kept_reads_no_number_of_rows(world, sign_in):
    """Of a list that they see too, it would say how many more there are."""
    take(sign_in(world.a.counselor))
    rows, leader = exported().get().details["rows"], sign_in(world.a.leader)

    def told():
        pages = [leader.get(reverse(url)).content.decode() for url in ("reports:workbench", "reports:open_list")]
        return [f"（{rows} 行）" in pages[0], f">{rows}</td>" in pages[1]]

    AuditEntry.objects.filter(verb="opens.read").delete()
    before = told()
    AuditEntry.objects.filter(verb="opens.read").delete()
    kept_from(world.a.leader, world.a.flag, world.a.counselor)
    assert (before, told()) == ([True, True], [False, False])


# --- first passwords ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "asked"), [("staff_commit", True), ("staff_table", True), ("semester_report", False)])
def test_the_file_of_passwords_or_answers_asks_for_a_fresh_proof(kind, asked, world, sign_in, viewer, fixed_clock):
    """A file of figures does not."""
    job = jobs.start_job(by=viewer(world.a.leader), kind="semester_report", params={})
    files.keep_file(job.pk, b"the file")
    Job.objects.filter(pk=job.pk).update(kind=kind, state=Job.State.DONE, file_name="f.xlsx", content_type="x/y")
    url, client = reverse("schools:job_file", args=[job.pk]), sign_in(world.a.leader)
    assert client.get(url).status_code == 200
    fixed_clock.shift(LATER)
    answer = client.get(url)
    assert (answer.status_code == 302) is asked
    if asked:
        back = client.post(answer.headers["Location"], {"password": PASSWORD}).headers["Location"]
        assert (back, client.get(url).status_code) == (reverse("schools:job_detail", args=[job.pk]), 200)
