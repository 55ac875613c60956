"""Threat T23: what is published tells of no small group, and hardly ever lets one be worked out.

Work figures of a center are exact and for center staff; the public edition is for everybody. An attacker puts the
public files of a center and of all its schools together, for two terms, and solves them for the counts that are hidden.
"""

from collections import Counter
from random import Random

import pytest

from reports.editions import HIDDEN, Edition, published
from reports.unit_counts import counts_of
from schools.figures import Scope, figures
from schools.queries import current_term
from schools.recounting import recount_all
from tests.reports.bulk import grow

LEVELS = (0.08, 0.17, 0.3, 0.45)  # how often each level is
MOST_SOLVED = 1 / 1000


def bounds_of(told):
    """What a reader knows of a count from how it is told."""
    if told is HIDDEN:
        return (1, 4)
    return (0, 0) if told == 0 else (max(5, told - 2), told + 2)


def solve(known, sums):
    """Narrow the bounds of all counts until nothing more follows. `sums`: a total, and the parts that make it up.

    A total may be a pair of sums: both sides of a balance.
    """
    changed = True
    while changed:
        changed = False
        for left, right in sums:
            changed |= _narrow(known, left, right) | _narrow(known, right, left)
    return known


def _narrow(known, side, other):
    """Each term of one side is the other side without the rest of its own."""
    low, high = (sum(known[cell][end] for cell in other) for end in (0, 1))
    own = [sum(known[cell][end] for cell in side) for end in (0, 1)]
    changed = False
    for cell in side:
        first, last = known[cell]
        narrowed = (max(first, low - (own[1] - last)), min(last, high - (own[0] - first)))
        assert narrowed[0] <= narrowed[1], cell
        if narrowed != (first, last):
            own = [own[0] + narrowed[0] - first, own[1] + narrowed[1] - last]
            known[cell], changed = narrowed, True
    return changed


def a_network(draw, schools):
    """Counts of a district and its schools, as they really are, and every sum that holds between them."""
    cells, sums = Counter(), []
    for school in range(schools):
        size = draw.choice([150, 400, 900, 1500, 2400])
        _split(cells, sums, ("students", school), size, {"m": 0.52, "f": 0.48})
        _split(cells, sums, ("key", school), _about(draw, size * 0.05), {"m": 0.6, "f": 0.4}, draw)
        _flags(cells, sums, school, size, draw)
    for name in {(cell[0], *cell[2:]) for cell in cells}:
        parts = [(name[0], school, *name[1:]) for school in range(schools)]
        whole = (name[0], "district", *name[1:])
        cells[whole] = sum(cells[part] for part in parts)
        sums.append(([whole], parts))
    return cells, sums


def _about(draw, mean):
    return max(0, round(draw.gauss(mean, mean**0.5)))


def _split(cells, sums, name, count, shares, draw=None):
    """Divide a count by the shares; the values add up to it."""
    drawn = Counter((draw or Random(count)).choices(list(shares), list(shares.values()), k=count))
    cells[name] = count
    for value in shares:
        cells[(*name, value)] = drawn[value]
    sums.append(([name], [(*name, value) for value in shares]))


def _flags(cells, sums, school, size, draw):
    """Two terms: what was open and what was raised is what was closed and what is open, by level and in all."""
    levels = dict(enumerate(LEVELS, start=1))
    open_before = {level: _about(draw, size / 400 * share) for level, share in levels.items()}
    for term in (1, 2):
        counts = {name: {} for name in ("start", "new", "closed", "end")}
        for level, share in levels.items():
            new = _about(draw, size / 60 * share)
            closed = sum(draw.random() < 0.8 for _ in range(open_before[level] + new))
            end = open_before[level] + new - closed
            for name, count in (("start", open_before[level]), ("new", new), ("closed", closed), ("end", end)):
                counts[name][level] = count
            open_before[level] = end
        for name, by_level in counts.items():
            cells[name, school, term] = sum(by_level.values())
            sums.append(([(name, school, term)], [(name, school, term, level) for level in levels]))
            for level, count in by_level.items():
                cells[name, school, term, level] = count
        for more in ((), *((level,) for level in levels)):
            sides = [[(name, school, term, *more) for name in pair] for pair in (("start", "new"), ("closed", "end"))]
            sums.append(tuple(sides))
            if term == 2:
                sums.append(([("end", school, 1, *more)], [("start", school, 2, *more)]))


NAMES = {"start": "flags_at_start", "new": "flags_new", "closed": "flags_closed", "end": "flags_at_end"}


def is_told(cell):
    """What stands in a public file: of a school its totals, without those that add up with each other."""
    figure, unit, *more = cell
    if unit == "district":
        return True
    is_split = len(more) > (1 if figure in NAMES else 0)
    return not is_split and (figure not in NAMES or figures()[NAMES[figure]].is_told_by_school)


@pytest.fixture(scope="module", params=[(39, 20), (20, 24), (6, 60)], ids=lambda one: f"{one[0]} schools")
def attack(request):
    """How many hidden counts of many networks there are, and which of them can be worked out."""
    schools, networks = request.param
    hidden, solved = 0, []
    for seed in range(networks):
        cells, sums = a_network(Random(seed), schools)
        told = {cell: published(count) for cell, count in cells.items() if is_told(cell)}
        known = {cell: bounds_of(told[cell]) if cell in told else (0, 10**6) for cell in cells}
        solve(known, sums)
        assert all(low <= cells[cell] <= high for cell, (low, high) in known.items())
        stars = [cell for cell, one in told.items() if one is HIDDEN]
        hidden += len(stars)
        solved += [(seed, cell) for cell in stars if known[cell][0] == known[cell][1]]
    return hidden, solved


def test_fewer_than_one_in_a_thousand_hidden_counts_can_be_worked_out(attack):
    hidden, solved = attack
    assert hidden > 400
    assert len(solved) / hidden < MOST_SOLVED, solved


def test_the_attack_finds_what_can_be_worked_out():
    """Two hidden parts of a 10 are 4 and 4."""
    told = {"all": published(8), "boys": published(4), "girls": published(4)}
    known = solve({cell: bounds_of(one) for cell, one in told.items()}, [(["all"], ["boys", "girls"])])
    assert known == {"all": (8, 8), "boys": (4, 4), "girls": (4, 4)}


@pytest.mark.django_db
def test_public_files_of_a_center_and_a_school_tell_what_the_attack_assumes(world):
    """By school no split and no count that adds up with others; of the center every one."""
    grow(world, schools=2, students=40, flags=6)
    recount_all()
    center, school = (
        counts_of(Scope.of(unit, current_term(unit)), edition=Edition.PUBLIC) for unit in (world.district, world.a.unit)
    )
    for code in NAMES.values():
        told = figures()[code].is_told_by_school
        counts = [center.count(code, node.pk) for node in center.schools] + [school.count(code)]
        assert told or set(counts) == {HIDDEN}, code
        assert school.split(code, "level") == []
        assert school.count(code, None, "level", "1") is HIDDEN
    assert [count for _value, count in center.split("students", "gender") if count is not HIDDEN]
    small = {count for board in (center, school) for code in figures() for count in [board.count(code)]}
    staff = {
        board.count(code) for board in (center, school) for code in figures() if not figures()[code].about_students
    }
    assert {count for count in small - staff if count is not HIDDEN and count % 5} == set()
