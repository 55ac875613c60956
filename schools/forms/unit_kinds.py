"""Forms about the levels of the network."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from schools.common.rendering import field_of
from schools.common.typed import LineField
from schools.models import UnitKind


class UnitKindForm(forms.Form):
    label_zh = LineField(label=gettext_lazy("Name in Chinese"), max_length=20)
    label_en = LineField(label=gettext_lazy("Name in English"), max_length=40, required=False)


class NewUnitKindForm(UnitKindForm):
    above = forms.ModelChoiceField(
        label=gettext_lazy("Right below"),
        queryset=UnitKind.objects.none(),
        required=False,
        empty_label=gettext_lazy("none: it is the highest level"),
    )
    is_school = forms.BooleanField(
        label=gettext_lazy("Units of this level are schools, with classes and students"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "above", forms.ModelChoiceField).queryset = UnitKind.objects.order_by("rank", "code")
