from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.routes import routes
from schools.models import Role

HEAD = """# Who may use which page

Generated from the code by `manage.py access_doc`; a test fails when it is out of date. A mark says that the role may
use the page; which rows it then sees is decided by `visible_to` (`schools/access.py`, `students/access.py`,
`counseling/access.py`). *open* pages need no sign-in, *account* pages need only an account.

"""
SHORT = {
    Role.CLASS_TEACHER: "class teacher",
    Role.SUBJECT_TEACHER: "subject teacher",
    Role.GRADE_HEAD: "grade head",
    Role.COUNSELOR: "counselor",
    Role.SCHOOL_LEADER: "leader",
    Role.CENTER_STAFF: "center",
    Role.SYSTEM_ADMIN: "admin",
    Role.AUDITOR: "auditor",
}


def table() -> str:
    """The table of pages and roles, in Markdown."""
    rows = [f"| page | {' | '.join(SHORT.values())} |", f"|---|{'---|' * len(SHORT)}"]
    for name, address, view in sorted(routes()):
        marks = " | ".join(_mark(view.access, role) for role in SHORT)
        rows.append(f"| `{name}` /{address} | {marks} |")
    return HEAD + "\n".join(rows) + "\n"


def _mark(access: Any, role: str) -> str:
    if access == "public":
        return "open"
    if access == "signed_in":
        return "account"
    return "●" if role in access else ""


class Command(BaseCommand):
    help = "Write docs/access.md from the code; with --check only compare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "access.md"
        if not options["check"]:
            path.write_text(table(), encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != table():
            raise CommandError("docs/access.md is out of date: run manage.py access_doc")
