"""A flag is kept from somebody of the school: their figures and summaries are as if it had never been raised."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counseling.models import IncidentBarrier
from reports.drafts import flags
from reports.editions import Edition
from reports.material import Material
from reports.summary import build_summary
from reports.unit_counts import counts_of
from schools.figures import CLASS, Scope
from schools.queries import current_term
from schools.recounting import recount
from schools.tallies import mark
from tests.counseling.sheet import filed
from tests.walking import entry_of, incident_of, kept_from, raised

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted")]


def counts(board):
    return {key: count for key, count in board.counts.items() if count and key[1] != CLASS}


def told(document):
    return [(section.code, section.text, section.tables) for section in document.sections]


@pytest.fixture
def term(world):
    return current_term(world.a.unit)


@pytest.fixture
def before(world, term):
    """What everybody reads before the flag."""
    recount(world.a.unit)
    return counts(counts_of(Scope.of(world.a.unit, term))), told(build_summary(world.a.unit, term))


@pytest.fixture
def kept(before, world):
    """The first flag of a student who was no key student, with an entry of the registry, kept from the leader."""
    flag = kept_from(world.a.leader, raised(world.a.older, world.a.counselor, severity=4), world.a.counselor)
    entry_of(world.a.older, world.a.counselor)
    recount(world.a.unit)
    return flag


def test_pages_and_summary_of_a_barred_leader_do_not_know_of_it(before, kept, world, term, sign_in):
    client = sign_in(world.a.leader)
    assert counts(client.get(reverse("reports:figure_list")).context["board"]) == before[0]
    for code in ("flags_new", "flags_at_end", "key_students", "registry_at_end"):
        page = client.get(reverse("reports:figure_records", args=[code]))
        assert (int(str(page.context["count"])), page.context["closed"]) == (before[0].get((code, "", ""), 0), 0), code
    document = client.get(reverse("reports:summary_detail", args=[term.code])).context["document"]
    assert told(document) == before[1]


def test_what_is_counted_for_a_barred_leader_is_kept_until_the_school_changes(kept, world, sign_in):
    client, page = sign_in(world.a.leader), reverse("reports:figure_list")

    def opened_twice():
        first = counts(client.get(page).context["board"])
        with CaptureQueriesContext(connection) as caught:
            again = counts(client.get(page).context["board"])
        assert (again, [one["sql"] for one in caught if 'FROM "students_student"' in one["sql"]]) == (first, [])
        return first

    first = opened_twice()
    raised(world.a.neighbor, world.a.counselor, severity=2)
    mark(world.a.unit.pk)
    assert opened_twice()["flags_new", "", ""] == first.get(("flags_new", "", ""), 0) + 1


def test_the_talk_behind_it_is_neither_counted_nor_held_back(world, viewer, sign_in):
    def read():
        pages = [client.get(reverse("reports:figure_records", args=[code])) for code in ("talks", "talk_parts")]
        return [(str(page.context["count"]), page.context["closed"]) for page in pages]

    client = sign_in(world.a.counselor_2)
    recount(world.a.unit)
    first = read()
    part = filed(viewer(world.a.teacher), world.a.student_2, severity=3).parts.get()
    kept_from(world.a.counselor_2, part.flag, world.a.counselor)
    recount(world.a.unit)
    assert read() == first


def test_everybody_else_reads_it(before, kept, world, sign_in):
    found = counts(sign_in(world.a.counselor).get(reverse("reports:figure_list")).context["board"])
    for code in ("flags_new", "flags_at_end", "key_students", "registry_at_end"):
        assert found[code, "", ""] == before[0].get((code, "", ""), 0) + 1, code


def test_a_barred_grade_head_counts_no_key_student_more(world, sign_in):
    page = reverse("reports:figure_records", args=["key_students"])
    client = sign_in(world.a.grade_head)
    first = str(client.get(page).context["count"])
    kept_from(world.a.grade_head, raised(world.a.neighbor, world.a.counselor, severity=4), world.a.counselor)
    mark(world.a.unit.pk)
    assert str(client.get(page).context["count"]) == first


def test_public_edition_of_a_school_does_not_tell_that_an_event_is_kept(world, term):
    flag = raised(world.a.older, world.a.counselor, severity=4)

    def public():
        recount(world.a.unit)
        return flags(Material.of(world.a.unit, term, Edition.PUBLIC))

    before, by = public(), world.a.counselor
    incident_of(by, world.a.older, text="x", flag=kept_from(world.a.leader, flag, by))
    kept = incident_of(by, text="x", who="a boy")
    IncidentBarrier.objects.create(incident=kept, person=world.a.leader.person, by=by, reason="x")
    assert public() == before
    incident_of(by, text="x", who="a girl")
    assert public() != before
