from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schools.models import Unit
from schools.recounting import recount_all, recount_marked


class Command(BaseCommand):
    help = "Count the figures of a unit and all below it anew, or of every unit; frozen terms stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("unit_code", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        top = None
        if code := options["unit_code"]:
            top = Unit.objects.filter(code=code).first()
            if top is None:
                raise CommandError(f"There is no unit with the code {code}.")
        self.stdout.write(f"units={recount_all(top)}")
        recount_marked()  # what stands above
