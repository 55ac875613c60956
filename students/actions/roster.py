"""What a person does with a roster file: hand it in, say what a column is, commit what was previewed."""

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.common.files import open_file
from schools.models import Job
from schools.work.jobs import start_job
from students.access import can_import, imports_blind
from students.models import ColumnMapping
from students.parcel import pack, unpack
from students.roster import VOCABULARY

PREVIEW, COMMIT = "roster_preview", "roster_commit"


def check_can_import(by: Viewer) -> None:
    if not can_import(by):
        raise Refused(_("Only a counselor or leader of the school, or the center above it, imports its roster."))


def start_preview(*, by: Viewer, content: bytes, filename: str) -> Job:
    """Queue the reading of a file; nothing of the roster is written."""
    check_can_import(by)
    parcel = pack({"filename": filename[-100:]}, content)
    return start_job(by=by, kind=PREVIEW, params=_params(), content=parcel)


def start_commit(*, by: Viewer, preview: Job, digest: str, confirm_key_fields: bool) -> Job:
    """Queue the import of exactly what the preview showed. Nobody confirms what they may not see."""
    check_can_import(by)
    confirmed = confirm_key_fields and not imports_blind(by)
    params = {"preview": str(preview.pk), "digest": digest, "confirm": confirmed}
    return start_job(by=by, kind=COMMIT, params=_params() | params)


def _params() -> dict[str, object]:
    return {"language": get_language() or "zh-hans"}


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
    meta, content = unpack(open_file(preview.pk))
    return start_preview(by=by, content=content, filename=meta["filename"])


@transaction.atomic
def forget_column(*, by: Viewer, label: str) -> None:
    check_can_import(by)
    ColumnMapping.objects.filter(school=by.unit, label=label).delete()
    audit.record(by=by, verb="roster.column_forgotten", about=by.unit)
