"""Threat T22: insiders looked, leavers still could.

Opens outside one's own care stand out in a weekly list; who has left, is locked or has another role opens nothing.
"""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counseling.models import TalkLog, TalkPart
from reports.opens import last_monday, openers_of
from schools import audit
from schools.access import Viewer
from schools.actions import accounts
from schools.actions.accounts import Post
from schools.audit.trail import words_of
from schools.models import AuditEntry, Membership, Role
from schools.work.inbox import inbox_of
from students.actions.flags import acknowledge_flag, assign_flag
from students.models import Student
from tests.fixtures import BACKEND
from tests.walking import kept_from, looked
from tests.world import NOW, PASSWORD, SHANGHAI

pytestmark = pytest.mark.django_db
LIST = reverse("reports:open_list")
MONDAY = dt.date(2026, 3, 9)  # of the last week that is over


def strangers(school, count):
    """Students nobody has anything to do with."""
    made = [Student(school=school.unit, class_group=school.class_4, name=f"生人{n}") for n in range(count)]
    return Student.objects.bulk_create(made)


def opens(member, students, at=NOW - dt.timedelta(days=7), verb=""):
    by = Viewer(person=member.person, membership=member)
    with time_machine.travel(at, tick=False), transaction.atomic():
        for student in students:
            audit.record_read(by=by, about=student, student=student, verb=verb)


def found(world):
    return {one.person: one for one in openers_of(world.a.unit, MONDAY, None)}


def detail(member, week="", school=None):
    args = [(school or member).unit.code, member.person_id]
    return reverse("reports:open_detail", args=args) + (f"?week={week}" if week else "")


# --- what is outside one's own care ---------------------------------------------------------------------------------


def test_the_last_week_is_the_last_one_that_is_over(world):
    assert last_monday() == MONDAY


def test_a_counselor_who_looks_at_strangers_stands_in_the_list(world):
    students = strangers(world.a, 3)
    opens(world.a.counselor, [*students, students[0]])
    [one] = openers_of(world.a.unit, MONDAY, None)
    assert (one.person, one.students, one.opens) == (world.a.counselor.person, 3, 4)


def test_own_class_grade_talks_and_flags_are_inside(world, viewer):
    a = world.a
    opens(a.teacher, [a.student, a.student_2])
    opens(a.subject_teacher, [a.neighbor])
    opens(a.grade_head, [a.student, a.neighbor])
    opens(a.counselor, [a.student], at=NOW)  # talked to
    assign_flag(by=viewer(a.leader), flag=a.flag, to=a.counselor_2)
    opens(a.counselor_2, [a.student], at=NOW)
    opens(a.leader, [a.student], at=NOW)  # who passed it on
    assert found(world) == {}
    assert openers_of(a.unit, dt.date(2026, 3, 16), None) == []


@pytest.mark.parametrize(("hours", "is_outside"), [(24, False), (25, True)])
def test_a_talk_filed_more_than_a_day_after_the_look_explains_nothing(hours, is_outside, world):
    opens(world.a.counselor, [world.a.student], at=NOW - dt.timedelta(days=7))
    TalkLog.objects.update(filed_at=NOW - dt.timedelta(days=7) + dt.timedelta(hours=hours))
    assert bool(found(world)) is is_outside


def test_a_talk_deleted_again_explains_nothing(world):
    opens(world.a.counselor, [world.a.student])
    TalkLog.objects.update(filed_at=NOW - dt.timedelta(days=8))
    assert found(world) == {}
    TalkPart.objects.update(deleted_at=NOW)
    assert list(found(world)) == [world.a.counselor.person]


def test_an_act_on_a_flag_more_than_a_day_after_the_look_explains_nothing(world, viewer):
    opens(world.a.counselor_2, [world.a.student], at=NOW - dt.timedelta(days=7))
    acknowledge_flag(by=viewer(world.a.counselor_2), flag=world.a.flag)
    assert list(found(world)) == [world.a.counselor_2.person]


