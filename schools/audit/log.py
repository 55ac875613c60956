"""The audit log. Each change writes its row in the same transaction; each read of a sensitive record in one of its
own, after the rows were read and before the page is drawn: if it cannot be noted, the page is not shown.

Rows of a unit form a chain: the digest of a row is an HMAC over its content and the digest before it, and the chain's
head (length and last digest) is sealed with the same key, which is not in the database. So an edit, a deletion, a
swap or a cut is found by `verify`. The head row is locked until the transaction ends: a chain cannot fork, and units do
not wait for each other. Anchors, written to a file now and then, show when the whole database was set back.

Call `record` last in an action: the shorter the lock is held, the better.
"""

import hmac
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.db import models, transaction
from django.db.models import BigIntegerField, CharField
from django.utils import timezone

from schools.audit import anchors
from schools.audit.seals import Fault, mac
from schools.audit.verbs import verb_of
from schools.common.prepared import Prepared, PreparedInsert, PreparedUpdate
from schools.models.audit import AuditChain, AuditEntry
from schools.models.people import Person

if TYPE_CHECKING:
    from schools.access import Viewer
    from schools.models.units import Unit

SYSTEM = "system"


def record(
    *,
    by: "Viewer | None",
    verb: str,
    about: models.Model | None = None,
    student: Any = None,
    unit: "Unit | None" = None,
    person: Person | None = None,
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add one row about a declared act (`schools.audit.verbs`).

    `by` is the viewer who acts; None for the system itself or, with `person`, someone without a role.
    `details` names fields, codes and counts; it never holds the text of a record.
    """
    return record_many(by=by, verb=verb, rows=[(about, student)], unit=unit, person=person, details=details)[0]


def record_many(
    *,
    by: "Viewer | None",
    verb: str,
    rows: Iterable[tuple[models.Model | None, Any]],
    unit: "Unit | None" = None,
    person: Person | None = None,
    details: dict[str, Any] | None = None,
) -> list[AuditEntry]:
    """Add a row for each (about, student), in one lock of the chain."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit row belongs to the transaction of what it tells")
    verb_of(verb)  # an act that no app declares is refused
    place = unit or (by.unit if by else None)
    chain = _lock(place.code if place else SYSTEM)
    at = timezone.now()
    kept = _as_stored(details or {})
    entries = []
    for about, student in rows:
        chain.length += 1
        entry = AuditEntry(
            chain=chain,
            number=chain.length,
            at=at,
            person=by.person if by else person,
            membership_id=by.membership.pk if by else None,
            verb=verb,
            subject_type=about._meta.label_lower if about else "",
            subject_id=str(about.pk) if about else "",
            student_id=getattr(student, "pk", student),
            details=kept,
        )
        chain.head = entry.digest = _digest(chain.head, entry)
        entries.append(entry)
    _ENTRIES.write(entries)
    chain.seal = _seal(chain)
    _HEAD.run(chain=chain.pk, length=chain.length, head=chain.head, seal=chain.seal)
    return entries


def record_read(*, by: "Viewer", about: models.Model, student: Any = None, verb: str = "") -> AuditEntry:
    """Note that a sensitive record was opened. If it cannot be noted, the read fails with it."""
    verb = verb or f"{about._meta.model_name}.opened"
    return record(by=by, verb=verb, about=about, student=student)


def hold(*units: "Unit") -> None:
    """For an act that writes to the logs of several units: their chains are locked in one order for everybody, so that
    two such acts never wait for each other."""
    for code in sorted({unit.code for unit in units}):
        _lock(code)


def _lock(scope: str) -> AuditChain:
    if found := _CHAIN.objects(scope=scope):
        return cast(AuditChain, found[0])
    _chain, created = AuditChain.objects.get_or_create(scope=scope)
    if created and scope != SYSTEM:
        # The system chain lists the others, so that a chain removed whole is missed.
        record(by=None, verb="chain.started", details={"scope": scope})
    return AuditChain.objects.select_for_update().get(scope=scope)


_CHAIN = Prepared(lambda scope: AuditChain.objects.select_for_update().filter(scope=scope), scope=CharField())
_ENTRIES = PreparedInsert(AuditEntry)
_HEAD = PreparedUpdate(
    lambda chain, **new: (AuditChain.objects.filter(pk=chain), new),
    chain=BigIntegerField(),
    length=BigIntegerField(),
    head=CharField(),
    seal=CharField(),
)


