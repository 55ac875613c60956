"""The list of talks, one record, its correction, deletion, print and export."""

import datetime as dt
import io
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counseling.actions.talks import delete_part, revise_part
from counseling.content import content_of, header_of
from counseling.models import TalkPart
from schools.models import AuditEntry
from schools.templatetags.look import moment
from students.actions.decisions import close_flag
from students.actions.flags import acknowledge_flag
from students.advice import advice
from students.models import RiskFlag
from tests.counseling.sheet import classmates, filed, sent, ticked
from tests.walking import kept_from
from tests.world import NOW

pytestmark = pytest.mark.django_db
LIST, EXPORT = reverse("counseling:talk_list"), reverse("counseling:talk_export")


def part_of(school, talk, student="student"):
    return TalkPart.objects.get(talk=school.talks[talk], student=getattr(school, student))


def page(client, name, part, **params):
    return client.get(reverse(f"counseling:{name}", args=[part.pk]), params).content.decode()


# --- one record -----------------------------------------------------------------------------------------------------


def test_talk_detail_shows_the_part_and_notes_that_it_was_opened(world, sign_in):
    part = part_of(world.a, "own")
    text = page(sign_in(world.a.counselor), "talk_detail", part)
    assert [name for name in ("words", "view", "agreed", "effect") if f"SENTINEL-a-own0-{name}" not in text] == []
    opened = AuditEntry.objects.get(verb="talk.opened")
    assert (opened.student_id, opened.person) == (world.a.student.pk, world.a.counselor.person)


@pytest.fixture
def saved_page(sign_in):
    """The page after saving a talk with a level, as whoever filed it sees it."""

    def save(member, *students, severity, each=None):
        fields = sent(*students, first={"severity": str(severity)}, each=each)
        return sign_in(member).post(reverse("counseling:talk_new"), fields, follow=True).content.decode()

    return save


@pytest.mark.parametrize("severity", [1, 2, 3, 4])
def test_talk_detail_after_a_level_says_what_to_do_now_and_leads_to_the_flag(world, saved_page, severity):
    text = saved_page(world.a.teacher, world.a.student_2, severity=severity)
    flag = RiskFlag.objects.get(student=world.a.student_2)
    wanted = [advice(severity), moment(flag.in_hand_by), flag.get_absolute_url(), "已保存，并已报告预警。"]
    assert [piece for piece in wanted if piece not in text] == []


def test_talk_detail_tells_of_the_flag_of_each_student_of_the_talk(world, saved_page):
    second = {world.a.student_3: {"severity": "4"}}
    text = saved_page(world.a.teacher, world.a.student_2, world.a.student_3, severity=0, each=second)
    assert f"预警已经报告：{world.a.student_3.name}" in text


def test_talk_detail_without_a_level_tells_of_no_flag(world, saved_page):
    assert "预警已经报告：" not in saved_page(world.a.teacher, world.a.student_2, severity=0)


def test_talk_detail_tells_what_to_do_even_of_a_flag_one_may_not_open(world, viewer, saved_page):
    """A subject teacher's report is added to a flag that somebody else raised."""
    filed(viewer(world.a.teacher_2), world.a.neighbor, severity=2)
    text = saved_page(world.a.subject_teacher, world.a.neighbor, severity=4)
    flag = RiskFlag.objects.get(student=world.a.neighbor)
    assert (advice(4) in text, flag.get_absolute_url() in text) == (True, False)


def test_talk_detail_tells_of_no_flag_that_is_kept_from_its_reader_though_they_held_the_talk(world, viewer, sign_in):
    part = filed(viewer(world.a.teacher), world.a.student_2, severity=3).parts.get()
    kept_from(world.a.teacher, part.flag, world.a.counselor)
    texts = [page(sign_in(world.a.people[who]), "talk_detail", part) for who in ("teacher", "counselor")]
    assert ["预警已经报告：" in text for text in texts] == [False, True]


def test_the_talk_behind_a_kept_flag_is_its_authors_alone_among_those_it_is_kept_from(world, viewer):
    """Also for a counselor, who reads every other talk."""
    part = filed(viewer(world.a.teacher), world.a.student_2, severity=3).parts.get()

    def readers():
        who = ("teacher", "counselor", "counselor_2", "leader")
        seen = {one: TalkPart.objects.visible_to(viewer(world.a.people[one])) for one in who}
        return [one for one, rows in seen.items() if rows.filter(pk=part.pk).exists()]

    before = readers()
    for who in ("teacher", "counselor_2"):
        kept_from(world.a.people[who], part.flag, world.a.counselor)
    assert (before, readers()) == (
        ["teacher", "counselor", "counselor_2", "leader"],
        ["teacher", "counselor", "leader"],
    )


