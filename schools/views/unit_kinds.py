"""The levels of the network: city center, district center, cluster, school … as this installation has them."""

from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import roles
from schools.actions import unit_kinds as actions
from schools.common.errors import refusal_in
from schools.forms.unit_kinds import NewUnitKindForm, UnitKindForm
from schools.models import Role, Unit, UnitKind
from schools.requests import ViewerRequest


@roles(Role.SYSTEM_ADMIN)
def unit_kind_list(request: ViewerRequest) -> HttpResponse:
    kinds = list(UnitKind.objects.annotate(units=Count("unit")).order_by("rank", "code"))
    stands_below = set(Unit.objects.order_by().values_list("kind", "parent__kind").distinct())
    rising = {kind.pk for upper, kind in pairwise(kinds) if (kind.pk, upper.pk) not in stands_below}
    return render(request, "schools/unit_kind_list.html", {"kinds": kinds, "rising": rising})


@roles(Role.SYSTEM_ADMIN)
def unit_kind_new(request: ViewerRequest) -> HttpResponse:
    form = NewUnitKindForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_done(request, form, actions.add_unit_kind):
        return redirect("schools:unit_kind_list")
    return render(request, "schools/unit_kind_form.html", {"form": form})


@roles(Role.SYSTEM_ADMIN)
def unit_kind_edit(request: ViewerRequest, code: str) -> HttpResponse:
    kind = get_object_or_404(UnitKind, pk=code)
    form = UnitKindForm(request.POST or None, initial={"label_zh": kind.label_zh, "label_en": kind.label_en})
    if request.method == "POST" and form.is_valid() and _is_done(request, form, actions.rename_unit_kind, kind=kind):
        return redirect("schools:unit_kind_list")
    return render(request, "schools/unit_kind_form.html", {"form": form, "kind": kind})


def _is_done(request: ViewerRequest, form: Any, action: Any, **about: Any) -> bool:
    with refusal_in(form):
        action(by=request.viewer, **about, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return True
    return False


@roles(Role.SYSTEM_ADMIN)
@require_POST
def unit_kind_raise(request: ViewerRequest, code: str) -> HttpResponse:
    return _do(request, code, actions.raise_unit_kind)


@roles(Role.SYSTEM_ADMIN)
@require_POST
def unit_kind_remove(request: ViewerRequest, code: str) -> HttpResponse:
    return _do(request, code, actions.remove_unit_kind)


def _do(request: ViewerRequest, code: str, action: Any) -> HttpResponse:
    kind = get_object_or_404(UnitKind, pk=code)
    action(by=request.viewer, kind=kind)
    messages.success(request, _("Saved."))
    return redirect("schools:unit_kind_list")
