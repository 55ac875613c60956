"""The semester summary of one's own unit: read, write section by section, export."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counseling.actions.statements import incidents_in, sign_crisis_free, signable_from
from counseling.models import CrisisFreeTerm
from reports.actions import summaries as actions
from reports.document import paragraphs_of
from reports.forms import ExportForm, SectionForm
from reports.models import AUTHORS, Summary, SummarySection
from reports.sections import CODES
from reports.summary import build_summary, drafted_text, edited_line
from schools.access import Viewer, reason_to_see, roles
from schools.common.errors import Refused, refusal_in
from schools.models import Role, Term
from schools.queries import current_term, term_of, terms_of
from schools.requests import ViewerRequest
from schools.views.jobs import to_job
from students.access import unseen_by


def _term(request: ViewerRequest, code: str) -> Term:
    term = term_of(request.viewer.unit, code)
    if term is None:
        raise Http404
    return term


@roles(*AUTHORS)
@require_GET
def summary_list(request: ViewerRequest) -> HttpResponse:
    """Every term that has begun, the newest first, with how much of its summary people have written."""
    unit = request.viewer.unit
    now = current_term(unit)
    begun = [term for term in reversed(terms_of(unit)) if now and term.starts <= now.starts]
    found = Summary.objects.visible_to(request.viewer).filter(unit=unit).prefetch_related("sections__edited_by")
    summaries = {summary.term_id: summary for summary in found}
    rows = [_row(term, summaries.get(term.pk)) for term in begun]
    context = {"rows": rows, "now": now, "why": reason_to_see(request.viewer)}
    return render(request, "reports/summary_list.html", context)


def _row(term: Term, summary: Summary | None) -> dict[str, Any]:
    sections = [row for row in summary.sections.all() if not row.is_drafted] if summary else []
    last = max(sections, key=lambda row: row.edited_at, default=None)
    return {"term": term, "written": len(sections), "last": edited_line(last) if last else ""}


@roles(*AUTHORS)
@require_GET
def summary_detail(request: ViewerRequest, term: str) -> HttpResponse:
    found = _term(request, term)
    document = build_summary(request.viewer.unit, found, unseen=unseen_by(request.viewer))
    # A center opens no records: its numbers lead nowhere but from the headline, to the same figure by school.
    linked = request.viewer.unit.is_school
    context = {"document": document, "term": found, "linked": linked, "why": reason_to_see(request.viewer)}
    context["no_crisis"] = _no_crisis(request.viewer, found) if linked else None
    return render(request, "reports/summary_detail.html", context)


def _no_crisis(viewer: Viewer, term: Term) -> dict[str, Any]:
    """Whether a leader has signed, or may sign, that there was no crisis event."""
    signed = CrisisFreeTerm.objects.visible_to(viewer).filter(term_code=term.code).select_related("by__person").first()
    first = signable_from(term)
    may_sign = viewer.role == Role.SCHOOL_LEADER and not signed and timezone.localdate() >= first
    return {"events": incidents_in(viewer, term).count(), "signed": signed, "may_sign": may_sign, "first": first}


@roles(Role.SCHOOL_LEADER)
@require_POST
def summary_no_crisis(request: ViewerRequest, term: str) -> HttpResponse:
    """A leader signs that there was none."""
    found = _term(request, term)
    sign_crisis_free(by=request.viewer, term=found)
    messages.success(request, _("Signed."))
    return redirect(f"{reverse('reports:summary_detail', args=[found.code])}#flags")


@roles(*AUTHORS)
@require_POST
def summary_section(request: ViewerRequest, term: str, code: str) -> HttpResponse:
    """Save one section: by itself while one types (htmx), or with its button."""
    found = _term(request, term)
    if code not in CODES:
        raise Http404
    form = SectionForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, form, code, str(next(iter(form.errors.values()))[0]))
    try:
        section = _changed(request, found, code, form.cleaned_data)
    except actions.Conflict as conflict:
        return _conflict(request, found, code, conflict)
    except Refused as refusal:
        return _refused(request, found, form, code, str(refusal))
    if request.htmx and not (form.cleaned_data["reset"] or form.cleaned_data["publish"]):
        return render(request, "reports/summary_saved.html", _saved(section))
    messages.success(request, _("Saved."))
    return _answer(request, found, code)


def _saved(section: SummarySection) -> dict[str, Any]:
    return {
        "code": section.code,
        "saved": section,
        "paragraphs": paragraphs_of(section.body),
        "edited": edited_line(section),
    }


def _changed(request: ViewerRequest, term: Term, code: str, data: dict[str, Any]) -> SummarySection:
    if data["publish"]:
        return actions.set_publishable(
            by=request.viewer, term=term, code=code, is_publishable=data["publish"] == "yes", version=data["version"]
        )
    change = actions.return_to_draft if data["reset"] else actions.write_section
    return change(by=request.viewer, term=term, code=code, body=data["body"], version=data["version"])


def _refused(request: ViewerRequest, term: Term, form: SectionForm, code: str, why: str) -> HttpResponse:
    """Why, and the text as it was typed; htmx puts the sentence below the text, which stands in the page."""
    if request.htmx:
        return render(request, "reports/summary_not_saved.html", {"code": code, "why_not": why}, status=422)
    # A version that cannot be read is none: saving again then shows both texts.
    version = form.cleaned_data.get("version", 0)
    context = {"term": term, "code": code, "why_not": why, "body": request.POST.get("body", ""), "version": version}
    return render(request, "reports/summary_refused.html", context, status=422)


def _answer(request: ViewerRequest, term: Term, code: str) -> HttpResponse:
    """Back to the section; htmx loads the page again."""
    if request.htmx:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return redirect(f"{reverse('reports:summary_detail', args=[term.code])}#{code}")


def _conflict(request: ViewerRequest, term: Term, code: str, conflict: actions.Conflict) -> HttpResponse:
    """Both texts, and the choice is the person's."""
    theirs = conflict.theirs
    theirs_text = _drafted(request, term, code) if theirs.is_drafted else theirs.body
    context = {
        "term": term,
        "code": code,
        "mine": conflict.mine,
        "theirs": theirs_text,
        "version": theirs.version,
        "edited": edited_line(theirs),
    }
    if request.htmx:
        response = render(request, "reports/summary_conflict.html", context)
        response["HX-Retarget"], response["HX-Reswap"] = f"#write-{code}", "outerHTML"
        return response
    return render(request, "reports/summary_section.html", context, status=409)


def _drafted(request: ViewerRequest, term: Term, code: str) -> str:
    return drafted_text(request.viewer.unit, term, code, unseen=unseen_by(request.viewer))


@roles(*AUTHORS)
def summary_export(request: ViewerRequest, term: str) -> HttpResponse:
    """Ask what it is for, then hand the work to a worker."""
    found = _term(request, term)
    document = build_summary(request.viewer.unit, found, unseen=unseen_by(request.viewer))
    open_questions = [one for one in document.sections if one.needs_a_look]
    form = ExportForm(request.POST or None, asks=bool(open_questions))
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            job = actions.export_summary(by=request.viewer, term=found, **form.choices())
            back = reverse("reports:summary_detail", args=[found.code])
            return to_job(job, back=back)
    return render(request, "reports/summary_export.html", {"form": form, "term": found, "questions": open_questions})
