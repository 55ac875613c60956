"""The audit log. Each change and each read of a sensitive record writes its row in the same transaction.

Rows of a unit form a chain: the digest of a row is an HMAC over its content and the digest before it, and the chain's
head (length and last digest) is sealed with the same key, which is not in the database. So an edit, a deletion, a
swap or a cut is found by `verify`. The head row is locked until the transaction ends: a chain cannot fork, and units do
not wait for each other. Anchors, written to a file now and then, show when the whole database was set back.

Call `record` last in an action: the shorter the lock is held, the better.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from schools.audit.verbs import verb_of
from schools.models.audit import AuditChain, AuditEntry

if TYPE_CHECKING:
    from schools.access import Viewer
    from schools.models.people import Person
    from schools.models.units import Unit

SYSTEM = "system"


def record(
    *,
    by: "Viewer | None",
    verb: str,
    about: models.Model | None = None,
    student: Any = None,
    unit: "Unit | None" = None,
    person: "Person | None" = None,
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
    person: "Person | None" = None,
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
    AuditEntry.objects.bulk_create(entries)
    chain.seal = _seal(chain)
    chain.save(update_fields=["length", "head", "seal"])
    return entries


def record_read(*, by: "Viewer", about: models.Model, student: Any = None, verb: str = "") -> AuditEntry:
    """Note that a sensitive record was opened. If it cannot be noted, the read fails with it."""
    verb = verb or f"{about._meta.model_name}.opened"
    return record(by=by, verb=verb, about=about, student=student)


def _lock(scope: str) -> AuditChain:
    chain = AuditChain.objects.select_for_update().filter(scope=scope).first()
    if chain:
        return chain
    _chain, created = AuditChain.objects.get_or_create(scope=scope)
    if created and scope != SYSTEM:
        # The system chain lists the others, so that a chain removed whole is missed.
        record(by=None, verb="chain.started", details={"scope": scope})
    return AuditChain.objects.select_for_update().get(scope=scope)


def _as_stored(details: dict[str, Any]) -> dict[str, Any]:
    """As a database gives it back, or a genuine row would seem edited: keys are text, and since PostgreSQL rewrites
    fractions (1e20 becomes 100000000000000000000), so are these."""
    stored: dict[str, Any] = json.loads(json.dumps(details), parse_float=str, parse_constant=str)
    return stored


def _mac(*parts: str) -> str:
    return hmac.new(settings.AUDIT_KEY.encode(), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


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
    return _mac("entry", previous, json.dumps(content, sort_keys=True, ensure_ascii=False))


def _seal(chain: AuditChain) -> str:
    return _mac("head", chain.scope, str(chain.length), chain.head)


# --- proof ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A place where the log is not what was written."""

    scope: str
    number: int
    what: str  # "edited", "missing", "added", "cut", "head", "chain missing", "set back"


def verify() -> Iterator[Fault]:
    """Every fault of every chain; nothing means that the log is whole."""
    chains = {chain.scope: chain for chain in AuditChain.objects.all()}
    started = AuditEntry.objects.filter(chain__scope=SYSTEM, verb="chain.started").values_list("details", flat=True)
    for scope in sorted({SYSTEM, *(details.get("scope", "") for details in started)} - chains.keys()):
        if scope != SYSTEM or started:
            yield Fault(scope, 0, "chain missing")
    for chain in chains.values():
        yield from _verify_chain(chain)
    yield from _verify_anchors()


def _verify_chain(chain: AuditChain) -> Iterator[Fault]:
    # A chain is born with its first row, so an empty one was emptied.
    if not hmac.compare_digest(chain.seal, _seal(chain)):
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


def write_anchor(path: Path) -> int:
    """Append the heads of all chains, sealed, to a file that a backup of the database does not set back."""
    heads = {chain.scope: [chain.length, chain.head] for chain in AuditChain.objects.order_by("scope")}
    line = json.dumps({"at": timezone.now().isoformat(), "heads": heads}, sort_keys=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{_mac('anchor', line)} {line}\n")
    return len(heads)


def _verify_anchors() -> Iterator[Fault]:
    path = Path(settings.AUDIT_ANCHORS)
    if not path.exists():
        return
    last = path.read_text(encoding="utf-8").splitlines()[-1:]
    for text in last:
        mac, _space, line = text.partition(" ")
        if not hmac.compare_digest(mac, _mac("anchor", line)):
            yield Fault("anchors", 0, "edited")
            return
        for scope, (length, head) in json.loads(line)["heads"].items():
            if length == 0:
                continue
            entry = AuditEntry.objects.filter(chain__scope=scope, number=length).first()
            if entry is None or entry.digest != head:
                yield Fault(scope, length, "set back")
