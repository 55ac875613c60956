"""Figures of one's own unit, and the records behind each for those who may see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reports.board import Board, board_of
from reports.clocks import ClockRow, clock_rows
from reports.document import Amount, earlier_note, school_hours
from reports.listing import lines_of
from reports.material import unit_places, written
from reports.policy import Target, target_for
from reports.suppression import HIDDEN
from schools.access import Viewer, reason_to_see, roles
from schools.figures import Figure, Ratio, Rows, Scope, Split, figures, ratios, timings
from schools.models import Role, Term
from schools.queries import current_term, previous_term, terms_of
from schools.requests import ViewerRequest

READERS = (Role.GRADE_HEAD, Role.COUNSELOR, Role.SCHOOL_LEADER, Role.CENTER_STAFF)
PAGE = 50


class Linked(NamedTuple):
    """A number as it is written, where the records behind it stand, and in a table its column."""

    text: str
    url: str
    label: str = ""


@dataclass(frozen=True)
class FigureRow:
    label: str
    amount: Amount
    was: Amount
    unit: str
    url: str = ""
    target: Target | None = None
    parts: tuple["Linked", ...] = ()

    @property
    def target_text(self) -> str:
        limit = self.target and (self.target.at_least if self.target.at_least is not None else self.target.at_most)
        return str(Amount(limit or None, self.amount.kind))

    @property
    def is_met(self) -> bool | None:
        return self.target.is_met(self.amount.number) if self.target and self.amount.number is not None else None


@roles(*READERS)
@require_GET
def figure_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    term = _term(request, viewer)
    if term is None:
        return render(request, "reports/figure_list.html", {"term": None})
    board, scope = _board(viewer, term), _scope(viewer, term)
    earlier = previous_term(viewer.unit, term)
    before = _board(viewer, earlier) if earlier else None
    context = {
        "term": term,
        "chips": _term_chips(request, viewer, term),
        "groups": _groups(board, before, scope, term),
        "clocks": _clocks(board),
        "board": board,
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/figure_list.html", context)


def _term(request: ViewerRequest, viewer: Viewer) -> Term | None:
    """The term named in the address, else the one that runs."""
    code = request.GET.get("term")
    if not code:
        return current_term(viewer.unit)
    found = next((term for term in _begun(viewer) if term.code == code), None)
    if found is None:
        raise Http404
    return found


def _begun(viewer: Viewer) -> list[Term]:
    now = current_term(viewer.unit)
    return [term for term in reversed(terms_of(viewer.unit)) if now and term.starts <= now.starts]


def _term_chips(request: ViewerRequest, viewer: Viewer, term: Term) -> list[dict[str, Any]]:
    return [{"label": one.label, "url": f"?term={one.code}", "on": one.pk == term.pk} for one in _begun(viewer)[:4]]


def _scope(viewer: Viewer, term: Term) -> Scope:
    """A grade head counts what they see; counselors and leaders count the school; above it small cells are hidden."""
    scope = Scope.of(viewer.unit, term)
    return scope.narrowed(viewer.class_ids) if viewer.role == Role.GRADE_HEAD else scope


def _board(viewer: Viewer, term: Term) -> Board:
    only = (lambda rows: _seen(rows, viewer)) if viewer.role == Role.GRADE_HEAD else None
    return board_of(_scope(viewer, term), only)


def _seen(rows: Rows, viewer: Viewer) -> Rows:
    found: Rows = rows.filter(pk__in=rows.model._default_manager.visible_to(viewer).order_by().values("pk"))  # type: ignore[attr-defined]
    return found


def _groups(board: Board, before: Board | None, scope: Scope, term: Term) -> list[tuple[str, list[FigureRow]]]:
    titles = {"students": _("Students"), "staff": _("Staff"), "talks": _("Talks"), "flags": _("Risk flags")}
    rows: dict[str, list[FigureRow]] = {group: [] for group in titles}
    for figure in figures().values():
        if scope.class_ids is None or figure.class_path:
            rows[figure.group].append(_figure_row(figure, board, before, scope, term))
    for ratio in ratios().values():
        if scope.class_ids is None or figures()[ratio.denominator].class_path:
            rows[ratio.group].append(_ratio_row(ratio, board, before, scope, term))
    return [(title, rows[group]) for group, title in titles.items() if rows[group]]


def _records_url(code: str, term: Term, level: str = "") -> str:
    more = f"&split=level&value={level}" if level else ""
    return f"{reverse('reports:figure_records', args=[code])}?term={term.code}{more}"


def _figure_row(figure: Figure, board: Board, before: Board | None, scope: Scope, term: Term) -> FigureRow:
    return FigureRow(
        str(figure.label),
        Amount(board.count(figure.code)),
        Amount(before.count(figure.code) if before else None),
        str(figure.unit_of_measure),
        _records_url(figure.code, term),
        target_for(figure.code, scope),
    )


def _ratio_row(ratio: Ratio, board: Board, before: Board | None, scope: Scope, term: Term) -> FigureRow:
    """A share leads to its numerator, and each of the two numbers to its own records."""
    now = board.share(ratio)
    was = written(before.share(ratio)) if before else Amount(None)
    amount = written(now) if ratio.is_share else Amount(now.quotient)
    counts = ((now.numerator, ratio.numerator), (now.denominator, ratio.denominator))
    return FigureRow(
        str(ratio.label),
        amount,
        was if ratio.is_share else Amount(was.value),
        "",
        _records_url(ratio.numerator, term),
        target_for(ratio.code, scope),
        tuple(Linked(str(Amount(count)), _records_url(code, term)) for count, code in counts),
    )


# --- the four clocks -----------------------------------------------------------------------------------------------


def _clocks(board: Board) -> list[tuple[ClockRow, list[Linked]]]:
    """By level, how long it took in the middle; each number leads to the records that were measured."""
    return [(row, list(_clock_cells(row, board))) for row in clock_rows(board, _("all levels"))]


def _clock_cells(row: ClockRow, board: Board) -> Iterator[Linked]:
    # A center's page of records has no levels to open.
    is_open = board.scope.unit.is_school or not row.level

    def linked(amount: Amount, label: object, code: str, text: str = "") -> Linked:
        url = _records_url(code, board.scope.term, row.level) if is_open and amount.value is not None else ""
        return Linked(text or str(amount), url, str(label)[:1].upper() + str(label)[1:])

    yield linked(Amount(row.count), figures()["flags_new"].label, "flags_new")
    for timing in timings().values():
        amount = row.amount(timing.code)
        yield linked(amount, timing.label, timing.figure, _school_hours(amount) if timing.in_school_hours else "")
    share = ratios()["flags_in_time_share"]
    yield linked(Amount(row.in_time.quotient, "percent"), share.label, share.numerator)


def _school_hours(amount: Amount) -> str:
    return "" if amount.number is None else school_hours(amount.number)


# --- the records ---------------------------------------------------------------------------------------------------


@roles(*READERS)
@require_GET
def figure_records(request: ViewerRequest, code: str) -> HttpResponse:
    """What was counted. Center staff get the counts of their schools, and no student."""
    viewer = request.viewer
    figure, term = figures().get(code), _term(request, viewer)
    if figure is None or term is None:
        raise Http404
    scope = _scope(viewer, term)
    if scope.class_ids is not None and not figure.class_path:
        raise Http404
    board = _board(viewer, term)
    is_center = viewer.role == Role.CENTER_STAFF
    context = {"figure": figure, "term": term, "board": board, "why": reason_to_see(viewer)}
    context |= _by_school(figure, board) if is_center else _records(request, figure, board, viewer)
    context["splits"] = _split_rows(figure, board, request, linked=not is_center)
    return render(request, "reports/figure_records.html", context)


def _by_school(figure: Figure, board: Board) -> dict[str, Any]:
    places = [(place.label, place.counts[figure.code], place.emphasis) for place in unit_places(board)]
    hidden = any(amount.is_hidden for _label, amount, _emphasis in places) or board.count(figure.code) is HIDDEN
    note = earlier_note() if figure.code in board.untold else ""
    return {"places": places, "has_hidden": hidden, "count": Amount(board.count(figure.code)), "note": note}


def _records(request: ViewerRequest, figure: Figure, board: Board, viewer: Viewer) -> dict[str, Any]:
    """The records this viewer may open; `closed` are those that the board counts besides."""
    scope = board.scope
    rows = figure.query(scope)
    split, value = _chosen(request, figure)
    counted = board.count(figure.code, None, split.code if split else "", value)
    if split:
        rows = rows.filter(figure.where(scope, split, value))
    seen, write = lines_of(_seen(rows, viewer), viewer)
    page = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    page.object_list = [write(row) for row in page.object_list]
    return {
        "page_obj": page,
        "count": Amount(counted),
        "closed": 0 if counted is HIDDEN else max(0, counted - page.paginator.count),
        "chosen": _word_of(board, figure, split, value),
    }


def _word_of(board: Board, figure: Figure, split: Split | None, value: str) -> str:
    """The chosen value of a split in words."""
    if split is None:
        return ""
    return next((one.label for one, _count in board.split(figure.code, split.code) if one.code == value), "–")


def _chosen(request: ViewerRequest, figure: Figure) -> tuple[Split | None, str]:
    code = request.GET.get("split", "")
    split = figure.split(code)
    if code and split is None:
        raise BadRequest("unknown split")
    return split, request.GET.get("value", "") if split else ""


def _split_rows(figure: Figure, board: Board, request: ViewerRequest, *, linked: bool) -> list[dict[str, Any]]:
    """For each split its values with their counts, as chips that filter or as plain words."""
    chosen = (request.GET.get("split"), request.GET.get("value"))
    term = board.scope.term.code
    found = []
    for split in figure.splits:
        values = [
            {
                "label": value.label,
                "count": Amount(count),
                "on": chosen == (split.code, value.code),
                "url": f"?term={term}&split={split.code}&value={value.code}" if linked else "",
            }
            for value, count in board.split(figure.code, split.code)
        ]
        if values:
            found.append({"label": split.label, "values": values})
    return found
