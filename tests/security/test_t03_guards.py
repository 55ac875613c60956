"""Threat T3: take one guard away, and the walk of `tests/test_access.py` must notice; else nobody would.

Each rule about rows is replaced by "everything", each rule about roles by an open door, one at a time.
"""

import importlib

import pytest

from schools.models import Role
from tests.access_table import ROLES
from tests.test_access import wrong_answers
from tests.walking import ROUTES

pytestmark = pytest.mark.django_db

# The rule, where it is looked up, who meets the difference, and on which pages.
RULES = [
    ("schools.access.classes_of", "a.teacher", ["students:student_detail"]),
    ("schools.access.units_of", "a.leader", ["schools:unit_detail"]),
    ("schools.access.memberships_of", "a.leader", ["schools:membership_edit", "schools:person_detail"]),
    ("schools.access.people_of", "a.leader", ["schools:person_detail"]),
    ("students.access.students_of", "a.teacher", ["students:student_detail", "students:student_list"]),
    ("students.access.flags_of", "a.teacher", ["students:flag_detail"]),
    ("students.access.can_read_flag_reason", "a.teacher", ["students:flag_detail"]),
    ("reports.access.watched_by", "a.leader", ["reports:open_detail"]),
    ("counseling.access.parts_of", "a.teacher", ["counseling:talk_detail"]),
]
DOORS = [
    ("schools:audit_list", "a.leader"),
    ("schools:person_list", "a.teacher"),
    ("students:student_list", "auditor"),
    ("students:roster_import", "a.teacher"),
    ("counseling:talk_export", "a.teacher"),
    ("counseling:option_list", "a.grade_head"),
    ("reports:figure_list", "a.teacher"),
    ("reports:summary_list", "a.grade_head"),
    ("reports:open_list", "a.counselor"),
]


def everything(rows, *_rest):
    return True if rows.__class__.__name__ == "Viewer" else rows


def replace_everywhere(monkeypatch, rule, instead):
    """Modules took the rule by its name; each has to forget it."""
    import sys

    module, name = rule.rsplit(".", 1)
    old = getattr(importlib.import_module(module), name)
    for other in list(sys.modules.values()):
        is_ours = getattr(other, "__name__", "").split(".")[0] in {"schools", "students", "counseling", "reports"}
        if is_ours and getattr(other, name, None) is old:
            monkeypatch.setattr(other, name, instead)


def wrong(who, world, sign_in, names):
    try:
        return list(wrong_answers(who, world, sign_in, names))
    except Exception as error:  # a page that breaks without its guard shows nothing, and is noticed as well
        return [repr(error)]


@pytest.mark.parametrize(("rule", "who", "names"), RULES, ids=[rule for rule, _who, _names in RULES])
def test_a_rule_taken_away_is_noticed(rule, who, names, world, sign_in, monkeypatch):
    with monkeypatch.context() as patched:
        replace_everywhere(patched, rule, everything)
        found = wrong(who, world, sign_in, names)
    assert found != []


@pytest.mark.parametrize("rule", sorted({rule for rule, _who, _names in RULES}))
def test_the_same_pages_are_right_with_the_rule(rule, world, sign_in):
    """Or the test above would pass for another reason."""
    _rule, who, names = next(row for row in RULES if row[0] == rule)
    assert list(wrong_answers(who, world, sign_in, names)) == []


def cells_of(view):
    """What a view and the decorators around it hold."""
    while view is not None:
        yield from view.__closure__ or ()
        view = getattr(view, "__wrapped__", None)


def is_roles(held):
    return isinstance(held, tuple) and bool(held) and set(held) <= set(Role)


@pytest.mark.parametrize(("name", "who"), DOORS)
def test_a_door_left_open_is_noticed(name, who, world, sign_in, monkeypatch):
    """The declaration of roles lives in the view; opening it lets the wrong role in."""
    allowed = next(cell for cell in cells_of(ROUTES[name]) if is_roles(cell.cell_contents))
    before = allowed.cell_contents
    try:
        allowed.cell_contents = tuple(Role)
        found = wrong(who, world, sign_in, [name])
    finally:
        allowed.cell_contents = before
    assert any(name in sentence for sentence in found)


def test_every_declared_role_is_checked_by_name():
    """A view whose declaration is not that of the table fails before anybody walks."""
    assert {name for name, view in ROUTES.items() if view.access != ROLES.get(name)} == set()
