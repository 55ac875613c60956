"""Threat T3: take any one guard away, and a test must notice; else nobody would.

One at a time each declaration of roles is made an open door, and each rule about rows shows everything: the
`visible_to` of every model, and the functions of the access modules behind them. What must notice is the walk of
`tests/test_access.py`, or the count of what each person sees (`rows.py`). A page that breaks without its guard has not
noticed anything.
"""

import pytest
from django.urls import reverse

from reports.access import watched_by
from schools.common.prepared import Prepared
from schools.models import Role, Unit
from schools.models.visible import rules
from tests.access_table import ROLES
from tests.security.rows import SEEN, everywhere, models_with_rules, seen_by
from tests.test_access import wrong_answers
from tests.walking import ACTORS, GUARDED, ROUTES, members, things

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("readable_papers")]

# Whose `visible_to` alone stands between a person and a page. Behind the others a second guard refuses, or they are
# asked for lists and counts only: for those the count notices.
MODELS = [
    ("schools.Unit", "a.leader", "schools:unit_detail"),
    ("schools.Person", "a.leader", "schools:person_detail"),
    ("schools.Job", "a.leader", "schools:job_detail"),
    ("students.Student", "a.teacher", "students:student_detail"),
    ("students.RiskFlag", "a.teacher", "students:flag_detail"),
    ("counseling.TalkPart", "a.teacher", "counseling:talk_detail"),
    ("counseling.Incident", "a.teacher", "counseling:incident_detail"),
    ("counseling.IncidentReport", "district_staff", "counseling:incident_report_detail"),
]
# Its action refuses the wrong role itself, so that the open door leads to a broken page and the walk learns nothing;
# that its declaration is that of the table is checked below, as for all.
TWICE_GUARDED = {"students:roster_forget"}


def open_rule(monkeypatch, label):
    """Reads that were prepared with the rule are asked in the ordinary way, by what stands in its place."""
    monkeypatch.setitem(rules, models_with_rules()[label], lambda rows, viewer: rows)
    monkeypatch.setattr(Prepared, "__bool__", lambda _read: False, raising=False)


@pytest.fixture
def noticed(world, sign_in):
    """What the walk says of these pages, less what it says of pages that broke."""
    objects = things(world)

    def unbroken(member):
        client = sign_in(member)
        client.raise_request_exception = False
        return client

    def walk(who, names):
        return [one for one in wrong_answers(who, world, unbroken, names, objects) if "500" not in one]

    return walk


# --- rules about rows -----------------------------------------------------------------------------------------------


def test_every_rule_shows_each_person_what_was_counted_by_hand(world):
    assert seen_by(everywhere(world)) == SEEN


def test_any_models_rule_taken_away_is_noticed_by_the_count(world, monkeypatch):
    people, unnoticed = everywhere(world), []
    for label in SEEN:
        with monkeypatch.context() as patched:
            open_rule(patched, label)
            unnoticed += [label] if seen_by(people, [label]) == {label: SEEN[label]} else []
    assert unnoticed == []


def test_the_schools_whose_opens_one_watches_are_those_of_ones_unit(world, viewer):
    """A rule about no model of its own."""
    seen = {who: set(watched_by(Unit.objects.schools(), viewer(who))) for who in (world.a.leader, world.auditor)}
    assert seen == {world.a.leader: {world.a.unit}, world.auditor: set(Unit.objects.schools())}


def test_a_models_rule_taken_away_is_noticed_by_the_walk(noticed, monkeypatch):
    assert [name for _label, who, name in MODELS if noticed(who, [name])] == []
    unnoticed = []
    for label, who, name in MODELS:
        with monkeypatch.context() as patched:
            open_rule(patched, label)
            unnoticed += [] if noticed(who, [name]) else [label]
    assert unnoticed == []


@pytest.mark.parametrize("is_open", [True, False])
def test_the_audit_log_without_its_rule_shows_another_schools_rows(is_open, world, sign_in, monkeypatch):
    people = everywhere(world)
    if is_open:
        open_rule(monkeypatch, "schools.AuditEntry")
    page = sign_in(people["auditor of a"]).get(reverse("schools:audit_list")).content.decode()
    assert people["a.counselor"].person.name in page
    assert (world.b.counselor.person.name in page) == is_open


# --- doors ----------------------------------------------------------------------------------------------------------


def cells_of(view):
    """What a view and the decorators around it hold."""
    while view is not None:
        yield from view.__closure__ or ()
        view = getattr(view, "__wrapped__", None)


def is_roles(held):
    return isinstance(held, tuple) and bool(held) and set(held) <= set(Role)


def strangers(name, world):
    """Those of the cast whose role the view does not let in, one for each role."""
    by_role = {members(world)[who].role: who for who in ACTORS}
    return [who for role, who in sorted(by_role.items()) if role not in ROLES[name]]


def is_noticed_open(name, world, noticed):
    """Whether anybody of a wrong role finds the door of this view open, once it is."""
    allowed = next(cell for cell in cells_of(ROUTES[name]) if is_roles(cell.cell_contents))
    before = allowed.cell_contents
    try:
        allowed.cell_contents = tuple(Role)
        return any(name in sentence for who in strangers(name, world) for sentence in noticed(who, [name]))
    finally:
        allowed.cell_contents = before


@pytest.mark.parametrize("app", ["schools", "students", "counseling", "screening", "reports"])
def test_any_door_left_open_is_noticed(app, world, noticed, share):
    """The declaration of roles lives in the view; opening it lets the wrong role in."""
    doors = [name for name in GUARDED if name.startswith(f"{app}:") and strangers(name, world)]
    assert doors
    assert {name for name in share(doors) if not is_noticed_open(name, world, noticed)} <= TWICE_GUARDED


def test_every_declared_role_is_checked_by_name():
    """A view whose declaration is not that of the table fails before anybody walks."""
    assert {name for name, view in ROUTES.items() if view.access != ROLES.get(name)} == set()
