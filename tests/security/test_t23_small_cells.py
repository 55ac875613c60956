"""Threat T23: above the school no count of one to four students is shown, and none can be worked out.

With schools large and small, every page and workbook of every center is read; then an attacker who puts the tables of
all centers together tries to solve them.
"""

import datetime as dt
from itertools import islice
from random import Random

import pytest
from django.core.cache import cache
from django.urls import reverse

from reports.board import board_of
from reports.equations import Cell
from reports.exporting import export
from reports.suppression import HIDDEN, THRESHOLD, Equation, audit
from schools.figures import Scope, figures
from schools.queries import current_term, previous_term
from students.models import RiskFlag
from tests.reports.bulk import grow
from tests.reports.test_exports import cells_of_xlsx
from tests.world import SHANGHAI

pytestmark = pytest.mark.django_db
CENTERS = ["city_staff", "district_staff", "cluster_staff"]


@pytest.fixture
def boards(world):
    """What each center of the tree may have, by the name of who reads it."""
    grow(world, schools=4, classes=3, students=14, talks=3, flags=2)
    cache.clear()
    return {name: _board(getattr(world, name).unit) for name in CENTERS}


def _board(unit):
    return board_of(Scope.of(unit, current_term(unit)))


def of_students(code):
    return code.startswith("~") or figures()[code].about_students


def test_no_cell_of_a_center_is_a_small_count_of_students(boards):
    found = [
        (name, cell, count)
        for name, board in boards.items()
        for cell, count in board.cells.items()
        if count is not HIDDEN and 1 <= count < THRESHOLD and of_students(cell.figure)
    ]
    assert found == []
    assert any(count is HIDDEN for board in boards.values() for count in board.cells.values())


def test_centers_say_the_same_of_the_same_cell(boards):
    """Otherwise one table shows what the other hides."""
    said = {}
    for board in boards.values():
        for cell, count in board.cells.items():
            said.setdefault(cell, set()).add(str(count))
    assert [cell for cell, counts in said.items() if len(counts) > 1] == []


def test_tables_of_the_whole_tree_together_give_no_hidden_count_away(boards, world):
    """Up and down the tree, and over what the figures mean; written apart from how the cells were chosen."""
    board = boards["city_staff"]
    equations = [*_sums_up_the_tree(board), *_sums_of_meanings(board)]
    assert len(equations) > 50
    unprinted = {one.total: HIDDEN for one in equations if one.total not in board.cells}
    given_away = audit({**board.cells, **unprinted}, equations)
    assert [cell for cell in given_away if cell not in unprinted] == []


def _sums_up_the_tree(board):
    for cell in board.cells:
        below = [node.pk for node in board.nodes if node.parent == cell.unit]
        parts = [cell._replace(unit=pk) for pk in below]
        if parts and figures()[cell.figure].about_students and all(part in board.cells for part in parts):
            yield Equation(cell, parts)


def _sums_of_meanings(board):
    """Flags at the start and new ones are those closed and those still open: one sum that nobody prints."""
    for cell in board.cells:
        names = ("flags_at_start", "flags_new", "flags_closed", "flags_at_end")
        start, new, closed, end = (cell._replace(figure=name) for name in names)
        if cell == new and {start, closed, end} <= board.cells.keys():
            yield Equation(("all flags", cell), [start, new])
            yield Equation(("all flags", cell), [closed, end])


@pytest.fixture
def two_terms(world):
    """The city's boards of the term before and of this one, with flags that were raised in both."""
    schools = [school.unit for school in grow(world, schools=8, students=28, talks=0, flags=0)]
    now = current_term(world.city)
    before = previous_term(world.city, now)
    draw = Random(1)
    for school in schools:
        students = iter(school.students.filter(flags=None))  # a student has one open flag
        for raised, most in ((before.starts, 14), (now.starts, 6)):
            _raise_flags(world, students, raised, draw, draw.randrange(most))
    cache.clear()
    return [board_of(Scope.of(world.city, term)) for term in (before, now)]


def _raise_flags(world, students, day, draw, count):
    for student in islice(students, count):
        raised = dt.datetime.combine(day + dt.timedelta(days=draw.randrange(14)), dt.time(9), SHANGHAI)
        closed = {"settled_at": raised + dt.timedelta(hours=5), "acted_at": raised + dt.timedelta(hours=1)}
        RiskFlag.objects.create(
            student=student,
            school=student.school,
            severity=2,
            raised_by=world.a.counselor,
            known_at=raised,
            reported_at=raised,
            due_at=raised + dt.timedelta(days=3),
            **(CLOSED | closed | {"closed_by": world.a.counselor.person} if draw.random() < 0.3 else {}),
        )


CLOSED = {"state": "closed", "outcome": "supported"}


def test_two_terms_together_give_no_hidden_count_away(two_terms):
    """Nothing moved in the holiday: what was open at the end of one term was open at the start of the next."""
    equations = [
        Equation((number, one.total), [(number, part) for part in one.parts])
        for number, board in enumerate(two_terms)
        for one in [*_sums_up_the_tree(board), *_sums_of_meanings(board)]
    ]
    said = {(number, cell): count for number, board in enumerate(two_terms) for cell, count in board.cells.items()}
    said |= {one.total: HIDDEN for one in equations if one.total not in said}
    for node in two_terms[0].nodes:
        ends = [(0, Cell("flags_at_end", node.pk)), (1, Cell("flags_at_start", node.pk))]
        if said.keys() >= set(ends):
            equations.append(Equation(ends[0], ends[1:]))
    assert [cell for cell in audit(said, equations) if isinstance(cell[1], Cell)] == []
    assert any(count is HIDDEN for board in two_terms for count in board.cells.values())


def small(amount):
    return isinstance(amount.value, int) and 1 <= amount.value < THRESHOLD


@pytest.mark.parametrize("who", CENTERS)
def test_pages_of_a_center_show_no_small_count(who, boards, world, sign_in):
    client, found = sign_in(getattr(world, who)), []
    for code, figure in figures().items():
        if figure.about_students:
            context = client.get(reverse("reports:figure_records", args=[code])).context
            found += [(code, label) for label, amount, _emphasis in context["places"] if small(amount)]
            values = [value for split in context["splits"] for value in split["values"]]
            found += [(code, value["label"]) for value in values if small(value["count"])]
    rows = [row for _title, rows in client.get(reverse("reports:figure_list")).context["groups"] for row in rows]
    students = {str(figure.label) for figure in figures().values() if figure.about_students}
    found += [row.label for row in rows if row.label in students and (small(row.amount) or small(row.was))]
    assert found == []


@pytest.mark.parametrize("who", CENTERS)
def test_workbook_of_a_center_has_stars_and_no_small_count(who, boards, world):
    unit = getattr(world, who).unit
    cells = cells_of_xlsx(export(unit, current_term(unit), "xlsx", stamp="x").content)
    sheet = [cell for title, cell in cells if "T6" in title]
    assert any(cell.value == "*" for cell in sheet)
    assert [cell.value for cell in sheet if isinstance(cell.value, int | float) and 1 <= cell.value < THRESHOLD] == []
