"""How forms are drawn: our own templates for forms, fields and the widgets that need more than an <input>."""

from typing import Any, TypeVar

from django import forms
from django.forms.renderers import TemplatesSetting

MOMENT = "%Y-%m-%dT%H:%M"
Field = TypeVar("Field", bound=forms.Field)

# Django's widgets keep their Python; only these templates are ours.
OURS = {
    "django/forms/widgets/radio.html": "forms/widgets/chips.html",
    "django/forms/widgets/checkbox_select.html": "forms/widgets/chips.html",
    "django/forms/widgets/clearable_file_input.html": "forms/widgets/file.html",
    "django/forms/widgets/file.html": "forms/widgets/file.html",
}


class FormRenderer(TemplatesSetting):
    """Named in settings.FORM_RENDERER; `{{ form }}` and `{{ field.as_field_group }}` come through here."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def get_template(self, template_name: str) -> Any:
        return super().get_template(OURS.get(template_name, template_name))


def field_of(form: forms.BaseForm, name: str, kind: type[Field]) -> Field:
    """A field of the form, known to be of this kind: `field_of(self, "role", forms.ChoiceField).choices = …`."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{name} is a {type(field).__name__}, no {kind.__name__}")
    return field


class Segmented(forms.RadioSelect):
    """A few short answers side by side, one of them chosen."""

    template_name = "forms/widgets/segmented.html"


class Levels(forms.RadioSelect):
    """Segmented, each answer a level 0–4 drawn with its shape; choices are (severity, label)."""

    template_name = "forms/widgets/levels.html"


class RowChoices(forms.CheckboxSelectMultiple):
    """Rows to tick, for choices too long or too many for chips."""

    template_name = "forms/widgets/rows.html"


class DayInput(forms.DateInput):
    """The browser's own date picker, which wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of date and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__(attrs, format=MOMENT)
