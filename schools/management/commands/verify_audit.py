import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schools import audit
from schools.models import AuditChain, AuditEntry


class Command(BaseCommand):
    help = "Prove the audit log whole, or say where it is not: chain, number and what happened there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchors", type=Path, help="a copy of the file of anchors, kept on another machine")

    def handle(self, *args: Any, **options: Any) -> None:
        kept = options.get("anchors")
        if kept and not kept.is_file():
            raise CommandError(f"There is no file {kept}.")
        faults = 0
        for fault in audit.verify(kept):
            faults += 1
            self.stdout.write(f"{fault.scope} {fault.number}: {fault.what}")
        chains, rows = AuditChain.objects.count(), AuditEntry.objects.count()
        self.stdout.write(f"chains={chains} rows={rows} faults={faults}")
        if faults:
            sys.exit(1)
