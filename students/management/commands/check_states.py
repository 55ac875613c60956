"""manage.py check_states [--dry-run]: compare what is kept beside each student with the records, and mend it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from students.states import check_states


class Command(BaseCommand):
    help = "Compare what is kept beside each student (StudentState) with the records, mend it and say what was found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be mended")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        wrong = check_states(mend=not dry_run)
        for name, count in sorted(wrong.items()):
            self.stdout.write(f"{name}={count}")
        self.stdout.write(f"found={wrong.total()} mended={0 if dry_run else wrong.total()}")
