"""What a person does with a file: hand it in, and agree to what its preview shows."""

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.errors import Refused
from schools.imports.found import keep_found, open_found
from schools.imports.kinds import ImportKind, kind_named
from schools.models import Job, Unit
from schools.work.jobs import start_job


def check_may_import(by: Viewer, kind: ImportKind, unit: Unit) -> None:
    if by.role not in kind.roles:
        raise Refused(_("Your role does not import such a file."))
    kind.check(by, unit)


@transaction.atomic
def start_preview(*, by: Viewer, kind: ImportKind, unit: Unit, content: bytes, filename: str) -> Job:
    """Queue the reading of a file; nothing of it is written."""
    check_may_import(by, kind, unit)
    job = start_job(by=by, kind=f"{kind.code}_preview", params=_params(unit), content=content)
    keep_found(job.pk, {"filename": filename[-100:]})
    return job


@transaction.atomic
def start_commit(*, by: Viewer, preview: Job, confirm_key_fields: bool = False) -> Job:
    """Queue the import of exactly what the preview showed. Nobody confirms what they may not see."""
    found = open_found(preview.pk)
    kind, unit = kind_named(found["kind"]), Unit.objects.select_related("kind").get(pk=preview.params["unit"])
    check_may_import(by, kind, unit)
    confirmed = confirm_key_fields and not kind.counts_only(by)
    params = {"preview": str(preview.pk), "digest": found["digest"], "confirm": confirmed}
    return start_job(by=by, kind=f"{kind.code}_commit", params=_params(unit) | params)


def _params(unit: Unit) -> dict[str, object]:
    return {"language": get_language() or "zh-hans", "unit": unit.pk}
