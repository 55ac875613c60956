"""Import of a roster in the browser: hand in a file, look at the preview, say what a column is, commit."""

import io
import re
from typing import Any
from uuid import UUID

import xlsxwriter
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import SCHOOL_ROLES, Viewer, roles
from schools.common.files import open_file
from schools.models import Job, Role
from schools.requests import ViewerRequest
from students.access import imports_blind
from students.actions.roster import COMMIT, PREVIEW, forget_column, remember_columns, start_commit, start_preview
from students.columns import (
    choices_of_fields,
    field_word,
    group_words,
    template_columns,
    titles_of,
    value_word,
)
from students.forms import RosterForm
from students.models import ColumnMapping, RosterImport
from students.parcel import unpack
from students.problems import problem_sentence

# Counselors and leaders for their school, seeing all of it; center staff for the schools below, seeing counts.
IMPORTERS = (*SCHOOL_ROLES, Role.CENTER_STAFF)
PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@roles(*IMPORTERS)
def roster_import(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        job = start_preview(by=viewer, content=upload.read(), filename=upload.name)
        return _to_job(job)
    jobs = Job.objects.visible_to(viewer).filter(kind__in=[PREVIEW, COMMIT], expires_at__gt=timezone.now())
    groups = group_words()
    by_others = RosterImport.objects.visible_to(viewer).from_above().select_related("unit", "by")
    context = {
        "form": form,
        "jobs": jobs[:5],
        "by_others": by_others.order_by("-waits", "-at")[:5],  # who waits is not hidden by newer ones
        "is_blind": imports_blind(viewer),
        "help_rows": _help_rows(viewer, groups),
        "mappings": _mappings(viewer, groups),
    }
    return render(request, "students/roster_import.html", context)


def _help_rows(viewer: Viewer, groups: dict[str, str]) -> list[tuple[str, list[str]]]:
    """The columns with their usual titles; a second family member has the same as the first."""
    names = template_columns(of_many_schools=imports_blind(viewer))
    return [(field_word(name, groups), _spoken(titles_of(name))) for name in names if not name.startswith("member2")]


def _spoken(titles: list[str]) -> list[str]:
    """A few of them, without the registry's Latin field names."""
    return [title for title in titles if not re.search("[a-z]", title)][:3]


def _mappings(viewer: Viewer, groups: dict[str, str]) -> list[tuple[str, str]]:
    found = ColumnMapping.objects.filter(school=viewer.unit).order_by("label")
    return [(one.label, field_word(one.field, groups) if one.field else _("not needed")) for one in found]


def _to_job(job: Job) -> HttpResponse:
    return redirect(f"{reverse('schools:job_detail', args=[job.pk])}?back={reverse('students:roster_import')}")


@roles(*IMPORTERS)
def roster_template(request: ViewerRequest) -> HttpResponseBase:
    """An empty workbook with the columns that count; every cell is text, so that no number is rounded."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})
        names = template_columns(of_many_schools=imports_blind(request.viewer))
        titles = [titles_of(name)[0] for name in names]
        sheet.set_column(0, len(titles) - 1, 14, text)
        sheet.write_row(0, 0, titles, book.add_format({"bold": True, "num_format": "@"}))
        sheet.freeze_panes(1, 0)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename="roster.xlsx", content_type=XLSX)


def _own_job(request: ViewerRequest, pk: UUID, *kinds: str) -> Job:
    """A finished job of this person in this role that has not run out."""
    jobs = Job.objects.visible_to(request.viewer).filter(
        kind__in=kinds, state=Job.State.DONE, expires_at__gt=timezone.now()
    )
    return get_object_or_404(jobs, pk=pk)


def _found(job: Job) -> dict[str, Any]:
    try:
        return unpack(open_file(job.pk))[0]
    except FileNotFoundError:
        raise Http404 from None


@roles(*IMPORTERS)
def roster_preview(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What the file would change, tab by tab; the commit does exactly this."""
    job = _own_job(request, pk, PREVIEW, COMMIT)
    if job.result["url"] != request.path:  # it has been committed
        return redirect(job.result["url"])
    found = _found(job)
    counts = found["counts"]
    context = _tabs(request, found, ("schools", "new", "changed", "held", "kept", "problems", "missing"))
    context |= _equation(counts, ("created", "changed", "unchanged", "known", "problems", "missing"))
    context |= {"job": job, "found": found}
    # Blind, what is known may change or not: that cannot be told apart here.
    context["does_anything"] = any(counts.get(name) for name in ("created", "changed", "held", "known"))
    context["lacks_codes"] = not context["does_anything"] and _lacks_codes(found)
    context["columns"] = [(label, field_word(name, group_words())) for label, name in found["columns"]]
    return render(request, "students/roster_preview.html", context)


def _lacks_codes(found: dict[str, Any]) -> bool:
    """A center's file: no row says to which school it belongs."""
    return any(problem["code"] == "school_missing" for problem in found["problems"])


@roles(*IMPORTERS)
def roster_done(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What was imported, and what stayed out."""
    job = _own_job(request, pk, COMMIT)
    found = _found(job)
    context = _tabs(request, found, ("schools", "problems", "held", "kept", "missing", "new", "changed"))
    context |= _equation(found["counts"], ("created", "changed", "unchanged", "known", "problems", "new_classes"))
    return render(request, "students/roster_done.html", context | {"found": found})


def _equation(counts: dict[str, int], order: tuple[str, ...]) -> dict[str, Any]:
    words = {
        "created": _("new"),
        "changed": _("changed"),
        "unchanged": _("left as they are"),
        "known": _("known"),
        "problems": _("rows stay out"),
        "missing": _("not in the file"),
        "new_classes": _("new classes"),
    }
    equation = [(counts[name], words[name]) for name in order if name in counts]
    return {"counts": counts, "equation": equation, "is_blind": "known" in counts}


def _tabs(request: ViewerRequest, found: dict[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    """The kinds of lines that were kept; a center has schools and problems only."""
    words = {
        "schools": _("Schools"),
        "new": _("New"),
        "changed": _("Changed"),
        "held": _("To confirm"),
        "kept": _("Kept as corrected by hand"),
        "problems": _("Problems"),
        "missing": _("Not in the file"),
    }
    order = tuple(name for name in order if name in found)
    filled = [name for name in order if found[name]]
    tab = request.GET.get("tab") or (filled[0] if filled else order[0])
    if tab not in order:
        raise BadRequest("unknown tab")
    page = Paginator(found[tab], PAGE).get_page(request.GET.get("page"))
    page.object_list = _in_words(tab, page.object_list)
    tabs = [{"name": name, "label": words[name], "count": len(found[name]), "on": name == tab} for name in order]
    return {"tabs": tabs, "tab": tab, "tab_label": words[tab], "page_obj": page}


def _in_words(tab: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups = group_words()
    if tab == "problems":
        return [line | {"text": problem_sentence(line["code"], line["params"])} for line in lines]
    if tab == "new":
        return [
            line
            | {
                "groups": [groups.get(code, code) for code in line["groups"]],
                "gender": value_word("gender", line["gender"]),
            }
            for line in lines
        ]
    if tab in ("missing", "schools"):
        return list(lines)
    return [
        line
        | {
            "fields": [
                (field_word(name, groups), value_word(name, old), value_word(name, new))
                for name, old, new in line["fields"]
            ]
        }
        for line in lines
    ]


@roles(*IMPORTERS)
def roster_columns(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Say what the columns are that were not recognised; the file is then read again."""
    viewer = request.viewer
    job = _own_job(request, pk, PREVIEW)
    found = _found(job)
    unknown = found["unknown"]
    if request.method == "POST":
        fields = {label: request.POST.get(f"column-{n}", "?") for n, label in enumerate(unknown)}
        chosen = {label: name for label, name in fields.items() if name != "?"}
        return _to_job(remember_columns(by=viewer, preview=job, fields=chosen))
    taken = {name for _label, name in found["columns"]}
    columns = list(zip(range(len(unknown)), unknown, found.get("samples", [[]] * len(unknown)), strict=True))
    context = {"job": job, "columns": columns, "choices": choices_of_fields(taken)}
    return render(request, "students/roster_columns.html", context)


@roles(*IMPORTERS)
@require_POST
def roster_forget(request: ViewerRequest) -> HttpResponse:
    forget_column(by=request.viewer, label=request.POST.get("label", "").replace("\0", ""))
    return redirect("students:roster_import")


@roles(*IMPORTERS)
@require_POST
def roster_commit(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer = request.viewer
    preview = _own_job(request, pk, PREVIEW, COMMIT)
    found = _found(preview)
    job = start_commit(
        by=viewer, preview=preview, digest=found["digest"], confirm_key_fields=request.POST.get("confirm") == "1"
    )
    return _to_job(job)
