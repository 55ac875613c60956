"""Forms around results."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.audit.purposes import PURPOSES
from screening.table_files import FORMATS


class TableForm(forms.Form):
    """What leaves, as what, and for what: the answer is one of a few, so that no text of a record reaches the log."""

    file_format = forms.ChoiceField(
        label=_("As what file"), widget=forms.RadioSelect, choices=list(FORMATS.items()), initial="xlsx"
    )
    names = forms.BooleanField(
        label=_("With names and student numbers"),
        required=False,
        help_text=_(
            "Without them the rows also leave out what was written in own words. Ask for names only if you need them."
        ),
    )
    purpose = forms.ChoiceField(label=_("What is it for?"), widget=forms.RadioSelect, choices=list(PURPOSES.items()))

    def __init__(self, *args: Any, is_anonymous: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_anonymous:
            del self.fields["names"]


class StaffTableForm(TableForm):
    names = forms.BooleanField(
        label=_("With names"),
        required=False,
        help_text=_(
            "Without them what was written in own words is left out, too. Ask for names only if you need them."
        ),
    )
