import datetime as dt
import json
import random
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from schools import audit
from schools.actions.audit import prove_log
from schools.audit.verbs import without_topic
from schools.models import AuditChain, AuditEntry, Role

pytestmark = pytest.mark.django_db
SCOPES = ("2144000001", "2144000002", "440608")


@pytest.fixture
def log(world, viewer):
    """Three chains of some rows, written through the application."""
    actors = [viewer(world.a.teacher), viewer(world.b.counselor), viewer(world.district_staff)]
    for number in range(24):
        by = actors[number % 3]
        with transaction.atomic():
            audit.record(by=by, verb=f"thing.done_{number}", about=by.membership, details={"n": number, "字": "中文"})
    return {scope: AuditChain.objects.get(scope=scope) for scope in SCOPES}


def faults():
    return list(audit.verify())


def scopes():
    return {fault.scope for fault in faults()}


def test_what_the_application_wrote_is_whole(log):
    assert faults() == []


def test_a_row_needs_the_transaction_of_what_it_tells(world, viewer):
    from django.db.transaction import TransactionManagementError

    connection.savepoint_ids, ids = [], connection.savepoint_ids
    connection.in_atomic_block, was = False, connection.in_atomic_block
    try:
        with pytest.raises(TransactionManagementError):
            audit.record(by=viewer(world.a.teacher), verb="thing.done")
    finally:
        connection.in_atomic_block, connection.savepoint_ids = was, ids


def test_a_row_vanishes_with_the_change_it_tells(world, viewer):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(by=viewer(world.a.teacher), verb="thing.done")
        raise ZeroDivisionError

    assert not AuditEntry.objects.filter(verb="thing.done").exists()
    assert faults() == []


def test_units_do_not_share_a_chain(log):
    assert {chain.scope: chain.length for chain in log.values()} == dict.fromkeys(SCOPES, 8)


def test_many_rows_at_once_are_one_chain(world, viewer):
    by = viewer(world.a.teacher)
    with transaction.atomic():
        audit.record_many(by=by, verb="talk.filed", rows=[(world.a.talks["own"], s) for s in world.a.students.values()])

    assert [e.number for e in AuditEntry.objects.filter(chain__scope=world.a.unit.code)] == [1, 2, 3, 4, 5]
    assert faults() == []


# --- tampering --------------------------------------------------------------------------------------------------------

COLUMNS = {
    "verb": lambda r: "person.nothing",
    "at": lambda r: dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    "subject_id": lambda r: "0",
    "subject_type": lambda r: "schools.person",
    "membership_id": lambda r: 987654,
    "person_id": lambda r: None,
    "student_id": lambda r: "01890000-0000-7000-8000-000000000001",
    "details": lambda r: {"n": -1},
    "digest": lambda r: "0" * 64,
}


def edit(rng, chain):
    entry = rng.choice(list(chain.entries.all()))
    column = rng.choice(list(COLUMNS))
    AuditEntry.objects.filter(pk=entry.pk).update(**{column: COLUMNS[column](rng)})


def delete(rng, chain):
    AuditEntry.objects.filter(pk=rng.choice(list(chain.entries.values_list("pk", flat=True)))).delete()


def cut(rng, chain):
    """The newest rows away."""
    AuditEntry.objects.filter(chain=chain, number__gt=rng.randint(0, chain.length - 1)).delete()


def cut_with_its_head(rng, chain):
    """The newest rows away, and the head set back to fit: only the seal tells."""
    keep = rng.randint(0, chain.length - 1)
    AuditEntry.objects.filter(chain=chain, number__gt=keep).delete()
    last = chain.entries.filter(number=keep).values_list("digest", flat=True).first() or ""
    AuditChain.objects.filter(pk=chain.pk).update(length=keep, head=last)


def delete_and_close_the_gap(rng, chain):
    victim = rng.choice(list(chain.entries.all()[: chain.length - 1]))
    number = victim.number
    AuditEntry.objects.filter(pk=victim.pk).delete()
    for entry in chain.entries.filter(number__gt=number).order_by("number"):
        AuditEntry.objects.filter(pk=entry.pk).update(number=entry.number - 1)
    AuditChain.objects.filter(pk=chain.pk).update(length=chain.length - 1)


