"""Long work of this floor: a student's file as PDF."""

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.common.errors import Refused
from schools.common.pdf_child import render
from schools.work.jobs import Work, job
from students.file_page import Choice, FileShown
from students.models import Student

PDF = "application/pdf"


def file_name(what: str) -> str:
    """It names no student."""
    return f"{what}-{timezone.localtime():%Y%m%d-%H%M}.pdf"


@job("student_file")
def student_file(work: Work) -> None:
    """What the owner of the job may read at this moment."""
    viewer = work.viewer
    seen = Student.objects.visible_to(viewer).select_related("class_group__school", "school")
    student = seen.filter(pk=work.params["student"]).first()
    if student is None:
        raise Refused(_("This is not a student you look after."))
    work.progress(0, 2)
    shown = FileShown(viewer, student, Choice.of(viewer, work.params))
    context = {"student": student, "file": shown, "rows": shown.rows(), "viewer": viewer, "now": timezone.now()}
    html = render_to_string("students/file_pdf.html", context)
    work.progress(1, 2)
    work.keep(render(html), name=file_name(_("student-file")), content_type=PDF)
