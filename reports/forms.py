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
