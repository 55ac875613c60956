from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from config.backups import BadCopy, copies_in, restore_copy
from schools.models import Unit


class Command(BaseCommand):
    help = "Put the newest copy in DIR (or the copy named) in the place of what this site holds; stop the site first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", type=Path, help="a folder of copies, or one copy")
        parser.add_argument("--replace", action="store_true", help="although this site holds data; it is moved aside")

    def handle(self, *args: Any, **options: Any) -> None:
        copy = self.choose(options["dir"])
        if not options["replace"] and self.holds_data():
            raise CommandError("This site holds data. Stop it, and give --replace if the copy is to take its place.")
        try:
            manifest = restore_copy(copy, passphrase=settings.BACKUP_PASSPHRASE)
        except (BadCopy, OSError) as refusal:
            raise CommandError(f"Nothing was restored. {refusal}") from refusal
        self.stdout.write(f"Restored {copy.name}, made at {manifest['made_at'][:16]}. Bringing its tables up to date.")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("verify_audit", stdout=self.stdout)

    def choose(self, place: Path) -> Path:
        found = [place] if place.is_file() else copies_in(place)
        if not found:
            raise CommandError(f"There is no copy in {place}.")
        return found[0]

    def holds_data(self) -> bool:
        try:
            return Unit.objects.exists()
        except DatabaseError:  # no tables yet
            return False
