"""Long work of this floor: a student's file as PDF, and what is handed over on paper."""

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.common.errors import Refused
from schools.common.pdf_child import render
from schools.work.jobs import Work, job
from students.access import can_keep_registry
from students.actions.registry import not_the_keeper
from students.file import REGISTRY
from students.file_page import Choice, FileShown
from students.hand_over_page import on_paper
from students.handed import OFFERED
from students.models import HandOver, RegistryEntry, Student
from students.plan_page import plan_of
from students.registry_list import ledger_of

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


@job("registry_ledger")
def registry_ledger(work: Work) -> None:
    """The ledger, as the owner of the job may read it at this moment."""
    viewer = work.viewer
    if not can_keep_registry(viewer):
        raise not_the_keeper()
    work.progress(0, 2)
    context = {"entries": ledger_of(viewer), "unit": viewer.unit, "viewer": viewer, "now": timezone.now()}
    html = render_to_string("students/registry_pdf.html", context)
    work.progress(1, 2)
    work.keep(render(html), name=file_name(_("ledger")), content_type=PDF)


@job("hand_over")
def hand_over(work: Work) -> None:
    """What goes to a school outside of the network, with the slip that comes back."""
    viewer = work.viewer
    seen = HandOver.objects.visible_to(viewer).on_paper().filter(school_id=viewer.unit.pk)
    related = ("student__class_group__school", "school", "by__person", "to__person")
    offer = seen.select_related(*related).filter(pk=work.params["offer"]).first()
    if offer is None:
        raise Refused(_("Only what goes to a school outside of the network leaves on paper."))
    work.progress(0, 2)
    rows = [(entry, viewer.scheme.word(entry.severity), False) for entry in on_paper(viewer, offer)]
    entry = RegistryEntry.objects.visible_to(viewer).open().filter(student=offer.student_id).first()
    plan = plan_of(viewer, entry) if entry and REGISTRY.code in offer.kinds else {}
    kinds = [kind.label for kind in OFFERED if kind.code in offer.kinds]
    context = {**plan, "offer": offer, "student": offer.student, "rows": rows, "kinds": kinds}
    html = render_to_string("students/hand_over_pdf.html", {**context, "viewer": viewer, "now": timezone.now()})
    work.progress(1, 2)
    work.keep(render(html), name=file_name(_("hand-over")), content_type=PDF)
