"""The list of special groups of a unit."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from schools.access import roles
from schools.common.errors import refusal_in
from schools.models import Unit
from schools.requests import ViewerRequest
from students.access import GROUP_KEEPERS
from students.actions.groups import OFF, add_group, change_group
from students.forms import GroupForm, NewGroupForm
from students.models import GroupMember, SpecialGroup


@roles(*GROUP_KEEPERS)
def group_list(request: ViewerRequest) -> HttpResponse:
    """Which groups there are here, where each comes from, how many students of one's own are in it, and a new one."""
    viewer = request.viewer
    form = NewGroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            add_group(by=viewer, **form.cleaned_data)
            messages.success(request, _("Added. It is offered at once."))
            return redirect("students:group_list")
    members = GroupMember.objects.visible_to(viewer).current().order_by()
    counts = dict(members.values_list("group").annotate(n=Count("pk")))
    off = set(viewer.settings[OFF])
    rows = [
        {
            "group": group,
            "origin": _origin(group, viewer.unit),
            "is_off": group.pk in off,
            "count": counts.get(group.pk, 0),
        }
        for group in SpecialGroup.objects.known_to(viewer.unit)
    ]
    context = {"rows": rows, "form": form, "is_school": viewer.unit.is_school}
    return render(request, "students/group_list.html", context, status=422 if form.errors else 200)


def _origin(group: SpecialGroup, unit: Unit) -> str:
    return "default" if group.unit_id is None else "own" if group.unit_id == unit.pk else "inherited"


@roles(*GROUP_KEEPERS)
def group_edit(request: ViewerRequest, code: str) -> HttpResponse:
    viewer = request.viewer
    group = get_object_or_404(SpecialGroup.objects.known_to(viewer.unit), pk=code)
    form = GroupForm(
        request.POST if request.method == "POST" else None,
        group=group,
        is_own=group.unit_id == viewer.unit.pk,
        is_offered=group.pk not in viewer.settings[OFF],
    )
    if request.method == "POST" and form.is_valid():
        change_group(by=viewer, group=group, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("students:group_list")
    return render(request, "students/group_edit.html", {"group": group, "form": form})
