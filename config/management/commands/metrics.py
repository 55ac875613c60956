from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.metrics import server


class Command(BaseCommand):
    help = "Answer Prometheus at http://METRICS_HOST:METRICS_PORT/metrics."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.METRICS_PORT:
            raise CommandError("METRICS_PORT is not set: choose a port, and name it in .env.")
        server(settings.METRICS_HOST, settings.METRICS_PORT).serve_forever()
