"""Two people at the same moment: one of them gets it, the other a sentence, and nothing is lost in between."""

import threading

import pytest
from django.db import connection

from schools.access import Viewer
from schools.common.errors import Refused
from students.actions import decisions, hand_over, registry, steps
from students.actions.flags import acknowledge_flag
from students.actions.taking_over import accept_offer
from students.models import FlagStep, RegistryEntry, RiskFlag, Student

pytestmark = [pytest.mark.services, pytest.mark.real_clock, pytest.mark.django_db(transaction=True)]
REASON = {"seen": "两周来睡得好，和同桌和好了", "done": "谈了两次，家长来过"}


def together(*acts):
    """Each act in a thread of its own, all at once; what each ended with."""
    start, ended = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            start.wait(10)
            act()
            ended[number] = "done"
        except Refused:
            ended[number] = "refused"
        except Exception as error:
            ended[number] = repr(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def of(member):
    return Viewer(person=member.person, membership=member)


def test_two_take_it_in_hand_and_one_has_it(world):
    members = [world.a.counselor, world.a.counselor_2, world.a.leader]
    ended = together(
        *(lambda m=m: acknowledge_flag(by=of(m), flag=RiskFlag.objects.get(pk=world.a.flag.pk)) for m in members)
    )
    assert sorted(ended) == ["done", "refused", "refused"]
    flag = RiskFlag.objects.get(pk=world.a.flag.pk)
    assert flag.assignee == members[ended.index("done")]


def test_one_closes_while_one_writes_and_no_step_comes_after_the_end(world):
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(severity=2)
    by, second = of(world.a.counselor), of(world.a.counselor_2)

    def write():
        for number in range(4):
            steps.add_note(by=second, flag=world.a.flag, text=f"第{number}次看到她和同学说笑", is_measure=True)

    ended = together(lambda: decisions.close_flag(by=by, flag=world.a.flag, outcome="supported", **REASON), write)
    assert ended[0] == "done"
    assert ended[1] in ("done", "refused")
    found = list(FlagStep.objects.filter(flag=world.a.flag).order_by("number"))
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert found[-1].kind == "decision"
    assert RiskFlag.objects.get(pk=world.a.flag.pk).state == "closed"


def test_steps_written_at_once_have_numbers_of_their_own(world):
    members = [world.a.counselor, world.a.counselor_2, world.a.leader] * 2
    ended = together(
        *(
            lambda m=m, n=n: steps.add_note(by=of(m), flag=world.a.flag, text=f"第{n}位老师看到她哭", is_measure=True)
            for n, m in enumerate(members)
        )
    )
    assert ended == ["done"] * 6
    assert sorted(FlagStep.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_two_accept_a_student_of_another_school_and_one_has_them(world):
    """Nobody is put on the roll twice, and the flag is in one person's hands."""
    offer = hand_over.offer_hand_over(
        by=of(world.a.counselor),
        student=world.a.student,
        to=world.b.counselor,
        to_school=world.b.unit,
        kinds=["registry"],
        note=REASON["done"],
    )
    members = [world.b.counselor, world.b.leader]
    ended = together(*(lambda m=m: accept_offer(by=of(m), offer=offer, class_group=world.b.class_1) for m in members))
    assert sorted(ended) == ["done", "refused"]
    assert Student.objects.filter(school=world.b.unit, id_hash=world.a.student.id_hash).count() == 1
    flag = RiskFlag.objects.open().get(school=world.b.unit, source="handed")
    assert flag.assignee == members[ended.index("done")]


def test_two_schools_list_one_person_at_once_and_one_does(world):
    Student.objects.filter(pk=world.b.student.pk).update(id_hash=world.a.student.id_hash)

    def put(school):
        student = Student.objects.get(pk=school.student.pk)
        registry.put_on_registry(by=of(school.counselor), student=student, severity=2, reasons=REASON["seen"])

    ended = together(lambda: put(world.a), lambda: put(world.b))
    assert sorted(ended) == ["done", "refused"]
    assert RegistryEntry.objects.open().count() == 1
