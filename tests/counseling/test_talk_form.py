"""The page that logs a talk."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counseling.models import TalkLog, TalkPart
from tests.counseling.sheet import classmates, filed, sent, ticked
from tests.world import NOW

pytestmark = pytest.mark.django_db
NEW = reverse("counseling:talk_new")


@pytest.fixture
def teacher(world, sign_in):
    return sign_in(world.a.teacher)


def newest():
    return TalkLog.objects.latest("filed_at")


def test_talk_new_files_a_talk_and_shows_its_record(world, teacher):
    response = teacher.post(NEW, sent(world.a.student, themes=["sleep"]))
    part = newest().parts.get()
    assert response["Location"] == reverse("counseling:talk_detail", args=[part.pk])
    assert (part.words, part.themes, newest().place) == ("words 0", ["sleep"], "office")


def test_talk_new_files_several_students_each_with_their_own_part(world, teacher):
    teacher.post(NEW, sent(world.a.student, world.a.student_2, each={world.a.student_2: {"severity": "2"}}))
    parts = {part.student_id: (part.words, part.severity) for part in newest().parts.all()}
    assert parts == {world.a.student.pk: ("words 0", 0), world.a.student_2.pk: ("words 1", 2)}


def test_talk_new_offers_the_place_and_mode_used_last_but_not_the_kind(world, teacher):
    """In a closed fold the last kind would stick to every talk, and be counted."""
    teacher.post(NEW, sent(world.a.student, place="corridor", mode="phone", kind="study", initiative="student"))
    chosen = ticked(teacher.get(NEW).content.decode())
    assert (chosen["place"], chosen["mode"]) == (["corridor"], ["phone"])
    assert (chosen["kind"], chosen["initiative"]) == (["daily"], ["teacher"])


def test_talk_new_keeps_a_place_typed_by_hand(world, teacher):
    teacher.post(NEW, sent(world.a.student, place="", other_place="on the bus"))
    assert newest().place == "on the bus"


def test_talk_new_with_an_error_keeps_everything_typed(world, teacher):
    before = TalkLog.objects.count()
    fields = sent(
        world.a.student, first={"view": "kept view"}, happened_at="2026-03-19T09:00", other_place="kept place"
    )
    response = teacher.post(NEW, fields)
    page = response.content.decode()
    assert (response.status_code, TalkLog.objects.count()) == (422, before)
    assert [text for text in ("words 0", "kept view", "kept place", fields["submission"]) if text not in page] == []


FUTURE = {"happened_at": "2026-03-19T09:00"}
HEADER_OPEN = '<details class="fold field" data-header open>'


@pytest.mark.parametrize("name", ["talk_new", "talk_edit"])
def test_a_refused_time_is_shown_at_its_field_in_an_open_fold_with_a_link_to_it(world, teacher, name):
    part = world.a.talks["own"].parts.get(student=world.a.student)
    address = NEW if name == "talk_new" else reverse("counseling:talk_edit", args=[part.pk])
    fields = sent(part.student, revision=str(part.revision)) | FUTURE
    page = teacher.post(address, fields).content.decode()
    wanted = [HEADER_OPEN, '<a href="#id_happened_at">', 'id="id_happened_at_error"', "谈话时间不能在将来"]
    assert [piece for piece in wanted if piece not in page] == []


def test_a_refused_follow_up_is_shown_in_the_part_of_its_student(world, teacher):
    second = {world.a.student_2: {"follow_up_on": "2026-03-01"}}
    page = teacher.post(NEW, sent(world.a.student, world.a.student_2, each=second)).content.decode()
    key = f"id_part-{world.a.student_2.pk}-follow_up_on"
    assert (f'<a href="#{key}">{world.a.student_2.name} · ' in page, f'id="{key}_error"' in page) == (True, True)


def test_talk_new_without_a_student_says_so_and_keeps_the_text(teacher):
    fields = sent() | {"part-first-words": "typed too early"}
    response = teacher.post(NEW, fields)
    assert response.status_code == 422
    assert "typed too early" in response.content.decode()


def test_text_typed_before_a_student_was_chosen_becomes_theirs(world, teacher):
    fields = sent(students=[str(world.a.student.pk)]) | {"part-first-words": "typed first"}
    teacher.post(NEW, fields)
    assert newest().parts.get().words == "typed first"


def test_a_student_without_a_block_gets_one_before_anything_is_filed(world, teacher):
    """The way without JavaScript: two students chosen, one block on the page."""
    before = TalkLog.objects.count()
    both = [str(world.a.student.pk), str(world.a.student_2.pk)]
    response = teacher.post(NEW, sent(students=both) | {"part-first-words": "typed first"})
    page = response.content.decode()
    assert (response.status_code, TalkLog.objects.count()) == (422, before)
    assert f'name="part-{both[0]}-words"' in page
    assert f'name="part-{both[1]}-words"' in page


def test_find_without_javascript_offers_who_was_found_and_keeps_the_text(world, sign_in):
    client = sign_in(world.a.counselor)
    response = client.post(NEW, sent(world.a.student) | {"find": "1", "q": "aolder"})
    page = response.content.decode()
    assert response.status_code == 200
    assert str(world.a.older.pk) in page
    assert "words 0" in page


def test_talk_new_chooses_the_student_of_the_address(world, teacher):
    page = teacher.get(NEW, {"student": str(world.a.student_3.pk)}).content.decode()
    assert ticked(page)["students"] == [str(world.a.student_3.pk)]


@pytest.mark.parametrize("school,who", [("a", "older"), ("b", "student")])
def test_talk_new_knows_no_student_one_may_not_see(world, teacher, school, who):
    student = getattr(getattr(world, school), who)
    assert teacher.get(NEW, {"student": str(student.pk)}).status_code == 404
    response = teacher.post(NEW, sent(world.a.student, student))
    assert response.status_code == 422
    assert student.name not in response.content.decode()
    assert not TalkPart.objects.filter(student=student, talk__author=world.a.teacher.person).exists()


def test_talk_new_refuses_a_theme_that_is_not_offered(world, teacher):
    before = TalkLog.objects.count()
    assert teacher.post(NEW, sent(world.a.student, themes=["no-such-theme"])).status_code == 422
    assert TalkLog.objects.count() == before


def test_the_same_form_twice_files_one_talk_and_says_so(world, teacher):
    fields = sent(world.a.student)
    teacher.post(NEW, fields)
    before = TalkLog.objects.count()
    response = teacher.post(NEW, fields, follow=True)
    assert TalkLog.objects.count() == before
    assert "这张表单之前已经保存过" in response.content.decode()


def test_nobody_writes_what_the_form_does_not_ask_for(world, teacher):
    """T13: every field of the models, posted to the form, changes nothing but what the form asks."""
    b = world.b
    more = {
        "is_restricted": "on",
        "author": str(b.teacher.person.pk),
        "school": b.unit.pk,
        "membership": b.teacher.pk,
        "filed_at": "2020-01-01T00:00",
        "id": str(uuid.uuid4()),
    }
    forced = {"revision": "7", "flag": str(b.flag.pk), "deleted_at": "2020-01-01", "class_group": b.class_1.pk}
    teacher.post(NEW, sent(world.a.student, first=forced) | more)
    talk, part = newest(), newest().parts.get()
    assert (talk.is_restricted, talk.author, talk.school, talk.membership) == (
        False,
        world.a.teacher.person,
        world.a.unit,
        world.a.teacher,
    )
    assert talk.filed_at >= NOW
    assert (part.revision, part.flag, part.deleted_at, part.class_group) == (1, None, None, world.a.class_1)


def test_only_the_counselors_form_can_restrict(world, sign_in, teacher):
    assert 'name="is_restricted"' not in teacher.get(NEW).content.decode()
    client = sign_in(world.a.counselor)
    client.post(NEW, sent(world.a.student, is_restricted="on"))
    assert newest().is_restricted is True


def test_the_levels_are_those_of_the_schools_scheme(world, teacher):
    from schools.models import UnitSetting

    assert "四级" in teacher.get(NEW).content.decode()
    UnitSetting.objects.create(unit=world.a.unit, key="severity_scheme", value="three_levels")
    page = teacher.get(NEW).content.decode()
    assert ("四级" in page, "三级" in page) == (False, True)


def test_the_form_costs_no_more_queries_with_thirty_students_than_with_three(world, viewer, teacher):
    def count():
        with CaptureQueriesContext(connection) as caught:
            teacher.get(NEW)
        return len(caught)

    teacher.get(NEW)
    few = count()
    assert few <= 15
    for number, student in enumerate(classmates(world.a.class_1, 27)):
        filed(viewer(world.a.teacher), student, at=NOW - dt.timedelta(days=number + 1))
    assert count() <= few


def test_the_untouched_form_has_one_block_of_nobody_and_one_to_copy(teacher):
    page = teacher.get(NEW).content.decode()
    box, _template, blank = page.partition("<template data-blank>")
    assert (box.count('data-part="first"'), blank.count('data-part="__key__"')) == (1, 1)
    assert page.count("part-first-words") == page.count("part-__key__-words") > 0
    assert "__key__" not in box


# --- the picker -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["astudent", "a1", "A0001", "SENTINEL-a-name-student"])
def test_student_picker_finds_by_name_pinyin_initials_and_number(world, teacher, text):
    page = teacher.get(reverse("counseling:student_picker"), {"q": text}).content.decode()
    assert str(world.a.student.pk) in page


def test_student_picker_finds_only_students_one_sees(world, teacher):
    page = teacher.get(reverse("counseling:student_picker"), {"q": "SENTINEL"}).content.decode()
    seen = [name for name in ("student", "student_2", "neighbor", "older") if getattr(world.a, name).name in page]
    assert seen == ["student", "student_2"]
    assert "SENTINEL-b" not in page


def test_student_picker_without_text_finds_nobody(teacher):
    assert "data-value" not in teacher.get(reverse("counseling:student_picker"), {"q": " "}).content.decode()
