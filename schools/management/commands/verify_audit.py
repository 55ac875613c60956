import sys
from typing import Any

from django.core.management.base import BaseCommand

from schools import audit
from schools.models import AuditChain, AuditEntry


class Command(BaseCommand):
    help = "Prove the audit log whole, or say where it is not: chain, number and what happened there."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for fault in audit.verify():
            faults += 1
            self.stdout.write(f"{fault.scope} {fault.number}: {fault.what}")
        chains, rows = AuditChain.objects.count(), AuditEntry.objects.count()
        self.stdout.write(f"chains={chains} rows={rows} faults={faults}")
        if faults:
            sys.exit(1)
