"""Threat T25: each column of each row is sealed, an emptied log is missed, and no genuine row is ever accused."""

import datetime as dt
import uuid

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from schools import audit
from schools.audit import log
from schools.models import AuditChain, AuditEntry

pytestmark = pytest.mark.django_db
# What a program may hand over as details; PostgreSQL keeps no NUL in text.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
numbers = st.integers(-(10**30), 10**30) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | st.integers(), inner, max_size=3),
    max_leaves=6,
)
moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC))


@pytest.fixture
def row(world, viewer):
    """The middle one of three rows with something in every column."""
    by = viewer(world.a.teacher)
    with transaction.atomic():
        entries = [
            audit.record(by=by, verb="thing.done", about=by.membership, student=world.a.student, details={"n": n})
            for n in range(3)
        ]
    return AuditEntry.objects.get(chain=entries[1].chain, number=entries[1].number)


def faults():
    return list(audit.verify())


EDITS = {
    "number": lambda row: 99,
    "at": lambda row: row.at + dt.timedelta(microseconds=1),
    "person_id": lambda row: None,
    "membership_id": lambda row: row.membership_id + 1,
    "verb": lambda row: "thing.undone",
    "subject_type": lambda row: "schools.person",
    "subject_id": lambda row: row.subject_id + "0",
    "student_id": lambda row: uuid.UUID(int=row.student_id.int + 1),
    "details": lambda row: {"n": 2},
    "digest": lambda row: "0" * 64,
    "chain_id": lambda row: AuditChain.objects.get(scope=audit.SYSTEM).pk,
}


def test_every_column_has_an_edit_here():
    assert {field.attname for field in AuditEntry._meta.fields} - {"id"} == set(EDITS)


@pytest.mark.parametrize("column", EDITS)
def test_an_edit_of_any_column_is_noticed(world, row, column):
    row.refresh_from_db()
    number = 99 if column == "chain_id" else row.number
    assert faults() == []
    AuditEntry.objects.filter(pk=row.pk).update(**{"number": number, column: EDITS[column](row)})

    assert world.a.unit.code in {fault.scope for fault in faults()}


def test_an_emptied_log_is_noticed_by_the_anchors(world, row, anchors):
    audit.write_anchor()
    AuditEntry.objects.all().delete()
    AuditChain.objects.all().delete()

    assert {fault.scope for fault in faults()} == {world.a.unit.code, audit.SYSTEM}


def test_a_chain_rewritten_without_the_key_is_noticed(world, row, settings):
    """Someone with the code and the database, but not the key, deletes a row and seals everything anew."""
    key, settings.AUDIT_KEY = settings.AUDIT_KEY, "a guess at the key of this place"
    chain = AuditChain.objects.get(scope=world.a.unit.code)
    row.delete()
    previous = ""
    for number, entry in enumerate(chain.entries.order_by("number"), start=1):
        entry.chain, entry.number = chain, number
        previous = entry.digest = log._digest(previous, entry)
        entry.save()
    chain.length, chain.head = chain.entries.count(), previous
    chain.seal = log._seal(chain)
    chain.save()
    settings.AUDIT_KEY = key

    assert faults() != []


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(details=st.dictionaries(texts | st.integers(), values, max_size=3), at=moments)
def test_a_genuine_row_is_never_accused(world, viewer, fixed_clock, details, at):
    fixed_clock.move_to(at)
    with transaction.atomic():
        entry = audit.record(by=viewer(world.a.teacher), verb="thing.done", student=world.a.student, details=details)

    assert faults() == []
    assert AuditEntry.objects.get(chain=entry.chain, number=entry.number).details == entry.details
