"""The file: one chronology from every source, chosen by kind and term, what is new, and the way onto paper."""

import datetime as dt
import io

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from schools.models import AuditEntry, Job
from students.actions.steps import add_note
from students.file import FLAG, KINDS, file_of
from students.models import GroupMember, GuardianContact, PlanMeasure
from tests.walking import entry_of, incident_of, kept_from, measure_of, raised, step_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
DONE = "和孩子谈了半小时，约好明天再谈"


def page(student):
    return reverse("students:student_detail", args=[student.pk])


def kinds_of(viewer, member, student):
    return {entry.kind for entry in file_of(viewer(member), student)}


@pytest.fixture
def full(world):
    """A student with something of every kind that this floor and the talks know."""
    student, counselor = world.a.student, world.a.counselor
    measure_of(entry_of(student, counselor), counselor)
    step_of(world.a.flag, counselor, words='{"text": "STEP-WORDS"}')
    GuardianContact.objects.create(
        student=student, school=student.school, by=counselor, channel="call", happened_at=NOW, said="CONTACT-WORDS"
    )
    incident_of(counselor, student, text="x", flag=world.a.flag)
    GroupMember.objects.get_or_create(student=student, group_id="orphan", defaults={"since": dt.date(2025, 9, 1)})
    return student


def test_the_file_has_entries_of_every_kind_in_one_order(world, viewer, full):
    entries = file_of(viewer(world.a.counselor), full)
    assert {entry.kind for entry in entries} == KINDS.keys() - {"screening"} - (
        {"roll"} if not full.entered_on else set()
    )
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert [entry.kind for entry in file_of(viewer(world.a.counselor), full, FLAG)] == ["flag", "flag"]


def test_the_file_of_who_is_kept_from_a_flag_shows_no_trace_of_it(world, viewer, sign_in, full):
    """Nor a choice that would name it: the same as if there were none."""
    kept_from(world.a.leader, world.a.flag, world.a.counselor)
    seen = kinds_of(viewer, world.a.leader, full)
    assert seen & {"flag", "registry", "incident"} == set()
    html = sign_in(world.a.leader).get(page(full)).content.decode()
    assert [code for code in ("flag", "registry", "incident") if f"?kind={code}" in html] == []


def test_the_file_shows_a_class_teacher_neither_steps_nor_reasons(world, sign_in, full):
    html = sign_in(world.a.teacher).get(page(full)).content.decode()
    assert [text in html for text in ("STEP-WORDS", "CONTACT-WORDS", "plan-what")] == [False, False, False]


def test_the_file_is_chosen_by_kind_and_term(world, sign_in, full):
    client = sign_in(world.a.counselor)

    def shown(**asked):
        answer = client.get(page(full), asked)
        return {(row[0].kind, row[0].title) for row in answer.context["file"].page_obj.object_list}

    assert {kind for kind, _title in shown(kind="flag")} == {"flag"}
    earlier = shown(term="2025-2026-1")
    assert {kind for kind, _title in earlier} >= {"group"}
    assert earlier.isdisjoint(shown(kind="flag", term="2025-2026-2"))
    assert [client.get(page(full), asked).status_code for asked in ({"kind": "x"}, {"term": "x"})] == [400, 400]


def test_the_file_marks_what_others_wrote_since_the_last_look(world, viewer, sign_in, fixed_clock):
    student, client = world.a.student, sign_in(world.a.counselor)
    assert client.get(page(student)).context["file"].new_count == 0  # a first look has nothing to compare with
    fixed_clock.shift(dt.timedelta(minutes=31))
    raised(world.a.student_2, world.a.teacher)
    measure_of(entry_of(student, world.a.counselor_2, listed_on=timezone.localdate()), world.a.counselor)
    add_note(by=viewer(world.a.counselor), flag=world.a.flag, text=DONE, is_measure=False)
    add_note(by=viewer(world.a.counselor_2), flag=world.a.flag, text=DONE, is_measure=False)
    client = sign_in(world.a.counselor)
    for _again in range(2):  # going to and fro keeps the mark
        shown = client.get(page(student)).context["file"]
        assert {entry.by_id for entry in shown.entries if shown.is_new(entry)} == {world.a.counselor_2.person_id}
    told = client.get(page(student), {"new": "1"}).context["file"]
    assert len(told.page_obj.object_list) == shown.new_count > 0
    fixed_clock.shift(dt.timedelta(days=2))
    assert sign_in(world.a.counselor).get(page(student)).context["file"].new_count == 0


def test_the_file_takes_the_same_queries_however_much_of_each_kind(world, sign_in, full):
    client = sign_in(world.a.counselor)
    client.get(page(full))
    with CaptureQueriesContext(connection) as few:
        client.get(page(full))
    for _more in range(3):
        step_of(world.a.flag, world.a.counselor)
        PlanMeasure.objects.create(
            entry=full.registry_entries.get(), what="x", who=world.a.counselor, added_by=world.a.counselor_2
        )
        incident_of(world.a.counselor_2, full, text="x", flag=world.a.flag)
    with CaptureQueriesContext(connection) as many:
        client.get(page(full))
    assert len(many) == len(few)


def test_the_file_on_paper_says_what_it_shows_by_whom_and_is_logged(world, sign_in, full):
    client = sign_in(world.a.counselor)
    html = client.get(reverse("students:file_print", args=[full.pk]), {"kind": "registry"}).content.decode()
    assert [text in html for text in ("plan-what", "STEP-WORDS", world.a.counselor.person.name)] == [True, False, True]
    row = AuditEntry.objects.get(verb="student.file_printed")
    assert (row.student_id, row.details) == (full.pk, {"kind": "registry"})


def test_the_file_as_pdf_is_made_by_a_job_with_the_mark_on_every_page(
    world, sign_in, full, django_capture_on_commit_callbacks
):
    client = sign_in(world.a.leader)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("students:file_pdf", args=[full.pk]) + "?kind=registry")
    job = Job.objects.get(kind="student_file")
    taken = client.get(reverse("schools:job_file", args=[job.pk]))
    content = b"".join(taken.streaming_content)
    assert (job.state, len(pikepdf.open(io.BytesIO(content)).pages)) == ("done", 1)
    assert full.name not in job.file_name
    assert AuditEntry.objects.filter(verb="student.file_printed", student_id=full.pk).count() == 1


def test_the_file_as_pdf_holds_nothing_for_who_may_no_longer_see_the_student(world, viewer, full):
    from schools.common.errors import Refused
    from schools.work.jobs import Work
    from students.jobs import student_file

    job = Job(owner=world.b.leader.person, membership=world.b.leader, params={"student": str(full.pk)})
    with pytest.raises(Refused):
        student_file(Work(job))
