"""Drafts: kept while one types, for their writer alone."""

import uuid

import pytest
from django.db import connection
from django.urls import reverse

from counseling.actions.drafts import discard_draft, save_draft, typed_in
from counseling.inbox import drafts
from counseling.models import TalkDraft
from schools.common.errors import Refused
from schools.templatetags.look import moment
from tests.counseling.sheet import filed, sent, ticked
from tests.world import NOW

pytestmark = pytest.mark.django_db
DRAFT, NEW = reverse("counseling:talk_draft"), reverse("counseling:talk_new")


@pytest.fixture
def teacher(world, sign_in):
    return sign_in(world.a.teacher)


def draft_of(member):
    return TalkDraft.objects.get(person=member.person)


def test_talk_draft_keeps_what_was_typed_and_nothing_else(world, teacher):
    fields = sent(world.a.student, first={"words": "half a sen"}, csrfmiddlewaretoken="x", q="lin", author="me")
    assert teacher.post(DRAFT, fields).status_code == 204
    typed = typed_in(draft_of(world.a.teacher))
    assert typed[f"part-{world.a.student.pk}-words"] == ["half a sen"]
    assert {"csrfmiddlewaretoken", "q", "author", "submission"} & set(typed) == set()


def test_talk_draft_of_the_same_form_is_one_row(world, teacher):
    fields = sent(world.a.student)
    for words in ("one", "two", "three"):
        teacher.post(DRAFT, fields | {f"part-{world.a.student.pk}-words": words})
    typed = typed_in(draft_of(world.a.teacher))
    assert typed[f"part-{world.a.student.pk}-words"] == ["three"]


def test_an_untouched_form_leaves_no_draft(teacher):
    assert teacher.post(DRAFT, sent()).status_code == 204
    assert not TalkDraft.objects.exists()


def test_a_draft_is_sealed_in_the_table(world, teacher):
    teacher.post(DRAFT, sent(world.a.student, first={"words": "only for me"}))
    with connection.cursor() as cursor:
        cursor.execute("select content from counseling_talkdraft")
        assert b"only for me" not in bytes(cursor.fetchone()[0])


def test_a_draft_is_offered_when_coming_back_and_goes_on_where_it_was(world, teacher):
    fields = sent(world.a.student, first={"words": "half a sen", "severity": "3"}, themes=["sleep"], other_place="bus")
    teacher.post(DRAFT, fields)
    draft = draft_of(world.a.teacher)
    assert f"?draft={draft.pk}" in teacher.get(NEW).content.decode()
    page = teacher.get(NEW, {"draft": str(draft.pk)}).content.decode()
    assert [text for text in ("half a sen", 'value="bus"', fields["submission"]) if text not in page] == []
    assert ticked(page)["students"] == [str(world.a.student.pk)]
    assert ticked(page)["themes"] == ["sleep"]
    assert ticked(page)[f"part-{world.a.student.pk}-severity"] == ["3"]


@pytest.mark.parametrize("who", ["teacher_2", "counselor", "leader"])
def test_a_draft_is_its_writers_alone(world, teacher, sign_in, who):
    teacher.post(DRAFT, sent(world.a.student, first={"words": "only for me"}))
    draft = draft_of(world.a.teacher)
    other = sign_in(getattr(world.a, who))
    assert str(draft.pk) not in other.get(NEW).content.decode()
    assert other.get(NEW, {"draft": str(draft.pk)}).status_code == 404
    assert other.post(reverse("counseling:talk_draft_discard", args=[draft.pk])).status_code == 404
    assert TalkDraft.objects.filter(pk=draft.pk).exists()


def test_somebody_elses_submission_does_not_overwrite_a_draft(world, teacher, sign_in):
    fields = sent(world.a.student, first={"words": "mine"})
    teacher.post(DRAFT, fields)
    sign_in(world.a.counselor).post(DRAFT, fields | {f"part-{world.a.student.pk}-words": "theirs"})
    assert typed_in(draft_of(world.a.teacher))[f"part-{world.a.student.pk}-words"] == ["mine"]


def test_a_late_draft_does_not_bring_a_filed_talk_back(world, viewer, teacher):
    submission = uuid.uuid4()
    filed(viewer(world.a.teacher), world.a.student, submission=submission)
    assert teacher.post(DRAFT, sent(world.a.student, submission=submission)).status_code == 204
    assert not TalkDraft.objects.exists()


def test_talk_draft_discard_throws_it_away(world, teacher):
    teacher.post(DRAFT, sent(world.a.student))
    teacher.post(reverse("counseling:talk_draft_discard", args=[draft_of(world.a.teacher).pk]))
    assert not TalkDraft.objects.exists()


def test_several_drafts_are_folded_to_one_line_and_a_single_one_is_not(world, teacher):
    pages = []
    for _number in range(2):
        teacher.post(DRAFT, sent(world.a.student))
        pages.append(teacher.get(NEW).content.decode())
    assert ["没记完的谈话：2 次</summary>" in page for page in pages] == [False, True]
    assert [page.count("?draft=") for page in pages] == [1, 2]


def test_the_inbox_shows_three_drafts_with_their_time_and_counts_the_others(world, viewer):
    person = viewer(world.a.teacher)
    for _number in range(5):
        save_draft(by=person, submission=uuid.uuid4(), typed={"themes": ["sleep"]})
    items = list(drafts(person))
    assert [(item.text, item.note) for item in items[:3]] == [("一次没记完的谈话", f"{moment(NOW)}写的")] * 3
    assert [(item.text, item.url, item.count) for item in items[3:]] == [("另有 2 次没记完的谈话", NEW, 2)]


def test_a_draft_that_was_filed_leads_to_its_record_and_says_so(world, teacher, sign_in):
    fields = sent(world.a.student)
    teacher.post(DRAFT, fields)
    gone = {"draft": str(draft_of(world.a.teacher).pk)}
    record = teacher.post(NEW, fields)["Location"]
    response = teacher.get(NEW, gone, follow=True)
    assert response.redirect_chain == [(record, 302)]
    assert "这次谈话已经保存" in response.content.decode()
    assert sign_in(world.a.counselor).get(NEW, gone).status_code == 404


def test_a_draft_that_was_thrown_away_leads_to_an_empty_form_and_says_so(world, teacher, sign_in):
    teacher.post(DRAFT, sent(world.a.student))
    draft = draft_of(world.a.teacher)
    teacher.post(reverse("counseling:talk_draft_discard", args=[draft.pk]))
    response = teacher.get(NEW, {"draft": str(draft.pk)}, follow=True)
    assert response.redirect_chain == [(NEW, 302)]
    assert "这份草稿已经不在了" in response.content.decode()
    assert sign_in(world.a.counselor).get(NEW, {"draft": str(draft.pk)}).status_code == 404


def test_discard_draft_refuses_another_person(world, viewer):
    draft = save_draft(by=viewer(world.a.teacher), submission=uuid.uuid4(), typed={"themes": ["sleep"]})
    with pytest.raises(Refused):
        discard_draft(by=viewer(world.a.counselor), draft=draft)
    assert TalkDraft.objects.filter(pk=draft.pk).exists()


def test_a_draft_too_long_is_refused(world, viewer):
    with pytest.raises(Refused):
        save_draft(by=viewer(world.a.teacher), submission=uuid.uuid4(), typed={"themes": ["x" * 300_000]})


def test_talk_draft_after_the_session_ended_keeps_nothing(client, world):
    assert client.post(DRAFT, sent(world.a.student)).status_code == 302
    assert not TalkDraft.objects.exists()
