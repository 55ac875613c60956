from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from schools.actions.unit_import import import_units
from schools.common.tables import UnreadableFile
from schools.staffing import read_units
from schools.unreadable import file_sentence, row_line


class Command(BaseCommand):
    help = "Create and change units from a file with code, name, level, code of the unit above, type, stages, system."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
        parser.add_argument("--strict", action="store_true", help="write nothing if any row has a problem")

    def handle(self, *args: Any, file: Path, dry_run: bool, strict: bool, **options: Any) -> None:
        try:
            sheet = read_units(file, filename=file.name)
        except UnreadableFile as error:
            raise CommandError(file_sentence(error)) from None
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        done = import_units(rows=sheet.rows, problems=sheet.problems, write=not dry_run, strict=strict)
        for problem in done.problems:
            self.stdout.write(row_line(problem))
        refused = strict and bool(done.problems)
        created, changed, unchanged = done.created, done.changed, done.unchanged
        if refused:
            created, changed, unchanged = 0, 0, changed + unchanged
        rows_out = len({problem.row for problem in done.problems})
        self.stdout.write(f"created={created} changed={changed} unchanged={unchanged} problems={rows_out}")
        if refused and not dry_run:
            raise CommandError(_("Nothing was written, because --strict takes all rows or none."))
