"""Files that bring an instrument or its texts."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from schools.common.typed import LineField

MOST_BYTES = 4_000_000


class FileForm(forms.Form):
    file = forms.FileField(label=pgettext_lazy("to upload", "File"))

    def clean_file(self) -> "UploadedFile[Any]":
        """Before any of it is read."""
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if upload.size and upload.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large for an instrument."))
        return upload


class Attestation(forms.Form):
    """Who answers for the right to use the texts."""

    holder = LineField(label=gettext_lazy("Who holds the licence"), max_length=120)
    evidence = LineField(
        label=gettext_lazy("What proves it"),
        max_length=300,
        help_text=gettext_lazy("Number of the contract, invoice or letter of permission, and where it is kept."),
    )
    attested = forms.BooleanField(label=gettext_lazy("I answer for it that this unit may use these texts."))


class InstrumentFileForm(FileForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "A definition (.json, docs/instruments.md), a FHIR R4 Questionnaire (.json) or an XLSForm (.xlsx)."
        )


class TextPackForm(Attestation, FileForm):
    field_order = ["file", "holder", "evidence", "attested"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("A text pack (.json) with a text for each item and option.")