def test_talk_detail_says_who_has_the_flag_in_hand_and_nothing_once_it_is_closed(world, viewer, sign_in):
    part = filed(viewer(world.a.teacher), world.a.student_2, severity=3).parts.get()
    counselor, client = viewer(world.a.counselor), sign_in(world.a.teacher)
    acknowledge_flag(by=counselor, flag=part.flag)
    in_hand = page(client, "talk_detail", part)
    RiskFlag.objects.filter(pk=part.flag_id).update(severity=2)  # of a level that one person decides on
    close_flag(by=counselor, flag=part.flag, outcome="supported", seen="she sleeps well", done="two talks")
    closed = page(client, "talk_detail", part)
    name = f"{world.a.counselor.person.name}已经在处理。"
    assert (name in in_hand, name in closed, "预警已经报告：" in closed) == (True, False, False)


@pytest.fixture
def across_classes(world, viewer):
    """One talk of the counselor with students of two classes: each class teacher sees one part."""
    talk = filed(viewer(world.a.counselor), world.a.student, world.a.neighbor, words="for this student alone")
    other = talk.parts.get(student=world.a.neighbor)
    other.words = "SENTINEL of the other"
    other.save(update_fields=["words"])
    return talk


@pytest.mark.parametrize("name", ["talk_detail", "talk_print"])
def test_no_page_of_one_part_tells_of_the_other_student(world, sign_in, across_classes, name):
    part = across_classes.parts.get(student=world.a.student)
    text = page(sign_in(world.a.teacher), name, part)
    assert "for this student alone" in text
    hidden = [
        "SENTINEL of the other",
        world.a.neighbor.name,
        str(across_classes.parts.get(student=world.a.neighbor).pk),
    ]
    assert [one for one in hidden if one in text] == []


def test_the_list_of_one_class_does_not_tell_of_the_other_student(world, sign_in, across_classes):
    text = sign_in(world.a.teacher).get(LIST).content.decode()
    assert world.a.student.name in text
    assert world.a.neighbor.name not in text


def test_the_file_of_one_student_does_not_tell_of_the_other(world, viewer, across_classes):
    from counseling.chronicle import talks

    entries = list(talks(viewer(world.a.teacher), world.a.student))
    told = str(entries)
    assert "for this student alone" in told
    assert "SENTINEL of the other" not in told
    assert list(talks(viewer(world.a.teacher), world.a.neighbor)) == []


def test_who_sees_both_parts_is_led_from_one_to_the_other(world, sign_in, across_classes):
    part = across_classes.parts.get(student=world.a.student)
    assert world.a.neighbor.name in page(sign_in(world.a.counselor), "talk_detail", part)


@pytest.mark.parametrize("name", ["talk_detail", "talk_edit", "talk_delete", "talk_print"])
@pytest.mark.parametrize("who", ["teacher", "leader", "grade_head"])
def test_a_restricted_talk_does_not_exist_for_others(world, sign_in, name, who):
    address = reverse(f"counseling:{name}", args=[part_of(world.a, "restricted").pk])
    client = sign_in(getattr(world.a, who))
    assert (client.get(address).status_code, client.post(address).status_code) in {(404, 404), (404, 405)}


def test_a_restricted_talk_is_open_to_every_counselor(world, sign_in):
    text = page(sign_in(world.a.counselor_2), "talk_detail", part_of(world.a, "restricted"))
    assert "SENTINEL-a-restricted0-words" in text


def test_talk_print_is_the_usual_form_with_who_printed_it(world, sign_in):
    text = page(sign_in(world.a.teacher), "talk_print", part_of(world.a, "own"))
    wanted = [
        "谈心谈话记录",
        "A0001",
        "办公室",
        "SENTINEL-a-own0-background",
        "达成的约定",
        world.a.teacher.person.name,
    ]
    assert [one for one in wanted if one not in text] == []
    assert AuditEntry.objects.filter(verb="talk.printed", student_id=world.a.student.pk).count() == 1


# --- correcting -----------------------------------------------------------------------------------------------------


