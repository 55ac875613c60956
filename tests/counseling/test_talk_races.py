"""A talk that raises flags, and somebody who raises one by hand in the same school at the same moment."""

import pytest
from django.utils import timezone

from counseling.actions.talks import revise_part
from counseling.content import content_of, header_of
from schools.models import AuditEntry
from students.actions.flags import raise_flag
from students.models import RiskFlag
from tests.counseling.sheet import classmates, filed
from tests.students.test_flag_races import of, together

pytestmark = [pytest.mark.services, pytest.mark.real_clock, pytest.mark.django_db(transaction=True)]
ROUNDS = 5  # two who meet in the wrong order do not always wait for each other


def by_hand(member, student, severity=3):
    raise_flag(by=of(member), student=student, severity=severity, reason="says goodbye", known_at=timezone.now())


def talk(member, *students, severity=3):
    return filed(of(member), *students, severity=severity, at=timezone.now())


STUDENTS = {"the same student": ("student", "student"), "two students": ("student", "student_2")}


@pytest.mark.parametrize("name", STUDENTS)
def test_a_talk_and_a_flag_by_hand_at_once_are_both_kept(name, world):
    talked, reported = (getattr(world.a, one) for one in STUDENTS[name])
    for _round in range(ROUNDS):
        acts = (lambda: talk(world.a.counselor, talked), lambda: by_hand(world.a.teacher, reported))
        assert together(*acts * 2) == ["done"] * 4


def test_a_talk_with_several_and_flags_by_hand_at_once_are_all_kept(world):
    """New flags, too: who has written one waits for nobody who waits for it."""
    for number in range(ROUNDS):
        one, other = classmates(world.a.class_1, 2, start=100 + 2 * number)
        acts = (
            lambda one=one, other=other: talk(world.a.counselor, one, other),
            lambda one=one, other=other: talk(world.a.counselor_2, other, one),
            lambda other=other: by_hand(world.a.teacher, other),
            lambda one=one: by_hand(world.a.leader, one),
        )
        assert together(*acts) == ["done"] * 4
        assert RiskFlag.objects.open().filter(student__in=[one, other]).count() == 2


def test_a_talk_that_gets_a_level_and_a_flag_by_hand_at_once_are_both_kept(world):
    parts = [talk(world.a.counselor, world.a.student, severity=0).parts.get() for _round in range(ROUNDS)]
    for part in parts:
        raised = {**vars(content_of(part)), "severity": 3}

        def revise(part=part, raised=raised):
            written = type(content_of(part))(**raised)
            revise_part(by=of(world.a.counselor), part=part, revision=1, header=header_of(part.talk), written=written)

        assert together(revise, *[lambda: by_hand(world.a.teacher, world.a.student)] * 3) == ["done"] * 4


def test_the_log_has_the_talk_before_the_flags_that_it_raises(world):
    talk(world.a.counselor, *classmates(world.a.class_1, 2))
    verbs = AuditEntry.objects.filter(chain__scope=world.a.unit.code).order_by("-number").values_list("verb", flat=True)
    assert list(verbs[:4]) == ["flag.raised", "flag.raised", "talk.filed", "talk.filed"]
