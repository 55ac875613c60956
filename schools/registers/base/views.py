"""The pages of every register; `schools.registers.base.urls` gives each its own under its own name."""

from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from schools.common.errors import refusal_in, refusal_told
from schools.exporting import export_page
from schools.imports.actions import start_preview
from schools.imports.kinds import kind_named
from schools.models import Attachment, RecordVersion, WorkRecord
from schools.registers.base import actions
from schools.registers.base.forms import SheetForm
from schools.registers.base.register import Register, all_registers
from schools.requests import ViewerRequest
from schools.views.imports import to_preview_job


def record_list(request: ViewerRequest, register: Register) -> HttpResponse:
    rows = register.rows(request.viewer)
    context = {
        "register": register,
        "list": register.listing.show(request, rows),
        "waiting": rows.order_by().waiting().count() if register.own and request.viewer.role in register.keeps else 0,
        "may_enter": register.can_enter(request.viewer),
        "keeps": request.viewer.role in register.keeps,
        "new_url": reverse(register.page("new")),
        "export_url": reverse(register.page("export")),
        "import_url": reverse(register.page("import")) if register.sheet else "",
    }
    return _drawn(request, register, "list", context)


def record_export(request: ViewerRequest, register: Register) -> HttpResponse:
    sheet = register.listing.sheet(request, register.rows(request.viewer))
    return export_page(request, sheet, back=f"{reverse(register.url_name)}?{request.GET.urlencode()}")


def record_import(request: ViewerRequest, register: Register) -> HttpResponse:
    """Hand in a workbook; its preview and its result are the pages of every import."""
    kind = kind_named(f"{register.name}s")
    form = SheetForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        upload, unit = form.cleaned_data["file"], request.viewer.unit
        job = start_preview(by=request.viewer, kind=kind, unit=unit, content=upload.read(), filename=upload.name)
        return to_preview_job(job, kind)
    context = {"register": register, "form": form, "back": reverse(register.url_name)}
    return _drawn(request, register, "import", context, status=422 if form.is_bound else 200)


def record_new(request: ViewerRequest, register: Register) -> HttpResponse:
    viewer = request.viewer
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = register.form(*sent, viewer=viewer)
    if form.is_valid():
        with refusal_in(form):
            values, files = form.values(), form.cleaned_data["attached"]
            record = actions.enter_record(by=viewer, register=register, values=values, files=files)
            messages.success(request, _saved(record))
            return redirect(register.page("detail"), record.pk)
    context = {"register": register, "form": form, "back": reverse(register.url_name)}
    return _drawn(request, register, "new", context, status=422 if form.is_bound else 200)


def _saved(record: WorkRecord) -> str:
    if record.confirmed_at:
        return _("Saved.")
    return _("Saved. It counts once your school or center has confirmed it.")


def record_detail(request: ViewerRequest, register: Register, pk: UUID) -> HttpResponse:
    viewer, record = request.viewer, _record(request, register, pk)
    may_change = register.can_change(viewer, record)
    context = {
        "register": register,
        "record": record,
        "facts": register.facts(record),
        "files": [
            (one, reverse(register.page("file"), args=[record.pk, one.pk])) for one in Attachment.objects.of(record)
        ],
        "history": _history(register, record),
        "may_confirm": register.can_confirm(viewer, record),
        "may_change": may_change,
        "may_remove": may_change and not (record.confirmed_at and register.is_own(viewer, record)),
        "back": reverse(register.url_name),
        "urls": {page: reverse(register.page(page), args=[record.pk]) for page in ("edit", "confirm", "remove")},
    }
    return _drawn(request, register, "detail", context)


def _record(request: ViewerRequest, register: Register, pk: UUID) -> Any:
    return get_object_or_404(register.rows(request.viewer), pk=pk)


