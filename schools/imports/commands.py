"""What every command that imports a file does: read, tell the problems, write, end with the line that scripts read."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from schools.common.errors import Refused
from schools.common.labels import listed, told
from schools.common.tables import UnreadableFile
from schools.common.text import clean_code
from schools.imports.kinds import ImportOptions, ImportPlan, kind_named
from schools.imports.pipeline import ImportResult, ReadFile, commit, preview, read
from schools.imports.sentences import problem_line
from schools.models import Unit
from schools.unreadable import file_sentence


class ImportCommand(BaseCommand):
    """A subclass names its kind and says which unit is meant."""

    kind = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--strict", action="store_true", help="all rows or none")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = self.unit(options)
        found = self.read(options["file"], unit)
        chosen = self.options(options)
        is_dry = options["dry_run"]
        self.before_writing(options)
        try:
            if is_dry:
                result = preview(found, unit, options=chosen, watch=self.tell_plan)
            else:
                result = commit(found, unit, options=chosen, watch=self.tell_plan)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if result.applied:
            self.after_writing(result, options)
        self.tell(found, result, chosen, is_dry=is_dry)

    def unit(self, options: dict[str, Any]) -> Unit:
        raise NotImplementedError

    def unit_with_code(self, code: str) -> Unit:
        found = Unit.objects.select_related("kind").filter(code=clean_code(code)).first()
        if found is None:
            raise CommandError(_("No unit has the code {code}.").format(code=code))
        return found

    def options(self, options: dict[str, Any]) -> ImportOptions:
        return ImportOptions(strict=options["strict"])

    def before_writing(self, options: dict[str, Any]) -> None:
        """A last look at whether everything can be kept that the import makes."""

    def after_writing(self, result: ImportResult, options: dict[str, Any]) -> None:
        """What the import made for whoever runs it."""

    def tell_plan(self, plan: ImportPlan) -> None:
        """What is worth a line of its own."""

    def read(self, path: Path, unit: Unit) -> ReadFile:
        try:
            return read(kind_named(self.kind), path, unit)
        except UnreadableFile as error:
            raise CommandError(file_sentence(error)) from None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None

    def tell(self, found: ReadFile, result: ImportResult, chosen: ImportOptions, *, is_dry: bool) -> None:
        for problem in sorted(result.problems, key=lambda one: (one.sheet, one.row)):
            self.stdout.write(problem_line(problem, found.kind.sentences))
        self._tell_left_out(found)
        for name, count in result.counts.items():
            if name not in ("created", "changed", "unchanged", "schools") and count:
                self.stdout.write(f"{name}={count}")
        created, changed, unchanged = (result.counts[name] for name in ("created", "changed", "unchanged"))
        refused = chosen.strict and result.problem_rows > 0
        if refused:
            created, changed, unchanged = 0, 0, changed + unchanged
        self.stdout.write(f"created={created} changed={changed} unchanged={unchanged} problems={result.problem_rows}")
        if refused and not is_dry:
            raise CommandError(_("Nothing was written, because --strict takes all rows or none."))

    def _tell_left_out(self, found: ReadFile) -> None:
        """Nothing is lost without a word: sheets, notes, hidden rows and columns."""
        file = found.file
        for name, count in file.left_out:
            self.stdout.write(_("sheet %(sheet)s left out, with %(count)s rows") % {"sheet": name, "count": count})
        if file.hidden_sheets:
            self.stdout.write(told(_("hidden sheets, not read"), listed(file.hidden_sheets)))
        for sheet in file.sheets:
            for row, text in sheet.skipped.items():
                self.stdout.write(_("row %(row)s is no record: %(text)s") % {"row": row, "text": text})
        if file.hidden_rows:
            self.stdout.write(_("%(count)s hidden rows were read too") % {"count": file.hidden_rows})
        if file.unknown_columns:
            titles = [label for _index, label in file.unknown_columns]
            self.stdout.write(told(_("columns not recognised and left out"), listed(titles)))
