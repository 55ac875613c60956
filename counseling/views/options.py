"""Themes, kinds, places, moods and text templates of the own unit."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from counseling.access import WORDING_ROLES
from counseling.actions import options as actions
from counseling.forms import OptionForm, TemplateForm
from counseling.models import TalkOption, TextTemplate
from counseling.queries import all_options_of, templates_of
from schools.access import roles
from schools.models import Unit
from schools.requests import ViewerRequest


@require_GET
@roles(*WORDING_ROLES)
def option_list(request: ViewerRequest) -> HttpResponse:
    """The five lists in force, with where each row comes from."""
    unit: Unit = request.viewer.unit
    options = all_options_of(unit, with_hidden=True)
    lists = [
        {"code": name, "label": label, "rows": [_from(row, unit) for row in options[name]]}
        for name, label in TalkOption.List.choices
    ]
    templates = [_from(row, unit) for row in templates_of(unit, with_hidden=True)]
    return render(request, "counseling/option_list.html", {"lists": lists, "templates": templates})


def _from(row: Any, unit: Unit) -> Any:
    row.origin = "default" if row.unit_id is None else "own" if row.unit_id == unit.pk else "inherited"
    return row


@roles(*WORDING_ROLES)
def option_add(request: ViewerRequest, name: str) -> HttpResponse:
    if name not in TalkOption.List.values:
        raise Http404
    form = OptionForm(request.POST if request.method == "POST" else None)
    del form.fields["is_active"]
    if request.method == "POST" and form.is_valid():
        actions.add_option(by=request.viewer, name=name, **form.cleaned_data)
        return _done(request)
    return _ask(request, form, TalkOption.List(name).label)


@roles(*WORDING_ROLES)
def option_change(request: ViewerRequest, pk: int) -> HttpResponse:
    """Change a row in force for the unit; an inherited one gets a row of the unit's own."""
    rows = all_options_of(request.viewer.unit, with_hidden=True)
    option = _in_force([row for found in rows.values() for row in found], pk)
    initial = {"label_zh": option.label_zh, "label_en": option.label_en, "is_active": option.is_active}
    form = OptionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_option(by=request.viewer, option=option, **form.cleaned_data)
        return _done(request)
    return _ask(request, form, option.get_list_display())


@roles(*WORDING_ROLES)
def template_add(request: ViewerRequest) -> HttpResponse:
    form = TemplateForm(request.POST if request.method == "POST" else None, initial={"box": TextTemplate.Box.VIEW})
    del form.fields["is_active"]
    if request.method == "POST" and form.is_valid():
        actions.add_template(by=request.viewer, **form.cleaned_data)
        return _done(request)
    return _ask(request, form, _("text template"))


@roles(*WORDING_ROLES)
def template_change(request: ViewerRequest, pk: int) -> HttpResponse:
    template = _in_force(templates_of(request.viewer.unit, with_hidden=True), pk)
    initial = {name: getattr(template, name) for name in TemplateForm.base_fields}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_template(by=request.viewer, template=template, **form.cleaned_data)
        return _done(request)
    return _ask(request, form, _("text template"))


def _in_force(rows: list[Any], pk: int) -> Any:
    """Only rows in force here can be changed; every other id is unknown."""
    for row in rows:
        if row.pk == pk:
            return row
    raise Http404


def _done(request: ViewerRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("counseling:option_list")


def _ask(request: ViewerRequest, form: Any, what: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "counseling/option_form.html", {"form": form, "what": what}, status=status)
