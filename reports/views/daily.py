"""The daily report: a teacher's two taps, the board of a school or a center, its signature, and reminding."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from reports.access import (
    can_name_stand_in,
    can_remind,
    can_sign_class,
    can_sign_part,
    can_sign_unit,
    classes_to_sign,
    report_class_ids,
)
from reports.actions.daily import (
    Concern,
    Signature,
    between_board,
    correct_answers,
    sign_class,
    sign_part,
    sign_unit,
    start_board_pdf,
)
from reports.actions.reminding import remind_between, remind_silent
from reports.daily import Board, add_calls, class_board, counts_of_school, due_of, exception_of, receiver, unit_board
from reports.daily_drawing import places_of, strip
from reports.daily_forms import ConcernForm, SignForm, UnitForm
from reports.daily_page import (
    ClassPage,
    board_words,
    class_page,
    corrected_since,
    near_days,
    offered_students,
    sums_on,
)
from reports.daily_sheet import daily_sheet
from reports.daily_term import term_between, term_board
from reports.models import DailyReport
from reports.models.daily import GRADE
from reports.parts import part_of_head
from reports.questions import given_in, questions_of
from reports.reporting import hour_for
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, reason_to_see, roles
from schools.common.days import day_in
from schools.common.errors import refusal_in, refusal_told
from schools.exporting import export_page
from schools.models import ClassGroup, Role
from schools.requests import ViewerRequest
from schools.unpublished import calendar_warning
from schools.views.jobs import to_job
from students.models import Student

RECEIVERS = SCHOOL_ROLES | {Role.GRADE_HEAD, Role.CENTER_STAFF}
SIGNING_ROLES = (Role.SCHOOL_LEADER, Role.GRADE_HEAD, Role.CENTER_STAFF)


@roles(*STAFF_ROLES, Role.CENTER_STAFF)
@require_GET
def daily(request: ViewerRequest) -> HttpResponse:
    """Where a reminder leads: to the one thing this person has to sign."""
    viewer = request.viewer
    if viewer.role in RECEIVERS:
        return redirect("reports:daily_board")
    groups = classes_to_sign(viewer)
    if len(groups) == 1:
        return redirect("reports:daily_class", groups[0].pk)
    today = timezone.localdate()
    board = class_board(viewer.unit, today, classes=groups, with_free=True) if groups else None
    return render(request, "reports/daily.html", {"board": board, "why": reason_to_see(viewer)})


def _class_or_404(request: ViewerRequest, pk: int) -> ClassGroup:
    viewer = request.viewer
    if pk not in report_class_ids(viewer):
        raise Http404
    group = ClassGroup.objects.get(pk=pk, school_id=viewer.unit.pk)
    group.school = viewer.unit
    return group


def day_of(request: ViewerRequest) -> dt.date:
    """The day that a page is about: today, unless it names another one that has begun."""
    today = timezone.localdate()
    found = day_in(request.POST.get("day", "") or request.GET.get("day", "")) or today
    if found > today:
        raise BadRequest("a day that is still to come")
    return found


@roles(*STAFF_ROLES)
def daily_class(request: ViewerRequest, pk: int) -> HttpResponse:
    """The report of one class: nothing today is one tap; signed, it shows what was signed by whom."""
    group, day = _class_or_404(request, pk), day_of(request)
    page = class_page(request.viewer, group, day)
    form = SignForm(request.POST or None, **_asked(page))
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            signature = _signature(form, day)
            if "answers" in request.POST:
                correct_answers(by=request.viewer, group=group, signature=signature)
                messages.success(request, _("The correction is signed."))
            else:
                sign_class(by=request.viewer, group=group, signature=signature)
                messages.success(request, _("Signed. It can still be corrected."))
            return redirect(_class_url(group, day))
    return render(request, "reports/daily_class.html", _class_context(request, page, form))


def _asked(page: ClassPage) -> dict[str, Any]:
    """What every form of a class's report asks besides its own fields."""
    more = {"is_late": page.is_late, "questions": page.questions, "given": page.given}
    return more | {"initial": {"over": page.version}}


def _signature(form: SignForm, day: dt.date) -> Signature:
    data = form.cleaned_data
    return Signature(
        day,
        over=data["over"],
        late_reason=data.get("late_reason", ""),
        note=data.get("note", ""),
        answers=form.answers(),
    )