def _history(register: Register, record: WorkRecord) -> list[dict[str, Any]]:
    """What was done with it, the newest first; of a change, what it said before and after."""
    words = {"entered": _("entered"), "changed": _("changed"), "confirmed": _("confirmed")}
    versions = list(RecordVersion.objects.of(record).select_related("by__person"))
    labels = {one.name: str(one.label) for one in register.columns}
    found = []
    for version, before in zip_longest(versions, versions[1:]):
        who = version.by.person.name if version.by else _("an import on the server")
        title = f"{who} · {words[version.act]}"
        found.append({"when": version.at, "title": title, "text": _differences(version, before, labels)})
    return found


def _differences(version: RecordVersion, before: RecordVersion | None, labels: dict[str, str]) -> str:
    if before is None or version.act != RecordVersion.Act.CHANGED:
        return ""
    changed = [name for name in labels if version.values.get(name) != before.values.get(name)]
    lines = [
        f"{labels[name]}: {before.values.get(name) or '—'} → {version.values.get(name) or '—'}" for name in changed
    ]
    return "\n".join(lines)


def record_edit(request: ViewerRequest, register: Register, pk: UUID) -> HttpResponse:
    viewer, record = request.viewer, _record(request, register, pk)
    if not register.can_change(viewer, record):
        messages.error(request, _("You change only your own."))
        return redirect(register.page("detail"), record.pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = register.form(*sent, viewer=viewer, instance=_record(request, register, pk))
    if form.is_valid():
        with refusal_in(form):
            actions.change_record(
                by=viewer,
                register=register,
                record=record,
                revision=form.cleaned_data["revision"] or 0,
                values=form.values(),
                files=form.cleaned_data["attached"],
            )
            messages.success(request, _saved(_record(request, register, pk)))
            return redirect(register.page("detail"), record.pk)
    context = {"register": register, "record": record, "form": form}
    context["back"] = reverse(register.page("detail"), args=[record.pk])
    return _drawn(request, register, "edit", context, status=422 if form.is_bound else 200)


def record_confirm(request: ViewerRequest, register: Register, pk: UUID) -> HttpResponse:
    record = _record(request, register, pk)
    number = request.POST.get("revision", "")
    revision = int(number) if number.isdecimal() and len(number) < 6 else 0
    with refusal_told(request):
        actions.confirm_record(by=request.viewer, register=register, record=record, revision=revision)
        messages.success(request, _("Confirmed. It counts from now on."))
    return redirect(register.page("detail"), record.pk)


def record_remove(request: ViewerRequest, register: Register, pk: UUID) -> HttpResponse:
    record = _record(request, register, pk)
    with refusal_told(request):
        actions.remove_record(by=request.viewer, register=register, record=record)
        messages.success(request, _("Removed."))
        return redirect(register.url_name)
    return redirect(register.page("detail"), record.pk)


def record_file(request: ViewerRequest, register: Register, pk: UUID, file_pk: UUID) -> HttpResponse:
    """A file leaves by GET; a POST removes it."""
    viewer, record = request.viewer, _record(request, register, pk)
    seen = Attachment.objects.visible_to(viewer).of(record)
    attachment = get_object_or_404(seen, pk=file_pk)
    if request.method != "POST":
        download: HttpResponse = actions.take_file(by=viewer, register=register, record=record, attachment=attachment)
        return download
    with refusal_told(request):
        actions.remove_file(by=viewer, register=register, record=record, attachment=attachment)
        messages.success(request, _("The file is removed."))
    return redirect(register.page("detail"), record.pk)


def _drawn(
    request: ViewerRequest, register: Register, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """By the register's own template of the page's name, where it has one."""
    shared = {"new": "form", "edit": "form"}.get(page, page)
    names = [f"schools/{register.name}_{page}.html", f"schools/record_{shared}.html"]
    return render(request, names, context, status=status)  # type: ignore[arg-type]  # the stubs know one name only


def register_list(request: ViewerRequest) -> HttpResponse:
    """The registers that this role sees, with how much each holds."""
    viewer = request.viewer
    found = [
        {
            "register": one,
            "url": reverse(one.url_name),
            "count": one.rows(viewer).count(),
        }
        for one in all_registers()
        if viewer.role in one.sees
    ]
    return render(request, "schools/register_list.html", {"registers": found})
