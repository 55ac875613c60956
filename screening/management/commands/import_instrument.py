from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from schools.common.errors import Refused
from schools.common.tables import UnreadableFile
from schools.models import Unit
from schools.unreadable import file_sentence
from screening.actions.instruments import import_instrument
from screening.mistakes import line
from screening.reading import BadFile, read_instrument


class Command(BaseCommand):
    help = "Take in an instrument definition (docs/instruments.md) for the whole installation or one unit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", help="code of the unit it is for; without it, everybody may use it")
        parser.add_argument("--dry-run", action="store_true", help="only check, write nothing")

    def handle(self, *args: Any, file: Path, unit: str | None, dry_run: bool, **options: Any) -> None:
        place = Unit.objects.filter(code=unit).first() if unit else None
        if unit and place is None:
            raise CommandError(_("There is no unit with the code %(code)s.") % {"code": unit})
        try:
            data, found = read_instrument(file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except UnreadableFile as error:
            raise CommandError(file_sentence(error)) from None
        except BadFile as error:
            for problem in error.problems:
                self.stdout.write(line(problem))
            self.stdout.write(f"created=0 unchanged=0 problems={len(error.problems)}")
            raise CommandError(_("Nothing was written: the file is no complete definition.")) from None
        if dry_run:
            self.stdout.write(f"{found.code} {found.version}: created=0 unchanged=0 problems=0")
            return
        try:
            _row, is_new = import_instrument(by=None, unit=place, data=data, found=found)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{found.code} {found.version}: created={int(is_new)} unchanged={int(not is_new)} problems=0")
