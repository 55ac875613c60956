from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from schools.common.errors import Refused
from schools.common.tables import UnreadableFile
from schools.imports.commands import ImportCommand
from schools.imports.kinds import ImportKind, kind_named
from schools.imports.pipeline import ReadFile, commit, preview, read
from schools.models import Unit
from schools.registers import all_registers
from schools.unreadable import file_sentence


class Command(ImportCommand):
    help = "Enter and change the records of a workbook that has a sheet for each kind (certificates …)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--unit", required=True, help="code of the unit, such as a school's ten digits")

    def handle(self, *args: Any, **options: Any) -> None:
        """One sheet after the other; all of them go in together."""
        unit, chosen = self.unit_with_code(options["unit"]), self.options(options)
        done, sums, refused = preview if options["dry_run"] else commit, Counter[str](), False
        try:
            with transaction.atomic():
                for found in self._sheets(options, unit):
                    result = done(found, unit, options=chosen)
                    self.stdout.write(f"{found.kind.title}:")
                    self.tell(found, result, chosen, is_dry=True)
                    sums.update(result.all_counts)
                    refused = refused or (chosen.strict and result.problem_rows > 0)
                transaction.set_rollback(refused)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if refused:
            sums.update(changed=-sums["changed"], created=-sums["created"], unchanged=sums["changed"])
        counts = " ".join(f"{name}={sums[name]}" for name in ("created", "changed", "unchanged", "problems"))
        self.stdout.write(counts)
        if refused and not options["dry_run"]:
            raise CommandError(_("Nothing was written, because --strict takes all rows or none."))

    def _sheets(self, options: dict[str, Any], unit: Unit) -> list[ReadFile]:
        """What the workbook has; a file without any sheet that is known is told as such. A sheet that no kind takes is
        told once, at the end."""
        found, errors = [], []
        for kind in self._kinds():
            try:
                found.append(read(kind, options["file"], unit))
            except UnreadableFile as error:
                errors.append(error)
            except OSError as error:
                raise CommandError(f"{options['file']}: {error.strerror}") from None
        if not found:
            raise CommandError(file_sentence(next((one for one in errors if one.code != "no_sheet"), errors[0])))
        taken = {sheet.name for one in found for sheet in one.file.sheets}
        left_out = [(name, count) for name, count in found[-1].file.left_out if name not in taken]
        for one in found:
            one.file.left_out = left_out if one is found[-1] else []
        return found

    def _kinds(self) -> list[ImportKind]:
        return [kind_named(f"{one.name}s") for one in all_registers() if one.sheet]
