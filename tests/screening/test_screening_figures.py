"""Figures of screenings: who was reached, whose answers are valid, what they ask for, and how soon somebody acted."""

import pytest
from django.utils import timezone

from schools.access import Viewer
from schools.figures import ALL, Scope, figures
from schools.models import Tally
from schools.queries import current_term
from schools.recounting import recount_marked
from screening.actions.rounds import ask_again, close_round, open_round, revoke_slip
from screening.models import Instrument, Round, RoundInstrument, Slip
from students.models import RiskFlag
from tests.screening.asked import answered, round_of
from tests.walking import kept_from

pytestmark = pytest.mark.django_db
MINE = [code for code, figure in figures().items() if figure.group == "screening"]


def scope_of(world):
    return Scope.of(world.a.unit, current_term(world.a.unit))


def totals(world):
    return {code: figures()[code].counts(scope_of(world))[ALL] for code in MINE}


def a_round(world):
    """One critical, one in doubt who is calm when asked again, one silent."""
    round_ = round_of(world.a)
    answered(round_, world.a.student_2, *(0,) * 8, 1)
    answered(round_, world.a.student_3, 0, 0)
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    days = {"opens_on": round_.opens_on, "closes_on": round_.closes_on, "responsible": world.a.counselor}
    again = open_round(by=by, round_=ask_again(by=by, round_=round_, **days))
    answered(again, world.a.student_3, *(0,) * 9)
    for one in (round_, again):
        close_round(by=by, round_=one)
    return round_, by


def test_each_figure_counts_its_list_and_each_split_its_part(world):
    a_round(world)
    assert totals(world) == {
        "students_screened": 2,
        "screening_asked": 3,
        "screening_answered": 2,
        "screening_results": 2,
        "screening_valid": 1,
        "screening_levels": 2,
        "screening_flags": 1,
        "screening_flags_due": 0,
        "screening_flags_in_time": 0,
    }
    RiskFlag.objects.filter(source="screening").update(acted_at=timezone.now())
    scope = scope_of(world)
    for code in MINE:
        figure = figures()[code]
        counts = figure.counts(scope)
        assert figure.query(scope).count() == counts[ALL], code
        for split in figure.splits:
            for value in [value for (name, value) in counts if name == split.code]:
                part = figure.query(scope).filter(figure.where(scope, split, value)).count()
                assert part == counts[split.code, value], (code, value)
    assert totals(world)["screening_flags_in_time"] == totals(world)["screening_flags_due"] == 1
    levels = figures()["screening_levels"].counts(scope)
    assert {value: n for (split, value), n in levels.items() if split == "attention"} == {"4": 1, "0": 1}


def test_what_is_kept_follows_handing_in_and_withdrawing_up_to_the_center(world):
    round_, by = a_round(world)
    revoke_slip(by=by, slip=Slip.objects.get(round=round_, finished_at=None))
    recount_marked()
    kept = Tally.objects.filter(split="", figure__in=MINE)
    found = {unit: dict(kept.filter(unit=unit).values_list("figure", "count")) for unit in (world.a.unit, world.city)}
    expected = {code: count for code, count in totals(world).items() if count}
    assert (found[world.a.unit], found[world.city]) == (expected, expected)
    assert expected["screening_asked"] == 2


@pytest.mark.parametrize(
    ("who", "status", "hidden"), [("counselor", 200, 0), ("leader", 200, 2), ("grade_head", 404, 0)]
)
def test_results_behind_a_figure_open_for_the_counselor_only(who, status, hidden, world, sign_in):
    a_round(world)
    answer = sign_in(getattr(world.a, who)).get("/figures/screening_levels/")
    assert answer.status_code == status
    if status == 200:
        assert (answer.context["count"].value, answer.context["closed"]) == (2, hidden)


def test_results_count_once_their_round_is_closed_and_levels_from_five_on(world, sign_in):
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    leader, url = sign_in(world.a.leader), "/figures/screening_levels/"
    first, second = (round_of(world.a, classes=("class_1", "class_2", "class_4")) for _one in range(2))
    for student in (world.a.student, world.a.student_2, world.a.student_3, world.a.neighbor):
        answered(first, student, *(0,) * 9)
    answered(second, world.a.student, *(0,) * 9)
    counted = ("screening_results", "screening_valid", "screening_levels")
    found = [tuple(totals(world)[code] for code in counted)]
    for round_ in (first, second):
        close_round(by=by, round_=round_)
        found.append(tuple(totals(world)[code] for code in counted))
        splits = [one["label"] for one in leader.get(url).context["splits"]]
        status = [
            leader.get(url, {"split": split, "value": "0"}).status_code for split in ("attention", "center_round")
        ]
        found.append((len(splits), *status))
    assert found == [(0, 0, 0), (4, 4, 4), (0, 400, 400), (5, 5, 5), (1, 200, 400)]


def test_a_barred_person_counts_exactly_what_they_may_open(world):
    a_round(world)
    flag = kept_from(world.a.counselor_2, RiskFlag.objects.get(source="screening"), world.a.counselor)
    other = Viewer(person=world.a.counselor_2.person, membership=world.a.counselor_2)
    scope, everything = scope_of(world).without([flag.pk]), totals(world)
    for code in MINE:
        figure = figures()[code]
        rows, counts = figure.query(scope), figure.counts(scope)
        seen = rows.model.objects.visible_to(other).filter(pk__in=rows.values("pk")).count()
        assert counts[ALL] == seen == max(0, everything[code] - 1), code
        for split in (one for one in figure.splits if one.is_partition):
            assert sum(n for (name, _value), n in counts.items() if name == split.code) == seen, code


def test_nobody_is_screened_by_name_in_quiet_or_anonymous_rounds_or_by_a_survey(world):
    round_, _by = a_round(world)
    screened = figures()["students_screened"]
    for about in ({"is_quiet": True}, {"is_anonymous": True}):
        Round.objects.filter(pk=round_.pk).update(**about)
        assert screened.query(scope_of(world)).count() == 0
        Round.objects.filter(pk=round_.pk).update(is_quiet=False, is_anonymous=False)
    assert screened.query(scope_of(world)).count() == 2
    Instrument.objects.filter(pk__in=RoundInstrument.objects.filter(round=round_).values("instrument")).update(
        kind="survey"
    )
    assert screened.query(scope_of(world)).count() == 0
