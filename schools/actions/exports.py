"""A list of people is taken out as a workbook."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.audit.purposes import PURPOSES
from schools.audit.verbs import Kind, codes_of
from schools.common.errors import Refused
from schools.common.workbooks import Sheet, plain, write_table
from schools.models import AuditEntry, Person
from schools.settings_of import setting_of

MOST_ROWS = 20_000


def left_today(viewer: Viewer) -> int:
    """How many lists this person may still take out today, in whichever role."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    taken = AuditEntry.objects.filter(person=viewer.person, at__gte=today, verb__in=codes_of(Kind.EXPORT)).count()
    return max(0, int(setting_of(viewer.unit, "exports_per_day")) - taken)


@transaction.atomic
def take_out(*, by: Viewer, sheet: Sheet, purpose: str) -> bytes:
    """The list as a workbook, with who took it and when below."""
    if purpose not in PURPOSES:
        raise Refused(_("Choose what the export is for."))
    # One after the other, or two at once would both find room.
    Person.objects.select_for_update().get(pk=by.person.pk)
    if not left_today(by):
        raise Refused(_("You have taken out as many lists as your unit allows in a day. Go on tomorrow."))
    if sheet.count > MOST_ROWS:
        raise Refused(_("These are too many rows for one file. Narrow the list first."))
    lines = [[plain(text) for text in line] for line in sheet.lines()]
    content = write_table(list(sheet.heads), [*lines, [], [plain(_made_by(by))]], name=sheet.title)
    audit.record(by=by, verb=f"{sheet.kind}.exported", details={"rows": len(lines), "purpose": purpose})
    return content


def _made_by(viewer: Viewer) -> str:
    when = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    return _("Taken out by {name}, {when}").format(name=viewer.person.name, when=when)
