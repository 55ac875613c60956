"""Filing, revising and deleting the record of a talk."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.db import connection

from counseling.access import can_change_part
from counseling.actions.talks import Overtaken, delete_part, file_talk, revise_part
from counseling.content import Unfit, content_of, from_json, header_of
from counseling.models import TalkDraft, TalkLog, TalkPart, TalkRevision
from schools.common.errors import Refused
from schools.models import AuditEntry, Membership, Role
from students.evidence import evidence_of
from students.models import RiskFlag
from tests.counseling.sheet import AN_HOUR_AGO, content, filed, header
from tests.world import NOW

pytestmark = pytest.mark.django_db


def file_with(viewer, parts, **more):
    return file_talk(by=viewer, submission=uuid.uuid4(), header=header(**more), parts=parts)


def test_file_talk_keeps_each_students_part_apart(world, viewer):
    a = world.a
    parts = {a.student: content("one", themes=("sleep",)), a.student_2: content("two", severity=0)}
    talk = file_with(viewer(a.teacher), parts)
    kept = {part.student_id: (part.words, part.themes, part.class_group_id) for part in talk.parts.all()}
    assert kept == {
        a.student.pk: ("one", ["sleep"], a.class_1.pk),
        a.student_2.pk: ("two", [], a.class_1.pk),
    }


def test_file_talk_seals_the_text_in_the_table(world, viewer):
    talk = filed(viewer(world.a.teacher), world.a.student, words="only for readers")
    with connection.cursor() as cursor:
        cursor.execute(
            "select words from counseling_talkpart where talk_id = %s",
            [talk.pk.hex if connection.vendor == "sqlite" else talk.pk],
        )
        assert b"only for readers" not in bytes(cursor.fetchone()[0])


def test_file_talk_writes_an_audit_row_for_each_student_without_text(world, viewer):
    talk = filed(viewer(world.a.teacher), world.a.student, world.a.student_2, words="never in the log")
    rows = list(AuditEntry.objects.filter(verb="talk.filed", subject_id__in=[str(p.pk) for p in talk.parts.all()]))
    assert {row.student_id for row in rows} == {world.a.student.pk, world.a.student_2.pk}
    assert all(row.details == {} for row in rows)


def test_file_talk_again_with_the_same_submission_gives_the_first(world, viewer):
    submission = uuid.uuid4()
    first = filed(viewer(world.a.teacher), world.a.student, submission=submission, words="first")
    second = filed(viewer(world.a.teacher), world.a.student_2, submission=submission, words="second")
    assert second.pk == first.pk
    assert [part.words for part in TalkPart.objects.filter(talk__submission=submission)] == ["first"]


def test_file_talk_with_the_submission_of_somebody_else_files_its_own(world, viewer):
    submission = uuid.uuid4()
    first = filed(viewer(world.a.teacher), world.a.student, submission=submission)
    assert filed(viewer(world.a.counselor), world.a.student, submission=submission).pk != first.pk


def test_file_talk_ends_the_draft(world, viewer):
    submission, teacher = uuid.uuid4(), world.a.teacher
    TalkDraft.objects.create(submission=submission, person=teacher.person, membership=teacher, content="{}")
    filed(viewer(teacher), world.a.student, submission=submission)
    assert not TalkDraft.objects.filter(submission=submission).exists()


@pytest.mark.parametrize("who", ["older", "neighbor"])
def test_file_talk_refuses_a_student_one_does_not_look_after(world, viewer, who):
    before = TalkLog.objects.count()
    with pytest.raises(Refused):
        file_with(viewer(world.a.teacher), {world.a.student: content(), getattr(world.a, who): content()})
    assert TalkLog.objects.count() == before


def test_file_talk_refuses_a_student_of_another_school(world, viewer):
    with pytest.raises(Refused):
        filed(viewer(world.a.counselor), world.b.student)


def test_file_talk_refuses_a_day_in_the_future(world, viewer):
    with pytest.raises(Refused):
        filed(viewer(world.a.teacher), world.a.student, at=NOW + dt.timedelta(hours=2))


def test_file_talk_refuses_a_day_before_the_last_term(world, viewer):
    zone = NOW.tzinfo
    assert filed(viewer(world.a.teacher), world.a.student, at=dt.datetime(2025, 9, 1, 8, tzinfo=zone))
    with pytest.raises(Refused):
        filed(viewer(world.a.teacher), world.a.student, at=dt.datetime(2025, 8, 31, 8, tzinfo=zone))


def test_file_talk_refuses_an_empty_record(world, viewer):
    with pytest.raises(Refused):
        filed(viewer(world.a.teacher), world.a.student, words="")


def test_file_talk_refuses_a_follow_up_before_the_talk(world, viewer):
    with pytest.raises(Refused):
        filed(viewer(world.a.teacher), world.a.student, follow_up_on=NOW.date() - dt.timedelta(days=1))


def test_only_a_counselor_restricts_a_talk(world, viewer):
    assert filed(viewer(world.a.counselor), world.a.student, is_restricted=True).is_restricted
    with pytest.raises(Refused):
        filed(viewer(world.a.teacher), world.a.student, is_restricted=True)


# --- flags ----------------------------------------------------------------------------------------------------------


def test_a_level_raises_a_flag_known_since_the_talk(world, viewer):
    talk = filed(viewer(world.a.teacher), world.a.student_2, words="does not want to go home", severity=3)
    flag = talk.parts.get().flag
    assert (flag.severity, flag.known_at, flag.student_id) == (3, AN_HOUR_AGO, world.a.student_2.pk)
    assert told(viewer(world.a.leader), flag) == ["does not want to go home"]


def told(viewer, flag):
    return [text for entry in evidence_of(viewer, flag) for _label, text in entry.lines]


def test_without_a_level_no_flag_is_raised(world, viewer):
    talk = filed(viewer(world.a.teacher), world.a.student_2)
    assert talk.parts.get().flag is None
    assert not RiskFlag.objects.filter(student=world.a.student_2).exists()


def test_a_flag_stands_at_once_in_the_counselors_inbox(world, viewer):
    from schools.work.inbox import inbox_of

    before = len(inbox_of(viewer(world.a.counselor)))
    filed(viewer(world.a.teacher), world.a.student_3, severity=4)
    found = inbox_of(viewer(world.a.counselor))
    assert len(found) == before + 1
    assert max(item.severity for item in found) == 4


def test_the_flag_of_a_restricted_talk_does_not_tell_its_text(world, viewer):
    talk = filed(viewer(world.a.counselor), world.a.student_2, words="for counselors", severity=2, is_restricted=True)
    flag = talk.parts.get().flag
    assert told(viewer(world.a.leader), flag) == ["for the leader"]
    assert told(viewer(world.a.counselor), flag) == ["for counselors", "for the leader"]


def test_the_flag_of_a_restricted_talk_tells_of_no_talk_and_not_of_its_moment(world, viewer):
    flag = filed(viewer(world.a.counselor), world.a.student_2, severity=2, is_restricted=True).parts.get().flag
    assert (flag.source, flag.known_at >= NOW > AN_HOUR_AGO) == ("by_hand", True)


def test_a_talk_kept_for_counselors_or_deleted_later_takes_its_words_out_of_the_flag(world, viewer):
    counselor, leader = viewer(world.a.counselor), viewer(world.a.leader)
    part = filed(counselor, world.a.student_2, words="first open", severity=2).parts.get()
    assert told(leader, part.flag) == ["first open"]
    kept = replace(header_of(part.talk), is_restricted=True)
    with pytest.raises(Unfit):
        revise_part(by=counselor, part=part, revision=1, header=kept, written=content_of(part))
    assert not TalkLog.objects.get(pk=part.talk_id).is_restricted
    part = revise_part(
        by=counselor, part=part, revision=1, header=kept, written=content_of(part), flag_reason="for the leader"
    )
    assert (told(leader, part.flag), told(counselor, part.flag)) == (
        ["for the leader"],
        ["first open", "for the leader"],
    )
    delete_part(by=counselor, part=part, reason="x")
    assert told(counselor, part.flag) == ["for the leader"]


def test_a_restricted_talk_with_a_level_needs_a_reason_that_others_may_read(world, viewer):
    before = TalkLog.objects.count(), RiskFlag.objects.count()
    with pytest.raises(Unfit):
        filed(viewer(world.a.counselor), world.a.student_2, is_restricted=True, severity=2, flag_reason=" ")
    assert (TalkLog.objects.count(), RiskFlag.objects.count()) == before
    assert filed(viewer(world.a.counselor), world.a.student_2, is_restricted=True, flag_reason=" ").parts.get()


def test_a_flag_that_another_open_talk_began_goes_on_saying_so(world, viewer):
    counselor = viewer(world.a.counselor)
    first = filed(counselor, world.a.student_2, severity=2).parts.get()
    part = filed(counselor, world.a.student_2, severity=1, at=AN_HOUR_AGO + dt.timedelta(minutes=5)).parts.get()
    kept = replace(header_of(part.talk), is_restricted=True)
    revise_part(by=counselor, part=part, revision=1, header=kept, written=content_of(part), flag_reason="again")
    flag = RiskFlag.objects.get(pk=first.flag_id)
    assert (flag.source, flag.known_at, told(viewer(world.a.leader), flag)) == ("talk", AN_HOUR_AGO, ["said", "again"])


def test_who_raised_a_flag_reads_of_it_what_they_may_read_anyway(world, viewer):
    filed(viewer(world.a.subject_teacher), world.a.neighbor, words="seen in class", severity=1)
    talk = filed(viewer(world.a.teacher_2), world.a.neighbor, words="said to me alone", severity=1)
    flag = talk.parts.get().flag
    assert told(viewer(world.a.subject_teacher), flag) == ["seen in class"]
    assert told(viewer(world.a.teacher_2), flag) == ["seen in class", "said to me alone"]


# --- revisions ------------------------------------------------------------------------------------------------------


def revise(by, part, *, revision=None, words="corrected", header=None, **more):
    part = TalkPart.objects.select_related("talk", "student").get(pk=part.pk)
    return revise_part(
        by=by,
        part=part,
        revision=revision or part.revision,
        header=header or header_of(part.talk),
        written=content(words, **more),
    )


def test_revise_part_numbers_revisions_and_keeps_what_was(world, viewer):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student, words="first").parts.get()
    revise(teacher, part, words="second")
    revise(teacher, part, words="third")
    part.refresh_from_db()
    kept = [(one.number, from_json(one.content)[1].words) for one in TalkRevision.objects.filter(part=part)]
    assert (part.words, part.revision, kept) == ("third", 3, [(1, "first"), (2, "second")])


def test_revise_part_names_the_fields_in_the_audit_row_without_their_text(world, viewer):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student).parts.get()
    revise(teacher, part, words="never in the log")
    assert AuditEntry.objects.filter(verb="talk.revised").latest("pk").details == {"fields": ["words"]}


def test_revise_part_from_an_older_window_overwrites_nothing(world, viewer):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student, words="first").parts.get()
    revise(teacher, part, revision=1, words="of the first window")
    with pytest.raises(Overtaken):
        revise(teacher, part, revision=1, words="of the second window")
    part.refresh_from_db()
    assert (part.words, part.revision) == ("of the first window", 2)


def test_revise_part_without_a_change_makes_no_revision(world, viewer):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student, words="the same").parts.get()
    revise(teacher, part, words="the same")
    assert not part.revisions.exists()


def test_a_changed_header_is_kept_with_the_part_of_every_student(world, viewer):
    teacher = viewer(world.a.teacher)
    talk = filed(teacher, world.a.student, world.a.student_2)
    one, other = talk.parts.order_by("pk")
    revise(teacher, one, words=one.words, header=header(place="corridor"))
    talk.refresh_from_db()
    places = {from_json(kept.content)[0].place for kept in TalkRevision.objects.filter(part__talk=talk)}
    assert (talk.place, places) == ("corridor", {""})
    assert list(talk.parts.values_list("revision", flat=True)) == [2, 2]
    assert content_of(other).words == "said"


@pytest.mark.parametrize("who", ["counselor", "leader", "teacher_2"])
def test_revise_part_is_for_who_held_the_talk(world, viewer, who):
    part = filed(viewer(world.a.teacher), world.a.student).parts.get()
    with pytest.raises(Refused):
        revise(viewer(getattr(world.a, who)), part)
    assert TalkPart.objects.get(pk=part.pk).words == "said"


def test_a_level_given_later_raises_a_flag(world, viewer):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student_2).parts.get()
    revise(teacher, part, severity=2)
    assert RiskFlag.objects.get(student=world.a.student_2).severity == 2


def test_a_teacher_cannot_open_or_close_a_restriction(world, viewer):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student).parts.get()
    with pytest.raises(Refused):
        revise(teacher, part, header=header(is_restricted=True))


# --- deleting -------------------------------------------------------------------------------------------------------


def test_delete_part_leaves_who_when_and_why(world, viewer):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student).parts.get()
    delete_part(by=teacher, part=part, reason="the wrong student")
    part = TalkPart.objects.get(pk=part.pk)
    assert (part.deleted_by, part.deletion_reason, part.words) == (teacher.person, "the wrong student", "said")
    assert part.deleted_at is not None
    assert AuditEntry.objects.filter(verb="talk.deleted", subject_id=str(part.pk)).exists()


def test_delete_part_wants_a_reason(world, viewer):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student).parts.get()
    with pytest.raises(Refused):
        delete_part(by=teacher, part=part, reason="  ")
    assert TalkPart.objects.standing().filter(pk=part.pk).exists()


def test_delete_part_is_for_who_held_the_talk(world, viewer):
    part = filed(viewer(world.a.teacher), world.a.student).parts.get()
    with pytest.raises(Refused):
        delete_part(by=viewer(world.a.counselor), part=part, reason="because")
    assert TalkPart.objects.standing().filter(pk=part.pk).exists()


def test_a_record_is_changed_only_where_the_talk_was_held(world, viewer):
    """The same person in a role at another school leaves it alone."""
    part = filed(viewer(world.a.teacher), world.a.student).parts.get()
    there = Membership.objects.create(person=world.a.teacher.person, unit=world.b.unit, role=Role.COUNSELOR)
    with pytest.raises(Refused):
        delete_part(by=viewer(there), part=part, reason="because")
    assert (can_change_part(viewer(there), part), can_change_part(viewer(world.a.teacher), part)) == (False, True)
    assert TalkPart.objects.standing().filter(pk=part.pk).exists()


def test_deleting_one_part_leaves_the_other_students_alone(world, viewer):
    teacher = viewer(world.a.teacher)
    one, other = filed(teacher, world.a.student, world.a.student_2).parts.order_by("pk")
    delete_part(by=teacher, part=one, reason="the wrong student")
    assert TalkPart.objects.standing().filter(pk=other.pk).exists()
