"""A student's file on paper and as PDF."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from schools.access import SCHOOL_ROLES, roles
from schools.requests import ViewerRequest
from schools.views.jobs import to_job
from students.actions.file_print import print_file, start_file_pdf
from students.file_page import Choice, FileShown
from students.views.students import student_or_404


@roles(*SCHOOL_ROLES)
@require_GET
def file_print(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """To read and print: just what the page showed (`?kind=`, `?term=`)."""
    student = student_or_404(request, pk)
    choice = Choice.of(request.viewer, request.GET)
    print_file(by=request.viewer, student=student, choice=choice)
    shown = FileShown(request.viewer, student, choice)
    context = {"student": student, "file": shown, "rows": shown.rows(), "now": timezone.now()}
    return render(request, "students/file_print.html", context)


@roles(*SCHOOL_ROLES)
@require_POST
def file_pdf(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """A worker makes it."""
    student = student_or_404(request, pk)
    job = start_file_pdf(by=request.viewer, student=student, choice=Choice.of(request.viewer, request.GET))
    return to_job(job, back=student.get_absolute_url())
