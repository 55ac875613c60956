"""The delegate's form: five questions, and room for a name and a sentence."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.barometer import ANSWERS, QUESTIONS, Own
from schools.common.rendering import Segmented
from schools.common.typed import LineField, LongField


class BarometerForm(forms.Form):
    quiet = True

    def __init__(self, *args: Any, own: Sequence[Own] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [*QUESTIONS, *(one.code for one in own)]
        for code, question in {**QUESTIONS, **{one.code: one.words for one in own}}.items():
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
        answers = {code: data[code] for code in self.codes}
        return {"answers": answers, "named": data["named"], "words": data["words"]}


class DormitoryForm(forms.Form):
    """For which dormitory of a class the link is, where it is not for the class."""

    quiet = True
    dormitory = LineField(label=_("Dormitory, if it is for one"), max_length=30, required=False)


MOST_OWN = 3


class OwnQuestionsForm(forms.Form):
    """Up to three questions in the unit's own words, asked after the five."""

    quiet = True

    def __init__(self, *args: Any, own: Sequence[Own], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(MOST_OWN):
            held = own[number] if number < len(own) else None
            self.fields[f"words_{number}"] = LineField(
                label=gettext("Question {number}").format(number=number + 1),
                max_length=60,
                required=False,
                initial=held.words if held else "",
                help_text=_("To be answered by no, a little or yes; yes is the bad answer.") if number == 0 else "",
            )
            self.fields[f"serious_{number}"] = forms.BooleanField(
                label=_("A “yes” alone is worrying"), required=False, initial=bool(held and held.is_serious)
            )

    def rows(self) -> list[list[Any]]:
        data = self.cleaned_data
        typed = [(data[f"words_{number}"], data[f"serious_{number}"]) for number in range(MOST_OWN)]
        return [[words, is_serious] for words, is_serious in typed if words]