def _as_stored(details: dict[str, Any]) -> dict[str, Any]:
    """As a database gives it back, or a genuine row would seem edited: keys are text, and since PostgreSQL rewrites
    fractions (1e20 becomes 100000000000000000000), so are these."""
    stored: dict[str, Any] = json.loads(json.dumps(details), parse_float=str, parse_constant=str)
    return stored


def _digest(previous: str, entry: AuditEntry) -> str:
    content = [
        entry.chain.scope,
        entry.number,
        entry.at.timestamp(),
        str(entry.person_id),
        entry.membership_id,
        entry.verb,
        entry.subject_type,
        entry.subject_id,
        str(entry.student_id),
        entry.details,
    ]
    return mac("entry", previous, json.dumps(content, sort_keys=True, ensure_ascii=False))


def _seal(chain: AuditChain) -> str:
    return mac("head", chain.scope, str(chain.length), chain.head)


# --- proof ----------------------------------------------------------------------------------------------------


def verify(kept: Path | None = None) -> Iterator[Fault]:
    """Every fault of every chain and of the anchors; nothing means that the log is whole. `kept`: a copy of the file of
    anchors that was kept on another machine, whose lines are then compared too."""
    yield from _missing_chains()
    for chain in AuditChain.objects.order_by("scope"):
        yield from _verify_chain(chain)
    end, lines = anchors.read_end(), anchors.read_lines()
    yield from _verify_anchors(lines, end)
    if kept:
        copied = anchors.read_lines(kept)
        yield from anchors.file_faults(copied)
        yield from anchors.set_back(anchors.anchored(copied))


def glance() -> list[Fault]:
    """What shows without reading the whole log: missing chains, their seals, the last anchor."""
    broken = (
        Fault(one.scope, one.length, "head") for one in AuditChain.objects.order_by("scope") if not _is_sealed(one)
    )
    end, lines = anchors.read_end(), anchors.tail()
    last = lines[-1:]
    edited = [Fault(anchors.SCOPE, 0, "edited") for line in last if not line.is_sealed()]
    missing = [] if last else [Fault(anchors.SCOPE, 0, "missing")]
    of_file = [*missing, *edited, *anchors.end_faults(lines, end)]
    return [*_missing_chains(), *broken, *of_file, *anchors.set_back(anchors.anchored(last))]


def write_anchor() -> list[Fault]:
    """Anchor the log as it stands, or say which faults forbid it: no anchor is written over what does not fit."""
    end, lines = anchors.read_end(), anchors.read_lines()
    heads = anchors.heads_now()  # before the look at the rows: what is written meanwhile waits for the next anchor
    faults = [*glance(), *_verify_anchors(lines, end)]
    if not faults:
        anchors.append(heads)
    return list(dict.fromkeys(faults))


def _missing_chains() -> Iterator[Fault]:
    """The system's chain lists the others. Only a database without any person needs no log."""
    scopes = set(AuditChain.objects.values_list("scope", flat=True))
    began = AuditEntry.objects.filter(chain__scope=SYSTEM, verb="chain.started").values_list("details", flat=True)
    listed = {details.get("scope", "") for details in began}
    for scope in sorted(listed - scopes):
        yield Fault(scope, 0, "chain missing")
    is_used = bool(scopes) or Person.objects.exists()
    if is_used and (SYSTEM not in scopes or scopes - listed - {SYSTEM}):
        yield Fault(SYSTEM, 0, "chain missing")


def _verify_chain(chain: AuditChain) -> Iterator[Fault]:
    # A chain is born with its first row, so an empty one was emptied.
    if not _is_sealed(chain):
        yield Fault(chain.scope, chain.length, "head")
    previous, expected = "", 1
    for entry in chain.entries.order_by("number").iterator(chunk_size=2000):
        entry.chain = chain
        if entry.number > expected:
            yield Fault(chain.scope, expected, "missing")
        elif not hmac.compare_digest(entry.digest, _digest(previous, entry)):
            yield Fault(chain.scope, entry.number, "edited")
        previous, expected = entry.digest, entry.number + 1
    if expected - 1 < chain.length:
        yield Fault(chain.scope, expected, "cut")
    elif expected - 1 > chain.length or previous != chain.head:
        yield Fault(chain.scope, expected - 1, "added")


def _is_sealed(chain: AuditChain) -> bool:
    return hmac.compare_digest(chain.seal, _seal(chain))


def _verify_anchors(lines: list[anchors.Line], end: list[anchors.Line]) -> Iterator[Fault]:
    yield from anchors.file_faults(lines)
    yield from anchors.end_faults(lines, end)
    yield from anchors.set_back(anchors.anchored(lines))