@pytest.mark.parametrize(("who", "student"), [("subject_teacher", "neighbor"), ("grade_head", "older")])
def test_a_class_or_grade_taken_on_after_the_look_explains_nothing(who, student, world):
    member = world.a.people[who]
    TalkPart.objects.update(deleted_at=NOW)
    Membership.objects.filter(pk=member.pk).update(starts_on=dt.date(2026, 3, 12), cohort_year=2022)
    opens(member, [world.a.students[student]])  # on the 11th
    assert list(found(world)) == [member.person]
    Membership.objects.filter(pk=member.pk).update(starts_on=dt.date(2026, 3, 11))
    assert found(world) == {}


@pytest.mark.parametrize("who", ["leader", "counselor_2"])
def test_the_same_student_is_outside_for_who_did_nothing_with_them(who, world):
    member = world.a.people[who]
    opens(member, [world.a.student])
    assert list(found(world)) == [member.person]


def test_a_class_given_up_before_is_outside(world):
    Membership.objects.filter(pk=world.a.teacher_2.pk).update(ends_on=dt.date(2026, 3, 1))
    Membership.objects.filter(pk=world.a.teacher_4.pk).update(ends_on=dt.date(2026, 3, 12))
    opens(world.a.teacher_2, [world.a.neighbor])
    Student.objects.filter(pk=world.a.older.pk).update(class_group=world.a.class_4)
    opens(world.a.teacher_4, strangers(world.a, 1))  # on the 11th still theirs
    assert list(found(world)) == [world.a.teacher_2.person]


@pytest.mark.parametrize(("day", "is_outside"), [(10, True), (11, False)])
def test_a_grade_given_up_is_outside_from_the_day_after(day, is_outside, world):
    head = world.a.grade_head
    Membership.objects.filter(pk=head.pk).update(ends_on=dt.date(2026, 3, day))
    opens(head, [world.a.student])  # on the 11th
    assert (head.person in found(world)) is is_outside


@pytest.mark.parametrize(
    "verb", ["talk.opened", "talk.printed", "riskflag.opened", "student.unmasked", "student.found_by_number"]
)
def test_every_kind_of_look_counts(verb, world):
    opens(world.a.leader, strangers(world.a, 1), verb=verb)
    assert found(world)[world.a.leader.person].opens == 1


def test_changes_and_looks_of_other_weeks_and_schools_do_not_count(world):
    students = strangers(world.a, 2)
    opens(world.a.leader, students, verb="student.corrected")
    opens(world.a.leader, students, at=dt.datetime(2026, 3, 16, 0, 0, tzinfo=SHANGHAI))
    opens(world.a.leader, students, at=dt.datetime(2026, 3, 8, 23, 59, tzinfo=SHANGHAI))
    opens(world.b.leader, strangers(world.b, 2))
    assert found(world) == {}


def test_the_pages_really_write_what_is_counted(world, sign_in):
    """Each page that shows a student's record, opened by a leader who has nothing to do with the student."""
    part = world.a.talks["own"].parts.get()
    client = sign_in(world.a.leader)
    pages = [
        world.a.student.get_absolute_url(),
        reverse("counseling:talk_detail", args=[part.pk]),
        reverse("counseling:talk_print", args=[part.pk]),
        world.a.flag.get_absolute_url(),
    ]
    assert [client.get(url).status_code for url in pages] == [200] * 4
    client.post(reverse("students:student_unmask", args=[world.a.student.pk]), {"what": "contact", "reason": "danger"})
    client.post(reverse("students:student_find"), {"number": world.a.student.id_number})
    [one] = openers_of(world.a.unit, dt.date(2026, 3, 16), None)
    assert (one.students, one.opens) == (1, 6)


# --- what is unusual ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "now", "unusual"), [(0, 4, False), (0, 5, True), (2, 6, False), (2, 7, True)])
def test_far_above_the_usual_stands_out(before, now, unusual, world):
    students = strangers(world.a, now)
    for weeks in (2, 3, 5):
        opens(world.a.counselor, students[:before], at=NOW - dt.timedelta(weeks=weeks))
    opens(world.a.counselor, students)
    one = found(world)[world.a.counselor.person]
    assert (one.usual, one.is_unusual) == (before, unusual)


