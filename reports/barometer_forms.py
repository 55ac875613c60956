"""The delegate's form: five questions, and room for a name and a sentence."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.barometer import ANSWERS, QUESTIONS
from schools.common.rendering import Segmented
from schools.common.typed import LineField, LongField


class BarometerForm(forms.Form):
    quiet = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, question in QUESTIONS.items():
            self.fields[code] = forms.TypedChoiceField(label=question, choices=ANSWERS, coerce=int, widget=Segmented)
        self.fields["named"] = LineField(
            label=_("Whom should an adult look after? You need not write a name"), max_length=60, required=False
        )
        self.fields["words"] = LongField(
            label=_("What happened? In a sentence, if you like"),
            max_length=1000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3, "class": "short"}),
        )

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        answers = {code: data[code] for code in QUESTIONS}
        return {"answers": answers, "named": data["named"], "words": data["words"]}
