"""A roster in the browser: hand in a file, say what a column is. Preview and result are the pages of every import."""

import io
import re
from uuid import UUID

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import SCHOOL_ROLES, Viewer, roles
from schools.common.workbooks import XLSX
from schools.imports.actions import start_preview
from schools.imports.found import open_found
from schools.imports.kinds import kind_named
from schools.models import Job, Role
from schools.requests import ViewerRequest
from schools.views.imports import to_preview_job
from students.access import sees_counts_only
from students.actions.roster import forget_column, remember_columns
from students.forms import RosterForm
from students.imports.words import choices_of_fields, field_word, group_words, template_columns, titles_of
from students.models import ColumnMapping, RosterImport

# Counselors and leaders for their school, seeing all of it; center staff for the schools below, seeing counts.
IMPORTERS = (*SCHOOL_ROLES, Role.CENTER_STAFF)


@roles(*IMPORTERS)
def roster_import(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload, kind = form.cleaned_data["file"], kind_named("roster")
        job = start_preview(by=viewer, kind=kind, unit=viewer.unit, content=upload.read(), filename=upload.name)
        return to_preview_job(job, kind)
    jobs = Job.objects.visible_to(viewer).filter(
        kind__in=["roster_preview", "roster_commit"], expires_at__gt=timezone.now()
    )
    groups = group_words()
    by_others = RosterImport.objects.visible_to(viewer).from_above().select_related("unit", "by")
    context = {
        "form": form,
        "jobs": jobs[:5],
        "by_others": by_others.order_by("-waits", "-at")[:5],  # who waits is not hidden by newer ones
        "counts_only": sees_counts_only(viewer),
        "help_rows": _help_rows(viewer, groups),
        "mappings": _mappings(viewer, groups),
    }
    return render(request, "students/roster_import.html", context)


def _help_rows(viewer: Viewer, groups: dict[str, str]) -> list[tuple[str, list[str]]]:
    """The columns with their usual titles; a second family member has the same as the first."""
    names = template_columns(of_many_schools=sees_counts_only(viewer))
    return [(field_word(name, groups), _spoken(titles_of(name))) for name in names if not name.startswith("member2")]


def _spoken(titles: list[str]) -> list[str]:
    """A few of them, without the registry's Latin field names."""
    return [title for title in titles if not re.search("[a-z]", title)][:3]


def _mappings(viewer: Viewer, groups: dict[str, str]) -> list[tuple[str, str]]:
    found = ColumnMapping.objects.filter(school=viewer.unit).order_by("label")
    return [(one.label, field_word(one.field, groups) if one.field else _("not needed")) for one in found]


@roles(*IMPORTERS)
def roster_template(request: ViewerRequest) -> HttpResponseBase:
    """An empty workbook with the columns that count; every cell is text, so that no number is rounded."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})
        names = template_columns(of_many_schools=sees_counts_only(request.viewer))
        titles = [titles_of(name)[0] for name in names]
        sheet.set_column(0, len(titles) - 1, 14, text)
        sheet.write_row(0, 0, titles, book.add_format({"bold": True, "num_format": "@"}))
        sheet.freeze_panes(1, 0)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename="roster.xlsx", content_type=XLSX)


@roles(*IMPORTERS)
def roster_columns(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Say what the columns are that were not recognised; the file is then read again."""
    viewer = request.viewer
    done = Job.objects.visible_to(viewer).filter(kind="roster_preview", state=Job.State.DONE)
    job = get_object_or_404(done.filter(expires_at__gt=timezone.now()), pk=pk)
    try:
        found = open_found(job.pk)
    except FileNotFoundError:
        raise Http404 from None
    unknown = found["unknown"]
    if request.method == "POST":
        fields = {label: request.POST.get(f"column-{n}", "?") for n, label in enumerate(unknown)}
        chosen = {label: name for label, name in fields.items() if name != "?"}
        return to_preview_job(remember_columns(by=viewer, preview=job, fields=chosen), kind_named("roster"))
    taken = {name for _label, name in found["columns"]}
    columns = list(zip(range(len(unknown)), unknown, found.get("samples", [[]] * len(unknown)), strict=True))
    context = {"job": job, "columns": columns, "choices": choices_of_fields(taken)}
    return render(request, "students/roster_columns.html", context)


@roles(*IMPORTERS)
@require_POST
def roster_forget(request: ViewerRequest) -> HttpResponse:
    forget_column(by=request.viewer, label=request.POST.get("label", "").replace("\0", ""))
    return redirect("students:roster_import")