def edit_fields(part, revision, words):
    return {
        "revision": revision,
        "happened_at": "2026-03-13T10:00",
        "kind": "daily",
        "place": "office",
        "mode": "face",
        "initiative": "teacher",
        "themes": ["sleep"],
        f"part-{part.pk}-words": words,
        f"part-{part.pk}-severity": "0",
    }


@pytest.fixture
def own(world, viewer):
    return filed(viewer(world.a.teacher), world.a.student, words="as first written", themes=("sleep",)).parts.get()


def test_talk_edit_shows_the_record_and_keeps_the_older_version_readable(sign_in, world, own):
    client = sign_in(world.a.teacher)
    form = page(client, "talk_edit", own)
    assert "as first written" in form
    assert ticked(form)["themes"] == ["sleep"]
    response = client.post(reverse("counseling:talk_edit", args=[own.pk]), edit_fields(own, 1, "as corrected"))
    assert response.status_code == 302
    text = page(client, "talk_detail", own)
    assert [one for one in ("as first written", "as corrected", "第 2 版", "第 1 版") if one not in text] == []


def test_what_was_written_for_counselors_only_stays_theirs_once_the_talk_is_open(sign_in, world, viewer):
    by = viewer(world.a.counselor)
    part = filed(by, world.a.student_2, words="behind the door", is_restricted=True, severity=2).parts.get()
    for words, is_restricted in (("opened", False), ("corrected", False)):
        header = replace(header_of(part.talk), is_restricted=is_restricted)
        revise_part(
            by=by, part=part, revision=part.revision, header=header, written=replace(content_of(part), words=words)
        )
        part = TalkPart.objects.get(pk=part.pk)
    told = [page(sign_in(world.a.people[who]), "talk_detail", part) for who in ("leader", "counselor_2")]
    assert [("behind the door" in one, "opened" in one) for one in told] == [(False, True), (True, True)]


def test_two_windows_do_not_overwrite_each_other(sign_in, world, own):
    client, address = sign_in(world.a.teacher), reverse("counseling:talk_edit", args=[own.pk])
    client.post(address, edit_fields(own, 1, "from the first window"))
    response = client.post(address, edit_fields(own, 1, "from the second window"))
    text = response.content.decode()
    assert response.status_code == 422
    assert [one for one in ("from the first window", "from the second window") if one not in text] == []
    own.refresh_from_db()
    assert (own.words, own.revision) == ("from the first window", 2)


@pytest.mark.parametrize("name", ["talk_edit", "talk_delete"])
def test_a_reader_changes_nothing(sign_in, world, own, name):
    fields = edit_fields(own, 1, "changed") | {"reason": "because"}
    sign_in(world.a.counselor).post(reverse(f"counseling:{name}", args=[own.pk]), fields)
    own.refresh_from_db()
    assert (own.words, own.deleted_at) == ("as first written", None)


def test_talk_delete_asks_why_and_leaves_a_trace(sign_in, world, own):
    client, address = sign_in(world.a.teacher), reverse("counseling:talk_delete", args=[own.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "logged twice"})
    trace = page(sign_in(world.a.counselor), "talk_detail", own)
    assert "logged twice" in trace
    assert "as first written" not in trace
    assert str(own.pk) not in client.get(LIST).content.decode()


def test_a_deleted_talk_stands_in_the_file_without_its_text(world, viewer, own):
    from counseling.chronicle import talks

    delete_part(by=viewer(world.a.teacher), part=own, reason="logged twice")
    entry = next(entry for entry in talks(viewer(world.a.counselor), world.a.student) if entry.icon == "trash")
    assert entry.lines == ()


# --- the list -------------------------------------------------------------------------------------------------------


def rows(client, **params):
    response = client.get(LIST, params)
    assert response.status_code == 200
    return sorted(part.student.name.removeprefix("SENTINEL-a-name-") for part in response.context["list"].page_obj)


def test_talk_list_has_one_row_for_each_part_one_sees(world, sign_in):
    assert rows(sign_in(world.a.teacher)) == ["student", "student", "student_2"]
    assert len(rows(sign_in(world.a.counselor))) == 6


