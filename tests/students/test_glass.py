"""Break-glass: what it opens, for how long, whom it calls, and that it tells nothing to whom a flag is kept from."""

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.urls import reverse

from counseling.models import TalkPart
from schools.common.errors import Refused
from schools.models import AuditEntry, Membership, Notice
from students.actions.glass import break_glass, review_glass
from students.actions.keeping import keep_from
from students.glass_waiting import openings_to_review
from students.models import BreakGlass, RiskFlag
from tests.walking import raised
from tests.world import NOW

pytestmark = pytest.mark.django_db
WHY = "He has been missing since noon."


def restricted(world, viewer):
    part = TalkPart.objects.get(talk=world.a.talks["restricted"])

    def seen():
        return TalkPart.objects.visible_to(viewer(world.a.leader)).filter(talk__is_restricted=True).count()

    return part.student, seen


def called(kind):
    found = Notice.objects.standing().filter(kind=kind, over_at=None)
    return sorted(found.values_list("membership__person__staff_number", flat=True))


def test_opens_the_restricted_talks_of_one_student_for_an_hour_and_calls(world, viewer):
    student, seen = restricted(world, viewer)
    assert seen() == 0
    with time_machine.travel(NOW, tick=False):
        opening = break_glass(by=viewer(world.a.leader), student=student, reason=WHY)
        assert break_glass(by=viewer(world.a.leader), student=student, reason=WHY) == opening  # a second tap
        assert seen() == 1
        assert TalkPart.objects.visible_to(viewer(world.a.grade_head)).filter(talk__is_restricted=True).count() == 0
    with time_machine.travel(NOW + dt.timedelta(minutes=61), tick=False):
        assert seen() == 0
    assert (called("glass.opened"), called("glass.review")) == (["a-counselor", "a-counselor_2"], ["auditor"])
    assert AuditEntry.objects.filter(verb="glass.opened", student_id=student.pk).count() == 1


def test_opens_nothing_about_a_student_whose_flag_is_kept_from_the_leader(world, viewer):
    student, seen = restricted(world, viewer)
    by = viewer(world.a.counselor_2)
    flag = RiskFlag.objects.open().filter(student=student).first() or raised(student, world.a.counselor_2)
    keep_from(by=by, flag=flag, person=world.a.leader.person, reason="The leader is his uncle.")
    keep_from(by=by, flag=flag, person=world.a.counselor.person, reason="She is his aunt.")
    with time_machine.travel(NOW, tick=False):
        opening = break_glass(by=viewer(world.a.leader), student=student, reason=WHY)
        assert seen() == 0
    assert called("glass.opened") == ["a-counselor_2"]
    shown = [BreakGlass.objects.visible_to(viewer(one)).count() for one in (world.a.leader, world.a.counselor)]
    assert shown == [0, 0]
    assert BreakGlass.objects.visible_to(by).get() == opening


@pytest.mark.parametrize(("who", "reason"), [("counselor", WHY), ("teacher", WHY), ("leader", "...")])
def test_others_and_an_empty_reason_are_refused(world, viewer, who, reason):
    with pytest.raises(Refused):
        break_glass(by=viewer(getattr(world.a, who)), student=world.a.student, reason=reason)
    assert (BreakGlass.objects.count(), called("glass.opened")) == (0, [])


def test_page_asks_for_a_second_factor_and_a_fresh_one(world, sign_in):
    client, url = sign_in(world.a.leader), reverse("students:glass_new", args=[world.a.student.pk])
    assert reverse("mfa_index") in client.get(url).content.decode()
    assert client.post(url, {"reason": WHY}).status_code == 200
    Authenticator.objects.create(user=world.a.leader.person, type="totp", data={})
    assert "/account/confirm/" in client.post(url, {"reason": WHY}).headers["Location"]
    assert BreakGlass.objects.count() == 0


def test_is_reviewed_once_by_somebody_else(world, viewer, sign_in):
    opening = break_glass(by=viewer(world.a.leader), student=world.a.student, reason=WHY)
    words = {"finding": "in_order", "remark": "He was found by it."}
    for member in (world.a.leader, world.a.counselor):
        with pytest.raises(Refused):
            review_glass(by=viewer(member), opening=opening, **words)
    auditor = Membership.objects.get(person__staff_number="auditor")
    assert opening.get_absolute_url() in sign_in(auditor).get("/openings/").content.decode()
    assert [one.url for one in openings_to_review(viewer(auditor))] == [opening.get_absolute_url()]
    page = sign_in(auditor).get(opening.get_absolute_url()).content.decode()
    assert (WHY in page, world.a.student.name in page) == (True, False)
    sign_in(auditor).post(opening.get_absolute_url(), words)
    opening.refresh_from_db()
    assert (opening.finding, opening.reviewed_by, called("glass.review")) == ("in_order", auditor, [])
    assert list(openings_to_review(viewer(auditor))) == []
    with pytest.raises(Refused):
        review_glass(by=viewer(auditor), opening=opening, **words)