def _class_url(group: ClassGroup, day: dt.date) -> str:
    return _on_day(reverse("reports:daily_class", args=[group.pk]), day)


def _on_day(url: str, day: dt.date) -> str:
    return url if day == timezone.localdate() else f"{url}?day={day:%Y-%m-%d}"


def _class_context(request: ViewerRequest, page: ClassPage, form: SignForm) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "page": page,
        "form": form,
        "may_sign": can_sign_class(viewer, page.group),
        "has_term": viewer.term is not None,
        "why": reason_to_see(viewer, class_id=page.group.pk),
        "calendar_warning": calendar_warning([timezone.now()]),
    }


@roles(*STAFF_ROLES)
def daily_write(request: ViewerRequest, pk: int) -> HttpResponse:
    """A sentence, not a table: who, what was seen, how soon somebody shall come."""
    viewer, group, day = request.viewer, _class_or_404(request, pk), day_of(request)
    page = class_page(viewer, group, day)
    students = Student.objects.visible_to(viewer).enrolled().filter(class_group=group)
    more = _asked(page)
    if "begin" in request.POST:  # what was answered on the page before stays
        more["initial"] |= request.POST.dict()
    is_sent = request.method == "POST" and "begin" not in request.POST
    form = ConcernForm(request.POST if is_sent else None, students=students, **more)
    if is_sent and "find" not in request.POST and form.is_valid():
        with refusal_in(form):
            data = form.cleaned_data
            signature = _signature(form, day)
            concern = Concern(list(data["students"]), data["text"], data["urgency"])
            sign_class(by=viewer, group=group, signature=signature, concern=concern)
            messages.success(request, _("Signed, and the counselor has been called. Upwards goes the number, no name."))
            return redirect(_class_url(group, day))
    context = _class_context(request, page, form) | {
        "offered": offered_students(viewer, students, request.POST.getlist("students"), request.POST.get("q", "")),
        "q": request.POST.get("q", ""),
    }
    return render(request, "reports/daily_write.html", context)


# --- boards -----------------------------------------------------------------------------------------------------------


def _board(request: ViewerRequest, day: dt.date) -> Board:
    viewer = request.viewer
    if viewer.unit.is_school:
        return class_board(viewer.unit, day, classes=viewer.class_groups)
    return unit_board(viewer.unit, day)


@roles(*RECEIVERS)
@require_GET
def daily_board(request: ViewerRequest) -> HttpResponse:
    """Classes of a school, or schools of a center: who has reported, who has confirmed a zero, who is silent."""
    return _show_board(request, day_of(request))


def _show_board(request: ViewerRequest, day: dt.date, form: UnitForm | None = None) -> HttpResponse:
    viewer = request.viewer
    board, own = _board(request, day), _own_report(request, day)
    is_head = viewer.role == Role.GRADE_HEAD
    may_remind = can_remind(viewer) and day == timezone.localdate()
    if may_remind:
        add_calls(board.unsigned, "daily.class" if viewer.unit.is_school else "daily.unit", day)
    between = Board(day, None, []) if is_head else between_board(viewer.unit, day)
    term = term_board(viewer)
    drawn = [found for found in (term, term_between(viewer)) if found]
    places = places_of(sorted({day for found in drawn for day in found.days}))
    due = _own_due(request, day)
    is_late = own is None and due is not None and timezone.now() > due
    context = {
        "board": board,
        "heading": board_words(board, is_school=viewer.unit.is_school),
        "own": own,
        "own_due": due,
        "form": form or _unit_form(request, day, own, is_late=is_late),
        "sums": sums_on(viewer, board),
        "may_sign": _may_sign(viewer, has_duty=bool(due or own or (board.rows and not is_head))),
        "is_head": is_head,
        "may_set_rules": can_sign_unit(viewer, viewer.unit),
        "between": between,
        "added": counts_of_school(board, between)["in_between"],
        "may_remind": may_remind,
        "is_school": viewer.unit.is_school,
        "has_term": viewer.term is not None,
        "corrected": corrected_since([*board.rows, *between.rows], own),
        "near": near_days(viewer, day),
        "term": term,
        "strips": [(row, strip(row, places)) for found in drawn for row in found.rows],
        "may_name_stand_in": can_name_stand_in(viewer),
        "is_today": day == timezone.localdate(),
        "why": reason_to_see(viewer),
        "calendar_warning": calendar_warning([timezone.now()]),
    }
    return render(request, "reports/daily_board.html", context)