def test_talk_list_narrows_by_each_filter(world, viewer, sign_in):
    filed(viewer(world.a.teacher), world.a.student_3, themes=("peers",), severity=1, follow_up_on=NOW.date(), words="")
    client = sign_in(world.a.counselor)
    assert rows(client, theme="peers") == ["student_3"]
    assert rows(client, q="astudent_3") == ["student_3"]
    assert rows(client, **{"class": str(world.a.class_2.pk)}) == ["neighbor"]
    assert rows(client, teacher=str(world.a.teacher_4.person.pk)) == ["older"]
    assert rows(client, show="restricted") == ["student"]
    assert rows(client, show="attention") == ["student", "student_3"]
    assert rows(client, show="mine") == ["student"]
    assert rows(client, kind="study") == []
    assert rows(client, **{"from": "2026-03-18"}) == ["student_3"]
    assert len(rows(client, to="2026-03-17")) == 6


def test_talk_list_shows_follow_ups_due_until_the_next_talk(world, viewer, sign_in):
    teacher, client = viewer(world.a.teacher), sign_in(world.a.teacher)
    filed(teacher, world.a.student_3, at=NOW - dt.timedelta(days=3), follow_up_on=NOW.date())
    assert rows(client, show="follow_up") == ["student_3"]
    filed(teacher, world.a.student_3)
    assert rows(client, show="follow_up") == []


@pytest.mark.parametrize(
    "params",
    [
        {"sort": "talk__author__password"},
        {"theme": "x' or 1=1"},
        {"class": "1 or 1"},
        {"from": "yesterday"},
        {"show": "x"},
    ],
)
def test_talk_list_refuses_filters_it_does_not_know(world, sign_in, params):
    assert sign_in(world.a.counselor).get(LIST, params).status_code == 400


def test_talk_list_sorts_both_ways(world, sign_in):
    client = sign_in(world.a.counselor)
    up = [part.severity for part in client.get(LIST, {"sort": "level"}).context["list"].page_obj]
    down = [part.severity for part in client.get(LIST, {"sort": "-level"}).context["list"].page_obj]
    assert (up, down) == ([0, 0, 0, 0, 0, 3], [3, 0, 0, 0, 0, 0])


def test_talk_list_costs_the_same_with_three_rows_and_with_thirty(world, viewer, sign_in):
    client = sign_in(world.a.teacher)

    def count():
        with CaptureQueriesContext(connection) as caught:
            client.get(LIST)
        return len(caught)

    client.get(LIST)
    few = count()
    for student in classmates(world.a.class_1, 27):
        filed(viewer(world.a.teacher), student)
    assert count() == few <= 10


def test_talk_list_reads_no_text_of_a_record(world, sign_in):
    client = sign_in(world.a.counselor)
    with CaptureQueriesContext(connection) as asked:
        client.get(LIST)
    read = " ".join(query["sql"] for query in asked)
    assert [name for name in ("words", "view", "agreed", "background", "id_number") if f'"{name}"' in read] == []


# --- export ---------------------------------------------------------------------------------------------------------


def test_talk_export_holds_what_the_list_shows_and_no_texts(world, sign_in):
    import openpyxl

    client = sign_in(world.a.leader)
    response = client.post(f"{EXPORT}?class={world.a.class_1.pk}", {"purpose": "meeting"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    names = [row[0].value for row in sheet.iter_rows(min_row=2)]
    text = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert sorted(name.rpartition("-")[2] for name in names if name and name.startswith("SENTINEL")) == [
        "student",
        "student",
        "student_2",
    ]
    assert "SENTINEL-a-name-student" in text
    assert [one for one in ("own0", "restricted", "neighbor", "SENTINEL-b") if one in text] == []


def test_talk_export_writes_down_who_took_it_and_for_what(world, sign_in):
    sign_in(world.a.leader).post(EXPORT, {"purpose": "meeting"})
    entry = AuditEntry.objects.get(verb="talk_list.exported")
    assert (entry.person, entry.details) == (world.a.leader.person, {"rows": 5, "purpose": "meeting"})


def test_talk_export_wants_to_know_what_for(world, sign_in):
    response = sign_in(world.a.leader).post(EXPORT, {})
    assert response.status_code == 422
    assert not AuditEntry.objects.filter(verb="talk_list.exported").exists()


@pytest.mark.parametrize("who", ["teacher", "grade_head", "subject_teacher"])
def test_talk_export_is_for_counselor_and_leader(world, sign_in, who):
    assert sign_in(getattr(world.a, who)).post(EXPORT, {"purpose": "meeting"}).status_code == 403
