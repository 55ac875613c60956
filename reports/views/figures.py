"""Figures of one's own unit, and the records behind each for those who may see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reports.clocks import ClockRow, clock_rows
from reports.document import Amount, school_hours
from reports.editions import HIDDEN
from reports.listing import closed_among, lines_of
from reports.material import unit_places, written
from reports.policy import Benchmark, target_for
from reports.unit_counts import UnitCounts, counts_for_reader, counts_of_terms
from schools.access import Viewer, reason_to_see, roles
from schools.figures import Figure, Ratio, Rows, Scope, Split, figures, ratios, timings
from schools.models import Role, Term, Unit
from schools.queries import begun_terms, current_term, previous_term
from schools.requests import ViewerRequest
from students.access import unseen_by

READERS = (Role.GRADE_HEAD, Role.COUNSELOR, Role.SCHOOL_LEADER, Role.CENTER_STAFF)
PAGE = 50
MOST_TERMS = 4


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
    target: Benchmark | None = None
    parts: tuple[Linked, ...] = ()

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
    """The figures of one's own unit; center staff open those of each unit below it, too."""
    viewer = request.viewer
    unit = _unit(request)
    term = _term(request, unit)
    if term is None:
        return render(request, "reports/figure_list.html", {"term": None})
    earlier = previous_term(unit, term)
    board, *before = _boards(viewer, unit, [term, earlier] if earlier else [term])
    links = Links(unit, term, viewer)
    context = {
        "term": term,
        "unit": unit,
        "is_own": unit.pk == viewer.unit.pk,
        "chips": _term_chips(unit, term, links),
        "groups": _groups(board, before[0] if before else None, links),
        "clocks": _clocks(board, links),
        "board": board,
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/figure_list.html", context)


def _unit(request: ViewerRequest) -> Unit:
    """The own unit, or one below it that the address names."""
    viewer = request.viewer
    code = request.GET.get("unit")
    if not code or code == viewer.unit.code:
        return viewer.unit
    return get_object_or_404(Unit.objects.visible_to(viewer).select_related("kind"), code=code)


def _term(request: ViewerRequest, unit: Unit) -> Term | None:
    """The term named in the address, else the one that runs."""
    code = request.GET.get("term")
    if not code:
        return current_term(unit)
    found = next((term for term in begun_terms(unit) if term.code == code), None)
    if found is None:
        raise Http404
    return found


def _term_chips(unit: Unit, term: Term, links: "Links") -> list[dict[str, Any]]:
    return [
        {"label": one.label, "url": f"?{links.query(term=one.code)}", "on": one.pk == term.pk}
        for one in begun_terms(unit)[:MOST_TERMS]
    ]


def _boards(viewer: Viewer, unit: Unit, terms: Sequence[Term]) -> list[UnitCounts]:
    """A grade head reads what was counted for them, and who must not know of a flag; others what is kept. A center that
    opens a school does not have it counted."""
    scopes = [Scope.of(unit, term).without(unseen_by(viewer)) for term in terms]
    if viewer.role != Role.GRADE_HEAD:
        return counts_of_terms(scopes, anew=unit.pk == viewer.unit.pk)
    own = [scope.narrowed(viewer.class_ids) for scope in scopes]
    reader = f"{viewer.membership.pk} {sorted(viewer.class_ids)}"
    return counts_for_reader(own, reader=reader, only=lambda rows: _seen(rows, viewer))


@dataclass(frozen=True)
class Links:
    """Addresses of the pages of figures of one unit and term."""

    unit: Unit
    term: Term
    viewer: Viewer

    def query(self, **more: str) -> str:
        named = {"unit": self.unit.code} if self.unit.pk != self.viewer.unit.pk else {}
        return urlencode({"term": self.term.code} | named | more)

    def records(self, code: str, level: str = "") -> str:
        more = {"split": "level", "value": level} if level else {}
        return f"{reverse('reports:figure_records', args=[code])}?{self.query(**more)}"


def _seen(rows: Rows, viewer: Viewer) -> Rows:
    everybody: Any = rows.model._default_manager
    found: Rows = rows.filter(pk__in=everybody.visible_to(viewer).order_by().values("pk"))
    return found


def _groups(board: UnitCounts, before: UnitCounts | None, links: Links) -> list[tuple[str, list[FigureRow]]]:
    titles = {
        "students": _("Students"),
        "staff": _("Staff"),
        "certificates": _("Training certificates"),
        "talks": _("Talks"),
        "flags": _("Risk flags"),
        "registry": _("Registry"),
        "screening": _("Screening"),
        "incidents": _("Crisis events"),
        "daily": _("Daily report"),
    }
    rows: dict[str, list[FigureRow]] = {group: [] for group in titles}
    for figure in figures().values():
        if board.scope.class_ids is None or figure.class_path:
            rows[figure.group].append(_figure_row(figure, board, before, links))
    for ratio in ratios().values():
        if board.scope.class_ids is None or figures()[ratio.denominator].class_path:
            rows[ratio.group].append(_ratio_row(ratio, board, before, links))
    return [(title, rows[group]) for group, title in titles.items() if rows[group]]


def _figure_row(figure: Figure, board: UnitCounts, before: UnitCounts | None, links: Links) -> FigureRow:
    return FigureRow(
        str(figure.label),
        Amount(board.count(figure.code)),
        Amount(before.count(figure.code) if before else None),
        str(figure.unit_of_measure),
        links.records(figure.code),
        target_for(figure.code, board.scope),
    )


def _ratio_row(ratio: Ratio, board: UnitCounts, before: UnitCounts | None, links: Links) -> FigureRow:
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
        links.records(ratio.numerator),
        target_for(ratio.code, board.scope),
        tuple(Linked(str(Amount(count)), links.records(code)) for count, code in counts),
    )


