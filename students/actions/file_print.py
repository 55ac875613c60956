"""A student's file leaves on paper or as PDF: with a row in the log that says so, and a mark of who took it."""

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schools import audit
from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Job
from schools.work.jobs import start_job
from students.actions.students import check_visible
from students.file_page import Choice
from students.models import Student


@transaction.atomic
def print_file(*, by: Viewer, student: Student, choice: Choice) -> None:
    """Note that it is about to be shown for printing."""
    _note(by, student, choice)


@transaction.atomic
def start_file_pdf(*, by: Viewer, student: Student, choice: Choice) -> Job:
    """Start the PDF."""
    _note(by, student, choice)
    params = {"student": str(student.pk), "language": get_language() or "zh-hans", **choice.params}
    return start_job(by=by, kind="student_file", params=params)


def _note(by: Viewer, student: Student, choice: Choice) -> None:
    if by.role not in SCHOOL_ROLES:
        raise Refused(_("Only a counselor or leader of the school prints a student's file."))
    check_visible(by, student)
    audit.record(by=by, verb="student.file_printed", about=student, student=student, details=choice.params)
