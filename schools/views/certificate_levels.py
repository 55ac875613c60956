"""Kinds of certificates and their levels, as this installation has them, and who should hold which."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import roles
from schools.actions import certificate_levels as actions
from schools.common.errors import refusal_in
from schools.common.labels import listed
from schools.forms.certificates import CertificateLevelForm, NewCertificateLevelForm, roles_wanted
from schools.models import Certificate, CertificateLevel, Role
from schools.requests import ViewerRequest


@roles(Role.SYSTEM_ADMIN)
def certificate_level_list(request: ViewerRequest) -> HttpResponse:
    words = dict(roles_wanted())
    holds = Certificate.objects.filter(level=OuterRef("pk"))
    levels: list[Any] = list(CertificateLevel.objects.annotate(is_held=Exists(holds)))
    for level in levels:
        level.wanted = listed([words.get(role, role) for role in level.wanted_from])
    kinds = [(label, list(found)) for label, found in groupby(levels, key=lambda level: level.kind_label)]
    return render(request, "schools/certificate_level_list.html", {"kinds": kinds})


@roles(Role.SYSTEM_ADMIN)
def certificate_level_new(request: ViewerRequest) -> HttpResponse:
    form = NewCertificateLevelForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_done(request, form, actions.add_certificate_level):
        return redirect("schools:certificate_level_list")
    return _ask(request, form)


@roles(Role.SYSTEM_ADMIN)
def certificate_level_edit(request: ViewerRequest, code: str) -> HttpResponse:
    level = get_object_or_404(CertificateLevel, pk=code)
    initial = {name: getattr(level, name) for name in CertificateLevelForm.base_fields}
    form = CertificateLevelForm(request.POST or None, initial=initial)
    action = actions.change_certificate_level
    if request.method == "POST" and form.is_valid() and _is_done(request, form, action, level=level):
        return redirect("schools:certificate_level_list")
    return _ask(request, form, level)


@roles(Role.SYSTEM_ADMIN)
@require_POST
def certificate_level_remove(request: ViewerRequest, code: str) -> HttpResponse:
    actions.remove_certificate_level(by=request.viewer, level=get_object_or_404(CertificateLevel, pk=code))
    messages.success(request, _("Removed."))
    return redirect("schools:certificate_level_list")


def _ask(request: ViewerRequest, form: Any, level: CertificateLevel | None = None) -> HttpResponse:
    context = {"form": form, "level": level}
    status = 422 if form.is_bound else 200
    return render(request, "schools/certificate_level_form.html", context, status=status)


def _is_done(request: ViewerRequest, form: Any, action: Any, **about: Any) -> bool:
    with refusal_in(form):
        action(by=request.viewer, **about, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return True
    return False
