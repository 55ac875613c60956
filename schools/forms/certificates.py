"""Forms about the kinds of certificates and their levels."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from schools.common.labels import with_note
from schools.common.rendering import field_of
from schools.common.typed import LineField
from schools.models import CertificateLevel, Employment, Role

ASKED = (Role.CLASS_TEACHER, Role.SUBJECT_TEACHER, Role.GRADE_HEAD, Role.SCHOOL_LEADER, Role.CENTER_STAFF)


def roles_wanted() -> list[tuple[str, str]]:
    """Whom a certificate may be asked of: a role, and counselors by how they are employed."""
    counselors = [
        (f"{Role.COUNSELOR}.{code}", with_note(Role.COUNSELOR.label, word)) for code, word in Employment.choices
    ]
    return [*counselors, *((str(role), str(role.label)) for role in ASKED)]


class CertificateLevelForm(forms.Form):
    kind_zh = LineField(label=gettext_lazy("Kind, in Chinese"), max_length=60)
    kind_en = LineField(label=gettext_lazy("Kind, in English"), max_length=60, required=False)
    label_zh = LineField(label=gettext_lazy("Name in Chinese"), max_length=60)
    label_en = LineField(label=gettext_lazy("Name in English"), max_length=60, required=False)
    rank = forms.IntegerField(
        label=gettext_lazy("Rank within its kind"),
        min_value=1,
        max_value=9,
        initial=1,
        help_text=gettext_lazy("Whoever holds a higher rank of the same kind holds this one too. 1 is the lowest."),
    )
    wanted_from = forms.MultipleChoiceField(
        label=gettext_lazy("Who should hold it"),
        choices=roles_wanted,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class NewCertificateLevelForm(CertificateLevelForm):
    kind = forms.ChoiceField(label=pgettext_lazy("of certificates", "Kind"), required=False)
    field_order = ("kind",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {level.kind: level for level in CertificateLevel.objects.all()}
        names = [(code, level.kind_label) for code, level in self.kinds.items()]
        field_of(self, "kind", forms.ChoiceField).choices = [*names, ("", _("a new kind, named below"))]
        self.fields["kind_zh"].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if known := self.kinds.get(given.get("kind", "")):
            given |= {"kind_zh": known.kind_zh, "kind_en": known.kind_en}
        elif not given.get("kind_zh"):
            self.add_error("kind_zh", _("Name the new kind."))
        return given
