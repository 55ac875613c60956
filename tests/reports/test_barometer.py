"""The class barometer: a link that opens one form, and what becomes of what is handed in."""

import datetime as dt

import pytest
from django.urls import reverse

from reports.actions.barometer import file_barometer, give_link, link_of
from reports.barometer import NO, QUESTIONS, YES, is_worrying, level_of
from reports.models import Barometer
from schools.common.errors import Refused
from schools.models import AuditEntry, ClassGroup, Membership, Notice, UnitSetting
from students.evidence import evidence_of
from students.models import RiskFlag, Student
from tests.walking import kept_from
from tests.world import NOW, sentinel

pytestmark = pytest.mark.django_db
CALM = dict.fromkeys(QUESTIONS, NO)
SAD = CALM | {"low": YES}


@pytest.fixture
def link(world, viewer):
    return link_of(give_link(by=viewer(world.a.teacher), group=world.a.class_1))


def told():
    rows = Notice.objects.filter(kind="barometer.worry").values_list("membership__person__staff_number", flat=True)
    return sorted(rows)


def test_a_yes_to_a_serious_question_is_worrying_and_a_bad_mood_alone_is_not():
    assert [is_worrying(CALM), is_worrying(CALM | {"mood": YES}), is_worrying(SAD)] == [False, False, True]
    assert [level_of(CALM), level_of(SAD)] == [1, 2]


def test_a_calm_week_calls_nobody(world, link):
    file_barometer(link=link, answers=CALM)
    assert (told(), RiskFlag.objects.count()) == ([], 2)


def test_a_worrying_week_without_a_name_calls_counselors_and_the_class_teacher(world, link):
    file_barometer(link=link, answers=SAD)
    assert told() == ["a-counselor", "a-counselor_2", "a-teacher"]


def test_a_worrying_week_in_a_school_without_a_counselor_calls_its_leader(world, sign_in, link):
    Membership.objects.filter(unit=world.a.unit, role="counselor").update(ends_on=NOW.date() - dt.timedelta(days=1))
    row = file_barometer(link=link, answers=SAD, words="cries")
    assert told() == ["a-leader", "a-teacher"]
    assert row.words in sign_in(world.a.leader).get(reverse("reports:barometer_list")).content.decode()


def test_a_student_of_the_class_who_is_named_gets_a_flag_with_the_words_behind_it(world, viewer, link):
    name = world.a.student_2.name
    row = file_barometer(link=link, answers=SAD, named=name, words="cries")
    assert (row.flag.student, row.flag.severity, told()) == (world.a.student_2, 2, [])
    texts = [text for entry in evidence_of(viewer(world.a.counselor), row.flag) for _label, text in entry.lines]
    assert texts == ["cries"]


def test_a_name_that_nobody_in_the_class_has_is_no_flag_but_is_told(world, link):
    file_barometer(link=link, answers=CALM, named=world.a.older.name)
    assert RiskFlag.objects.filter(student=world.a.older).count() == 0
    assert told() == ["a-counselor", "a-counselor_2", "a-teacher"]


def test_a_sentence_in_a_calm_week_calls_too(world, link):
    row = file_barometer(link=link, answers=CALM, words="there is somebody")
    assert (row.is_worrying, told()) == (True, ["a-counselor", "a-counselor_2", "a-teacher"])


def test_the_words_are_not_for_the_class_teacher(world, sign_in, link):
    file_barometer(link=link, answers=SAD, words=sentinel(world.a, "barometer"))
    pages = [
        sign_in(world.a.people[who]).get(reverse("reports:barometer_list")).content.decode()
        for who in ("teacher", "counselor")
    ]
    assert ["SENTINEL-a-barometer" in page for page in pages] == [False, True]
    assert AuditEntry.objects.get(verb="barometer.read").person == world.a.counselor.person


def test_a_calm_week_is_a_name_and_only_a_class_that_is_there_gets_a_link(world, sign_in, link):
    gone = ClassGroup.objects.create(school=world.a.unit, stage="primary", entry_year=2015, number=1)
    file_barometer(link=link, answers=CALM)
    page = sign_in(world.a.leader).get(reverse("reports:barometer_list"))
    week = page.context["weeks"][0]
    assert (week.told, week.calm, week.handed_in) == ([], [world.a.class_1.name], 1)
    assert gone not in page.context["classes"] and world.a.class_1 in page.context["classes"]


def test_the_page_shows_twelve_weeks_and_each_of_them_whole(world, sign_in, link):
    Barometer.objects.bulk_create(
        Barometer(class_group=world.a.class_1, dormitory=f"{n}", week=dt.date(2026, 3, 16), answers=CALM)
        for n in range(160)
    )
    Barometer.objects.bulk_create(
        Barometer(class_group=world.a.class_1, week=dt.date(2026, 3, 9) - dt.timedelta(weeks=n), answers=CALM)
        for n in range(12)
    )
    weeks = sign_in(world.a.leader).get(reverse("reports:barometer_list")).context["weeks"]
    assert (len(weeks), weeks[0].handed_in, weeks[-1].starts) == (12, 160, dt.date(2025, 12, 29))


def test_from_whom_the_flag_is_kept_the_barometer_is_kept_too(world, viewer, link):
    row = file_barometer(link=link, answers=SAD, named=world.a.student_2.name, words="x")
    kept_from(world.a.leader, row.flag, world.a.counselor)
    seen = [Barometer.objects.visible_to(viewer(world.a.people[who])).count() for who in ("leader", "counselor")]
    assert seen == [0, 1]


