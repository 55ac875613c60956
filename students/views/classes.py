"""The classes of a school, and keeping them by hand."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import SCHOOL_ROLES, STAFF_ROLES, roles
from schools.common.errors import refusal_in, refusal_told
from schools.exporting import export_page
from schools.models import ClassGroup
from schools.requests import ViewerRequest
from students.access import can_correct
from students.actions.classes import add_class, change_class, close_class, open_class
from students.class_forms import ClassForm, NewClassForm
from students.class_listing import CLASSES, listed_classes


@roles(*STAFF_ROLES)
def class_list(request: ViewerRequest) -> HttpResponse:
    """The classes this viewer looks after, with who leads them and how many students they have."""
    context = {"list": CLASSES.show(request, listed_classes(request.viewer)), "may_keep": can_correct(request.viewer)}
    return render(request, "students/class_list.html", context)


@roles(*SCHOOL_ROLES)
def class_export(request: ViewerRequest) -> HttpResponse:
    sheet = CLASSES.sheet(request, listed_classes(request.viewer))
    return export_page(request, sheet, back=f"{reverse('students:class_list')}?{request.GET.urlencode()}")


@roles(*SCHOOL_ROLES)
def class_new(request: ViewerRequest) -> HttpResponse:
    """A class that no roster has named yet."""
    form = NewClassForm(request.POST or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            group = add_class(by=request.viewer, **form.values())
            messages.success(request, _("{name} is in the list of classes.").format(name=group.name))
            return redirect("students:class_list")
    return render(request, "students/class_new.html", {"form": form})


@roles(*SCHOOL_ROLES)
def class_edit(request: ViewerRequest, pk: int) -> HttpResponse:
    group = _group(request, pk)
    form = ClassForm(request.POST or None, viewer=request.viewer, group=group)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            change_class(by=request.viewer, group=group, **form.values())
            messages.success(request, _("Saved."))
            return redirect("students:class_list")
    return render(request, "students/class_edit.html", {"form": form, "group": group})


@roles(*SCHOOL_ROLES)
@require_POST
def class_close(request: ViewerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, close_class, _("Closed. Its records stay; nobody is asked about it any more."))


@roles(*SCHOOL_ROLES)
@require_POST
def class_open(request: ViewerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, open_class, _("The class is open again."))


def _act(request: ViewerRequest, pk: int, act: Callable[..., ClassGroup], done: str) -> HttpResponse:
    group = _group(request, pk)
    with refusal_told(request):
        act(by=request.viewer, group=group)
        messages.success(request, done)
        return redirect("students:class_list")
    return redirect("students:class_edit", pk=pk)


def _group(request: ViewerRequest, pk: int) -> ClassGroup:
    return get_object_or_404(ClassGroup.objects.visible_to(request.viewer).select_related("school"), pk=pk)
