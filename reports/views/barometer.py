"""The class barometer: the delegate's form, the link to it, and the weeks."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from reports.access import can_give_link, can_read_barometer_words
from reports.actions.barometer import file_barometer, give_link, link_of, own_of
from reports.barometer import own_questions
from reports.barometer_forms import BarometerForm, DormitoryForm, OwnQuestionsForm
from reports.barometer_page import weeks_of
from reports.models import Barometer
from schools import audit
from schools.access import SCHOOL_ROLES, public, reason_to_see, roles
from schools.actions.units import change_setting
from schools.common.errors import refusal_in
from schools.help_lines import help_lines
from schools.models import ClassGroup, Role, Unit
from schools.requests import ViewerRequest

READERS = SCHOOL_ROLES | {Role.CLASS_TEACHER, Role.GRADE_HEAD}
MOST_WEEKS = 12


@public
def barometer_fill(request: HttpRequest, token: str) -> HttpResponse:
    """The delegate's form. The link opens this one page of this one class, and shows nothing that was written, nor
    that this week's is there already, nor which of two counts: whoever gave the link may be the one whom it is kept
    from."""
    link = link_of(token)
    if link is None:
        raise Http404
    form, is_done = BarometerForm(request.POST or None, own=own_of(link.class_group)), False
    if request.method == "POST" and form.is_valid():
        file_barometer(link=link, **form.values())
        is_done = True
    context = {"form": form, "group": link.class_group, "dormitory": link.dormitory, "is_done": is_done}
    if is_done:
        context["lines"] = help_lines(link.class_group.school)
    return render(request, "reports/barometer_fill.html", context)


@roles(*READERS)
@require_GET
def barometer_list(request: ViewerRequest) -> HttpResponse:
    return _weeks(request)


def _weeks(request: ViewerRequest, **more: Any) -> HttpResponse:
    viewer = request.viewer
    today, system = timezone.localdate(), viewer.unit.system
    classes = {group.pk: group for group in viewer.class_groups}
    seen = Barometer.objects.visible_to(viewer)
    shown = list(seen.order_by("-week").values_list("week", flat=True).distinct()[:MOST_WEEKS])
    rows = list(seen.filter(week__gte=shown[-1]).select_related("flag")) if shown else []
    reads_words = can_read_barometer_words(viewer)
    if reads_words and any(row.named or row.words for row in rows):
        with transaction.atomic():
            audit.record(by=viewer, verb="barometer.read")
    context = {
        "weeks": weeks_of(rows, classes),
        "classes": [
            group for group in classes.values() if group.is_there(today, system) and can_give_link(viewer, group)
        ],
        "reads_words": reads_words,
        "has_dormitories": _has_dormitories(viewer.unit),
        "may_ask": viewer.role == Role.SCHOOL_LEADER,
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/barometer_list.html", context | more)


def _has_dormitories(unit: Unit) -> bool:
    return unit.has_boarders or ClassGroup.Stage.UNIVERSITY in unit.stages


@roles(Role.SCHOOL_LEADER, Role.CENTER_STAFF)
def barometer_questions(request: ViewerRequest) -> HttpResponse:
    """The unit's own questions; they hold for every school below that has none of its own."""
    viewer = request.viewer
    form = OwnQuestionsForm(request.POST or None, own=own_questions(viewer.settings["barometer_questions"]))
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            change_setting(by=viewer, unit=viewer.unit, key="barometer_questions", value=form.rows())
            messages.success(request, _("Saved. The next form asks them."))
            return redirect("reports:barometer_questions")
    return render(request, "reports/barometer_questions.html", {"form": form, "is_school": viewer.unit.is_school})


@roles(*SCHOOL_ROLES, Role.CLASS_TEACHER)
@require_POST
def barometer_link(request: ViewerRequest, pk: int) -> HttpResponse:
    """The link is shown in this answer and never again: only its hash is kept."""
    group = get_object_or_404(ClassGroup.objects.visible_to(request.viewer), pk=pk)
    group.school = request.viewer.unit
    form = DormitoryForm(request.POST)
    if not form.is_valid():
        raise BadRequest("no name of a dormitory")
    dormitory = form.cleaned_data["dormitory"]
    token = give_link(by=request.viewer, group=group, dormitory=dormitory)
    link = request.build_absolute_uri(reverse("reports:barometer_fill", args=[token]))
    return _weeks(request, link=link, link_for=f"{group.name} {dormitory}".strip())