def test_a_week_keeps_the_first_calm_sheet_and_each_worrying_one_once(world, link):
    file_barometer(link=link, answers=CALM)
    assert file_barometer(link=link, answers=CALM | {"mood": YES}) is None
    for _again in range(2):
        file_barometer(link=link, answers=SAD)
        file_barometer(link=link, answers=SAD, words="more")
        file_barometer(link=link, answers=SAD, named="a nickname")
        file_barometer(link=link, answers=SAD, named=world.a.student_2.name)
        file_barometer(link=link, answers=CALM)
    rows = [(row.named, row.words, row.flag and row.flag.student) for row in Barometer.objects.order_by("pk")]
    assert rows == [
        ("", "", None),
        ("", "", None),
        ("", "more", None),
        ("a nickname", "", None),
        (world.a.student_2.name, "", world.a.student_2),
    ]


def test_a_worse_sheet_about_the_same_student_raises_the_level_of_the_flag(world, viewer, link):
    name = world.a.student_2.name
    first = file_barometer(link=link, answers=CALM, named=name, words="quiet")
    second = file_barometer(link=link, answers=SAD, named=name, words="cries")
    assert (second.flag, first.flag.severity, second.flag.severity) == (first.flag, 1, 2)
    texts = [text for entry in evidence_of(viewer(world.a.counselor), second.flag) for _label, text in entry.lines]
    assert sorted(texts) == ["cries", "quiet"]


def test_the_page_counts_classes_however_many_sheets_each_handed_in(world, sign_in, link):
    for name in ("", "a nickname", world.a.student_2.name):
        file_barometer(link=link, answers=SAD, named=name)
    (week,) = sign_in(world.a.counselor).get(reverse("reports:barometer_list")).context["weeks"]
    assert (len(week.told), week.handed_in, week.worrying) == (3, 1, 1)


def test_from_whom_the_flag_is_kept_the_calm_barometer_before_it_does_not_vanish(world, viewer, link, sign_in):
    """To see it vanish would tell them that somebody wrote something which they must not read."""
    file_barometer(link=link, answers=CALM | {"mood": YES})
    row = file_barometer(link=link, answers=SAD, named=world.a.student_2.name)
    kept_from(world.a.teacher, row.flag, world.a.counselor)
    found = {}
    for who in ("teacher", "counselor"):
        (week,) = sign_in(world.a.people[who]).get(reverse("reports:barometer_list")).context["weeks"]
        found[who] = (week.handed_in, week.worrying)
    assert found == {"teacher": (1, 0), "counselor": (1, 1)}


def test_a_worrying_second_one_without_a_name_calls_counselors_and_the_class_teacher(world, link):
    for answers in (CALM, SAD, SAD):
        file_barometer(link=link, answers=answers)
    assert told() == ["a-counselor", "a-counselor_2", "a-teacher"]


def test_who_has_the_link_does_not_learn_from_it_whether_this_weeks_is_there(world, viewer, client):
    """The class teacher gave it, and the barometer, or its flag, may be kept from them."""
    url = reverse("reports:barometer_fill", args=[give_link(by=viewer(world.a.teacher), group=world.a.class_1)])
    pages = [client.post(url, answers).content.decode().partition("</main>")[0] for answers in (CALM, SAD, SAD)]
    assert (len(set(pages)), "每周以先交上来的一份为准" in pages[0]) == (1, True)


def test_a_barometer_that_names_somebody_whose_records_are_closed_is_gone(world, viewer, link):
    row = file_barometer(link=link, answers=SAD, named=world.a.student_2.name)
    Barometer.objects.create(class_group=world.a.class_1, week="2026-03-02", answers=CALM, is_worrying=False)
    Student.objects.filter(pk=row.flag.student_id).update(locked_on=NOW.date())
    assert list(Barometer.objects.visible_to(viewer(world.a.counselor)).values_list("flag", flat=True)) == [None]


def test_a_new_link_ends_the_one_before(world, viewer):
    by = viewer(world.a.teacher)
    first, second = (give_link(by=by, group=world.a.class_1) for _ in range(2))
    assert (link_of(first), link_of(second).class_group) == (None, world.a.class_1)


def test_nobody_gives_out_the_link_of_another_class(world, viewer):
    with pytest.raises(Refused):
        give_link(by=viewer(world.a.teacher_2), group=world.a.class_1)


def test_the_link_opens_the_form_without_names_and_nothing_else(world, viewer, client):
    token = give_link(by=viewer(world.a.teacher), group=world.a.class_1)
    page = client.get(reverse("reports:barometer_fill", args=[token]))
    assert (page.status_code, "SENTINEL" in page.content.decode()) == (200, False)
    answer = client.post(reverse("reports:barometer_fill", args=[token]), SAD)
    assert (answer.status_code, Barometer.objects.count()) == (200, 1)
    assert client.get(reverse("reports:barometer_fill", args=["not-a-link"])).status_code == 404
    assert client.get(reverse("reports:barometer_list")).status_code == 302


def test_a_question_of_the_units_own_is_asked_below_and_kept_as_it_was_asked(world, viewer, sign_in):
    url = reverse("reports:barometer_questions")
    typed = {"words_0": "Was the way to school unsafe?", "serious_0": "on", "words_1": "", "words_2": ""}
    assert sign_in(world.district_staff).post(url, typed).status_code == 302
    group = world.a.class_1
    link = link_of(give_link(by=viewer(world.a.teacher), group=group))
    answers = dict.fromkeys(QUESTIONS, 0) | {"own_0": 2}
    row = file_barometer(link=link, answers=answers)
    assert (row.asked, row.is_worrying) == ([["own_0", "Was the way to school unsafe?"]], True)
    UnitSetting.objects.filter(key="barometer_questions").delete()
    shown = sign_in(world.a.leader).get(reverse("reports:barometer_list")).content.decode()
    assert "Was the way to school unsafe?" in shown
