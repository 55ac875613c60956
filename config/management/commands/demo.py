import datetime as dt
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from config.demo import SCALES, UNIVERSITY, load_demo
from config.demo.network import DEMO_PASSWORD
from schools.common.errors import Refused
from schools.models import Unit
from schools.queries import demo_accounts


class Command(BaseCommand):
    help = "Load an invented network, the same every time; or print its accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=[*SCALES, UNIVERSITY], default="school")
        parser.add_argument("--today", type=dt.date.fromisoformat, help="the day the demo plays on, as 2026-11-23")
        parser.add_argument("--accounts", action="store_true", help="only print the accounts")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the database holds data")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo is invented and its passwords are printed: it is never loaded in production.")
        if Unit._meta.db_table not in connection.introspection.table_names():
            raise CommandError("The database has no tables yet. Make them first: manage.py migrate")
        if not options["accounts"]:
            self._load(options)
        self._print_accounts()

    def _load(self, options: dict[str, Any]) -> None:
        started = time.monotonic()
        try:
            load_demo(options["scale"], today=options["today"] or timezone.localdate(), tell=self.stdout.write)
        except Refused as refusal:
            if options["if_empty"]:
                return
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Loaded in {time.monotonic() - started:.0f} s.")

    def _print_accounts(self) -> None:
        """One account per role; the password is the same for all of them."""
        for account in demo_accounts():
            self.stdout.write(f"  {account.person.staff_number:<12} {account.get_role_display()} · {account.unit.name}")
        self.stdout.write(f"  password     {DEMO_PASSWORD}")
