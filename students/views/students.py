"""One student: the page with the file, base data, guardians, groups, and who opened it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import UUIDField
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, reason_to_see, roles
from schools.audit.trail import tellable
from schools.common.errors import refusal_in
from schools.common.identity import mask_identity_number, mask_phone
from schools.models import AuditEntry
from schools.prepared_for import prepared_for
from schools.requests import ViewerRequest
from students.access import (
    CARING_ROLES,
    FAMILY_ROLES,
    can_break_glass,
    can_correct,
    can_keep_family,
    can_keep_registry,
    can_read_base_data,
)
from students.actions.students import correct_student, save_guardian, set_groups, unmask
from students.file_page import Choice, FileShown
from students.forms import GroupsForm, GuardianForm, StudentForm, UnmaskForm
from students.imports.words import ethnic_names
from students.models import GroupMember, Guardian, RegistryEntry, RiskFlag, Student
from students.opens import OPENS
from students.queries import guardians_of, why_key


def student_or_404(request: ViewerRequest, pk: UUID) -> Student:
    """Whom the viewer sees is of the viewer's own school."""
    found = _student(request.viewer, pk=pk)
    if not found:
        raise Http404
    student: Student = found[0]
    student.school = request.viewer.unit
    if student.class_group:
        student.class_group.school = request.viewer.unit
    return student


@prepared_for(pk=UUIDField())
def _student(viewer: Viewer, pk: Any) -> Any:
    return Student.objects.visible_to(viewer).filter(pk=pk).select_related("class_group")


def note_open(request: ViewerRequest, student: Student) -> None:
    """A page is about to show what is stored of the student. What cannot be noted is not shown."""
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=student, student=student)


def note_first_open(request: ViewerRequest, student: Student) -> None:
    """A form that comes back refused shows what was sent, not what is stored."""
    if request.method == "GET":
        note_open(request, student)


def masked_guardians(student: Student) -> list[tuple[Guardian, str]]:
    """Each with the phone number as everybody sees it."""
    return [(guardian, mask_phone(guardian.phone)) for guardian in guardians_of(student)]


@roles(*STAFF_ROLES)
def student_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer = request.viewer
    student = student_or_404(request, pk)
    note_open(request, student)
    scheme, choice = viewer.scheme, Choice.of(viewer, request.GET)
    flag = next(iter(_open_flag(viewer, student=student.pk)), None)
    entry = next(iter(_open_entry(viewer, student=student.pk)), None)
    members = _groups_now(viewer, student=student.pk)
    context = {
        "student": student,
        "file": FileShown(viewer, student, choice, page=request.GET.get("page")),
        "flag": flag,
        "entry": entry,
        "may_list": can_keep_registry(viewer) and student.status != Student.Status.LEFT,
        "flag_label": scheme.word(flag.severity) if flag else "",
        "groups": members,
        "why_key": why_key(members, entry, flag),
        "why": reason_to_see(viewer, class_id=student.class_group_id),
        "may_correct": can_correct(viewer),
        "may_break_glass": can_break_glass(viewer),
        "may_keep_family": can_keep_family(viewer),
        "base": _base_data(student) if can_read_base_data(viewer) else None,
    }
    return render(request, "students/student_detail.html", context)


@prepared_for(student=UUIDField())
def _open_flag(viewer: Viewer, student: Any) -> Any:
    return RiskFlag.objects.visible_to(viewer).open().filter(student=student)


@prepared_for(student=UUIDField())
def _open_entry(viewer: Viewer, student: Any) -> Any:
    return RegistryEntry.objects.visible_to(viewer).open().filter(student=student)


@prepared_for(student=UUIDField())
def _groups_now(viewer: Viewer, student: Any) -> Any:
    members = GroupMember.objects.visible_to(viewer).current().filter(student=student)
    return members.select_related("group", "set_by")


def _base_data(student: Student) -> dict[str, Any]:
    return {
        "guardians": masked_guardians(student),
        "registry_number": mask_identity_number(student.registry_number),
        "id_number": mask_identity_number(student.id_number),
        "phone": mask_phone(student.phone),
        "ethnicity": ethnic_names().get(student.ethnicity, ""),
    }


@roles(*CARING_ROLES)
def student_unmask(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Ask why, note it, then show the numbers in the answer to this one request."""
    viewer = request.viewer
    student = student_or_404(request, pk)
    form = UnmaskForm(request.POST or None, initial={"what": "contact"})
    shown = None
    if request.method == "POST" and form.is_valid():
        unmask(by=viewer, student=student, **form.cleaned_data)
        shown = form.cleaned_data["what"]
    context = {"student": student, "form": form, "shown": shown, "guardians": student.guardians.all() if shown else []}
    return render(request, "students/student_unmask.html", context)


@roles(*SCHOOL_ROLES)
def student_opened(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Who opened or changed what of this student, newest first; `?from=` and `?until=` name the days."""
    student = student_or_404(request, pk)
    entries = AuditEntry.objects.filter(student_id=student.pk, chain__scope=student.school.code)
    told = tellable(entries, request.viewer).select_related("person")
    context = {"student": student, "list": OPENS.show(request, told)}
    return render(request, "students/student_opened.html", context)


@roles(*SCHOOL_ROLES)
def student_edit(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer = request.viewer
    student = student_or_404(request, pk)
    form = StudentForm(request.POST or None, student=student, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            correct_student(by=viewer, student=student, values=form.values())
            messages.success(request, _("Saved. An import will not overwrite what you corrected."))
            return redirect(student)
    note_first_open(request, student)
    return render(request, "students/student_edit.html", {"student": student, "form": form})


@roles(*FAMILY_ROLES)
def student_groups(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer = request.viewer
    student = student_or_404(request, pk)
    is_sent = request.method == "POST"
    form = GroupsForm(request.POST if is_sent else None, viewer=viewer, members=_groups_now(viewer, student=student.pk))
    if is_sent and form.is_valid():
        with refusal_in(form):
            set_groups(by=viewer, student=student, **form.values())
            messages.success(request, _("The special groups are set."))
            return redirect(student)
    note_first_open(request, student)
    return render(request, "students/student_groups.html", {"student": student, "form": form})


@roles(*FAMILY_ROLES)
def guardian_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    return _guardian(request, student_or_404(request, pk), None, "students/guardian_new.html")


@roles(*FAMILY_ROLES)
def guardian_edit(request: ViewerRequest, pk: UUID, guardian_pk: UUID) -> HttpResponse:
    student = student_or_404(request, pk)
    guardian = get_object_or_404(Guardian.objects.filter(student=student), pk=guardian_pk)
    return _guardian(request, student, guardian, "students/guardian_edit.html")


def _guardian(request: ViewerRequest, student: Student, guardian: Guardian | None, template: str) -> HttpResponse:
    form = GuardianForm(request.POST or None, guardian=guardian)
    if request.method == "POST" and form.is_valid():
        viewer = request.viewer
        save_guardian(by=viewer, student=student, guardian=guardian, values=form.values())
        messages.success(request, _("The guardian is saved."))
        return redirect(student)
    if guardian:
        note_first_open(request, student)
    return render(request, template, {"student": student, "form": form, "guardian": guardian})
