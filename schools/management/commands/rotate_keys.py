from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from schools.actions.key_rotation import count_left, reseal_all
from schools.common import crypto


class Command(BaseCommand):
    help = "Seal everything with the first key of FIELD_KEYS. When it has ended with left=0, older keys may go."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows in one transaction")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        total = 0
        for name, done in reseal_all(batch=batch):
            total += done
            self.stdout.write(f"{name}: {done}")
        self.stdout.write(f"key={crypto.writing_key()} resealed={total} left={count_left()}")
