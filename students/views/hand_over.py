"""A student moves to another school: offered, accepted or sent back, taken back; on paper, with a receipt."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, Viewer, roles
from schools.common.errors import refusal_in, refusal_told
from schools.models import Unit
from schools.requests import ViewerRequest
from schools.views.jobs import to_job
from students.access import can_answer_hand_over
from students.actions import hand_over as actions
from students.actions.hand_over_paper import start_paper
from students.actions.registry import StandsElsewhere
from students.actions.taking_over import accept_offer
from students.flag_forms import AnswerForm
from students.hand_over_forms import OUTSIDE, AcceptForm, OfferForm, ReceiptForm, WhereForm, other_schools
from students.hand_over_list import HAND_OVERS, hand_overs_of, other_school
from students.hand_over_page import page_of
from students.models import HandOver, RiskFlag
from students.views.students import note_first_open, student_or_404


def offer_or_404(request: ViewerRequest, pk: UUID) -> HandOver:
    of_units = ("school__kind", "to_school__kind", "by__unit__kind", "student__class_group__school")
    of_people = ("by__person", "to__person", "answered_by__person", "student_there")
    seen = hand_overs_of(request.viewer).select_related(*of_units, *of_people)
    offer: HandOver = get_object_or_404(seen, pk=pk)
    return offer


@roles(*SCHOOL_ROLES)
def hand_over_list(request: ViewerRequest) -> HttpResponse:
    shown = HAND_OVERS.show(request, hand_overs_of(request.viewer))
    waiting = HandOver.objects.visible_to(request.viewer).filter(actions.to_answer(request.viewer)).count()
    return render(request, "students/hand_over_list.html", {"list": shown, "waiting": waiting})


# --- the old school ---------------------------------------------------------------------------------------------------


@roles(*SCHOOL_ROLES)
def hand_over_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """First the school (`?to=`), then who there, and what goes along."""
    viewer = request.viewer
    student = student_or_404(request, pk)
    if waiting := hand_overs_of(viewer).waiting().filter(student=student).first():
        return redirect(waiting)
    to = request.GET.get("to", "")
    note_first_open(request, student)
    if not to:
        context = {"student": student, "form": WhereForm(viewer=viewer)}
        return render(request, "students/hand_over_where.html", context)
    school = _school(request, to)
    form = OfferForm(request.POST or None, viewer=viewer, student=student, school=school)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            offer = actions.offer_hand_over(by=viewer, student=student, to_school=school, **form.cleaned_data)
            messages.success(request, _("Offered. Until it is accepted, everything stays with your school."))
            return redirect(offer)
    flag = RiskFlag.objects.visible_to(viewer).open().filter(student=student).first()
    context = {"student": student, "form": form, "school": school, "flag": flag}
    return render(request, "students/hand_over_new.html", context)


def _school(request: ViewerRequest, to: str) -> Unit | None:
    """None is outside of the network."""
    if to == OUTSIDE:
        return None
    if not to.isdecimal() or len(to) > 9:
        raise BadRequest("no such school")
    school: Unit = get_object_or_404(other_schools(request.viewer), pk=int(to))
    return school


@roles(*SCHOOL_ROLES)
@require_POST
def hand_over_take_back(request: ViewerRequest, pk: UUID) -> HttpResponse:
    offer = offer_or_404(request, pk)
    with refusal_told(request):
        actions.take_back_offer(by=request.viewer, offer=offer)
        messages.success(request, _("The offer is taken back."))
    return redirect(offer if offer.school_id == request.viewer.unit.pk else "students:hand_over_list")


# --- both ---------------------------------------------------------------------------------------------------------


def _note_open(request: ViewerRequest, offer: HandOver, verb: str = "") -> None:
    """What cannot be noted is not shown. Who looks before accepting looks at a student of the old school: its log has
    it too."""
    by, verb = request.viewer, verb or "handover.opened"
    is_own = offer.school_id == by.unit.pk
    with transaction.atomic():
        if offer.is_waiting and not is_own:
            audit.hold(by.unit, offer.school)
            audit.record(by=by, verb=verb, about=offer, student=offer.student_id, unit=offer.school)
        audit.record(by=by, verb=verb, about=offer, student=offer.student_id if is_own else offer.student_there_id)


@roles(*SCHOOL_ROLES)
@require_GET
def hand_over_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    offer = offer_or_404(request, pk)
    _note_open(request, offer)
    return render(request, "students/hand_over_detail.html", page_of(request.viewer, offer))


@roles(*SCHOOL_ROLES)
@require_GET
def hand_over_receipt(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """On paper: who handed what over to whom, and what the old school keeps."""
    offer = offer_or_404(request, pk)
    if not offer.is_accepted:
        raise Http404
    _note_open(request, offer, "handover.printed")
    context = page_of(request.viewer, offer) | {"now": timezone.now()}
    return render(request, "students/hand_over_receipt.html", context)


# --- the new school, or who records the receipt -----------------------------------------------------------------------


def _answering(request: ViewerRequest, pk: UUID) -> HandOver:
    offer = offer_or_404(request, pk)
    if not can_answer_hand_over(request.viewer, offer):
        raise Http404
    return offer


def _form_page(
    request: ViewerRequest, offer: HandOver, form: forms.Form, act: Callable[..., Any], **words: str
) -> HttpResponse:
    """A page with one form about an offer; what is refused comes back with what was typed."""
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            act(by=request.viewer, offer=offer, **form.cleaned_data)
            messages.success(request, words["said"])
            seen = HandOver.objects.visible_to(request.viewer).filter(pk=offer.pk).exists()
            return redirect(offer if seen else "students:hand_over_list")
    school = other_school(offer, request.viewer)
    context = {"offer": offer, "form": form, "other_school": school, **words}
    return render(request, "students/hand_over_form.html", context)


@roles(*SCHOOL_ROLES)
def hand_over_accept(request: ViewerRequest, pk: UUID) -> HttpResponse:
    offer = _answering(request, pk)
    if offer.to_school_id is None:
        raise Http404
    form = AcceptForm(request.POST or None, viewer=request.viewer, offer=offer)
    words = {
        "title": _("Accept the student"),
        "button": _("Accept"),
        "said": _("Accepted. You now answer for this student: read the file first."),
    }
    return _form_page(request, offer, form, _accept, **words)


def _accept(*, by: Viewer, offer: HandOver, **values: Any) -> None:
    """Who stands on a third school's registry is not accepted yet; that school is asked to hand over."""
    try:
        accept_offer(by=by, offer=offer, **values)
    except StandsElsewhere as refusal:
        actions.ask_for_hand_over(by=by, entries=refusal.entries, offer=offer)
        raise


@roles(*SCHOOL_ROLES)
def hand_over_return(request: ViewerRequest, pk: UUID) -> HttpResponse:
    offer = _answering(request, pk)
    form = AnswerForm(request.POST or None, label=_("Why it is sent back"))
    words = {
        "title": _("Send it back"),
        "button": _("Send it back"),
        "said": _("Sent back: the other school is told why, and goes on as before."),
    }
    return _form_page(request, offer, form, actions.return_offer, **words)


@roles(*SCHOOL_ROLES)
def hand_over_received(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """A school outside of the network has signed for what left on paper."""
    offer = _answering(request, pk)
    if offer.to_school_id is not None:
        raise Http404
    form = ReceiptForm(request.POST or None)
    words = {"title": _("Record the receipt"), "button": _("Record it"), "said": _("The receipt is recorded.")}
    return _form_page(request, offer, form, actions.record_receipt, **words)


@roles(*SCHOOL_ROLES)
@require_POST
def hand_over_pdf(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What goes along as a sealed paper; a worker makes it."""
    offer = offer_or_404(request, pk)
    job = start_paper(by=request.viewer, offer=offer)
    return to_job(job, back=offer.get_absolute_url())