# --- the four clocks -----------------------------------------------------------------------------------------------


def _clocks(board: UnitCounts, links: Links) -> list[tuple[ClockRow, list[Linked]]]:
    """By level, how long it took in the middle; each number leads to the records that were measured."""
    return [(row, list(_clock_cells(row, links))) for row in clock_rows(board, _("all levels"))]


def _clock_cells(row: ClockRow, links: Links) -> Iterator[Linked]:
    def linked(amount: Amount, label: object, code: str, text: str = "") -> Linked:
        url = links.records(code, row.level) if amount.value is not None else ""
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
    """What was counted. Center staff get the counts of the units below, and no student."""
    viewer, unit = request.viewer, _unit(request)
    figure, term = figures().get(code), _term(request, unit)
    if figure is None or term is None or (viewer.role == Role.GRADE_HEAD and not figure.class_path):
        raise Http404
    (board,) = _boards(viewer, unit, [term])
    links = Links(unit, term, viewer)
    chosen = _chosen(request, figure, board)
    found = _by_unit if viewer.role == Role.CENTER_STAFF else _records
    context = {
        "figure": figure,
        "term": term,
        "unit": unit,
        "is_own": unit.pk == viewer.unit.pk,
        "why": reason_to_see(viewer),
        "chosen": _word_of(board, figure, *chosen),
        "all_url": f"?{links.query()}",
        "list_url": f"{reverse('reports:figure_list')}?{links.query()}",
        "splits": _split_rows(figure, board, chosen, links),
        **found(request, figure, board, chosen),
    }
    return render(request, "reports/figure_records.html", context)


Chosen = tuple[Split | None, str]


def _by_unit(request: ViewerRequest, figure: Figure, board: UnitCounts, chosen: Chosen) -> dict[str, Any]:
    """The same figure of each unit below; of a school there is nothing below."""
    split, value = chosen
    count = Amount(board.count(figure.code, None, split.code if split else "", value))
    if split or board.scope.unit.is_school:
        return {"count": count}
    own = f"{reverse('reports:figure_records', args=[figure.code])}?term={board.scope.term.code}"
    places = [
        (place.label, place.counts[figure.code], place.emphasis, f"{own}&unit={place.code}")
        for place in unit_places(board)
    ]
    return {"count": count, "places": places}


def _records(request: ViewerRequest, figure: Figure, board: UnitCounts, chosen: Chosen) -> dict[str, Any]:
    """The records this viewer may open. The board counts besides: those whose time is over (`ended`), and those that
    are not open to the role (`closed`)."""
    viewer, (split, value) = request.viewer, chosen
    rows = figure.query(board.scope)
    counted = board.count(figure.code, None, split.code if split else "", value)
    if split:
        rows = rows.filter(figure.where(board.scope, split, value))
    seen, write = lines_of(_seen(rows, viewer), viewer)
    page = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    page.object_list = [write(row) for row in page.object_list]
    unseen = 0 if counted is HIDDEN else max(0, counted - page.paginator.count)
    ended = min(unseen, closed_among(rows).count()) if unseen else 0
    return {"page_obj": page, "count": Amount(counted), "closed": unseen - ended, "ended": ended}


def _word_of(board: UnitCounts, figure: Figure, split: Split | None, value: str) -> str:
    """The chosen value of a split in words."""
    if split is None:
        return ""
    return next((one.label for one, _count in board.split(figure.code, split.code) if one.code == value), "–")


def _chosen(request: ViewerRequest, figure: Figure, board: UnitCounts) -> Chosen:
    code = request.GET.get("split", "")
    split = figure.split(code)
    if code and (split is None or not split.is_offered or not board.tells_splits(figure.code)):
        raise BadRequest("unknown split")
    return split, request.GET.get("value", "") if split else ""


def _split_rows(figure: Figure, board: UnitCounts, chosen: Chosen, links: Links) -> list[dict[str, Any]]:
    """For each split its values with their counts, each a link that narrows the page to it."""
    found = []
    for split in (one for one in figure.splits if one.is_offered):
        values = [
            {
                "label": value.label,
                "count": Amount(count),
                "on": chosen == (split, value.code),
                "url": f"?{links.query(split=split.code, value=value.code)}",
            }
            for value, count in board.split(figure.code, split.code)
        ]
        if values:
            found.append({"label": split.label, "values": values})
    return found
