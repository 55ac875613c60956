"""What a round found: counts for counselors and leaders, names for counselors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, reason_to_see, roles
from schools.requests import ViewerRequest
from schools.views.jobs import to_job
from screening import result_drawings as drawings
from screening.access import SCREENERS
from screening.actions.corrections import begin_scoring_anew
from screening.comparison import Part, Spread, parts_found, shares
from screening.corrections import corrections_of
from screening.definition import Definition
from screening.item_results import items_counted
from screening.models import Round
from screening.outcome import parts_of
from screening.progress import AWAY, BEGUN, INVALID, NO_CONSENT, REFUSED, WAITING, results_of, slips_seen, states_of
from screening.round_results import ATTENTIONS, SPLITS, Found, found_by
from screening.views.rounds import round_of
from screening.words import attention_word

PAGE = 100


def _chosen(request: ViewerRequest, name: str, offered: Sequence[str]) -> str:
    value = request.GET.get(name, offered[0])
    if value not in offered:
        raise BadRequest(f"unknown {name}")
    return value


@dataclass(frozen=True)
class ShownSpread:
    name: str
    drawing: Any
    rows: list[tuple[str, int, int]]


@dataclass(frozen=True)
class ShownPart:
    part: Part
    main: ShownSpread | None
    scales: Any  # how many are above the cut-off on each scale, as a drawing
    scale_rows: list[tuple[str, int, int]]
    compared: list[tuple[str, int, float, int, float]]


@require_GET
@roles(*SCHOOL_ROLES)
def round_results(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Levels by one split at a time, how scores lie, and what became of those above the cut-off; as chart or table.
    Of a survey that asks no scale, how many have answered, and what became of those whose answers called."""
    viewer, round_ = request.viewer, round_of(request, pk)
    if round_.is_anonymous:  # it has counts of each question and nothing else
        return redirect("screening:round_questions", pk=pk)
    by, shape = _chosen(request, "by", SPLITS), _chosen(request, "as", ("chart", "table"))
    found = found_by(viewer, round_, by)
    context = {
        "round": round_,
        "found": found,
        "shape": shape,
        "tab": "results",
        "is_screener": viewer.role in SCREENERS,
        "shapes": _chips("as", {"chart": _("As charts"), "table": _("As tables")}, shape, by=by),
        "splits": _chips("by", {"grade": _("By grade"), "gender": _("By gender"), "class": _("By class")}, by, shape),
        "parts": _parts_shown(request, round_) if found and found.whole.total and round_.is_scored else [],
        **(_drawn(found, round_) if found and shape == "chart" else {}),
        "corrections": corrections_of(viewer, round_) if viewer.role in SCREENERS else [],
        "why": reason_to_see(viewer),
    }
    return render(request, "screening/round_results.html", context)


def _chips(name: str, words: dict[str, str], chosen: str, shape: str = "", by: str = "") -> list[dict[str, Any]]:
    kept = (f"&as={shape}" if shape else "") + (f"&by={by}" if by else "")
    return [{"label": word, "url": f"?{name}={code}{kept}", "on": code == chosen} for code, word in words.items()]


def _drawn(found: Found, round_: Round) -> dict[str, Any]:
    if not round_.is_scored:
        return {
            "fates": drawings.fates(found, _("What became of those whose answers called")) if found.fates else "",
            "groups": drawings.answered(found.rows) if found.rows else "",
        }
    return {
        "funnel": drawings.funnel(found),
        "fates": drawings.fates(found, _("What became of those above the cut-off")) if found.fates else "",
        "levels": drawings.levels(found.rows, _("Who needs attention")) if found.rows else "",
        "legend": drawings.legend(found.rows),
    }


def _parts_shown(request: ViewerRequest, round_: Round) -> list[ShownPart]:
    language = get_language() or "zh"
    definitions = [one.instrument.parsed for one in parts_of(round_)]
    parts = parts_found(request.viewer, round_)
    return [
        _part_shown(part, definition, language, f"spread-{number}")
        for number, (part, definition) in enumerate(zip(parts, definitions, strict=True))
    ]


