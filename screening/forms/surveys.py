"""A survey and its questions, as they are typed in the browser."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.common.rendering import RowChoices, field_of
from schools.common.typed import LineField, LongField
from screening import drafts
from screening.definition import Type
from screening.words import TYPES

MOST_OPTIONS = 30
CHOICES = ("single", "multiple")


class SurveyForm(forms.Form):
    title = LineField(label=gettext_lazy("Title"), max_length=120)
    about = LongField(
        label=gettext_lazy("Words above the questions"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QuestionForm(forms.Form):
    """One question. What a type does not need is ignored."""

    type = forms.ChoiceField(
        label=gettext_lazy("Kind of answer"), choices=list(TYPES.items()), widget=forms.RadioSelect
    )
    text = LongField(label=gettext_lazy("Question"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    options = LongField(
        label=gettext_lazy("Answers to choose from"),
        help_text=gettext_lazy("One per line. For one answer and several answers."),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    low = forms.IntegerField(label=gettext_lazy("Lowest number"), required=False, min_value=-100_000, max_value=100_000)
    high = forms.IntegerField(
        label=gettext_lazy("Highest number"),
        help_text=gettext_lazy("For a rating and a number."),
        required=False,
        min_value=-100_000,
        max_value=100_000,
    )
    low_text = LineField(label=gettext_lazy("Words at the low end"), required=False, max_length=40)
    high_text = LineField(label=gettext_lazy("Words at the high end"), required=False, max_length=40)
    required = forms.BooleanField(label=gettext_lazy("It has to be answered"), required=False)
    section = LineField(label=gettext_lazy("Heading of a part that begins here"), required=False, max_length=120)
    hint = LineField(label=gettext_lazy("Small words below the question"), required=False, max_length=300)
    show_if = forms.MultipleChoiceField(
        label=gettext_lazy("Shown only after one of these answers"), required=False, widget=RowChoices
    )
    calls_at = forms.IntegerField(
        label=gettext_lazy("Calls somebody at once from this answer on"),
        help_text=gettext_lazy(
            "The number of the line in a list of answers, or the number on a rating. Leave it empty for most questions."
        ),
        required=False,
    )

    def __init__(self, *args: Any, before: list[dict[str, Any]], **kwargs: Any) -> None:
        """`before` are the questions that stand before this one."""
        super().__init__(*args, **kwargs)
        field_of(self, "show_if", forms.MultipleChoiceField).choices = _answers_of(before)
        if not field_of(self, "show_if", forms.MultipleChoiceField).choices:
            del self.fields["show_if"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        kind = data.get("type")
        lines = list(dict.fromkeys(line.strip() for line in data.get("options", "").splitlines() if line.strip()))
        data["lines"] = lines
        if kind in CHOICES and not 2 <= len(lines) <= MOST_OPTIONS:
            self.add_error(
                "options", _("Write 2 to %(most)s different answers, one per line.") % {"most": MOST_OPTIONS}
            )
        low, high = data.get("low"), data.get("high")
        if kind == Type.SCALE and (low is None or high is None or not 0 < high - low <= 20):
            self.add_error("high", _("A rating needs a lowest and a highest number, at most 20 apart."))
        if kind == Type.NUMBER and low is not None and high is not None and low >= high:
            self.add_error("high", _("The highest number must be above the lowest."))
        if (calls := data.get("calls_at")) is not None and not self.errors:
            ends = (1, len(lines)) if kind == Type.SINGLE else (low, high) if kind == Type.SCALE else None
            if ends is None or not ends[0] <= calls <= ends[1]:
                self.add_error(
                    "calls_at", _("This works with one answer or a rating, and with a number that is there.")
                )
        return data

    def item(self, old: dict[str, Any] | None = None) -> dict[str, Any]:
        """The question as the survey keeps it."""
        data = self.cleaned_data
        old = old or {}
        found: dict[str, Any] = {"type": data["type"], "required": data["required"]}
        named = ("text", "section", "hint", *(("low_text", "high_text") if data["type"] == Type.SCALE else ()))
        found.update({name: _kept(old.get(name), data[name]) for name in named if data[name]})
        if data["type"] in CHOICES:
            found["options"] = _options(old.get("options", []), data["lines"])
        if data["type"] in (Type.SCALE, Type.NUMBER):
            found.update({name: data[name] for name in ("low", "high") if data[name] is not None})
        if data.get("show_if"):
            found["show_if"] = _conditions(data["show_if"])
        return found

    def value_that_calls(self, item: dict[str, Any]) -> int | None:
        calls = self.cleaned_data["calls_at"]
        if calls is None or item["type"] not in (Type.SINGLE, Type.SCALE):
            return None
        return int(item["options"][calls - 1]["value"]) if item["type"] == Type.SINGLE else int(calls)

    @staticmethod
    def initial_of(item: dict[str, Any], calls_at: int | None) -> dict[str, Any]:
        values = drafts.values_of(item)
        if calls_at is not None and item["type"] == Type.SINGLE:
            calls_at = values.index(calls_at) + 1 if calls_at in values else None
        words = {name: said(item.get(name)) for name in ("text", "section", "hint", "low_text", "high_text")}
        return {
            **words,
            "type": item.get("type", "single"),
            "options": "\n".join(said(option.get("text")) for option in item.get("options", [])),
            "low": item.get("low"),
            "high": item.get("high"),
            "required": item.get("required", True),
            "show_if": [f"{one['item']}:{value}" for one in item.get("show_if", []) for value in one["any_of"]],
            "calls_at": calls_at,
        }


def _options(old: list[dict[str, Any]], lines: list[str]) -> list[dict[str, Any]]:
    """Answers keep their values if there are as many as before."""
    if len(old) != len(lines):
        old = [{"value": value} for value in range(1, len(lines) + 1)]
    return [{"value": one["value"], "text": _kept(one.get("text"), line)} for one, line in zip(old, lines, strict=True)]


def _kept(words: dict[str, str] | None, text: str) -> dict[str, str]:
    """The words as they were, with their translation, if nobody has changed them."""
    return words if words and said(words) == text else {"zh": text}


def said(words: dict[str, str] | None) -> str:
    """A text in the language it was written in."""
    return (words or {}).get("zh") or (words or {}).get("en") or ""


def _answers_of(before: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Every answer of an earlier question that another may wait for, as (question:value, words)."""
    found = []
    for number, item in enumerate(before, start=1):
        options = {option["value"]: said(option.get("text")) for option in item.get("options", [])}
        for value in drafts.values_of(item):
            label = _("%(number)s. %(question)s: %(answer)s") % {
                "number": number,
                "question": said(item.get("text"))[:30],
                "answer": options.get(value, value),
            }
            found.append((f"{number}:{value}", label))
    return found


def _conditions(chosen: list[str]) -> list[dict[str, Any]]:
    found: dict[int, list[int]] = {}
    for one in chosen:
        number, _colon, value = one.partition(":")
        found.setdefault(int(number), []).append(int(value))
    return [{"item": number, "any_of": sorted(values)} for number, values in sorted(found.items())]
