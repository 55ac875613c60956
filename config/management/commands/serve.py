from typing import Any

from django.core.management.base import BaseCommand

from config.serve import serve


class Command(BaseCommand):
    help = "Serve the site on this machine: web, worker and scheduler, until one of them ends."

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(serve(self.say))

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # at once, also into a file or a pipe
