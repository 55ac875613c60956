"""What the audit chain costs: writers into one chain, into a chain each, and into the bare table."""

import threading
import time
from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from schools import audit
from schools.audit.verbs import Verb, declare
from schools.models import AuditChain, AuditEntry, Unit

WRITERS, ROWS = 8, 60


declare(Verb("bench.done", "measured"))


def run() -> None:
    units = list(Unit.objects.order_by("pk")[:1]) * WRITERS
    own = [
        Unit.objects.create(kind_id="school", code=f"bench{n}", path=f"bench{n}/", name="bench") for n in range(WRITERS)
    ]
    bare = AuditChain.objects.create(scope="bare")
    counter = iter(range(10**9))

    def plain(_unit: Unit) -> None:
        AuditEntry.objects.create(chain=bare, number=next(counter), at=timezone.now(), verb="bench", digest="x" * 64)

    floor = _rows_per_second(units, plain)
    one = _rows_per_second(units, _chained)
    each = _rows_per_second(own, _chained)
    AuditEntry.objects.filter(chain=bare).delete()
    bare.delete()
    print(f"audit, {WRITERS} writers: bare insert {floor:6.0f}/s")
    print(f"   one chain for all     {one:6.0f}/s   {one / floor:.2f} of bare")
    print(f"   a chain for each      {each:6.0f}/s   {each / floor:.2f} of bare")
    faults = list(audit.verify())
    print(f"   verify: {AuditEntry.objects.count()} rows, {len(faults)} faults")


def _chained(unit: Unit) -> None:
    audit.record(by=None, verb="bench.done", unit=unit)


def _rows_per_second(units: list[Unit], write: Callable[[Unit], None]) -> float:
    def work(unit: Unit) -> None:
        for _ in range(ROWS):
            with transaction.atomic():
                write(unit)
        connection.close()

    threads = [threading.Thread(target=work, args=(unit,)) for unit in units]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return WRITERS * ROWS / (time.monotonic() - started)
