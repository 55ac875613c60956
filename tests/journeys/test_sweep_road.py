"""The road of a sweep on phones: called, one class child by child, two classes “none”, signed for the school."""

import datetime as dt

import pytest
from django.utils import timezone

from reports.models import Sweep, SweepSignature
from students.models import GroupMember, RiskFlag
from tests.journeys.test_four_roles import enter, term  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_sweep_from_the_call_to_the_signature_of_the_school(enter, world):  # noqa: F811
    leader = enter("a-leader", width=360)
    leader.goto("/sweeps/")
    leader.click("main .actions .btn.go")
    leader.fill("[name=title]", "春季排查")
    leader.fill("[name=looks_for]", "家里有没有大的变化")
    leader.check("[name=groups][value=orphan]", force=True)
    leader.fill("[name=due_on]", (timezone.localdate() + dt.timedelta(days=5)).isoformat())
    leader.click("main form .btn.go")
    leader.wait_for_selector("h1:has-text('3 个班中已有 0 个班签字')")
    sweep = Sweep.objects.get()

    phone = enter("a-teacher", width=360)
    phone.click("main .rowset a:has-text('春季排查')")
    phone.wait_for_selector("h1:has-text('还有 3 名学生没看')")
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    phone.click(f"#s-{world.a.student.pk} form button")  # one tap, and the page stays where it is
    phone.wait_for_selector("h1:has-text('还有 2 名学生没看')")
    phone.click(f"#s-{world.a.student_2.pk} a")
    phone.check("[name=groups][value=orphan]", force=True)
    phone.fill("[name=text]", "每天早上哭")
    phone.check("[name=urgency][value=today]", force=True)
    phone.click("main form .btn.go")
    phone.wait_for_selector(f"#s-{world.a.student_2.pk} .tag.warn")
    assert GroupMember.objects.get(student=world.a.student_2).source == "sweep"
    assert RiskFlag.objects.get(student=world.a.student_2).source == "sweep"
    phone.click("#sweep-foot .btn.go")
    phone.wait_for_selector("h1:has-text('已签字')")

    for who, group in (("a-teacher_2", world.a.class_2), ("a-teacher_4", world.a.class_4)):
        other = enter(who, width=360)
        other.goto(f"/sweeps/{sweep.pk}/class/{group.pk}/")
        other.click(".whole button")
        other.wait_for_selector("h1:has-text('已签字')")

    leader.goto(f"/sweeps/{sweep.pk}/")
    leader.wait_for_selector("h1:has-text('3 个班都已签字')")
    leader.click("main form[action$='/sign'] .btn.go")
    leader.wait_for_selector("main form[action$='/sign'] .btn:has-text('更正')")
    assert leader.evaluate("document.documentElement.scrollWidth") == 360
    signed = SweepSignature.objects.get(class_group=None).counts
    assert (signed["classes_signed"], signed["looked"], signed["noted"], signed["concerns"]) == (3, 5, 1, 1)