def _part_shown(part: Part, definition: Definition, language: str, ident: str) -> ShownPart:
    def name_of(one: Spread) -> str:
        return definition.scale(one.scale).name.in_language(language) or one.scale

    def shown(one: Spread) -> ShownSpread:
        rows = [
            (f"{column.begins:.3g}", column.levels.total(), column.before)
            for column in one.columns
            if column.levels or column.before
        ]
        return ShownSpread(name_of(one), drawings.spread(one, name_of(one), ident), rows)

    now, then = shares(part.now), shares(part.then)
    return ShownPart(
        part,
        shown(part.main) if part.main else None,
        drawings.scales_above(part, definition, language, f"{ident}-scales"),
        [(name_of(one), one.above, one.total) for one in part.spreads if one is not part.main],
        [
            (attention_word(level), part.now[level], now[level], part.then[level], then[level])
            for level in ATTENTIONS
            if part.then
        ],
    )


@require_GET
@roles(*SCHOOL_ROLES)
def round_questions(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """How each question was answered, the most weighty first. No answer stands beside a name here."""
    round_ = round_of(request, pk)
    shape = _chosen(request, "as", ("chart", "table"))
    parts = items_counted(request.viewer, round_, get_language() or "zh")
    if any(one.words for part in parts for one in part.items):
        with transaction.atomic():
            audit.record_read(by=request.viewer, verb="round.words_read", about=round_)
    context = {
        "round": round_,
        "shape": shape,
        "tab": "questions",
        "is_screener": request.viewer.role in SCREENERS,
        "shapes": _chips("as", {"chart": _("As charts"), "table": _("As tables")}, shape),
        "parts": parts,
        "why": reason_to_see(request.viewer),
    }
    return render(request, "screening/round_questions.html", context)


@require_GET
@roles(*SCREENERS)
def round_people(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """By name: whose answers are in doubt, who is absent, has said no, or lacks consent."""
    viewer, round_ = request.viewer, round_of(request, pk)
    words = {
        INVALID: _("in doubt"),
        WAITING: _("not yet answered"),
        AWAY: pgettext("a student", "absent"),
        BEGUN: _("under way"),
        REFUSED: _("said no"),
        NO_CONSENT: _("consent is missing"),
    }
    slips = slips_seen(viewer, round_)
    states = states_of(viewer, round_, slips)
    if not round_.is_scored and INVALID not in states.values():  # the rules of doubt belong to scales
        del words[INVALID]
    state = _chosen(request, "state", list(words))
    chips = [
        {
            "label": word,
            "url": f"?state={code}",
            "on": code == state,
            "count": sum(one == code for one in states.values()),
        }
        for code, word in words.items()
    ]
    page = Paginator([one for one in slips if states[one.pk] == state], PAGE).get_page(request.GET.get("page"))
    results = results_of(viewer, page.object_list)
    shown: Any = page.object_list
    for slip in shown:
        slip.class_group.school = round_.school
        slip.result_pk = results.get(slip.pk)
    context = {
        "round": round_,
        "tab": "people",
        "is_screener": True,
        "chips": chips,
        "word": words[state],
        "page_obj": page,
        "why": reason_to_see(viewer),
    }
    return render(request, "screening/round_people.html", context)


@require_POST
@roles(*SCREENERS)
def round_score_anew(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """With a corrected version of an instrument, as a job."""
    viewer, round_ = request.viewer, round_of(request, pk)
    back = reverse("screening:round_results", args=[pk])
    offered = {str(new.pk): new for _old, new in corrections_of(viewer, round_)}
    chosen = offered.get(request.POST.get("instrument", ""))
    if chosen is None:
        messages.error(request, _("This version cannot score this screening anew."))
        return redirect(back)
    job = begin_scoring_anew(by=viewer, round_=round_, instrument=chosen)
    return to_job(job, back=back)
