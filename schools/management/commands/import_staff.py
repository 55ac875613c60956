from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from schools.imports.commands import ImportCommand
from schools.imports.pipeline import ImportResult
from schools.models import Unit


class Command(ImportCommand):
    help = "Create accounts and roles from a staff file (.xlsx, .xls or .csv)."
    kind = "staff"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--unit", required=True, help="code of the unit, such as a school's ten digits")
        parser.add_argument("--passwords", type=Path, help="write the first passwords to this .xlsx file (mode 600)")

    def unit(self, options: dict[str, Any]) -> Unit:
        return self.unit_with_code(options["unit"])

    def before_writing(self, options: dict[str, Any]) -> None:
        """An empty file that only its owner reads, also where there was another one: a password not kept is lost."""
        path: Path | None = options["passwords"]
        if path is None or options["dry_run"]:
            return
        try:
            path.unlink(missing_ok=True)
            path.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None

    def after_writing(self, result: ImportResult, options: dict[str, Any]) -> None:
        path: Path | None = options["passwords"]
        if path and result.handout:
            path.write_bytes(result.handout.content)
        elif result.handout:
            self.stdout.write("The first passwords were not written; reset them one by one, or use --passwords.")
