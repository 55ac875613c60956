"""Fields for what people type, cleaned as files are (`schools.common.text`)."""

from typing import Any

from django import forms

from schools.common.text import clean_code, clean_lines, clean_name, clean_text


class LineField(forms.CharField):
    """One line."""

    def to_python(self, value: Any) -> Any:
        return clean_text(text) if (text := super().to_python(value)) else text


class MailField(forms.EmailField):
    """A mail address; where the keyboard was set to full width, too."""

    def to_python(self, value: Any) -> Any:
        return clean_text(text) if (text := super().to_python(value)) else text


class NameField(LineField):
    """The name of a person."""

    def to_python(self, value: Any) -> Any:
        return clean_name(text) if (text := super().to_python(value)) else text


class CodeField(forms.CharField):
    """A number or code, which may be typed in full width and with blanks."""

    def to_python(self, value: Any) -> Any:
        return clean_code(text) if (text := super().to_python(value)) else text


class LongField(forms.CharField):
    """Several lines; a line break counts as one character, as it does in the browser."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return clean_lines(text) if (text := super().to_python(value)) else text


def area(label: Any, rows: int = 3, help_text: Any = "", *, max_length: int = 4000, **more: Any) -> LongField:
    """A box for several lines."""
    widget = forms.Textarea(attrs={"rows": rows, "class": "short"})
    return LongField(label=label, max_length=max_length, widget=widget, help_text=help_text, **more)
