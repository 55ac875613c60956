from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from reports.editions import Edition
from reports.exporting import TYPES, export, stamp_of_command
from schools import audit
from schools.models import Term, Unit
from schools.queries import term_of, terms_of


class Command(BaseCommand):
    help = "Write the semester summary of a unit: the edition for work, or the public one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("unit_code")
        parser.add_argument("term", help="as 2025-2026-1")
        parser.add_argument("--format", choices=sorted(TYPES), default="pdf")
        parser.add_argument("--output", required=True, type=Path)
        parser.add_argument("--edition", choices=[edition.value for edition in Edition], default=Edition.WORK.value)
        parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = Unit.objects.select_related("kind").filter(code=options["unit_code"]).first()
        if unit is None:
            raise CommandError(f"There is no unit with the code {options['unit_code']}.")
        term = self._term(unit, options["term"])
        with translation.override(options["language"]):
            edition = Edition(options["edition"])
            made = export(unit, term, options["format"], stamp=stamp_of_command(), edition=edition)
        self._note(unit, options)
        try:
            options["output"].write_bytes(made.content)
        except OSError as problem:
            raise CommandError(f"Cannot write {options['output']}: {problem.strerror}.") from problem
        self.stdout.write(f"{options['output']} {len(made.content)} bytes")

    def _term(self, unit: Unit, code: str) -> Term:
        term = term_of(unit, code)
        if term is None:
            known = ", ".join(found.code for found in terms_of(unit)) or "none"
            raise CommandError(f"{unit.name} has no term {code}. It has: {known}.")
        return term

    @transaction.atomic
    def _note(self, unit: Unit, options: dict[str, Any]) -> None:
        details = {"term": options["term"], "format": options["format"], "edition": options["edition"]}
        details["reason"] = "command"
        audit.record(by=None, verb="summary.exported", about=unit, unit=unit, details=details)
