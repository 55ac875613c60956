"""Many people at once: upload a staff file, see what it would do, do just that."""

import base64

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import MANAGING_ROLES, roles
from schools.actions.staff_import import Plan, pack_rows, plan_staff, unpack_rows
from schools.common import crypto
from schools.common.tables import LIMITS, UnreadableFile
from schools.models import Unit
from schools.requests import ViewerRequest
from schools.staffing import read_staff
from schools.unreadable import file_sentence, row_sentence
from schools.views.people import needs_unit_to_staff, unit_choices, unit_to_staff
from schools.work.jobs import start_job

MOST_ROWS = 3000


class StaffFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Staff file"),
        help_text=gettext_lazy(
            "A table with the columns staff number, name and role, and if you like phone number, classes, grade, "
            "title, employment, first day and last day; .xlsx, .xls or .csv."
        ),
    )

    def clean_file(self) -> UploadedFile:
        """Before any of it is read."""
        upload: UploadedFile = self.cleaned_data["file"]
        if upload.size and upload.size > LIMITS.file_bytes:
            raise forms.ValidationError(file_sentence(UnreadableFile("too_large", {"limit": LIMITS.file_bytes >> 20})))
        return upload


@roles(*MANAGING_ROLES)
@needs_unit_to_staff
def staff_import(request: ViewerRequest) -> HttpResponse:
    unit = unit_to_staff(request)
    form = StaffFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _preview(request, unit, form.cleaned_data["file"])
        except UnreadableFile as error:
            form.add_error("file", file_sentence(error))
    context = {"form": form, "unit": unit, "units": unit_choices(request.viewer), "steps": _steps()}
    return render(request, "schools/staff_import.html", context)


def _steps() -> list[str]:
    return [_("File"), _("Preview"), _("Done")]


def _preview(request: ViewerRequest, unit: Unit, file: UploadedFile) -> HttpResponse:
    sheet = read_staff(file.read(), filename=file.name or "")
    if len(sheet.rows) > MOST_ROWS:
        raise UnreadableFile("too_many_rows")
    plan = plan_staff(by=request.viewer, unit=unit, rows=sheet.rows, problems=sheet.problems)
    return render(request, "schools/staff_preview.html", _shown(request, unit, plan, sheet.unknown_columns))


def _shown(request: ViewerRequest, unit: Unit, plan: Plan, unknown: list[str]) -> dict[str, object]:
    packed = pack_rows([entry.row for entry in plan.entries], bound_to=_owner(request, unit))
    return {
        "unit": unit,
        "plan": plan,
        "counts": {what: plan.count(what) for what in ("created", "changed", "unchanged")},
        "problems": [(problem, row_sentence(problem)) for problem in plan.problems],
        "unknown": unknown,
        "packed": base64.b64encode(packed).decode(),
        "steps": _steps(),
    }


def _owner(request: ViewerRequest, unit: Unit) -> str:
    return f"{request.viewer.membership.pk}.{unit.pk}"


@roles(*MANAGING_ROLES)
@require_POST
def staff_import_commit(request: ViewerRequest) -> HttpResponse:
    """Hand what was previewed to a worker: hashing some hundred passwords takes longer than a page may."""
    unit = unit_to_staff(request)
    try:
        packed = base64.b64decode(request.POST.get("packed", ""), validate=True)
        unpack_rows(packed, bound_to=_owner(request, unit))
    except (ValueError, crypto.Unopenable):
        raise BadRequest("not a preview of ours") from None
    language = get_language() or settings.LANGUAGE_CODE
    params = {"unit": unit.pk, "digest": request.POST.get("digest", "")[:64], "language": language}
    job = start_job(by=request.viewer, kind="staff_import", params=params, content=packed)
    messages.info(request, _("When it is done, the file with the first passwords is here for a day."))
    return redirect(f"{reverse('schools:job_detail', args=[job.pk])}?back={reverse('schools:person_list')}")