def _unit_form(request: ViewerRequest, day: dt.date, own: DailyReport | None, *, is_late: bool) -> UnitForm:
    """A school is asked further questions of its own, too; a center has none."""
    unit = request.viewer.unit
    asks = unit.is_school and request.viewer.role == Role.SCHOOL_LEADER
    questions = questions_of(unit, "school", day) if asks else []
    given = given_in(questions, own.counts, {}) if own else {}
    initial = {"over": own.version if own else 0}
    return UnitForm(request.POST or None, is_late=is_late, questions=questions, given=given, initial=initial)


def _may_sign(viewer: Viewer, *, has_duty: bool) -> bool:
    """Where nobody has to report and nobody has, there is nothing to sign."""
    return has_duty and (can_sign_part(viewer) or can_sign_unit(viewer, viewer.unit))


def _own_due(request: ViewerRequest, day: dt.date) -> dt.datetime | None:
    """Until when the viewer's own unit, or the grade or college they head, reports on a day."""
    unit, part = request.viewer.unit, part_of_head(request.viewer.membership)
    if request.viewer.role == Role.GRADE_HEAD:
        due = due_of(unit, GRADE, unit.path, day)
    else:
        due = due_of(unit, unit.kind_id, receiver(unit.path), day)
    later = exception_of(unit, part, day) if due else None
    return hour_for(due, later.until) if due and later else due


def _own_report(request: ViewerRequest, day: dt.date) -> DailyReport | None:
    viewer = request.viewer
    rows = DailyReport.objects.visible_to(viewer).filter(unit=viewer.unit, class_group=None, day=day)
    return rows.filter(part=part_of_head(viewer.membership)).select_related("signed_by__person").first()


@roles(*SIGNING_ROLES)
@require_POST
def daily_sign(request: ViewerRequest) -> HttpResponse:
    """The report of the whole school or center, or of a grade or college, as its board stands now."""
    day = day_of(request)
    own = _own_report(request, day)
    form = _unit_form(request, day, own, is_late=own is None)
    if form.is_valid():
        with refusal_in(form):
            act = sign_part if request.viewer.role == Role.GRADE_HEAD else sign_unit
            report = act(by=request.viewer, signature=_signature(form, day), own=form.cleaned_data["own"])
            said = _("Signed as correction {n}.").format(n=report.version) if report.version > 1 else _("Signed.")
            messages.success(request, said)
            return redirect(_on_day(reverse("reports:daily_board"), day))
    return _show_board(request, day, form)


@roles(*RECEIVERS)
@require_POST
def daily_remind(request: ViewerRequest) -> HttpResponse:
    """All who are silent today, or the one named; or the grades, colleges or centers between."""
    only = [int(key) for key in request.POST.getlist("only") if key.isascii() and key.isdecimal() and len(key) < 10]
    if len(only) != len(request.POST.getlist("only")):
        raise BadRequest("not a class or a unit")
    with refusal_told(request):
        if "between" in request.POST:
            called = remind_between(by=request.viewer, day=day_of(request))
        else:
            called = remind_silent(by=request.viewer, day=day_of(request), only=only)
        text = ngettext("{n} person was reminded.", "{n} people were reminded.", called)
        said = text.format(n=called) if called else _("Nobody was left to remind.")
        messages.success(request, said)
    return redirect("reports:daily_board")


@roles(*SCHOOL_ROLES, Role.CENTER_STAFF)
@require_POST
def daily_pdf(request: ViewerRequest) -> HttpResponse:
    """The board of a day as PDF, made by a worker."""
    day = day_of(request)
    job = start_board_pdf(by=request.viewer, day=day)
    return to_job(job, back=_on_day(reverse("reports:daily_board"), day))


@roles(*SCHOOL_ROLES, Role.CENTER_STAFF)
def daily_export(request: ViewerRequest) -> HttpResponse:
    """The day's table and the term's figures of each class or unit, as a workbook."""
    day = day_of(request)
    sheet = daily_sheet(request.viewer, _board(request, day), between_board(request.viewer.unit, day))
    return export_page(request, sheet, back=reverse("reports:daily_board"))
