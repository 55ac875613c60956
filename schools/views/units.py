"""The tree of units and the rules each one sets."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import MANAGING_ROLES, can_lead_unit, roles
from schools.actions import units as actions
from schools.common.errors import refusal_in
from schools.forms.units import SAME_DAY, NewUnitForm, RulesForm, UnitForm
from schools.help_lines import help_lines
from schools.listing import List, Search
from schools.models import ClassGroup, Membership, Role, Unit
from schools.requests import ViewerRequest
from schools.settings_of import settings_of
from schools.severity import scheme_named

UNITS = List(
    name="unit_list",
    title=gettext_lazy("Units"),
    icon="building-library",
    nothing=(gettext_lazy("No units yet"), gettext_lazy("The units of the network appear here.")),
    page_size=100,
    order=("path",),
    filters=(Search("name", "short_name", "code", label=gettext_lazy("Name or code")),),
)


@roles(*MANAGING_ROLES)
def unit_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    shown = UNITS.show(request, _with_counts(Unit.objects.visible_to(viewer).select_related("kind")))
    top = viewer.unit.path.count("/") if viewer.role != Role.SYSTEM_ADMIN else 1
    for unit in shown.page_obj:
        unit.depth = 0 if shown.is_set else max(0, unit.path.count("/") - top)
    context = {"list": shown, "can_build": viewer.role in (Role.CENTER_STAFF, Role.SYSTEM_ADMIN)}
    return render(request, "schools/unit_list.html", context)


def _with_counts(units: Any) -> Any:
    """Staff of the unit itself, in the same query."""
    here = Membership.objects.current().filter(unit=OuterRef("pk")).order_by().values("unit")
    staff = here.annotate(n=Count("person", distinct=True)).values("n")
    return units.annotate(staff=Coalesce(Subquery(staff), 0))


@roles(Role.CENTER_STAFF, Role.SYSTEM_ADMIN)
def unit_new(request: ViewerRequest) -> HttpResponse:
    parents = Unit.objects.visible_to(request.viewer).select_related("kind").order_by("path")
    parent = parents.filter(code=request.GET.get("below", "")).first()
    form = NewUnitForm(request.POST or None, parents=parents, initial={"parent": parent})
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            unit = actions.create_unit(by=request.viewer, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("schools:unit_detail", pk=unit.pk)
    return render(request, "schools/unit_new.html", {"form": form})


@roles(*MANAGING_ROLES)
def unit_detail(request: ViewerRequest, pk: int) -> HttpResponse:
    unit = _unit(request, pk)
    context = {
        "unit": unit,
        "above": Unit.objects.filter(code__in=unit.ancestor_codes[:-1]).order_by("path"),
        "children": _with_counts(Unit.objects.visible_to(request.viewer).filter(parent=unit).select_related("kind")),
        "rules": _rules(unit),
        "stages": [str(ClassGroup.Stage(stage).label) for stage in unit.stages],
        "can_lead": can_lead_unit(request.viewer, unit),
        "can_build": request.viewer.role in (Role.CENTER_STAFF, Role.SYSTEM_ADMIN),
    }
    return render(request, "schools/unit_detail.html", context)


def _rules(unit: Unit) -> dict[str, Any]:
    """The rules in force, in words, and which of them are the unit's own."""
    in_force = settings_of(unit)
    named = in_force["second_factor_roles"]
    words = {
        "minutes": _("minutes, around the clock"),
        SAME_DAY: _("the same school day"),
        "school_days": _("school days"),
    }
    own = unit.settings.values_list("key", "value")
    levels = scheme_named(in_force["severity_scheme"]).levels
    targets = [(one, *in_force["clock_targets"][str(one.severity)]) for one in levels]
    return {
        # A limit that is higher than one above is the unit's own, but not in force.
        "own": {key for key, value in own if in_force[key] == value},
        "scheme": in_force["severity_scheme"],
        "hours": (in_force["day_starts"], in_force["day_ends"]),
        "exports": in_force["exports_per_day"],
        "record_years": in_force["record_years"],
        "help_lines": help_lines(unit),
        "students_per_counselor": in_force["students_per_counselor"],
        "everyone_wide": named is None,
        "factor_roles": [Role(role).label for role in named or []],
        "targets": [
            (level.word, words[kind] if kind == SAME_DAY else f"{amount} {words[kind]}")
            for level, kind, amount in targets
        ],
    }


@roles(*MANAGING_ROLES)
def unit_edit(request: ViewerRequest, pk: int) -> HttpResponse:
    unit = _unit(request, pk)
    form = UnitForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            # The form has written into its instance; the action compares with what is stored.
            actions.change_unit(by=request.viewer, unit=_unit(request, pk), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("schools:unit_detail", pk=pk)
    return render(request, "schools/unit_edit.html", {"form": form, "unit": unit})


@roles(*MANAGING_ROLES)
def unit_rules(request: ViewerRequest, pk: int) -> HttpResponse:
    unit = _unit(request, pk)
    form = RulesForm(request.POST or None, unit=unit)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            actions.change_settings(by=request.viewer, unit=unit, values=form.values())
            messages.success(request, _("Saved."))
            return redirect("schools:unit_detail", pk=pk)
    return render(request, "schools/unit_rules.html", {"form": form, "unit": unit})


def _unit(request: ViewerRequest, pk: int) -> Unit:
    return get_object_or_404(Unit.objects.visible_to(request.viewer).select_related("kind", "parent"), pk=pk)
