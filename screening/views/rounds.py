"""Rounds for the staff: make one, open it, print slips, watch it, close it."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools.access import SCHOOL_ROLES, reason_to_see, roles
from schools.common.errors import refusal_in
from schools.models import ClassGroup, Membership, Role
from schools.requests import ViewerRequest
from screening.access import ROUND_ROLES, SCREENERS, can_hold_rounds
from screening.actions import rounds as actions
from screening.center_rounds import rounds_to_take_up
from screening.forms.rounds import ExtendForm, LaterForm, RoundForm, SecondStageForm
from screening.models import Instrument, Response, Round, RoundClass, Slip
from screening.progress import INVALID, by_class, slips_seen, states_of, still_to_ask, to_interview, totals
from screening.queries import instruments_offered, languages_of
from screening.windows import can_begin, has_critical_items, is_on_duty, last_day
from screening.words import NEEDS_ATTENTION
from students.models import SpecialGroup
from students.queries import groups_on_offer


def round_of(request: ViewerRequest, pk: UUID) -> Round:
    rows = Round.objects.visible_to(request.viewer).select_related(
        "school__kind", "consent_text", "responsible__person", "made_by__person"
    )
    found: Round = get_object_or_404(rows.prefetch_related("parts__instrument"), pk=pk)
    return found


def base_of(request: ViewerRequest) -> str:
    """The address of the site, for what is printed."""
    return request.build_absolute_uri("/").rstrip("/")


def class_of(round_: Round, pk: int) -> RoundClass:
    """Looked for among the round's own: a number in an address may be larger than any of the database."""
    asked = round_.classes.select_related("class_group__school", "round")
    found = next((one for one in asked if one.class_group_id == pk), None)
    if found is None:
        raise Http404
    return found


@require_GET
@roles(*ROUND_ROLES)
def round_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    rounds: list[Any] = list(Round.objects.visible_to(viewer).prefetch_related("parts__instrument")[:100])
    asked = Slip.objects.visible_to(viewer).filter(round__in=rounds, revoked_at=None).order_by()
    counts: dict[Any, list[int]] = {one.pk: [0, 0] for one in rounds}
    for pk, finished in asked.values_list("round_id", "finished_at"):
        counts[pk][0] += finished is not None
        counts[pk][1] += 1
    for one in rounds:
        one.done, one.total = counts[one.pk]
    context = {
        "rounds": rounds,
        "can_hold": can_hold_rounds(viewer),
        "set_by_center": rounds_to_take_up(viewer) if can_hold_rounds(viewer) else [],
        "why": reason_to_see(viewer),
    }
    return render(request, "screening/round_list.html", context)