def swap(rng, chain):
    first, second = rng.sample(list(chain.entries.all()), 2)
    for pk, number in ((first.pk, -1), (second.pk, first.number), (first.pk, second.number)):
        AuditEntry.objects.filter(pk=pk).update(number=number if number > 0 else 10**9)


def swap_contents(rng, chain):
    first, second = rng.sample(list(chain.entries.all()), 2)
    AuditEntry.objects.filter(pk=first.pk).update(verb=second.verb, details=second.details)
    AuditEntry.objects.filter(pk=second.pk).update(verb=first.verb, details=first.details)


def add(rng, chain):
    last = chain.entries.latest("number")
    AuditEntry.objects.create(chain=chain, number=last.number + 1, at=last.at, verb="x.forged", digest=last.digest)


def add_with_its_head(rng, chain):
    last = chain.entries.latest("number")
    forged = "f" * 64
    AuditEntry.objects.create(chain=chain, number=last.number + 1, at=last.at, verb="x.forged", digest=forged)
    AuditChain.objects.filter(pk=chain.pk).update(length=last.number + 1, head=forged)


def edit_head(rng, chain):
    values = rng.choice([{"length": chain.length + 3}, {"head": "0" * 64}, {"seal": "0" * 64}])
    AuditChain.objects.filter(pk=chain.pk).update(**values)


def remove_chain(rng, chain):
    AuditEntry.objects.filter(chain=chain).delete()
    AuditChain.objects.filter(pk=chain.pk).delete()


def move_to_another_chain(rng, chain):
    other = rng.choice(AuditChain.objects.exclude(pk=chain.pk))
    entry = chain.entries.latest("number")
    AuditEntry.objects.filter(pk=entry.pk).update(chain=other, number=other.length + 1)


ATTACKS = [
    edit,
    delete,
    cut,
    cut_with_its_head,
    delete_and_close_the_gap,
    swap,
    swap_contents,
    add,
    add_with_its_head,
    edit_head,
    remove_chain,
    move_to_another_chain,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_each_way_of_tampering_is_noticed_and_nobody_else_accused(log, attack):
    for seed in range(10):
        rng = random.Random(f"{attack.__name__}{seed}")
        scope = rng.choice(SCOPES)
        innocent = set(SCOPES) - {scope} if attack is not move_to_another_chain else set()
        with transaction.atomic():
            attack(rng, AuditChain.objects.get(scope=scope))
            found = scopes()
            transaction.set_rollback(True)

        assert scope in found, seed
        assert not found & innocent, seed
    assert faults() == []


def test_a_thousand_random_tamperings_are_noticed(log, share):
    """The published figure: 1,000 of 1,000. A tenth of them on every run."""
    seeds, unnoticed = list(share(range(1000))), []
    for seed in seeds:
        rng = random.Random(seed)
        attack, scope = rng.choice(ATTACKS), rng.choice(SCOPES)
        with transaction.atomic():
            attack(rng, AuditChain.objects.get(scope=scope))
            unnoticed += [] if scope in scopes() else [(seed, attack.__name__)]
            transaction.set_rollback(True)

    assert len(seeds) > 50
    assert unnoticed == []
    assert faults() == []


def test_the_place_of_an_edit_is_named(log):
    AuditEntry.objects.filter(chain=log["440608"], number=5).update(verb="x.y")

    assert faults()[0] == audit.Fault("440608", 5, "edited")


def test_a_row_taken_out_is_named(log):
    AuditEntry.objects.filter(chain=log["440608"], number=3).delete()

    assert audit.Fault("440608", 3, "missing") in faults()


def test_a_database_set_back_is_noticed_by_the_anchors(log, anchors, viewer, world):
    before = transaction.savepoint()
    with transaction.atomic():
        audit.record(by=viewer(world.a.teacher), verb="thing.done")
    assert audit.write_anchor() == []
    transaction.savepoint_rollback(before)

    assert scopes() == {"2144000001"}


def test_an_anchor_written_by_hand_is_noticed(log, anchors):
    audit.write_anchor()
    first, second = anchors.read_text().splitlines()
    mac, line = second.split(" ", 1)
    content = json.loads(line)
    content["heads"]["440608"][0] = 1
    anchors.write_text(f"{first}\n{mac} {json.dumps(content)}\n")

    assert faults() == [audit.Fault("anchors", 1, "edited")]


# --- the command ------------------------------------------------------------------------------------------------------


def test_verify_audit_says_that_all_is_well(log):
    out = StringIO()
    call_command("verify_audit", stdout=out)

    assert (
        out.getvalue().splitlines()[-1]
        == f"chains={AuditChain.objects.count()} rows={AuditEntry.objects.count()} faults=0"
    )


def test_verify_audit_names_the_place_and_fails(log):
    AuditEntry.objects.filter(chain=log["440608"], number=8).update(verb="x.y")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=out)

    assert ended.value.code == 1
    assert "440608 8: edited" in out.getvalue()


