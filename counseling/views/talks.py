"""Logging a talk: the form, its draft, the search for students."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counseling.access import readers_of
from counseling.actions.drafts import discard_draft, save_draft, submission_of_gone, typed_in
from counseling.actions.talks import file_talk
from counseling.forms import (
    BLANK,
    FIRST,
    HeaderForm,
    Offer,
    PartForm,
    TalkSheet,
    chosen_in,
    is_worth_keeping,
    now_for_form,
    submission_in,
    typed_in_form,
)
from counseling.models import TalkDraft, TalkLog, TalkPart
from counseling.queries import Next, find_students, last_parts, next_students, templates_of
from counseling.views.records import to_record
from schools import audit
from schools.access import STAFF_ROLES, Viewer, roles
from schools.common.errors import Refused
from schools.common.kept import kept
from schools.common.rendering import MOMENT
from schools.requests import ViewerRequest
from students.access import can_correct
from students.advice import first_step
from students.models import Student

NOTHING = UUID(int=0)

MOST_DRAFTS = 20


@roles(*STAFF_ROLES)
def talk_new(request: ViewerRequest) -> HttpResponse:
    """The form. `?student=` chooses one, `?draft=` goes on with what was typed before."""
    if request.method == "POST":
        return _answer(request)
    viewer: Viewer = request.viewer
    if missing := first_step(viewer):
        context = {"first_step": missing, "may_import": can_correct(viewer)}
        return render(request, "counseling/talk_new.html", context)
    offer, submission, typed = Offer(viewer), uuid4(), {}
    drafts = list(TalkDraft.objects.visible_to(viewer)[:MOST_DRAFTS])
    if "draft" in request.GET:
        draft = TalkDraft.objects.visible_to(viewer).filter(pk=_id(request.GET["draft"])).first()
        if draft is None:
            return _draft_is_gone(request)
        submission, typed, drafts = draft.submission, typed_in(draft), []
    elif "student" in request.GET:
        student = get_object_or_404(Student.objects.visible_to(viewer), pk=_id(request.GET["student"]))
        typed = {"students": [str(student.pk)]}
    sheet = TalkSheet(offer, defaults=_defaults(offer), typed=typed)
    return _show(request, sheet, submission, drafts=drafts)


def _draft_is_gone(request: ViewerRequest) -> HttpResponse:
    """Filed or thrown away meanwhile, and come back to by the browser's Back or an old tab."""
    viewer: Viewer = request.viewer
    submission = submission_of_gone(viewer, _id(request.GET["draft"]))
    if submission is None:
        raise Http404
    part = _record_of(viewer, submission)
    if part:
        messages.info(request, _("This talk has been saved; here is its record."))
        return redirect("counseling:talk_detail", part.pk)
    messages.info(request, _("This draft is no longer there: it was thrown away. Here is an empty form."))
    return redirect("counseling:talk_new")


def _record_of(viewer: Viewer, submission: UUID) -> TalkPart | None:
    """Where the record of a talk of one's own begins: its first student's part."""
    own = TalkPart.objects.visible_to(viewer).filter(talk__author=viewer.person, talk__submission=submission)
    return own.order_by("pk").first()


