"""Consent for the staff: how far it is by class, letters, papers, and whom a class teacher may ask once more."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import reason_to_see, roles
from schools.models import Role
from schools.requests import ViewerRequest
from schools.views.jobs import to_job
from screening.access import SCREENERS
from screening.actions import consents as actions
from screening.actions.printing import print_letters
from screening.asking_families import coverage_of, waiting_classes
from screening.consent_rules import GUARDIAN
from screening.consents import family_standings, needed_of
from screening.forms.rounds import PaperConsentForm
from screening.models import ConsentLink, Round, Slip
from screening.printing import links_shown
from screening.progress import slips_seen
from screening.views.rounds import base_of, class_of, round_of


@require_GET
@roles(Role.CLASS_TEACHER)
def consent_list(request: ViewerRequest) -> HttpResponse:
    """Which families of the own class have not answered; what the others said is not here."""
    viewer = request.viewer
    found = waiting_classes(viewer)
    context = {"found": found, "count": sum(len(one.students) for one in found), "why": reason_to_see(viewer)}
    return render(request, "screening/consent_list.html", context)


@require_GET
@roles(*SCREENERS)
def consent_coverage(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Of each class how many families have said yes, no, or nothing yet."""
    round_ = round_of(request, pk)
    rows = coverage_of(round_, [one for one in slips_seen(request.viewer, round_) if one.revoked_at is None])
    context = {
        "round": round_,
        "rows": rows,
        "asked": sum(row.asked for row in rows),
        "waiting": sum(row.waiting for row in rows),
        "is_over": round_.state == Round.State.CLOSED,
    }
    return render(request, "screening/consent_coverage.html", context)


@require_POST
@roles(*SCREENERS)
def consent_remind(request: ViewerRequest, pk: UUID) -> HttpResponse:
    called = actions.remind_teachers(by=request.viewer, round_=round_of(request, pk))
    done = ngettext("%(n)s class teacher is reminded.", "%(n)s class teachers are reminded.", called)
    messages.success(request, done % {"n": called})
    return redirect("screening:consent_coverage", pk=pk)


@require_POST
@roles(*SCREENERS)
def consent_letters(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Letters of all classes, as a job."""
    return _letters(request, round_of(request, pk), None, reverse("screening:consent_coverage", args=[pk]))


@require_POST
@roles(*SCREENERS)
def consent_letters_of(request: ViewerRequest, pk: UUID, group: int) -> HttpResponse:
    """Letters of one class, as a job."""
    round_ = round_of(request, pk)
    class_of(round_, group)
    return _letters(request, round_, group, reverse("screening:round_consents", args=[pk, group]))


def _letters(request: ViewerRequest, round_: Round, group: int | None, back: str) -> HttpResponse:
    job = print_letters(by=request.viewer, round_=round_, group=group, base=base_of(request))
    return to_job(job, back=back)


@roles(*SCREENERS)
def round_consents(request: ViewerRequest, pk: UUID, group: int) -> HttpResponse:
    """The families of one class: who has said what, and a form that records several papers at once."""
    round_ = round_of(request, pk)
    row = class_of(round_, group)
    form = PaperConsentForm(request.POST or None, round_=round_)
    if request.method == "POST" and form.is_valid():
        is_given = form.cleaned_data["answer"] == "yes"
        students = [UUID(one) for one in form.cleaned_data["students"]]
        count = actions.record_paper(by=request.viewer, round_=round_, students=students, is_given=is_given)
        done = ngettext("%(n)s paper recorded.", "%(n)s papers recorded.", count)
        messages.success(request, done % {"n": count})
        return redirect("screening:round_consents", pk=pk, group=group)
    slips = [one for one in slips_seen(request.viewer, round_) if one.class_group_id == group]
    today = timezone.localdate()
    where = family_standings(slips, today)
    rows = [
        (one, "own" if state == "given" and GUARDIAN not in needed_of(round_, one.student, today) else state)
        for one in slips
        for state in [where[one.pk].value]
    ]
    context = {
        "round": round_,
        "row": row,
        "rows": rows,
        "waiting": sum(state == "waiting" for _slip, state in rows),
        "form": form,
    }
    return render(request, "screening/round_consents.html", context, status=422 if form.errors else 200)


@require_GET
@roles(*SCREENERS)
def consent_links(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The links of one student's guardians, to hand on or to issue anew. A link is made when it is first asked for."""
    viewer = request.viewer
    slips = Slip.objects.visible_to(viewer).select_related("round__school__kind", "student", "class_group__school")
    slip: Slip = get_object_or_404(slips, pk=pk)
    with transaction.atomic():
        actions.make_links(by=viewer, round_=slip.round, students=[slip.student_id])
        audit.record(by=viewer, verb="consent_link.opened", about=slip, student=slip.student_id)
    shown = links_shown(viewer, slip.round, [slip.student_id], base_of(request)).get(slip.student_id, [])
    return render(request, "screening/consent_links.html", {"slip": slip, "shown": shown})


@require_POST
@roles(*SCREENERS)
def consent_link_reissue(request: ViewerRequest, pk: UUID) -> HttpResponse:
    link: ConsentLink = get_object_or_404(ConsentLink.objects.visible_to(request.viewer), pk=pk)
    actions.reissue_link(by=request.viewer, link=link)
    messages.success(request, _("A new link is ready; the old one is worth nothing now."))
    slip = get_object_or_404(Slip.objects.visible_to(request.viewer), round=link.round_id, student=link.student_id)
    return redirect("screening:consent_links", pk=slip.pk)
