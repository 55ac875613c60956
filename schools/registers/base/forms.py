"""The form of a record: its own fields, files, and the revision it was made from."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.common.tables import LIMITS, UnreadableFile
from schools.registers.base.attachments import MOST_FILES, Upload, checked
from schools.unreadable import file_sentence


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"multiple": True, **(attrs or {})})


class FilesField(forms.FileField):
    """Several files at once, each checked."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_("Too many files at once: choose at most {n}.").format(n=MOST_FILES))
        return [checked(super(FilesField, self).clean(one, initial)) for one in given]


class SheetForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy(
            "A table with a row for each record, or a workbook with a sheet for each kind; .xlsx, .xls or .csv. "
            "The file you get by “Export” has the right columns."
        ),
    )

    def clean_file(self) -> Any:
        """Before any of it is read."""
        upload = self.cleaned_data["file"]
        if upload.size > LIMITS.file_bytes:
            raise forms.ValidationError(file_sentence(UnreadableFile("too_large", {"limit": LIMITS.file_bytes >> 20})))
        return upload


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Parses and checks; the action saves. A subclass names model and fields in its `Meta`."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    attached = FilesField(
        label=gettext_lazy("Photos, scans, files"),
        required=False,
        help_text=gettext_lazy("Pictures, PDF or Office files of at most 10 MB each. They are stored encrypted."),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.fields["revision"].initial = self.instance.revision

    def values(self) -> dict[str, Any]:
        """What the action stores."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("revision", "attached")}
