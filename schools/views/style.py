"""The living style page: every part, in every state, with invented people."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from schools.access import signed_in
from schools.common.rendering import DayInput, Levels, RowChoices, Segmented
from schools.common.typed import LineField, LongField
from schools.requests import PersonRequest

THEMES = [
    ("study", pgettext_lazy("sample", "study pressure")),
    ("peers", pgettext_lazy("sample", "classmates")),
    ("sleep", pgettext_lazy("sample", "sleep")),
    ("parents", pgettext_lazy("sample", "parents")),
]
PLACES = [
    ("class", pgettext_lazy("sample", "in class")),
    ("room", pgettext_lazy("sample", "counseling room")),
    ("home", pgettext_lazy("sample", "at home")),
]
LEVELS = [
    (0, pgettext_lazy("sample", "none")),
    (1, pgettext_lazy("sample", "level four")),
    (2, pgettext_lazy("sample", "level three")),
    (3, pgettext_lazy("sample", "level two")),
    (4, pgettext_lazy("sample", "level one")),
]


class StyleForm(forms.Form):
    """One field of every kind."""

    title = LineField(label=gettext_lazy("One line"), help_text=gettext_lazy("A hint says what is expected."))
    words = LongField(label=gettext_lazy("Some lines"), widget=forms.Textarea, required=False)
    themes = forms.MultipleChoiceField(
        label=gettext_lazy("Several of a few"), choices=THEMES, widget=forms.CheckboxSelectMultiple
    )
    place = forms.ChoiceField(label=gettext_lazy("One of a few"), choices=PLACES, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=gettext_lazy("One of three"), choices=PLACES, widget=Segmented)
    level = forms.ChoiceField(label=gettext_lazy("A level"), choices=LEVELS, widget=Levels)
    many = forms.MultipleChoiceField(
        label=gettext_lazy("Rows to tick"), choices=THEMES, widget=RowChoices, required=False
    )
    choice = forms.ChoiceField(label=gettext_lazy("One of many"), choices=THEMES)
    day = forms.DateField(label=gettext_lazy("A day"), widget=DayInput, required=False)
    agreed = forms.BooleanField(label=gettext_lazy("Yes or no"), required=False)
    file = forms.FileField(label=gettext_lazy("A file"), required=False)


@signed_in
def style_page(request: PersonRequest) -> HttpResponse:
    wrong = StyleForm({"themes": ["sleep"], "level": "9"}, prefix="wrong")
    start = {"themes": ["study", "sleep"], "kind": "room", "level": 2, "place": "class"}
    context = {
        "form": StyleForm(initial=start),
        "wrong": wrong,
        "levels": LEVELS,
        "page_obj": Paginator(range(400), 20).get_page(request.GET.get("page")),
        "entries": _entries(),
        "chips": _chips(),
        "offered": _offered(),
        "steps": [
            pgettext("sample", "File"),
            pgettext("sample", "Columns"),
            pgettext("sample", "Preview"),
            pgettext("sample", "Done"),
        ],
    }
    return render(request, "schools/style_page.html", context)


def _entries() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {"when": now, "title": _("A flag was raised"), "level": 3, "level_label": LEVELS[3][1], "tone": "alert"},
        {
            "when": now - dt.timedelta(days=7),
            "title": pgettext("sample", "A talk"),
            "text": _("A new seat, a little unhappy."),
        },
        {"when": now - dt.timedelta(days=400), "title": _("Came to this school"), "tone": "quiet"},
    ]


def _chips() -> list[dict[str, Any]]:
    words = [(pgettext("sample", "Open"), 7), (pgettext("sample", "Watching"), 12), (pgettext("sample", "All"), 64)]
    return [{"label": label, "url": "#chips", "count": n, "on": not i} for i, (label, n) in enumerate(words)]


def _offered() -> list[dict[str, Any]]:
    return [
        {"value": "a", "label": _("Lin Yutong"), "hint": "5(2)", "on": True},
        {"value": "b", "label": _("He Siyuan"), "hint": "5(2)"},
    ]
