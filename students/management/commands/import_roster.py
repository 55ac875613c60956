"""Import a roster from a file, for one school or for all schools of a unit."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from schools.imports.commands import ImportCommand
from schools.imports.kinds import ImportOptions, ImportPlan
from schools.imports.problems import SHEET_ROWS
from schools.models import Unit
from students.imports.roster import RosterPlan
from students.imports.words import field_word


class Command(ImportCommand):
    help = "Import a roster: good rows go in together, problem rows stay out and are listed by row and column."
    kind = "roster"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        unit = parser.add_mutually_exclusive_group(required=True)
        unit.add_argument("--school", help="code of the school")
        unit.add_argument("--unit", help="code of a unit above; each row then names its school by code")
        parser.add_argument(
            "--confirm-key-fields",
            action="store_true",
            help="also change name, gender, birth date and identity number of known students",
        )

    def unit(self, options: dict[str, Any]) -> Unit:
        code, is_school = options["school"] or options["unit"], bool(options["school"])
        found = self.unit_with_code(code)
        if is_school and not found.is_school:
            raise CommandError(_("{code} is not a school; for the schools below it use --unit.").format(code=code))
        return found

    def options(self, options: dict[str, Any]) -> ImportOptions:
        return ImportOptions(confirm_key_fields=options["confirm_key_fields"], strict=options["strict"])

    def tell_plan(self, plan: ImportPlan) -> None:
        """Which fields of known students the file does not change; the values stay out of the console."""
        assert isinstance(plan, RosterPlan)
        for change in plan.plan.changes:
            for what, found in ((_("kept as set by hand"), change.kept), (_("not confirmed"), change.held)):
                for one in found:
                    where = {"row": change.row.row % SHEET_ROWS, "column": field_word(one.field)}
                    self.stdout.write(f"{_('row %(row)s, column %(column)s') % where}: {what}")