@roles(*SCREENERS)
def round_new(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    form = RoundForm(
        request.POST or None,
        unit=viewer.unit,
        instruments=answerable(request),
        classes=ClassGroup.objects.visible_to(viewer).select_related("school"),
        special=SpecialGroup.objects.filter(pk__in=[one.pk for one in groups_on_offer(viewer)]),
        initial={"opens_on": timezone.localdate(), "closes_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            made = actions.make_round(by=viewer, **form.cleaned_data)
            messages.success(request, _("Prepared. Print the slips, collect the consent, then open it."))
            return redirect(made)
    return render(request, "screening/round_new.html", {"form": form}, status=422 if form.errors else 200)


def answerable(request: ViewerRequest) -> Any:
    """What can be answered on a screen: a key without its text cannot."""
    offered = [one for one in instruments_offered(request.viewer.unit) if one.parsed.informant == "self"]
    texts = languages_of(offered, request.viewer.unit)
    return Instrument.objects.filter(pk__in=[one.pk for one in offered if texts[one.pk]])


@require_GET
@roles(*ROUND_ROLES)
def round_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """How far it is by class; for counselors also who waits for an interview, and which answers cannot be trusted."""
    viewer, round_ = request.viewer, round_of(request, pk)
    slips = slips_seen(viewer, round_)
    classes = by_class(viewer, round_, slips)
    today = timezone.localdate()
    counts = totals(classes)
    doubtful = Response.objects.visible_to(viewer).filter(slip__round=round_, is_valid=False)
    context = {
        "round": round_,
        "classes": classes,
        "counts": counts,
        "may_ask_again": counts[INVALID] and still_to_ask(viewer, round_, doubtful, Round.Kind.RETEST).exists(),
        "done": sum(one.handed_in for one in classes),
        "total": len(slips),
        "last_day": last_day(round_, None),
        "can_hold": can_hold_rounds(viewer),
        "calls": has_critical_items(round_),
        "on_duty": is_on_duty(round_, today),
        "is_open_now": can_begin(round_, None, timezone.now()),
        "interviews": to_interview(viewer, round_) if viewer.role in SCREENERS else [],
        "reads_results": viewer.role in SCHOOL_ROLES,
        "why": reason_to_see(viewer),
    }
    return render(request, "screening/round_detail.html", context)


@require_GET
@roles(*ROUND_ROLES)
def round_class(request: ViewerRequest, pk: UUID, group: int) -> HttpResponse:
    """One class: who has answered and who has not. A class teacher learns no reason."""
    return class_page(request, pk, group, ExtendForm())


def class_page(request: ViewerRequest, pk: UUID, group: int, form: ExtendForm) -> HttpResponse:
    viewer, round_ = request.viewer, round_of(request, pk)
    row = class_of(round_, group)
    slips: list[Any] = [one for one in slips_seen(viewer, round_) if one.class_group_id == group]
    if not slips:
        get_object_or_404(Slip.objects.none())
    states = states_of(viewer, round_, slips)
    results = dict(Response.objects.visible_to(viewer).filter(slip__in=slips).values_list("slip_id", "pk"))
    for slip in slips:
        slip.result_pk = results.get(slip.pk)
    context = {
        "round": round_,
        "row": row,
        "rows": [(slip, states[slip.pk]) for slip in slips],
        "left": sum(slip.finished_at is None for slip in slips),
        "can_hold": can_hold_rounds(viewer),
        "marks_absent": can_hold_rounds(viewer)
        and round_.state == Round.State.OPEN
        and any(not (one.started_at or one.revoked_at or one.absent_on) for one in slips),
        "form": form,
        "why": reason_to_see(viewer, class_id=group),
    }
    return render(request, "screening/round_class.html", context, status=422 if form.errors else 200)


# --- open, extend, close ----------------------------------------------------------------------------------------------


@require_POST
@roles(*SCREENERS)
def round_open(request: ViewerRequest, pk: UUID) -> HttpResponse:
    round_ = round_of(request, pk)
    actions.open_round(by=request.viewer, round_=round_)
    messages.success(request, _("It runs. Students may answer in its days and hours."))
    return redirect(round_)


@require_POST
@roles(*SCREENERS)
def round_close(request: ViewerRequest, pk: UUID) -> HttpResponse:
    round_ = round_of(request, pk)
    actions.close_round(by=request.viewer, round_=round_)
    messages.success(request, _("Closed. Nobody can begin any more."))
    return redirect(round_)


@roles(*SCREENERS)
def round_ask_again(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """A retest of those whose answers are in doubt: when, and who sees to it."""
    round_ = round_of(request, pk)
    form = LaterForm(request.POST or None, people=_counselors(request), initial=_soon(request))
    return _later(request, round_, form, actions.ask_again, _("Ask those in doubt again"))


@roles(*SCREENERS)
def round_ask_more(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """A second stage: a second instrument for those above a cut-off."""
    viewer, round_ = request.viewer, round_of(request, pk)
    found = Response.objects.visible_to(viewer).filter(slip__round=round_).counted()
    levels = list(found.order_by().values_list("attention", flat=True))
    form = SecondStageForm(
        request.POST or None,
        people=_counselors(request),
        instruments=answerable(request),
        counts={least: sum(level >= least for level in levels) for least in (1, 2, 3)},
        initial=_soon(request) | {"attention": NEEDS_ATTENTION},
    )
    return _later(request, round_, form, actions.ask_more, _("Ask some students more"))


def _counselors(request: ViewerRequest) -> Any:
    unit = request.viewer.unit
    return Membership.objects.current().filter(unit=unit, role=Role.COUNSELOR).select_related("person")


def _soon(request: ViewerRequest) -> dict[str, Any]:
    today = timezone.localdate()
    return {"opens_on": today, "closes_on": today + dt.timedelta(days=7), "responsible": request.viewer.membership.pk}


def _later(
    request: ViewerRequest, round_: Round, form: LaterForm, act: Callable[..., Round], heading: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            made = act(by=request.viewer, round_=round_, **form.cleaned_data)
            messages.success(request, _("Prepared. Print the slips, collect the consent, then open it."))
            return redirect(made)
    context = {"round": round_, "form": form, "heading": heading}
    return render(request, "screening/round_later.html", context, status=422 if form.errors else 200)


@require_POST
@roles(*SCREENERS)
def round_extend(request: ViewerRequest, pk: UUID, group: int) -> HttpResponse:
    round_ = round_of(request, pk)
    row = class_of(round_, group)
    form = ExtendForm(request.POST)
    if form.is_valid():
        with refusal_in(form):
            actions.extend_class(by=request.viewer, row=row, until=form.cleaned_data["until"])
            messages.success(request, _("Saved."))
            return redirect("screening:round_class", pk=pk, group=group)
    return class_page(request, pk, group, form)