def test_what_was_usual_long_ago_does_not_count(world):
    opens(world.a.counselor, strangers(world.a, 9), at=NOW - dt.timedelta(weeks=10))
    opens(world.a.counselor, strangers(world.a, 1))
    assert found(world)[world.a.counselor.person].usual == 0


@pytest.mark.parametrize(("count", "unusual"), [(2, False), (3, True)])
def test_opens_at_night_stand_out(count, unusual, world):
    opens(world.a.counselor, strangers(world.a, count), at=dt.datetime(2026, 3, 11, 22, 30, tzinfo=SHANGHAI))
    one = found(world)[world.a.counselor.person]
    assert (one.night, one.off_hours, one.is_unusual) == (count, count, unusual)


def test_out_of_school_hours_follow_the_units_calendar(world):
    student = strangers(world.a, 1)
    for day, hour in ((11, 7), (11, 8), (11, 16), (11, 17), (14, 10)):  # the 14th is a Saturday
        opens(world.a.counselor, student, at=dt.datetime(2026, 3, day, hour, 30, tzinfo=SHANGHAI))
    one = found(world)[world.a.counselor.person]
    assert (one.opens, one.off_hours, one.night) == (5, 3, 0)


def test_the_unusual_stand_first(world):
    opens(world.a.counselor, strangers(world.a, 4))
    night = dt.datetime(2026, 3, 10, 3, 0, tzinfo=SHANGHAI)
    opens(world.a.leader, strangers(world.a, 1) * 3, at=night)
    assert list(found(world)) == [world.a.leader.person, world.a.counselor.person]


# --- the page -------------------------------------------------------------------------------------------------------


def test_each_row_leads_to_the_opens_behind_it(world, sign_in):
    students = strangers(world.a, 2)
    opens(world.a.counselor, students)
    client = sign_in(world.a.leader)
    assert detail(world.a.counselor, "2026-03-09") in client.get(LIST).content.decode()
    page = client.get(detail(world.a.counselor, "2026-03-09"))
    told = page.content.decode()
    assert page.context["list"].page_obj.paginator.count == 2
    assert [reverse("students:student_opened", args=[one.pk]) in told for one in students] == [True, True]


def test_an_auditor_learns_no_names_and_chooses_the_school(world, sign_in):
    opens(world.a.counselor, [world.a.older])
    client = sign_in(world.auditor)
    assert world.a.counselor.person.name not in client.get(LIST).content.decode()
    assert world.a.counselor.person.name in client.get(f"{LIST}?unit={world.a.unit.code}").content.decode()
    told = client.get(detail(world.a.counselor)).content.decode()
    assert str(world.a.older.pk) in told
    assert world.a.older.name not in told
    assert client.get(f"{LIST}?unit={world.city.code}").status_code == 404


def test_an_auditor_of_one_district_sees_no_school_of_another(world, sign_in):
    opens(world.a.counselor, [world.a.older])
    Membership.objects.filter(pk=world.auditor.pk).update(unit=world.other_district)
    world.auditor.refresh_from_db()
    client = sign_in(world.auditor)
    assert client.get(f"{LIST}?unit={world.a.unit.code}").status_code == 404
    assert client.get(detail(world.a.counselor)).status_code == 404


def test_the_row_and_what_is_behind_it_count_one_school(world, sign_in):
    """A counselor of two schools."""
    person = world.a.counselor.person
    there = Membership.objects.create(
        person=person, unit=world.b.unit, role=Role.COUNSELOR, starts_on=dt.date(2025, 9, 1)
    )
    opens(world.a.counselor, strangers(world.a, 2))
    opens(there, strangers(world.b, 3))
    client = sign_in(world.auditor)
    for school, count in ((world.a, 2), (world.b, 3)):
        [row] = client.get(f"{LIST}?unit={school.unit.code}").context["openers"]
        behind = client.get(detail(there, school=school)).context["list"].page_obj.paginator.count
        assert (row.opens, behind) == (count, count)


