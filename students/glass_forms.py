"""Forms of break-glass: why it is opened, and what the review found."""

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.common.rendering import Segmented
from schools.common.typed import area
from students.models import BreakGlass


class GlassForm(forms.Form):
    reason = area(_("What makes it necessary now?"), 3, _("A sentence that an auditor understands. No student's name."))


class ReviewForm(forms.Form):
    finding = forms.ChoiceField(label=_("Was it in order?"), widget=Segmented, choices=BreakGlass.Finding.choices)
    remark = area(_("What you found, in a sentence"), 2)
