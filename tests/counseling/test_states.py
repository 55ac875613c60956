"""What is kept beside each student is what the records say, whatever is done with them."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from counseling.actions.talks import delete_part, revise_part
from counseling.content import content_of, header_of
from counseling.models import TalkPart
from schools.access import Viewer
from schools.common.errors import Refused
from students.access import STATE_COLUMNS, can_use
from students.actions.decisions import close_flag
from students.actions.flags import raise_flag
from students.actions.students import set_groups
from students.models import GroupMember, RiskFlag, StudentState
from students.states import check_states
from tests.counseling.sheet import AN_HOUR_AGO, filed
from tests.importing import import_file
from tests.students.test_roster_import import file, line
from tests.world import NOW

pytestmark = pytest.mark.django_db
OWN_CLASS = {"last_talk_at", "in_group", "flag_severity", "is_key"}
ALL = OWN_CLASS | {"registry_severity"}
COLUMNS = {
    "counselor": ALL | {"last_any_talk_at", "last_screened_at", "screening_severity"},
    "leader": ALL,
    "grade_head": ALL,
    "teacher": OWN_CLASS,
    "subject_teacher": {"in_group"},
}
PUPILS = ("student", "student_2", "neighbor")


def acts(world):
    """What people do that may change a state; each takes a student and a small number."""
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    own = TalkPart.objects.standing().filter(talk__author=by.person)

    def talk(student, n):
        filed(by, student, at=AN_HOUR_AGO - dt.timedelta(days=n), is_restricted=bool(n % 2), severity=n % 5)

    def revise(student, n):
        for part in own.filter(student=student)[:1]:
            moved = dt.timedelta(hours=n + 1)
            header = replace(header_of(part.talk), happened_at=part.talk.happened_at - moved, is_restricted=bool(n % 2))
            revise_part(
                by=by, part=part, revision=part.revision, header=header, written=content_of(part), flag_reason="x"
            )

    def delete(student, n):
        for part in own.filter(student=student)[:1]:
            delete_part(by=by, part=part, reason="x")

    def flag(student, n):
        raise_flag(by=by, student=student, severity=n % 4 + 1, known_at=NOW, reason="x")

    def close(student, n):
        for one in RiskFlag.objects.open().filter(student=student):
            with suppress(Refused):  # the upper levels do not end by one person
                close_flag(by=by, flag=one, outcome="supported", seen="she sleeps well", done="two talks")

    def group(student, n):
        set_groups(by=by, student=student, codes={"left_behind", "orphan"} if n % 2 else set())

    return [talk, revise, delete, flag, close, group]


def test_states_follow_every_act(world):
    steps = st.tuples(st.integers(0, 5), st.sampled_from(PUPILS), st.integers(0, 8))

    @settings(max_examples=15)
    @given(st.lists(steps, min_size=3, max_size=12))
    def follow(plan):
        with transaction.atomic():
            for act, pupil, n in plan:
                acts(world)[act](getattr(world.a, pupil), n)
            assert check_states(mend=False) == {}
            transaction.set_rollback(True)

    follow()


def test_states_follow_a_roster(world):
    import_file(file(line(1), line(2, orphan="是")), world.a.unit)
    import_file(file(line(1, orphan="是"), line(2)), world.a.unit)
    assert check_states(mend=False) == {}
    grouped = StudentState.objects.filter(in_group=True, student__name__startswith="王").values_list("student__name")
    assert [name for (name,) in grouped] == ["王小二"]


def test_state_tells_the_last_talk_of_any_kind_apart(world, viewer):
    filed(viewer(world.a.teacher), world.a.student_3, at=NOW - dt.timedelta(days=3))
    filed(viewer(world.a.counselor), world.a.student_3, at=NOW - dt.timedelta(days=1), is_restricted=True)
    state = world.a.student_3.state
    assert state.last_talk_at == NOW - dt.timedelta(days=3)
    assert state.last_any_talk_at == NOW - dt.timedelta(days=1)


def test_check_states_mends_what_differs_and_says_so(world, capsys):
    StudentState.objects.filter(pk=world.a.student.pk).update(flag_severity=1, last_talk_at=None)
    GroupMember.objects.create(student=world.a.older, group_id="orphan")
    StudentState.objects.filter(pk=world.a.neighbor.pk).delete()
    call_command("check_states", dry_run=True)
    call_command("check_states")
    found = "flag_severity=1\nin_group=1\nlast_talk_at=1\nmissing=1\n"
    assert capsys.readouterr().out == f"{found}found=4 mended=0\n{found}found=4 mended=4\n"
    assert check_states(mend=False) == {}


def test_a_role_uses_only_columns_that_tell_it_nothing_new(world, viewer):
    may = {who: {c for c in STATE_COLUMNS if can_use(viewer(getattr(world.a, who)), c)} for who in COLUMNS}
    assert may == COLUMNS
    assert not any(can_use(viewer(world.district_staff), column) for column in STATE_COLUMNS)
