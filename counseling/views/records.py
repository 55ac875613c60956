"""The records of talks: list, one part, its correction, its deletion, its form on paper."""

import datetime as dt
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from counseling.access import can_change_part, can_export, can_restrict, readers_of, reason_to_read
from counseling.actions.talks import Overtaken, delete_part, revise_part
from counseling.content import Unfit, content_of, from_json, header_of
from counseling.forms import DeleteForm, HeaderForm, Offer, PartForm, ThemesForm
from counseling.listing import TALKS, dress, parts_of, shown_as
from counseling.models import TalkPart
from counseling.queries import Words, words_of
from counseling.raised import raised_by
from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, roles
from schools.common.errors import Refused, refusal_in
from schools.exporting import export_page
from schools.models import Role
from schools.requests import ViewerRequest
from schools.severity import Scheme
from students.access import can_handle_flags
from students.models import RiskFlag

READ = ("talk__author", "talk__membership", "talk__school", "student__class_group__school", "class_group__school")


@require_GET
@roles(*STAFF_ROLES)
def talk_list(request: ViewerRequest) -> HttpResponse:
    """Every part this viewer sees, with search and filters in the address."""
    viewer = request.viewer
    context = {"list": TALKS.show(request, parts_of(viewer)), "can_export": can_export(viewer)}
    return render(request, "counseling/talk_list.html", context)


@roles(*SCHOOL_ROLES)
def talk_export(request: ViewerRequest) -> HttpResponse:
    """What the list shows, as a workbook: no texts."""
    sheet = TALKS.sheet(request, parts_of(request.viewer))
    return export_page(request, sheet, back=f"{reverse('counseling:talk_list')}?{request.GET.urlencode()}")


def fetch_part(request: ViewerRequest, pk: UUID) -> TalkPart:
    return get_object_or_404(TalkPart.objects.visible_to(request.viewer).select_related(*READ, "deleted_by"), pk=pk)


def note_open(request: ViewerRequest, part: TalkPart, verb: str = "talk.opened") -> None:
    """A page is about to show the part. What cannot be noted is not shown."""
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=part, student=part.student_id, verb=verb)


def to_record(request: ViewerRequest, part: TalkPart, raising: TalkPart | None) -> HttpResponse:
    """After saving. Whoever may keep a talk for counselors only goes on to the flag that was just raised, as after
    raising one by hand: who has opened the flag and the student's page must not tell that there was a talk."""
    if raising and raising.flag_id and can_restrict(request.viewer):
        flag = RiskFlag.objects.visible_to(request.viewer).filter(pk=raising.flag_id).first()
        if flag:
            return redirect(flag)
    return redirect("counseling:talk_detail", part.pk)


@require_GET
@roles(*STAFF_ROLES)
def talk_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """One student's part. Of another student in the talk nothing is said to who does not see that part."""
    viewer: Viewer = request.viewer
    part = fetch_part(request, pk)
    note_open(request, part)
    words, scheme = words_of(viewer.unit), viewer.scheme
    seen = TalkPart.objects.visible_to(viewer).standing().filter(talk=part.talk).exclude(pk=part.pk)
    beside = list(seen.select_related("student").order_by("student__name"))
    context = {
        "part": dress(part, words, scheme),
        "may_change": can_change_part(viewer, part),
        "may_handle": can_handle_flags(viewer),
        "beside": beside,
        "raised": raised_by(viewer, [part, *beside]),
        "revisions": _revisions(viewer, part, words, scheme),
        "why": reason_to_read(viewer, part),
        "readers": readers_of(is_restricted=part.talk.is_restricted),
    }
    return render(request, "counseling/talk_detail.html", context)


def _revisions(viewer: Viewer, part: TalkPart, words: Words, scheme: Scheme) -> list[dict[str, Any]]:
    """How it read before each change, the newest first. What was written for counselors only stays theirs and the
    author's, though the talk is open to others now."""
    reads_all = viewer.role == Role.COUNSELOR or part.talk.author_id == viewer.person.pk
    found = []
    for revision in part.revisions.select_related("by").order_by("-number"):
        header, content = from_json(revision.content)
        if header.is_restricted and not reads_all:
            continue
        shown = shown_as(header, content, words, scheme)
        found.append({"revision": revision, "header": header, "content": content, "shown": shown})
    return found


