"""The instruments a unit may use: look, try, bring, export."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools.access import Viewer, reason_to_see, roles
from schools.common.errors import Refused, refusal_in
from schools.common.tables import UnreadableFile
from schools.common.tables.text import decode
from schools.listing import Choice, Column, List, Search
from schools.requests import ViewerRequest
from schools.unreadable import file_sentence
from screening.access import INSTRUMENT_ROLES, KEEPER_ROLES, can_change, can_keep_instruments
from screening.actions import instruments as actions
from screening.actions.surveys import start_survey
from screening.bringing import REASONS, Brought, look_into, note_line
from screening.definition import Licence
from screening.drafts import can_be_edited
from screening.forms import InstrumentFileForm, TextPackForm
from screening.mistakes import line
from screening.models import Instrument, TextPack
from screening.outside import fhir
from screening.outside.survey import NotASurvey
from screening.paper import Paper
from screening.queries import instruments_seen, languages_of, paper_for
from screening.reading import BadFile, read_texts
from screening.showing import facts_of, first_of, items_of, options_alike, scales_of

SHOWN_PROBLEMS = 50


def _dressed(rows: list[Any], viewer: Viewer) -> None:
    """Where the words come from, in one query for the page."""
    languages = languages_of(rows, viewer.unit)
    names = dict(TextPack.LANGUAGES)
    for row in rows:
        row.languages = [str(names[code]) for code in ("zh", "en") if code in languages[row.pk]]
        row.length = (
            len(row.definition["items"]) if row.state == Instrument.State.DRAFT else len(row.parsed.scored_items)
        )


INSTRUMENTS = List(
    name="instrument_list",
    title=gettext_lazy("Instruments"),
    icon="clipboard-document-check",
    nothing=(gettext_lazy("No instruments yet"), gettext_lazy("Make a survey of your own or import an instrument.")),
    order=("name_zh",),
    dress=_dressed,
    filters=(
        Search("name_zh", "name_en", "code", label=gettext_lazy("Name or code")),
        Choice("kind", "kind", label=gettext_lazy("Kind"), chips=True),
        Choice("state", "state", label=gettext_lazy("State")),
    ),
    columns=(Column("name", gettext_lazy("Name"), lambda row: row.name, sort="name_zh"),),
)


@require_GET
@roles(*INSTRUMENT_ROLES)
def instrument_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    shown = INSTRUMENTS.show(request, instruments_seen(viewer.unit))
    context = {"list": shown, "can_keep": can_keep_instruments(viewer), "why": reason_to_see(viewer)}
    return render(request, "screening/instrument_list.html", context)


@require_GET
@roles(*INSTRUMENT_ROLES)
def instrument_detail(request: ViewerRequest, pk: int) -> HttpResponse:
    """Items, scales, bands with the source of each cut-off, licence, texts, versions."""
    viewer, instrument = request.viewer, instrument_of(request, pk)
    if instrument.state == Instrument.State.DRAFT:
        return redirect("screening:survey_edit", pk=pk)
    paper, language = _paper(request, instrument), get_language() or "zh"
    items = items_of(instrument.parsed, paper)
    context = {
        "instrument": instrument,
        "paper": paper,
        "facts": facts_of(instrument.parsed),
        "evidence": instrument.parsed.evidence.in_language(language),
        "notes": [note.in_language(language) for note in instrument.parsed.notes],
        "first": first_of(instrument.parsed),
        "items": items,
        "alike": options_alike(items),
        "scales": scales_of(instrument.parsed),
        "packs": TextPack.objects.filter(
            instrument=instrument, unit__code__in=viewer.unit.ancestor_codes, replaced_at=None
        ).select_related("unit", "attested_by"),
        "others": instruments_seen(viewer.unit).filter(code=instrument.code).exclude(pk=pk).order_by("-pk"),
        "can_keep": can_keep_instruments(viewer),
        "can_change": can_change(viewer, instrument),
        "can_revise": can_change(viewer, instrument) and can_be_edited(instrument.definition),
    }
    return render(request, "screening/instrument_detail.html", context)


@require_GET
@roles(*INSTRUMENT_ROLES)
def instrument_preview(request: ViewerRequest, pk: int) -> HttpResponse:
    """As it looks on a phone. What is ticked here goes nowhere."""
    instrument = instrument_of(request, pk)
    if instrument.state == Instrument.State.DRAFT:
        return redirect("screening:survey_edit", pk=pk)
    return render(
        request,
        "screening/instrument_preview.html",
        {"instrument": instrument, "paper": _paper(request, instrument)},
    )


def _paper(request: ViewerRequest, instrument: Instrument) -> Paper:
    return paper_for(instrument, request.viewer.unit, get_language() or "zh")


def instrument_of(request: ViewerRequest, pk: int) -> Instrument:
    """One that the viewer's unit may look at; every other is unknown."""
    return get_object_or_404(instruments_seen(request.viewer.unit), pk=pk)


