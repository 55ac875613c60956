"""A class that is signed with several students, and flags raised by hand in the same school at the same moment."""

from functools import partial

import pytest
from django.utils import timezone

from reports.actions.daily import Concern, Signature, sign_class
from students.models import RiskFlag
from tests.counseling.sheet import classmates
from tests.counseling.test_talk_races import ROUNDS, by_hand
from tests.students.test_flag_races import of, together

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_a_class_signed_with_several_and_flags_by_hand_at_once_are_all_kept(world):
    for number in range(ROUNDS):
        one, other = classmates(world.a.class_1, 2, start=200 + 2 * number)
        signature = Signature(day=timezone.localdate(), over=number)
        concern = Concern([other, one], "hides an arm", "today")
        sign = partial(sign_class, by=of(world.a.teacher), group=world.a.class_1, signature=signature, concern=concern)
        by_others = [
            partial(by_hand, member, student)
            for member in (world.a.counselor, world.a.leader)
            for student in (one, other)
        ]
        assert together(sign, *by_others) == ["done"] * 5
        assert RiskFlag.objects.open().filter(student__in=[one, other]).count() == 2
