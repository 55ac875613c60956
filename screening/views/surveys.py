"""A unit's own surveys, made question by question beside a picture of the phone they will be answered on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import roles
from schools.common.errors import Refused, refusal_in
from schools.requests import ViewerRequest
from screening import drafts
from screening.access import KEEPER_ROLES
from screening.actions import surveys as actions
from screening.forms import QuestionForm, SurveyForm
from screening.forms.surveys import said
from screening.models import Instrument
from screening.paper import Paper, lay_out
from screening.reading import BadFile, definition_of
from screening.views.instruments import instrument_of
from screening.words import TYPES


@roles(*KEEPER_ROLES)
def survey_new(request: ViewerRequest) -> HttpResponse:
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        survey = actions.start_survey(by=request.viewer, **form.cleaned_data)
        return redirect("screening:question_new", pk=survey.pk)
    return render(request, "screening/survey_new.html", {"form": form}, status=422 if form.errors else 200)


@roles(*KEEPER_ROLES)
def survey_edit(request: ViewerRequest, pk: int) -> HttpResponse:
    """The questions in their order, the title, and the whole as it looks on a phone."""
    survey = _draft(request, pk)
    data = survey.definition
    form = SurveyForm(request.POST or None, initial={"title": said(data["name"]), "about": said(data.get("about"))})
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            _change(request, survey, drafts.with_title(data, **form.cleaned_data))
            return redirect("screening:survey_edit", pk=pk)
    context = {"survey": survey, "form": form, "questions": _questions(data), "paper": _paper(data)}
    return render(request, "screening/survey_edit.html", context, status=422 if form.errors else 200)


@roles(*KEEPER_ROLES)
def question_new(request: ViewerRequest, pk: int) -> HttpResponse:
    survey = _draft(request, pk)
    before = survey.definition["items"]
    form = QuestionForm(request.POST or None, before=before, initial={"type": "single", "required": True})
    if request.method == "POST" and form.is_valid():
        item = form.item()
        with refusal_in(form):
            _change(request, survey, drafts.with_question(survey.definition, item, form.value_that_calls(item)))
            return redirect("screening:question_new" if "another" in request.POST else "screening:survey_edit", pk=pk)
    return _ask(request, survey, form, len(before) + 1)


@roles(*KEEPER_ROLES)
def question_edit(request: ViewerRequest, pk: int, number: int) -> HttpResponse:
    survey = _draft(request, pk)
    old = _item(survey, number)
    calls = next((one["at_least"] for one in survey.definition.get("critical", []) if one["item"] == number), None)
    before = survey.definition["items"][: number - 1]
    form = QuestionForm(request.POST or None, before=before, initial=QuestionForm.initial_of(old, calls))
    if request.method == "POST" and form.is_valid():
        item = form.item(old)
        calls = form.value_that_calls(item)
        with refusal_in(form), _told_apart():
            _change(request, survey, drafts.with_question(survey.definition, item, calls, number))
            return redirect("screening:survey_edit", pk=pk)
    return _ask(request, survey, form, number, old)


def _ask(request: ViewerRequest, survey: Instrument, form: QuestionForm, number: int, *items: Any) -> HttpResponse:
    paper = _typed(survey, form) if form.is_bound else _alone(survey, *items)
    context = {"survey": survey, "form": form, "number": number, "paper": paper}
    return render(request, "screening/question_form.html", context, status=422 if form.errors else 200)


@require_POST
@roles(*KEEPER_ROLES)
def question_preview(request: ViewerRequest, pk: int) -> HttpResponse:
    """The question as far as it is typed, for the picture beside the form."""
    survey = _draft(request, pk)
    form = QuestionForm(request.POST, before=survey.definition["items"])
    return render(request, "screening/parts/phone.html", {"paper": _typed(survey, form)})


def _typed(survey: Instrument, form: QuestionForm) -> Paper | None:
    if not form.is_valid():
        return None
    return _alone(survey, form.item())


def _alone(survey: Instrument, *items: dict[str, Any]) -> Paper | None:
    """One question without what it depends on."""
    bare = [{name: value for name, value in item.items() if name != "show_if"} for item in items]
    return _paper({**survey.definition, "items": bare, "critical": []})


@require_POST
@roles(*KEEPER_ROLES)
def question_move(request: ViewerRequest, pk: int, number: int) -> HttpResponse:
    survey = _draft(request, pk)
    _item(survey, number)
    step = -1 if request.POST.get("to") == "up" else 1
    with _told_apart():
        _change(request, survey, drafts.moved(survey.definition, number, step))
    return redirect("screening:survey_edit", pk=pk)


@require_POST
@roles(*KEEPER_ROLES)
def question_remove(request: ViewerRequest, pk: int, number: int) -> HttpResponse:
    survey = _draft(request, pk)
    _item(survey, number)
    with _told_apart():
        _change(request, survey, drafts.without_question(survey.definition, number))
    return redirect("screening:survey_edit", pk=pk)


@require_POST
@roles(*KEEPER_ROLES)
def survey_publish(request: ViewerRequest, pk: int) -> HttpResponse:
    actions.publish_survey(by=request.viewer, survey=_draft(request, pk))
    messages.success(request, _("Published. Rounds can use it now."))
    return redirect("screening:instrument_detail", pk=pk)


@require_POST
@roles(*KEEPER_ROLES)
def survey_discard(request: ViewerRequest, pk: int) -> HttpResponse:
    actions.discard_survey(by=request.viewer, survey=_draft(request, pk))
    messages.success(request, _("The draft is gone."))
    return redirect("screening:instrument_list")


@require_POST
@roles(*KEEPER_ROLES)
def survey_revise(request: ViewerRequest, pk: int) -> HttpResponse:
    """A draft of the next version of an own survey."""
    draft = actions.revise_survey(by=request.viewer, instrument=instrument_of(request, pk))
    return redirect("screening:survey_edit", pk=draft.pk)


def _draft(request: ViewerRequest, pk: int) -> Instrument:
    """A draft of the own unit. What is published has no address here."""
    drafts_here = Instrument.objects.filter(unit=request.viewer.unit, state=Instrument.State.DRAFT)
    return get_object_or_404(drafts_here.select_related("unit"), pk=pk)


def _item(survey: Instrument, number: int) -> dict[str, Any]:
    if not 1 <= number <= len(survey.definition["items"]):
        raise Http404
    found: dict[str, Any] = survey.definition["items"][number - 1]
    return found


@contextmanager
def _told_apart() -> Iterator[None]:
    """What another question depends on stays: said as a sentence."""
    try:
        yield
    except drafts.Entangled as error:
        sentence = _("Question %(number)s depends on this. Change it first.") % {"number": error.number}
        raise Refused(sentence) from None


def _change(request: ViewerRequest, survey: Instrument, data: dict[str, Any]) -> None:
    """`seen` is what the form was made from: nobody writes over what a colleague changed since."""
    survey.digest = request.POST.get("seen", survey.digest)
    actions.change_survey(by=request.viewer, survey=survey, data=data)


def _paper(data: dict[str, Any]) -> Paper | None:
    """Nothing while the draft is not yet a survey."""
    try:
        return lay_out(definition_of(data), get_language() or "zh")
    except BadFile:
        return None


def _questions(data: dict[str, Any]) -> list[dict[str, Any]]:
    calls = {one["item"] for one in data.get("critical", [])}
    return [
        {
            "number": number,
            "text": said(item.get("text")),
            "type": TYPES[item.get("type", "single")],
            "section": said(item.get("section")),
            "after": ", ".join(str(one["item"]) for one in item.get("show_if", [])),
            "calls": number in calls,
        }
        for number, item in enumerate(data["items"], start=1)
    ]