# --- out ----------------------------------------------------------------------------------------------------------


@require_GET
@roles(*INSTRUMENT_ROLES)
def instrument_export(request: ViewerRequest, pk: int) -> HttpResponse:
    """The file it came from, or a FHIR R4 Questionnaire. Texts that a unit holds a licence for stay here."""
    instrument = instrument_of(request, pk)
    kind = request.GET.get("format", "file")
    if kind not in ("file", "fhir") or instrument.state == Instrument.State.DRAFT:
        raise Http404
    if kind == "fhir":
        data = fhir.write(instrument.parsed, get_language() or "zh")
        name, content_type = f"{instrument.code}-{instrument.version}.fhir.json", "application/fhir+json"
    else:
        data = instrument.definition
        name, content_type = f"{instrument.code}-{instrument.version}.json", "application/json"
    text = json.dumps(data, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- in -----------------------------------------------------------------------------------------------------------


@roles(*KEEPER_ROLES)
def instrument_import(request: ViewerRequest) -> HttpResponse:
    form = InstrumentFileForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        with refusal_in(form), _readable(problems):
            return _taken_in(request, look_into(form.cleaned_data["file"].read()))
    status = 422 if form.errors or problems else 200
    return render(request, "screening/instrument_import.html", {"form": form, "problems": problems}, status=status)


@contextmanager
def _readable(problems: list[str]) -> Iterator[None]:
    """What is wrong within a file goes to `problems`, line by line; that it is none of ours is a sentence."""
    try:
        yield
    except BadFile as error:
        problems.extend(line(one) for one in error.problems[:SHOWN_PROBLEMS])
    except UnreadableFile as error:
        raise Refused(file_sentence(error), field="file") from None
    except NotASurvey as error:
        raise Refused(str(REASONS[error.code]), field="file") from None


def _taken_in(request: ViewerRequest, brought: Brought) -> HttpResponse:
    if brought.definition is not None:
        instrument, is_new = actions.import_instrument(
            by=request.viewer, unit=request.viewer.unit, data=brought.data, found=brought.definition
        )
        messages.success(request, _("Saved.") if is_new else _("This version is there already, just as in the file."))
        return redirect("screening:instrument_detail", pk=instrument.pk)
    survey = start_survey(by=request.viewer, data=brought.data)
    messages.success(request, _("The questions are in a draft. Look them through, then publish it."))
    for note in brought.notes[:20]:
        messages.warning(request, note_line(note))
    return redirect("screening:survey_edit", pk=survey.pk)


@roles(*KEEPER_ROLES)
def text_import(request: ViewerRequest, pk: int) -> HttpResponse:
    """Texts of an instrument, with the name of the person who answers for the licence."""
    instrument = instrument_of(request, pk)
    form = TextPackForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        with refusal_in(form), _readable(problems):
            _bring_texts(request, instrument, form)
            messages.success(request, _("Saved."))
            return redirect("screening:instrument_detail", pk=pk)
    is_free = instrument.licence in (Licence.FREE, Licence.NOTICE, Licence.OWN)
    context = {"form": form, "instrument": instrument, "problems": problems, "is_free": is_free}
    status = 422 if form.errors or problems else 200
    return render(request, "screening/text_import.html", context, status=status)


def _bring_texts(request: ViewerRequest, instrument: Instrument, form: TextPackForm) -> None:
    text = decode(form.cleaned_data["file"].read())
    code, version, texts = read_texts(text)
    if (code, version) != (instrument.code, instrument.version):
        raise Refused(_("This pack is for %(code)s, version %(version)s.") % {"code": code, "version": version})
    data = json.loads(text.removeprefix("\ufeff"))["text"]
    actions.import_texts(
        by=request.viewer,
        instrument=instrument,
        packs={language: data[language] for language in texts},
        holder=form.cleaned_data["holder"],
        evidence=form.cleaned_data["evidence"],
    )


# --- offered or not -----------------------------------------------------------------------------------------------


@require_POST
@roles(*KEEPER_ROLES)
def instrument_retire(request: ViewerRequest, pk: int) -> HttpResponse:
    return _moved(request, pk, actions.retire_instrument)


@require_POST
@roles(*KEEPER_ROLES)
def instrument_offer(request: ViewerRequest, pk: int) -> HttpResponse:
    return _moved(request, pk, actions.offer_instrument)


def _moved(request: ViewerRequest, pk: int, action: Any) -> HttpResponse:
    action(by=request.viewer, instrument=instrument_of(request, pk))
    messages.success(request, _("Saved."))
    return redirect("screening:instrument_detail", pk=pk)