def test_a_leader_sees_nothing_of_what_a_colleague_opened_in_another_school(world, sign_in):
    opens(world.b.counselor, [world.b.older])
    client = sign_in(world.a.leader)
    assert client.get(detail(world.b.counselor)).status_code == 404
    assert client.get(detail(world.b.counselor, school=world.a)).status_code == 404


# Who looked at the restricted talk, and who has nothing to do with its student.
SECOND = "counselor_2"
VERBS = ["talk.opened", "talk.printed"]


@pytest.fixture
def second_counselor_looked(world):
    """At a talk that another counselor has restricted, and at one that is not."""
    by = Viewer(person=world.a.counselor_2.person, membership=world.a.counselor_2)
    with time_machine.travel(NOW - dt.timedelta(days=7), tick=False), transaction.atomic():
        for talk in ("restricted", "older"):
            part = world.a.talks[talk].parts.get()
            for verb in VERBS:
                audit.record_read(by=by, about=part, student=part.student_id, verb=verb)


def words_on(client, url):
    return [entry.words for entry in client.get(url).context["list"].page_obj]


def test_what_was_done_with_a_restricted_talk_reads_like_a_look_at_the_page(world, sign_in, second_counselor_looked):
    """On both pages alike, or one would explain the other."""
    page, talk = words_of("student.opened"), [words_of("talk.printed"), words_of("talk.opened")]
    behind = detail(world.a.counselor_2, str(MONDAY))
    opened = [reverse("students:student_opened", args=[one.pk]) for one in (world.a.student, world.a.older)]
    leader = sign_in(world.a.leader)
    assert words_on(leader, behind) == [*talk, page, page]
    assert [words_on(leader, url) for url in opened] == [[page, page], talk]
    assert words_on(sign_in(world.a.counselor), opened[0]) == talk
    assert words_on(sign_in(world.auditor), behind) == talk * 2


def test_filing_a_restricted_talk_does_not_tell_of_it_either(world, sign_in):
    part = world.a.talks["restricted"].parts.get()
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    with transaction.atomic():
        for verb in ("talk.filed", "talk.revised", "talk.deleted"):
            audit.record(by=by, verb=verb, about=part, student=part.student_id)
    url = reverse("students:student_opened", args=[world.a.student.pk])
    assert set(words_on(sign_in(world.a.leader), url)) == {words_of("student.opened")}


def test_on_a_kept_flag_acts_of_the_system_and_of_another_unit_are_not_told(world, viewer, sign_in):
    """A look at the student's page by them would be none but one at the flag. A colleague's reads like one."""
    flag = kept_from(world.a.leader, world.a.flag, world.a.counselor)
    with time_machine.travel(NOW - dt.timedelta(days=7), tick=False), transaction.atomic():
        for by in (None, viewer(world.district_staff), viewer(world.a.counselor_2)):
            audit.record(by=by, verb="center.opened", about=flag, student=flag.student_id, unit=world.a.unit)
    url, above = reverse("students:student_opened", args=[flag.student_id]), detail(world.district_staff, "", world.a)
    leader, counselor, auditor = (sign_in(one) for one in (world.a.leader, world.a.counselor, world.auditor))
    assert (words_on(leader, url), len(words_on(counselor, url))) == ([words_of("student.opened")], 3)
    told = [{one.person for one in openers_of(world.a.unit, MONDAY, who)} for who in (viewer(world.a.leader), None)]
    colleague = {world.a.counselor_2.person}
    assert told == [colleague, colleague | {world.district_staff.person}]
    assert [client.get(above).status_code for client in (leader, auditor)] == [404, 200]


def test_opens_inside_ones_care_are_no_business_of_the_list(world, sign_in):
    opens(world.a.teacher, [world.a.student])
    assert sign_in(world.a.leader).get(detail(world.a.teacher)).status_code == 404


def test_a_week_without_any_says_so(world, sign_in):
    assert "没有职责外查阅" in sign_in(world.a.leader).get(LIST).content.decode()


