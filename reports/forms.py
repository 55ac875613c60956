from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.summaries import EDITIONS, FORMATS, REASONS
from schools.common.rendering import Segmented


class SectionForm(forms.Form):
    """A section as it is typed; an empty text is a text. How long it may be, the action says."""

    body = forms.CharField(required=False, strip=False)
    version = forms.IntegerField(min_value=0)
    reset = forms.BooleanField(required=False)
    publish = forms.ChoiceField(required=False, choices=[("yes", "yes"), ("no", "no")])

    def clean_body(self) -> str:
        """A browser counts a line end as one character and sends two."""
        body: str = self.cleaned_data["body"]
        return body.replace("\r\n", "\n")


class ExportForm(forms.Form):
    is_read = forms.BooleanField(
        label=_("I have read these texts: take the summary out as it stands"),
        error_messages={"required": _("Look at the texts first, or say that they may go out as they stand.")},
    )
    file_format = forms.ChoiceField(
        label=_("Kind of file"), choices=list(FORMATS.items()), initial="pdf", widget=Segmented
    )
    edition = forms.ChoiceField(
        label=_("Edition"),
        choices=list(EDITIONS.items()),
        initial="work",
        widget=forms.RadioSelect,
        help_text=_("For work is for those whose role shows these numbers. What leaves the house is the public one."),
    )
    reason = forms.ChoiceField(
        label=_("What is it for?"),
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        help_text=_("The reason is kept in the log, with your name and the time."),
    )

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["is_read"]

    def choices(self) -> dict[str, Any]:
        """What the action is told."""
        return {name: value for name, value in self.cleaned_data.items() if name != "is_read"}