def _answer(request: ViewerRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    submission = submission_in(request.POST)
    if submission is None:
        return HttpResponseBadRequest(_("The form was incomplete. Please open it again."))
    offer, typed = Offer(viewer), typed_in_form(request.POST)
    if "find" in request.POST:
        sheet = TalkSheet(offer, defaults=_defaults(offer), typed=typed)
        return _show(request, sheet, submission, sought=request.POST.get("q", "").replace("\0", ""))
    known = TalkLog.objects.filter(author=viewer.person, submission=submission).exists()
    sheet = TalkSheet(offer, defaults={}, typed=typed, is_sent=True)
    if known or sheet.is_valid():
        try:
            return _file(request, sheet, submission, known)
        except Refused as refusal:
            sheet.refuse(refusal)
    return _show(request, sheet, submission, status=422)


def _file(request: ViewerRequest, sheet: TalkSheet, submission: UUID, known: bool) -> HttpResponse:
    if known:
        talk = TalkLog.objects.get(author=request.viewer.person, submission=submission)
        messages.info(request, _("This form had been saved before; here is its record."))
    else:
        talk = file_talk(
            by=request.viewer,
            submission=submission,
            header=sheet.header.header(),
            parts=sheet.parts(),
            flag_reason=sheet.header.reason_for_flag(),
        )
        is_raised = any(part.severity for part in sheet.parts().values())
        if "next" in request.POST and not is_raised:
            messages.success(request, _("Saved. Now the next one."))
            group = sheet.students[0].class_group_id
            return redirect(reverse("counseling:talk_new") + (f"?class={group}" if group else ""))
        messages.success(request, _("Saved, and a risk flag stands.") if is_raised else _("Saved."))
    parts = list(TalkPart.objects.filter(talk=talk, talk__author=request.viewer.person).order_by("pk"))
    raising = [] if known else [part for part in parts if part.severity]
    return to_record(request, parts[0], next(iter(raising), None))


def _show(
    request: ViewerRequest,
    sheet: TalkSheet,
    submission: UUID,
    *,
    drafts: list[TalkDraft] | None = None,
    sought: str = "",
    status: int = 200,
) -> HttpResponse:
    viewer: Viewer = request.viewer
    templates = _templates(viewer)
    of_class = _class_in(request)
    turn = next_students(viewer, of_class=of_class)
    blank = _blank_block(sheet.offer, templates)
    context = {
        "sheet": sheet,
        "submission": submission,
        "drafts": _unfinished(viewer, drafts or []),
        "offered": _offered(viewer, sheet, sought, turn),
        "turn": turn,
        "of_class": of_class,
        "lasts": _last_talks(request, sheet),
        "sought": sought,
        "templates": templates,
        "blank": blank,
        "untouched": mark_safe(blank.replace(BLANK, FIRST)) if sheet.is_untouched() else "",  # noqa: S308 (as drawn)
        "themes": _themes(sheet),
        "header": _header(sheet),
        "readers": readers_of(is_restricted=False),
        "readers_if_restricted": readers_of(is_restricted=True),
    }
    return render(request, "counseling/talk_new.html", context, status=status)


def _blank_block(offer: Offer, templates: dict[str, list[Any]]) -> str:
    """Drawn once for the words of a unit, and copied: blocks are the better part of the page."""

    def draw() -> SafeString:
        form = PartForm(offer=offer, key=BLANK)
        return render_to_string("counseling/parts/block.html", {"key": BLANK, "form": form, "templates": templates})

    words = tuple((box, one.title, one.body) for box, found in templates.items() for one in found)
    return kept(("blank block", *offer.choices("mood"), offer.scheme.code, words), draw)


def _themes(sheet: TalkSheet) -> SafeString:
    def draw() -> SafeString:
        return render_to_string("counseling/parts/themes.html", {"form": sheet.themes})

    is_blank = not sheet.is_sent and not sheet.themes.initial["themes"]
    return kept(("themes", *sheet.offer.choices("theme")), draw) if is_blank else draw()


def _header(sheet: TalkSheet) -> SafeString:
    """Drawn once for what is offered and used last; only the time differs from page to page."""

    def draw(form: HeaderForm) -> SafeString:
        context = {"form": form, "open": sheet.has_header_problem()}
        return render_to_string("counseling/parts/header.html", context)

    given = sheet.header.initial
    if sheet.is_sent or not isinstance(given["happened_at"], dt.datetime):
        return draw(sheet.header)
    blank = dict(given) | {"happened_at": BLANK}
    offered = (sheet.offer.choices(name) for name in ("kind", "place"))
    key = ("header", *sorted(blank.items()), *(tuple(choices) for choices in offered))
    drawn = kept(key, lambda: draw(HeaderForm(offer=sheet.offer, initial=blank)))
    when = timezone.localtime(given["happened_at"]).strftime(MOMENT)
    return mark_safe(drawn.replace(BLANK, when))  # noqa: S308  a time, in what was drawn


def _unfinished(viewer: Viewer, drafts: list[TalkDraft]) -> list[dict[str, Any]]:
    """The drafts with the names of those they are about, as far as the viewer still sees them."""
    ids = {draft.pk: chosen_in(typed_in(draft)) for draft in drafts}
    wanted = {pk for found in ids.values() for pk in found}
    seen = Student.objects.visible_to(viewer).filter(pk__in=wanted) if wanted else Student.objects.none()
    names = {student.pk: student.name for student in seen}
    return [{"draft": draft, "names": [names[pk] for pk in ids[draft.pk] if pk in names]} for draft in drafts]


def _class_in(request: ViewerRequest) -> Any:
    """The class that the names are offered of: an address may say it, as after a talk with somebody of it."""
    wanted = request.POST.get("class") or request.GET.get("class")
    if not wanted:
        return None
    return next((group.pk for group in request.viewer.class_groups if str(group.pk) == wanted), None)


def _last_talks(request: ViewerRequest, sheet: TalkSheet) -> dict[str, TalkPart]:
    """What was last agreed with those chosen, as far as the viewer may read it: shown, so its opening is noted."""
    if not sheet.students:
        return {}
    with transaction.atomic():
        found = last_parts(request.viewer, sheet.students)
        audit.record_many(by=request.viewer, verb="talk.opened", rows=[(p, p.student_id) for p in found.values()])
    return {str(pk): part for pk, part in found.items()}


def _offered(viewer: Viewer, sheet: TalkSheet, sought: str, turn: list[Next]) -> list[dict[str, Any]]:
    """The chosen ones, what was searched for without JavaScript, then whom to talk to next. Why it is their turn stands
    apart, folded: the child that is being talked to may look on."""
    chips = [{"value": s.pk, "label": s.name, "on": True} for s in sheet.students]
    chips += [{"value": s.pk, "label": s.name, "hint": _place_of(s)} for s in find_students(viewer, sought)]
    chips += [{"value": one.student.pk, "label": one.student.name} for one in turn]
    return list({chip["value"]: chip for chip in reversed(chips)}.values())[::-1]


def _place_of(student: Student) -> str:
    group = student.class_group.name if student.class_group else ""
    return " ".join(piece for piece in (group, student.student_number) if piece)


def _templates(viewer: Viewer) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for template in templates_of(viewer.unit):
        found.setdefault(template.box, []).append(template)
    return found


def _defaults(offer: Offer) -> dict[str, Any]:
    """Now, where and how the last talk was held, and the unit's first kind: one that stuck would count as chosen."""
    viewer = offer.viewer
    last = TalkLog.objects.filter(author=viewer.person, membership=viewer.membership).order_by("-filed_at")
    used = dict(last.values("place", "mode").first() or {"mode": "face"})
    kind = next((code for code, _label in offer.choices("kind")), "")
    return {**used, "kind": kind, "initiative": "teacher", "happened_at": now_for_form()}


def _id(text: str) -> UUID:
    """The id in an address; nothing has the one that stands for nonsense."""
    try:
        return UUID(text)
    except ValueError:
        return NOTHING


@require_POST
@roles(*STAFF_ROLES)
def talk_draft(request: ViewerRequest) -> HttpResponse:
    """Keep what is being typed. Takes the same fields as the form and answers without content."""
    submission = submission_in(request.POST)
    if submission is None:
        return HttpResponseBadRequest()
    typed = typed_in_form(request.POST)
    if not is_worth_keeping(typed):
        return HttpResponse(status=204)
    try:
        save_draft(by=request.viewer, submission=submission, typed=typed)
    except Refused as refusal:
        return HttpResponseBadRequest(str(refusal))
    return HttpResponse(status=204)


@require_POST
@roles(*STAFF_ROLES)
def talk_draft_discard(request: ViewerRequest, pk: UUID) -> HttpResponse:
    with transaction.atomic():
        draft = get_object_or_404(TalkDraft.objects.visible_to(request.viewer), pk=pk)
        discard_draft(by=request.viewer, draft=draft)
    messages.success(request, _("The draft is gone."))
    return redirect("counseling:talk_new")


@require_GET
@roles(*STAFF_ROLES)
def talk_last(request: ViewerRequest) -> HttpResponse:
    """When a student was last talked to and what was agreed, while the next talk is written: a fragment."""
    if not request.GET.get("student"):  # nobody is chosen yet
        return render(request, "counseling/parts/last.html", {"part": None})
    student = get_object_or_404(Student.objects.visible_to(request.viewer), pk=_id(request.GET["student"]))
    with transaction.atomic():
        part = last_parts(request.viewer, [student]).get(student.pk)
        if part:
            audit.record_read(by=request.viewer, about=part, student=student.pk, verb="talk.opened")
    return render(request, "counseling/parts/last.html", {"part": part})


@require_GET
@roles(*STAFF_ROLES)
def student_picker(request: ViewerRequest) -> HttpResponse:
    """What the search for students finds: a fragment for the picker."""
    students = find_students(request.viewer, request.GET.get("q", ""))
    found = [{"value": s.pk, "label": s.name, "hint": _place_of(s)} for s in students]
    return render(request, "parts/picker_options.html", {"found": found})
