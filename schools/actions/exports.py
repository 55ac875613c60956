"""A list of people is taken out as a workbook, or by a job as a table."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.audit.purposes import PURPOSES
from schools.audit.verbs import Kind, codes_of
from schools.common.errors import Refused
from schools.common.workbooks import Sheet, plain, write_table
from schools.models import AuditEntry, Job, Person
from schools.settings_of import setting_of
from schools.work.jobs import start_job

MOST_ROWS = 20_000


def left_today(viewer: Viewer) -> int:
    """How many lists this person may still take out today, in whichever role."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    taken = AuditEntry.objects.filter(person=viewer.person, at__gte=today, verb__in=codes_of(Kind.EXPORT)).count()
    return max(0, int(setting_of(viewer.unit, "exports_per_day")) - taken)


@transaction.atomic
def take_out(*, by: Viewer, sheet: Sheet, purpose: str) -> bytes:
    """The list as a workbook, with who took it and when below."""
    _check_may_leave(by, sheet.count, purpose)
    lines = [[plain(text) for text in line] for line in sheet.lines()]
    content = write_table(list(sheet.heads), [*lines, [], [plain(_made_by(by))]], name=sheet.title)
    audit.record(by=by, verb=f"{sheet.kind}.exported", details={"rows": len(lines), "purpose": purpose})
    return content


@transaction.atomic
def begin_table(
    *, by: Viewer, kind: str, about: Model, job: str, params: Mapping[str, Any], rows: int, purpose: str
) -> Job:
    """A table that takes long is made by a job; it counts, and is told, as soon as it is asked for. The log names what
    the table is `about`."""
    _check_may_leave(by, rows, purpose)
    begun = start_job(by=by, kind=job, params=dict(params))
    told = {name: value for name, value in params.items() if isinstance(value, bool)}
    audit.record(by=by, verb=f"{kind}.exported", about=about, details={"rows": rows, "purpose": purpose, **told})
    return begun


def _check_may_leave(by: Viewer, rows: int, purpose: str) -> None:
    if purpose not in PURPOSES:
        raise Refused(_("Choose what the export is for."))
    # One after the other, or two at once would both find room.
    Person.objects.select_for_update().get(pk=by.person.pk)
    if not left_today(by):
        raise Refused(_("You have taken out as many lists as your unit allows in a day. Go on tomorrow."))
    if rows > MOST_ROWS:
        raise Refused(_("These are too many rows for one file. Narrow the list first."))


def _made_by(viewer: Viewer) -> str:
    when = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    return _("Taken out by {name}, {when}").format(name=viewer.person.name, when=when)
