"""Break-glass: opening what is closed, the list of openings, and their review."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from schools import audit
from schools.access import roles
from schools.accounts.second_factor import confirm_first, factors_of, is_confirmed
from schools.audit.trail import tell
from schools.common.errors import refusal_in
from schools.models import AuditEntry, Role
from schools.requests import ViewerRequest
from schools.templatetags.look import moment
from students.access import GLASS_ROLES, can_review_glass, student_named
from students.actions.glass import break_glass, review_glass
from students.glass_forms import GlassForm, ReviewForm
from students.glass_list import OPENINGS
from students.models import BreakGlass
from students.views.students import student_or_404


@roles(Role.SCHOOL_LEADER)
def glass_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Why, with a fresh second factor. The page is the same whether anything is closed or not."""
    student = student_or_404(request, pk)
    has_factor = factors_of(request.viewer.person).exists()
    if has_factor and not is_confirmed(request):
        return confirm_first(request, then=request.get_full_path())
    form = GlassForm(request.POST or None) if has_factor else None
    if form and form.is_valid():
        with refusal_in(form):
            opening = break_glass(by=request.viewer, student=student, **form.cleaned_data)
            until = moment(opening.until)
            messages.success(
                request, _("Open to you until {time}: what was closed stands in the file.").format(time=until)
            )
            return redirect(student)
    status = 422 if form and form.is_bound else 200
    return render(request, "students/glass_new.html", {"student": student, "form": form}, status=status)


@roles(*GLASS_ROLES)
@require_GET
def glass_list(request: ViewerRequest) -> HttpResponse:
    seen = BreakGlass.objects.visible_to(request.viewer)
    rows = seen.select_related("student", "school", "by__person", "reviewed_by__person")
    return render(
        request, "students/glass_list.html", {"list": OPENINGS.show(request, rows), "left": seen.unreviewed().count()}
    )


@roles(*GLASS_ROLES)
def glass_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Who opened what and why, what they looked at meanwhile; below it the review."""
    viewer = request.viewer
    seen = BreakGlass.objects.visible_to(viewer).select_related("student", "school", "by__person")
    opening = get_object_or_404(seen.select_related("reviewed_by__person"), pk=pk)
    may_review = can_review_glass(viewer, opening) and not opening.reviewed_at
    form = ReviewForm(request.POST or None) if may_review else None
    if form and form.is_valid():
        with refusal_in(form):
            review_glass(by=viewer, opening=opening, **form.cleaned_data)
            messages.success(request, _("Reviewed."))
            return redirect(opening)
    with transaction.atomic():
        audit.record(by=viewer, verb="glass.looked_at", about=opening, unit=opening.school)
    meanwhile = AuditEntry.objects.filter(
        student_id=opening.student_id,
        person=opening.by.person_id,
        chain__scope=opening.school.code,
        at__gte=opening.opened_at,
        at__lte=opening.until,
    )
    context = {
        "opening": opening,
        "named": student_named(viewer, opening.student),
        "meanwhile": tell(list(meanwhile.order_by("at")[:100]), None if viewer.role == Role.AUDITOR else viewer),
        "is_running": opening.is_running(timezone.now()),
        "form": form,
    }
    status = 422 if form and form.is_bound else 200
    return render(request, "students/glass_detail.html", context, status=status)
