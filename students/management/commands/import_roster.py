"""Import a roster from a file, for one school or for all schools of a unit."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from schools.common.errors import Refused
from schools.common.labels import listed, told
from schools.common.tables import UnreadableFile
from schools.models import Unit
from students.columns import field_word
from students.imports import Outcome, Wish, import_file
from students.planning import SchoolPlan
from students.problems import file_sentence, problem_line


class Command(BaseCommand):
    help = "Import a roster: good rows go in together, problem rows stay out and are listed by row and column."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--school", help="code of the school")
        place.add_argument("--unit", help="code of a unit above; each row then names its school by code")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--strict", action="store_true", help="all rows or none")
        parser.add_argument(
            "--confirm-key-fields",
            action="store_true",
            help="also change name, gender, birth date and identity number of known students",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unit = self._unit(options["school"], options["unit"])
        path: Path = options["file"]
        wish = Wish(confirm_key_fields=options["confirm_key_fields"], strict=options["strict"])
        try:
            dry = options["dry_run"]
            outcome = import_file(path, unit, filename=path.name, wish=wish, dry_run=dry, watch=self._tell_kept)
        except UnreadableFile as error:
            raise CommandError(file_sentence(error)) from None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self._tell(outcome, wish, is_dry=options["dry_run"])

    def _unit(self, school: str | None, unit: str | None) -> Unit:
        code = school or unit
        found = Unit.objects.select_related("kind").filter(code=code).first()
        if found is None:
            raise CommandError(_("No unit has the code {code}.").format(code=code))
        if school and not found.is_school:
            raise CommandError(_("{code} is not a school; for the schools below it use --unit.").format(code=code))
        return found

    def _tell_kept(self, plan: SchoolPlan) -> None:
        """Which fields of known students the file does not change; the values stay out of the console."""
        for change in plan.changes:
            for what, found in ((_("kept as set by hand"), change.kept), (_("not confirmed"), change.held)):
                for one in found:
                    where = _("row %(row)s, column %(column)s") % {
                        "row": change.row.row,
                        "column": field_word(one.field),
                    }
                    self.stdout.write(f"{where}: {what}")

    def _tell(self, outcome: Outcome, wish: Wish, *, is_dry: bool) -> None:
        for problem in sorted(outcome.problems, key=lambda problem: problem.row):
            self.stdout.write(problem_line(problem))
        if outcome.unknown_columns:
            self.stdout.write(told(_("columns not recognised and left out"), listed(outcome.unknown_columns)))
        for name, count in outcome.counts().items():
            if name in ("new_classes", "held", "kept", "missing") and count:
                self.stdout.write(f"{name}={count}")
        refused = wish.strict and outcome.problem_rows > 0
        created, changed, unchanged = outcome.created, outcome.changed, outcome.unchanged
        if refused:
            created = changed = 0
            unchanged = outcome.changed + outcome.unchanged
        self.stdout.write(f"created={created} changed={changed} unchanged={unchanged} problems={outcome.problem_rows}")
        if refused and not is_dry:
            raise CommandError(_("Nothing was written, because --strict takes all rows or none."))
