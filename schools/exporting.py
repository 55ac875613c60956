"""A list of people leaves as a file in one way only.

For a reason, by somebody who has just proved who they are, so many a day, written in the audit log and told to the
leaders of the unit. A list that may leave is a `Sheet`; its view ends in `export_page(request, sheet, back=…)`.
"""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from schools.accounts.second_factor import confirm_first, is_confirmed
from schools.actions.exports import left_today, take_out
from schools.audit.purposes import PURPOSES
from schools.common.errors import refusal_in
from schools.common.workbooks import XLSX, Sheet
from schools.requests import ViewerRequest


class ExportForm(forms.Form):
    """The answer is one of a few, so that no text of a record reaches the log."""

    purpose = forms.ChoiceField(label=_("What is it for?"), widget=forms.RadioSelect, choices=list(PURPOSES.items()))


def export_page(request: ViewerRequest, sheet: Sheet, *, back: str) -> HttpResponse:
    """Prove who you are, say what it is for, take the file."""
    if not is_confirmed(request):
        return confirm_first(request, then=request.get_full_path())
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusal_in(form):
            content = take_out(by=request.viewer, sheet=sheet, purpose=form.cleaned_data["purpose"])
            return _arrival_told(request, _file(sheet, content))
    context = {"sheet": sheet, "form": form, "back": back, "left": left_today(request.viewer)}
    return render(request, "schools/export.html", context, status=422 if form.is_bound else 200)


def _arrival_told(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A file leaves the page standing; by this cookie its script knows that it came (`data-taken` in app.js)."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie("taken", "1", max_age=60, path=request.path, secure=secure, samesite="Strict")
    return response


def _file(sheet: Sheet, content: bytes) -> HttpResponse:
    name = f"{sheet.title}-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})
