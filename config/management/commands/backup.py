from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backups import BadCopy, make_copy


class Command(BaseCommand):
    help = "Write one consistent copy of database, files and settings into DIR, and read it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", type=Path)
        parser.add_argument("--keep", type=int, default=0, help="let only so many of the newest copies stand")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            note = make_copy(options["dir"], passphrase=settings.BACKUP_PASSPHRASE, keep=options["keep"])
        except (BadCopy, OSError) as refusal:
            raise CommandError(f"No copy was made. {refusal}") from refusal
        self.stdout.write(f"{options['dir'] / note.file}: {note.bytes} bytes, read back, every part is whole.")
        if not settings.BACKUP_PASSPHRASE:
            self.stdout.write(
                "It is not encrypted as a whole: names and dates stand open in it. Set BACKUP_PASSPHRASE."
            )
        self.stdout.write("The keys of .env are not in it: keep a copy of them in another place.")
