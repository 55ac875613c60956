"""The ledger leaves on paper or as PDF: a list of people that leaves, logged as one."""

from django.db import transaction
from django.utils.translation import get_language

from schools import audit
from schools.access import Viewer
from schools.models import Job
from schools.work.jobs import start_job
from students.access import can_keep_registry
from students.actions.registry import not_the_keeper
from students.registry_list import ledger_of


@transaction.atomic
def start_ledger_pdf(*, by: Viewer) -> Job:
    """A worker makes it, with the mark of who took it on every page."""
    if not can_keep_registry(by):
        raise not_the_keeper()
    note_ledger(by, len(ledger_of(by)))
    return start_job(by=by, kind="registry_ledger", params={"language": get_language() or "zh-hans"})


def note_ledger(by: Viewer, rows: int) -> None:
    audit.record(by=by, verb="registry.ledger_printed", about=by.unit, details={"rows": rows})
