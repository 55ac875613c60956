from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from schools.actions.staff_import import Handover, import_staff, password_titles, plan_staff
from schools.common.errors import Refused
from schools.common.tables import UnreadableFile
from schools.common.workbooks import write_table
from schools.models import Unit
from schools.staffing import read_staff
from schools.unreadable import file_sentence, row_line


class Command(BaseCommand):
    help = "Create accounts and roles from a staff file (.xlsx, .xls or .csv)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, help="code of the unit, such as a school's ten digits")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
        parser.add_argument("--strict", action="store_true", help="write nothing if any row has a problem")
        parser.add_argument("--passwords", type=Path, help="write the first passwords to this .xlsx file (mode 600)")

    def handle(self, *args: Any, file: Path, unit: str, dry_run: bool, strict: bool, **options: Any) -> None:
        place = Unit.objects.select_related("kind").filter(code=unit).first()
        if place is None:
            raise CommandError(f"There is no unit with the code {unit}.")
        try:
            sheet = read_staff(file, filename=file.name)
        except UnreadableFile as error:
            raise CommandError(file_sentence(error)) from None
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        plan = plan_staff(by=None, unit=place, rows=sheet.rows, problems=sheet.problems)
        for problem in plan.problems:
            self.stdout.write(row_line(problem))
        refused = strict and bool(plan.problems)
        if not dry_run and not refused:
            self._write(plan, options["passwords"])
        created, changed, unchanged = (plan.count(what) for what in ("created", "changed", "unchanged"))
        if refused:
            created, changed, unchanged = 0, 0, changed + unchanged
        self.stdout.write(f"created={created} changed={changed} unchanged={unchanged} problems={plan.problem_rows}")
        if refused and not dry_run:
            raise CommandError(_("Nothing was written, because --strict takes all rows or none."))

    def _write(self, plan: Any, passwords: Path | None) -> None:
        if passwords:
            _make_private(passwords)  # before anything is written: a password that cannot be kept is lost
        try:
            handovers = import_staff(by=None, plan=plan)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if passwords:
            passwords.write_bytes(_table(handovers))
        elif handovers:
            self.stdout.write("The first passwords were not written; reset them one by one, or use --passwords.")


def _make_private(path: Path) -> None:
    """An empty file that only its owner reads, also where there was another one."""
    try:
        path.unlink(missing_ok=True)
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


def _table(handovers: list[Handover]) -> bytes:
    return write_table(password_titles(), [[h.staff_number, h.name, h.password] for h in handovers])
