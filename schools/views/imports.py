"""The pages of every import: what a file would change, what was imported, and the rows that have to be corrected.

Where a file is chosen is a page of its kind (`ImportKind.begin`).
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from schools.access import MANAGING_ROLES, SCHOOL_ROLES, roles
from schools.accounts.second_factor import confirm_first, is_confirmed
from schools.common.workbooks import XLSX
from schools.imports.actions import start_commit
from schools.imports.found import Found, open_found
from schools.imports.kinds import ImportKind, Tab, kind_named
from schools.imports.problem_sheet import problem_workbook
from schools.imports.sentences import sentence_of
from schools.models import Job
from schools.requests import ViewerRequest
from schools.views.jobs import to_job

# Which kinds each of these roles imports stands with the kind.
IMPORTERS = tuple(SCHOOL_ROLES | MANAGING_ROLES)
PAGE = 50
PROBLEMS = Tab("problems", _("Problems"))
PREVIEW, COMMIT = "_preview", "_commit"


def to_preview_job(job: Job, kind: ImportKind) -> HttpResponse:
    """To the page that tells how far the job is, which leads on to its preview or result."""
    return to_job(job, back=reverse(kind.begin))


def _own_job(request: ViewerRequest, pk: UUID, *ends: str) -> tuple[Job, ImportKind, Found]:
    """A finished job of this person in this role that has not run out, with what it found."""
    done = Job.objects.visible_to(request.viewer).filter(state=Job.State.DONE, expires_at__gt=timezone.now())
    job = get_object_or_404(done, pk=pk)
    code, mark, end = job.kind.rpartition("_")
    if mark + end not in ends:
        raise Http404
    try:
        kind = kind_named(code)
    except KeyError:
        raise Http404 from None
    try:
        return job, kind, open_found(job.pk)
    except FileNotFoundError:  # it was committed: the address leads to what became of it
        return job, kind, {}


@roles(*IMPORTERS)
def import_preview(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What the file would change, tab by tab; the commit does exactly this."""
    job, kind, found = _own_job(request, pk, PREVIEW, COMMIT)
    if job.result["url"] != request.path:  # it has been committed
        return redirect(job.result["url"])
    context = _context(request, job, kind, found)
    context["does_anything"] = any(found["counts"].get(name) for name in ("created", "changed", "held", "known"))
    context["columns"] = [(label, kind.field_word(name)) for label, name in found["columns"]]
    return render(request, "schools/import_preview.html", context)


@roles(*IMPORTERS)
def import_done(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What was imported, and what stayed out."""
    job, kind, found = _own_job(request, pk, COMMIT)
    return render(request, "schools/import_done.html", _context(request, job, kind, found))


@roles(*IMPORTERS)
@require_POST
def import_commit(request: ViewerRequest, pk: UUID) -> HttpResponse:
    preview, kind, found = _own_job(request, pk, PREVIEW, COMMIT)
    if not found:
        raise Http404
    if kind.needs_proof and not is_confirmed(request):
        return confirm_first(request, then=reverse("schools:import_preview", args=[pk]))
    job = start_commit(by=request.viewer, preview=preview, confirm_key_fields=request.POST.get("confirm") == "1")
    return to_preview_job(job, kind)


@roles(*IMPORTERS)
def import_problems(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The rows to correct, as they stand in the file that this person handed in, with the reasons beside them."""
    _job, kind, found = _own_job(request, pk, PREVIEW, COMMIT)
    if not found.get("problem_rows"):
        raise Http404
    name = _("{what}, rows to correct").format(what=kind.title) + ".xlsx"
    disposition = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(problem_workbook(found, kind), content_type=XLSX, headers=disposition)


def _context(request: ViewerRequest, job: Job, kind: ImportKind, found: Found) -> dict[str, Any]:
    if not found:
        raise Http404
    counts = found["counts"]
    words = {**kind.count_words, "problems": _("rows stay out")}
    return {
        "job": job,
        "kind": kind,
        "found": found,
        "counts": counts,
        "counts_only": found["counts_only"],
        "equation": [(counts[name], word) for name, word in words.items() if name in counts],
        "lacks_codes": any(one["code"] == "school_missing" for one in found["lines"]["problems"]),
        **_tabs(request, kind, found["lines"]),
    }


def _tabs(request: ViewerRequest, kind: ImportKind, lines: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The kinds of lines that were kept; a center has fewer."""
    tabs = [tab for tab in (*kind.tabs, PROBLEMS) if tab.name in lines]
    filled = [tab.name for tab in tabs if lines[tab.name]]
    chosen = request.GET.get("tab") or (filled or [tabs[0].name])[0]
    tab = next((one for one in tabs if one.name == chosen), None)
    if tab is None:
        raise BadRequest("unknown tab")
    page = Paginator(lines[tab.name], PAGE).get_page(request.GET.get("page"))
    page.object_list = _in_words(kind, tab, list(page.object_list))
    told = [{"name": one.name, "label": one.label, "count": len(lines[one.name]), "on": one is tab} for one in tabs]
    return {"tabs": told, "tab": tab.name, "tab_label": tab.label, "page_obj": page}


def _in_words(kind: ImportKind, tab: Tab, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if tab is not PROBLEMS:
        return kind.in_words(tab.name, lines)
    return [
        line
        | {
            "text": sentence_of(line["code"], line["params"], kind.sentences),
            "column": line["column_label"] or (kind.field_word(line["field"]) if line["field"] else ""),
        }
        for line in lines
    ]