@pytest.mark.parametrize("week", ["2026-03-10", "nonsense", "0001-01-01", "9999-12-27"])
def test_a_week_that_is_none_is_refused(week, world, sign_in):
    assert sign_in(world.a.leader).get(f"{LIST}?week={week}").status_code == 400


def test_that_somebody_looked_is_noted(world, sign_in):
    opens(world.a.counselor, [world.a.older])
    client = sign_in(world.a.leader)
    client.get(LIST)
    client.get(detail(world.a.counselor))
    verbs = AuditEntry.objects.filter(person=world.a.leader.person).values_list("verb", flat=True)
    assert list(verbs) == ["opens.read", "opens.read_one"]


def test_the_list_costs_the_same_with_more_people_and_more_opens(world, sign_in):
    client = sign_in(world.a.leader)
    opens(world.a.counselor, strangers(world.a, 1))
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for member in (world.a.leader, world.a.counselor_2, world.a.grade_head, world.a.subject_teacher):
        opens(member, strangers(world.a, 8))
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert (len(client.get(LIST).context["openers"]), len(many)) == (5, len(few))


# --- the leader is told ---------------------------------------------------------------------------------------------


def told(member):
    viewer = Viewer(person=member.person, membership=member)
    return [(item.text, item.note) for item in inbox_of(viewer) if item.url == LIST]


def test_the_leader_is_told_of_unusual_opens_until_they_look(world, sign_in):
    opens(world.a.counselor, strangers(world.a, 4))
    assert told(world.a.leader) == []
    opens(world.a.counselor, strangers(world.a, 2))
    cache.clear()  # it is counted once in a quarter of an hour
    [(text, _note)] = told(world.a.leader)
    assert "1" in text
    assert (told(world.a.counselor), told(world.b.leader)) == ([], [])

    client = sign_in(world.a.leader)
    client.get(f"{LIST}?week=2026-03-02")  # another week
    assert len(told(world.a.leader)) == 1
    client.get(LIST)
    assert told(world.a.leader) == []


def test_a_look_while_the_week_still_runs_does_not_take_its_notice_away(world, sign_in):
    sign_in(world.a.leader).get(f"{LIST}?week=2026-03-16")
    opens(world.a.counselor, strangers(world.a, 6), at=NOW + dt.timedelta(days=1))
    with time_machine.travel(dt.datetime(2026, 3, 23, 8, 0, tzinfo=SHANGHAI), tick=False):
        assert len(told(world.a.leader)) == 1
        sign_in(world.a.leader).get(LIST)
        assert told(world.a.leader) == []


def test_the_leader_is_told_of_each_list_that_left_until_they_look(world, sign_in):
    for who in ("counselor", "leader"):
        sign_in(world.a.people[who]).post(reverse("students:student_export"), {"purpose": "report"})
    texts = [text for text, _note in told(world.a.leader)]
    assert [world.a.leader.person.name in texts[0], world.a.counselor.person.name in texts[1]] == [True, True]
    assert "5" in texts[0]
    assert "SENTINEL" not in str(told(world.a.leader))
    assert (told(world.b.leader), told(world.a.teacher)) == ([], [])

    page = sign_in(world.a.leader).get(LIST).content.decode()
    assert page.count("导出了学生名单") == 2
    assert told(world.a.leader) == []


# --- leavers --------------------------------------------------------------------------------------------------------

LEAVING = {
    "role ended": lambda by, m: accounts.end_membership(by=by, membership=m),
    "account closed": lambda by, m: accounts.deactivate_person(by=by, person=m.person),
    "another role": lambda by, m: accounts.change_membership(by=by, membership=m, post=Post(role=Role.SUBJECT_TEACHER)),
}


