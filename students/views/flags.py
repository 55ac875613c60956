"""Risk flags: the list and the page of one, taking it in hand, raising one, the numbers to call."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import UUIDField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, roles
from schools.common.errors import refusal_in, refusal_told
from schools.exporting import export_page
from schools.prepared_for import prepared_for
from schools.requests import ViewerRequest
from schools.unpublished import calendar_warning
from students.access import can_handle_flags
from students.actions.flags import acknowledge_flag, raise_flag
from students.clocks import running_until, urgent_words
from students.flag_forms import STEP_FORMS, FlagForm, StepForm, blank_form
from students.flag_list import FLAGS, flags_of
from students.flag_page import duty_of, faces, next_kind, page_of
from students.models import RiskFlag
from students.queries import flag_counts
from students.views.students import student_or_404

RELATED = (
    "student__class_group__school",
    "school",
    "raised_by__person",
    "assignee__person",
    "assignee__backup__person",
)


@roles(*STAFF_ROLES)
@require_GET
def flag_list(request: ViewerRequest) -> HttpResponse:
    return render(request, "students/flag_list.html", board(request))


def board(request: ViewerRequest) -> dict[str, Any]:
    """The list, for its own page and beside a flag."""
    viewer = request.viewer
    shown = FLAGS.show(request, flags_of(viewer))
    counts = flag_counts(viewer)
    ends = [until for flag in shown.page_obj.object_list if (until := running_until(flag))]
    return {
        "list": shown,
        "counts": counts,
        "urgent": urgent_words(counts, viewer.scheme),
        "tab": shown.filter["show"],
        "may_export": can_handle_flags(viewer),
        "calendar_warning": calendar_warning([timezone.now(), *ends] if ends else []),
    }


@roles(*SCHOOL_ROLES)
def flag_export(request: ViewerRequest) -> HttpResponse:
    """Just what the list shows, as a workbook: no texts."""
    sheet = FLAGS.sheet(request, flags_of(request.viewer))
    return export_page(request, sheet, back=f"{reverse('students:flag_list')}?{request.GET.urlencode()}")


def flag_or_404(request: ViewerRequest, pk: UUID) -> RiskFlag:
    found: list[RiskFlag] = _flag(request.viewer, pk=pk)
    if not found:
        raise Http404
    return found[0]


@prepared_for(pk=UUIDField())
def _flag(viewer: Viewer, pk: Any) -> Any:
    return RiskFlag.objects.visible_to(viewer).filter(pk=pk).select_related(*RELATED, "waits_for__person")


@roles(*STAFF_ROLES)
@require_GET
def flag_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    flag = flag_or_404(request, pk)
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=flag, student=flag.student_id)
    return flag_page(request, flag)


def flag_page(
    request: ViewerRequest, flag: RiskFlag, form: StepForm | None = None, kind: str = "", **more: Any
) -> HttpResponse:
    """The page of a flag; `form` is a step of this kind that was sent back."""
    viewer = request.viewer
    kind = kind or request.GET.get("step", "")
    if kind and kind not in STEP_FORMS:
        raise BadRequest("unknown kind of step")
    context = board(request) | page_of(viewer, flag, **more)
    if context["may_handle"]:
        kind = kind or next_kind(flag, context["steps"])
        context["kind"] = kind
        context["form"] = form or blank_form(kind, viewer, flag)
        context["faces"] = faces(flag, kind)
    return render(request, "students/flag_detail.html", context)


@roles(*SCHOOL_ROLES)
@require_POST
def flag_acknowledge(request: ViewerRequest, pk: UUID) -> HttpResponse:
    flag = flag_or_404(request, pk)
    with refusal_told(request):
        acknowledge_flag(by=request.viewer, flag=flag)
        messages.success(request, _("You have it in hand. The clock of the first measure runs on."))
    return redirect(flag)


@roles(*SCHOOL_ROLES)
@require_POST
def flag_numbers(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The numbers of class teacher and guardians, in the answer to this one request; that they were seen is logged."""
    flag = flag_or_404(request, pk)
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=flag, student=flag.student_id, verb="flag.numbers_seen")
    return flag_page(request, flag, shows_numbers=True)


@roles(*STAFF_ROLES)
def flag_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Raise a flag from the student's page. Whom to call stands on the form already."""
    viewer = request.viewer
    student = student_or_404(request, pk)
    form = FlagForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            flag = raise_flag(by=viewer, student=student, **form.cleaned_data)
            messages.success(request, _("Reported. The counselor is called now."))
            # A subject teacher whose words were added to somebody else's flag may not open that one.
            seen = RiskFlag.objects.visible_to(viewer).filter(pk=flag.pk).exists()
            return redirect(flag if seen else student)
    duty = [(one.person.name, one.person.phone) for one in duty_of(viewer) if one.person_id != viewer.person.pk]
    return render(request, "students/flag_new.html", {"student": student, "form": form, "duty": duty})