# --- the page ---------------------------------------------------------------------------------------------------------


def rows_on(client, **query):
    return client.get(reverse("schools:audit_list"), query).context["rows"]


def test_the_page_filters_by_unit_person_topic_and_day(log, world, sign_in):
    client = sign_in(world.auditor)

    assert {r.chain.scope for r in rows_on(client, unit="440608")} == {"440608"}
    assert {r.person.staff_number for r in rows_on(client, q="a-teacher")} == {"a-teacher"}
    assert rows_on(client, until="2026-03-17") == []
    assert len(rows_on(client, **{"from": "2026-03-18", "about": "thing"})) == 24


def test_every_act_that_is_declared_can_be_chosen_in_the_log():
    assert without_topic() == set()


def test_the_pages_follow_one_another_without_gap_or_repeat(world, viewer, sign_in):
    by = viewer(world.a.teacher)
    with transaction.atomic():
        audit.record_many(by=by, verb="thing.done", rows=[(None, None)] * 230)
    client, seen, after = sign_in(world.auditor), [], ""
    while True:
        page = client.get(reverse("schools:audit_list"), {"about": "thing", "after": after})
        seen += [row.number for row in page.context["rows"]]
        after = page.context["next"]
        if not after:
            break

    assert seen == list(range(230, 0, -1))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"after": "x"}, 200),
        ({"after": "9e99-1"}, 200),
        ({"from": "2026-99-99"}, 400),
        ({"unit": "'"}, 400),
        ({"about": "nothing"}, 400),
        ({"q": "x" * 999}, 200),
    ],
)
def test_nonsense_in_the_address_breaks_nothing(log, world, sign_in, query, status):
    assert sign_in(world.auditor).get(reverse("schools:audit_list"), query).status_code == status


def test_reading_the_log_is_noted(world, sign_in):
    sign_in(world.auditor).get(reverse("schools:audit_list"))

    assert AuditEntry.objects.latest("pk").verb == "audit.opened"


def test_an_auditor_below_the_top_reads_only_their_own_part(log, world, sign_in):
    auditor = world.auditor
    auditor.unit = world.other_district
    auditor.save()

    assert {row.chain.scope for row in rows_on(sign_in(auditor))} == set()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDITOR])
def test_nobody_else_reads_the_log(world, sign_in, role):
    member = next(m for m in world.members().values() if m.role == role)

    assert sign_in(member).get(reverse("schools:audit_list")).status_code == 403
    assert not AuditEntry.objects.visible_to(sign_in_viewer(member)).exists()


def sign_in_viewer(member):
    from schools.access import Viewer

    return Viewer(person=member.person, membership=member)


def test_the_log_can_only_be_read(world, sign_in):
    client = sign_in(world.auditor)
    before = AuditEntry.objects.count()
    client.post(reverse("schools:audit_list"), {"delete": "1"})

    assert AuditEntry.objects.count() >= before


def test_the_page_says_that_the_log_is_whole_and_when_it_was_checked(world, sign_in):
    client = sign_in(world.auditor)
    before = client.get(reverse("schools:audit_list")).content.decode()
    prove_log()
    after = client.get(reverse("schools:audit_list")).content.decode()
    assert ("日志完整" in before, "日志完整" in after) == (False, True)
