"""Many people at once: hand in a staff file. Its preview and its result are the pages of every import."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from schools.access import MANAGING_ROLES, roles
from schools.common.tables import LIMITS, UnreadableFile
from schools.imports.actions import start_preview
from schools.imports.kinds import kind_named
from schools.requests import ViewerRequest
from schools.unreadable import file_sentence
from schools.views.imports import to_preview_job
from schools.views.people import needs_unit_to_staff, unit_choices, unit_to_staff


class StaffFileForm(forms.Form):
    file = forms.FileField(
        label=_("Staff file"),
        help_text=_(
            "A table with the columns staff number, name and role, and if you like phone number, classes, grade, "
            "title, employment, first day and last day; .xlsx, .xls or .csv."
        ),
    )

    def clean_file(self) -> Any:
        """Before any of it is read."""
        upload = self.cleaned_data["file"]
        if upload.size and upload.size > LIMITS.file_bytes:
            raise forms.ValidationError(file_sentence(UnreadableFile("too_large", {"limit": LIMITS.file_bytes >> 20})))
        return upload


@roles(*MANAGING_ROLES)
@needs_unit_to_staff
def staff_import(request: ViewerRequest) -> HttpResponse:
    unit, kind = unit_to_staff(request), kind_named("staff")
    form = StaffFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        job = start_preview(by=request.viewer, kind=kind, unit=unit, content=upload.read(), filename=upload.name)
        return to_preview_job(job, kind)
    context = {"form": form, "unit": unit, "units": unit_choices(request.viewer)}
    return render(request, "schools/staff_import.html", context)
