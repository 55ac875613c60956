import re
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from schools.common.labels import listed
from schools.common.tables import UnreadableFile
from schools.unreadable import file_sentence
from screening.content import shipped
from screening.definition import Definition
from screening.models import Instrument
from screening.sheets import BadHeader, Counts, score_table


class Command(BaseCommand):
    help = "Score a table of answers (id,1,2,…,n) with the code that scores them on the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("instrument", help="its code, such as phq9, or code:version")
        parser.add_argument("answers", type=Path, help="a CSV file with the columns id,1,2,…,n")
        parser.add_argument("--output", type=Path, help="the file to write; otherwise the scores are printed")

    def handle(self, *args: Any, instrument: str, answers: Path, output: Path | None, **options: Any) -> None:
        definition = find(instrument)
        try:
            counts = self._score(definition, answers.read_bytes(), output)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        except UnreadableFile as error:
            raise CommandError(file_sentence(error)) from None
        except BadHeader as error:
            raise CommandError(header_sentence(error)) from None
        for one in counts.refused:
            self.stderr.write(
                _("row %(row)s, column %(column)s: %(value)s is none of the options")
                % {"row": one.row, "column": one.column, "value": one.value or '""'}
            )
        # What is printed must stay a table: the last line then goes to the other stream.
        told = self.stdout if output else self.stderr
        told.write(f"scored={counts.scored} refused={len(counts.refused)}")

    def _score(self, definition: Definition, data: bytes, output: Path | None) -> Counts:
        if output is None:
            return score_table(definition, data, cast(IO[str], self.stdout))
        with output.open("w", encoding="utf-8", newline="") as out:
            return score_table(definition, data, out)


def find(name: str) -> Definition:
    """The newest version in the database that holds everywhere; before the first `migrate`, the one that ships."""
    code, _colon, version = name.partition(":")
    code = re.sub("[^a-z0-9]", "", code.lower())  # PHQ-9 is phq9
    try:
        rows = Instrument.objects.filter(unit=None, code=code, state=Instrument.State.READY)
        found = (rows.filter(version=version) if version else rows).order_by("-pk").first()
        if found is not None:
            return found.parsed
    except DatabaseError:
        pass
    for _data, definition in shipped():
        if definition.code == code and version in ("", definition.version):
            return definition
    known = listed(sorted(definition.code for _data, definition in shipped()))
    raise CommandError(_("There is no instrument %(name)s. There are: %(known)s") % {"name": name, "known": known})


def header_sentence(error: BadHeader) -> str:
    said = _("The first line must name the columns id,1,2,…, one for each item.")
    if error.missing:
        said += " " + _("Missing: %(titles)s.") % {"titles": listed(error.missing[:20])}
    if error.unknown:
        said += " " + _("Not known or twice: %(titles)s.") % {"titles": listed(error.unknown[:20])}
    return said
