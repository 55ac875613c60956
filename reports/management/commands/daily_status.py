"""`manage.py daily_status UNIT_CODE [DATE]`: who has reported, who has confirmed a zero, who is silent."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.actions.daily import between_board, board_of
from schools.models import Unit


class Command(BaseCommand):
    help = "The reporting table of a unit and its children, for a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("unit_code")
        parser.add_argument("date", nargs="?", default="", help="as 2026-09-01; today if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = Unit.objects.select_related("kind").filter(code=options["unit_code"]).first()
        if unit is None:
            raise CommandError(f"There is no unit {options['unit_code']}.")
        board = board_of(unit, day_of(options["date"]))
        self.stdout.write(f"{unit.name} {board.day:%Y-%m-%d}")
        for row in board.rows:
            self.stdout.write("\t".join([row.name, row.state.value, *details(row)]))
        for row in between_board(unit, board.day).rows:
            self.stdout.write("\t".join([row.name, row.state.value, *details(row)]))
        for name in board.without:
            self.stdout.write(f"{name}\tnothing can be expected")
        counts = board.counts
        share = "-" if counts.share() is None else f"{counts.share():.1f}%"
        self.stdout.write(
            f"expected={counts.expected} received={counts.received} on_time={counts.on_time} "
            f"reported={counts.reported} zero={counts.zero} missing={counts.missing} awaited={counts.awaited} "
            f"complete={share}"
        )


def day_of(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else timezone.localdate()
    except ValueError:
        raise CommandError(f"{text} is not a day: write it as 2026-09-01.") from None


def details(row: Any) -> list[str]:
    """How many students, and what is unusual about it."""
    if row.report is None:
        return []
    marks = [f"students={row.report.concerns}"]
    marks += ["late"] if row.is_late else []
    marks += [f"version={row.report.version}"] if row.report.version > 1 else []
    return marks
