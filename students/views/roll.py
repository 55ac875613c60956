"""The list of students, and finding one by the number of a paper."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, roles
from schools.common.errors import refusal_in
from schools.exporting import export_page
from schools.requests import ViewerRequest
from students.access import can_read_base_data
from students.actions.roll import Move, add_student, move_student, moves_of
from students.forms import MoveForm, NewStudentForm
from students.listing import STUDENTS, listed_students
from students.models import RiskFlag, Student
from students.queries import by_paper_number, is_paper_number
from students.views.students import note_first_open, student_or_404


def keeps_papers_out(view: Callable[[ViewerRequest], HttpResponse]) -> Callable[[ViewerRequest], HttpResponse]:
    """The number of a paper must not stay in the address, the history or a log."""

    @wraps(view)
    def checked(request: ViewerRequest) -> HttpResponse:
        if is_paper_number(request.GET.get("q", "")):
            messages.warning(request, _("Search for the number of a paper in the field made for it; it opens below."))
            return redirect("students:student_list")
        return view(request)

    return checked


@roles(*STAFF_ROLES)
@keeps_papers_out
def student_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    context = {
        "list": STUDENTS.show(request, listed_students(viewer)),
        "may_find": can_read_base_data(viewer),
        "may_import": viewer.role in SCHOOL_ROLES,
    }
    return render(request, "students/student_list.html", context)


@roles(*STAFF_ROLES)
@keeps_papers_out
def student_export(request: ViewerRequest) -> HttpResponse:
    """Just what the list shows, with its filters and order, as a workbook."""
    sheet = STUDENTS.sheet(request, listed_students(request.viewer))
    return export_page(request, sheet, back=f"{reverse('students:student_list')}?{request.GET.urlencode()}")


@roles(*SCHOOL_ROLES)
def student_new(request: ViewerRequest) -> HttpResponse:
    """A student who came after the roster was imported."""
    viewer = request.viewer
    form = NewStudentForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            because = form.cleaned_data.get("opened_because", "")
            student = add_student(by=viewer, values=form.values(), opened_because=because)
            messages.success(request, _("The student is on the roll. Add a guardian, so that somebody can be called."))
            return redirect(student)
    return render(request, "students/student_new.html", {"form": form})


@roles(*SCHOOL_ROLES)
def student_move(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """To another class, on leave, back, or away."""
    viewer = request.viewer
    student = student_or_404(request, pk)
    form = MoveForm(request.POST or None, moves=moves_of(student), viewer=viewer)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            values = form.cleaned_data | {"what": Move(form.cleaned_data["what"])}
            move_student(by=viewer, student=student, **values)
            messages.success(request, _("Saved. An import will not overwrite it."))
            return redirect(student)
    note_first_open(request, student)
    flag = RiskFlag.objects.visible_to(viewer).open().filter(student=student).first()
    return render(request, "students/student_move.html", {"student": student, "form": form, "flag": flag})


@roles(*STAFF_ROLES)
@require_POST
def student_find(request: ViewerRequest) -> HttpResponse:
    """By identity or registry number: posted, so that the number is in no address."""
    viewer = request.viewer
    students = Student.objects.visible_to(viewer) if can_read_base_data(viewer) else Student.objects.none()
    student = by_paper_number(students, request.POST.get("number", ""))
    if student is None:
        messages.warning(request, _("No student with this number among those you look after."))
        return redirect("students:student_list")
    with transaction.atomic():
        audit.record_read(by=viewer, about=student, student=student, verb="student.found_by_number")
    return redirect(student)