@require_GET
@roles(*STAFF_ROLES)
def talk_print(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The usual record form, for paper."""
    viewer: Viewer = request.viewer
    part = fetch_part(request, pk)
    note_open(request, part, "talk.printed")
    dress(part, words_of(viewer.unit), viewer.scheme)
    minutes = part.talk.minutes
    ends = part.talk.happened_at + dt.timedelta(minutes=minutes) if minutes else None
    return render(request, "counseling/talk_print.html", {"part": part, "ends": ends, "now": timezone.now()})


@roles(*STAFF_ROLES)
def talk_edit(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Correct a part. What it said before stays as a numbered revision."""
    viewer: Viewer = request.viewer
    part = fetch_part(request, pk)
    if not can_change_part(viewer, part):
        messages.error(request, _("Only the person who held the talk changes its record, and only while it stands."))
        return redirect("counseling:talk_detail", part.pk)
    offer = Offer(viewer)
    data = request.POST if request.method == "POST" else None
    forms = {
        "header": HeaderForm(data, offer=offer, initial=asdict(header_of(part.talk))),
        "themes": ThemesForm(data, offer=offer, themes=part.themes),
        "form": PartForm(data, offer=offer, key=str(part.pk), initial=asdict(content_of(part))),
    }
    context = {"part": part, "revision": part.revision, "newer": None, "refusal": ""} | forms | _readers(viewer, part)
    valid = [form.is_valid() for form in forms.values()]  # all of them, so that each shows its errors
    if data is not None and all(valid):
        try:
            return _revise(request, part, forms)
        except Overtaken as refusal:
            words, scheme = words_of(viewer.unit), viewer.scheme
            context |= {"refusal": str(refusal), "newer": dress(fetch_part(request, pk), words, scheme)}
        except Unfit as unfit:
            forms["form" if unfit.student else "header"].add_error(unfit.field, str(unfit))
            context["revision"] = data.get("revision")
        except Refused as refusal:
            context |= {"refusal": str(refusal), "revision": data.get("revision")}
    if data is None or context["newer"]:  # else it shows what was sent
        note_open(request, part)
    return render(request, "counseling/talk_edit.html", context, status=200 if data is None else 422)


def _readers(viewer: Viewer, part: TalkPart) -> dict[str, str]:
    """Who reads it; whoever may tick "for counselors only" is told both cases."""
    is_fixed = part.talk.is_restricted and not can_restrict(viewer)
    return {
        "readers": readers_of(is_restricted=is_fixed),
        "readers_if_restricted": readers_of(is_restricted=True),
    }


def _revise(request: ViewerRequest, part: TalkPart, forms: dict[str, Any]) -> HttpResponse:
    number = request.POST.get("revision", "")
    before = part.severity
    revised = revise_part(
        by=request.viewer,
        part=part,
        revision=int(number) if number.isdecimal() and len(number) < 6 else 0,
        header=forms["header"].header(was_restricted=part.talk.is_restricted),
        written=forms["form"].content(forms["themes"].cleaned_data["themes"]),
        flag_reason=forms["header"].reason_for_flag(),
    )
    messages.success(request, _("Saved. What it said before is kept."))
    return to_record(request, revised, revised if revised.severity > before else None)


@roles(*STAFF_ROLES)
def talk_delete(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Ask why, then take the part out of the file."""
    part = fetch_part(request, pk)
    if not can_change_part(request.viewer, part):
        messages.error(request, _("Only the person who held the talk changes its record, and only while it stands."))
        return redirect("counseling:talk_detail", part.pk)
    form = DeleteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            delete_part(by=request.viewer, part=part, reason=form.cleaned_data["reason"])
            messages.success(request, _("The record is deleted. That it was, by whom and why, stays."))
            return redirect("counseling:talk_list")
    status = 422 if form.is_bound else 200
    return render(request, "counseling/talk_delete.html", {"part": part, "form": form}, status=status)
