from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import translations


class Command(BaseCommand):
    help = "Compile locale/zh_Hans/*.po into one django.mo; with --check, compare them with code and templates."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="say what is missing, unused or contradictory")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{translations.compile_catalogues()} messages compiled")
            return
        found = list(translations.problems())
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} problems in the translations")
        self.stdout.write("translations are complete")
