"""What a person says about the columns of a roster file."""

from django.db import transaction
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.common.files import open_file
from schools.imports.actions import start_preview
from schools.imports.found import open_found
from schools.imports.kinds import kind_named
from schools.models import Job
from students.access import can_import
from students.models import ColumnMapping
from students.roster import VOCABULARY


def check_can_import(by: Viewer) -> None:
    if not can_import(by):
        raise Refused(_("Only a counselor or leader of the school, or the center above it, imports its roster."))


@transaction.atomic
def remember_columns(*, by: Viewer, preview: Job, fields: dict[str, str]) -> Job:
    """Keep for the school what these columns are, and read the same file again."""
    check_can_import(by)
    known = {label: name for label, name in fields.items() if name in ("", *VOCABULARY.fields)}
    ColumnMapping.objects.bulk_create(
        [ColumnMapping(school=by.unit, label=label, field=name, set_by=by.person) for label, name in known.items()],
        update_conflicts=True,
        unique_fields=["school", "label"],
        update_fields=["field", "set_by"],
    )
    audit.record(by=by, verb="roster.columns_set", about=by.unit, details={"columns": len(known)})
    kind, content, filename = kind_named("roster"), open_file(preview.pk), open_found(preview.pk)["filename"]
    return start_preview(by=by, kind=kind, unit=by.unit, content=content, filename=filename)


@transaction.atomic
def forget_column(*, by: Viewer, label: str) -> None:
    check_can_import(by)
    ColumnMapping.objects.filter(school=by.unit, label=label).delete()
    audit.record(by=by, verb="roster.column_forgotten", about=by.unit)
