"""Jobs of this floor (see `schools.work.jobs`)."""

from django.utils.translation import gettext as _

from schools.actions.staff_import import Stale, import_staff, password_titles, plan_staff, unpack_rows
from schools.common import files
from schools.common.errors import Refused
from schools.common.workbooks import XLSX, write_table
from schools.models import Unit
from schools.work.jobs import Work, job


@job("staff_import")
def run_staff_import(work: Work) -> None:
    """Write what the preview showed and keep the first passwords, for whoever imported, for a day."""
    unit = Unit.objects.select_related("kind").get(pk=work.params["unit"])
    rows = unpack_rows(files.open_file(work.job.pk), bound_to=f"{work.viewer.membership.pk}.{unit.pk}")
    plan = plan_staff(by=work.viewer, unit=unit, rows=rows)
    work.progress(0, len(rows))
    try:
        handovers = import_staff(by=work.viewer, plan=plan, digest=work.params["digest"])
    except Stale:
        raise Refused(
            _("Something changed since the preview, so nothing was written. Upload the file again.")
        ) from None
    work.progress(len(rows), len(rows))
    if handovers:
        table = write_table(password_titles(), [[h.staff_number, h.name, h.password] for h in handovers])
        work.keep(table, name=_("first-passwords.xlsx"), content_type=XLSX)
    else:
        files.delete_file(work.job.pk)