@pytest.mark.parametrize("how", LEAVING)
def test_who_leaves_is_out_at_once_and_opens_nothing_after(how, world, viewer):
    """The session of before is dead; a new one, where there may be one, finds no student and writes no open."""
    a = world.a
    part = a.talks["own"].parts.get()
    urls = [
        a.student.get_absolute_url(),
        a.flag.get_absolute_url(),
        reverse("counseling:talk_detail", args=[part.pk]),
        reverse("students:student_unmask", args=[a.student.pk]),
        reverse("students:student_export"),
    ]
    before = Client()
    before.force_login(a.counselor.person, backend=BACKEND)
    assert [before.get(url).status_code for url in urls[:4]] == [200] * 4
    count = AuditEntry.objects.filter(student_id=a.student.pk).count()

    LEAVING[how](viewer(a.leader), a.counselor)

    assert {before.get(url).headers.get("Location", "").split("?")[0] for url in urls} == {reverse("account_login")}
    again = Client()
    again.post(reverse("account_login"), {"login": a.counselor.person.staff_number, "password": PASSWORD})
    answers = [again.get(url) for url in urls[:4]]
    assert [answer for answer in answers if answer.status_code not in (302, 403, 404)] == []
    assert not any("SENTINEL" in answer.content.decode() for answer in answers)
    assert AuditEntry.objects.filter(student_id=a.student.pk).count() == count


def test_walking_has_somebody_who_looked(world):
    assert looked(world.a.counselor, world.a.older) in {one.person.pk for one in openers_of(world.a.unit, MONDAY, None)}


# --- who was made a counselor is told ---------------------------------------------------------------------------------


def notices(member):
    viewer = Viewer(person=member.person, membership=member)
    return [(item.text, item.note) for item in inbox_of(viewer) if "被设为" in item.text]


def made_by_leader(world):
    """An account of the leader's own making."""
    by = Viewer(person=world.a.leader.person, membership=world.a.leader)
    return accounts.create_person(
        by=by, unit=world.a.unit, staff_number="N-9", name="新人", post=Post(role=Role.COUNSELOR)
    ).membership


def test_the_other_counselors_and_the_auditors_are_told_who_was_made_one(world, sign_in):
    new = made_by_leader(world)
    notice = [("新人被设为甲小学的心理教师", "由甲校leader设定，今天 10:00")]
    told_to = [world.a.counselor, world.a.counselor_2, world.auditor]
    others = [new, world.a.leader, world.a.teacher, world.b.counselor, world.district_staff, world.admin]
    assert [notices(member) for member in told_to] == [notice] * 3
    assert [notices(member) for member in others] == [[]] * 6
    for member in told_to:
        assert notice[0][0] in sign_in(member).get("/").content.decode()


def test_a_counselor_is_told_of_for_a_week_also_when_the_role_has_ended(world):
    new = made_by_leader(world)
    accounts.end_membership(by=Viewer(person=world.a.leader.person, membership=world.a.leader), membership=new)
    with time_machine.travel(NOW + dt.timedelta(days=7), tick=False):
        assert len(notices(world.a.counselor)) == 1
    with time_machine.travel(NOW + dt.timedelta(days=7, minutes=1), tick=False):
        assert notices(world.a.counselor) == []


@pytest.mark.parametrize(("change", "count"), [({"role": Role.COUNSELOR}, 1), ({"title": "组长"}, 0)])
def test_a_changed_role_is_told_and_a_changed_title_is_not(change, count, world, viewer):
    member = world.a.counselor_2 if count == 0 else world.a.subject_teacher
    post = Post(**{"role": member.role, "starts_on": member.starts_on} | change)
    accounts.change_membership(by=viewer(world.a.leader), membership=member, post=post)
    assert len(notices(world.a.counselor)) == count


def test_a_role_more_is_told(world, viewer):
    accounts.grant_membership(
        by=viewer(world.a.leader), person=world.a.teacher.person, unit=world.a.unit, post=Post(role=Role.COUNSELOR)
    )
    accounts.grant_membership(
        by=viewer(world.a.leader),
        person=world.a.teacher.person,
        unit=world.a.unit,
        post=Post(role=Role.GRADE_HEAD, cohort_stage="primary", cohort_year=2023),
    )
    assert len(notices(world.a.counselor)) == 1
