"""A ladder: up to six steps, each so long before (-) or after the hour."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.work.reminders import ABOVE, BACKUP, DAYS, REPORTER, Rung, Source

MOST = 6
WHOM = [(REPORTER, _("who has to do it")), (BACKUP, _("who steps in")), (ABOVE, _("who stands above"))]
DAY = 24 * 60


class LadderForm(forms.Form):
    quiet = True

    def __init__(self, *args: Any, source: Source, steps: Sequence[Rung], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.factor = DAY if source.scale == DAYS else 1
        limit = 366 if source.scale == DAYS else 366 * DAY
        label = _("Days from the day") if source.scale == DAYS else _("Minutes from the hour")
        self.fields["kind"] = forms.CharField(widget=forms.HiddenInput, initial=source.kind)
        for number in range(MOST):
            step = steps[number] if number < len(steps) else None
            self.fields[f"at_{number}"] = forms.IntegerField(
                label=label,
                required=False,
                min_value=-limit,
                max_value=limit,
                initial=step.minutes // self.factor if step else None,
            )
            self.fields[f"whom_{number}"] = forms.ChoiceField(
                label=_("Call whom"), choices=WHOM, required=False, initial=step.whom if step else REPORTER
            )

    def pairs(self) -> list[tuple[Any, Any]]:
        return [(self[f"at_{number}"], self[f"whom_{number}"]) for number in range(MOST)]

    def steps(self) -> list[Rung]:
        data = self.cleaned_data
        rows = [(data[f"at_{number}"], data[f"whom_{number}"] or REPORTER) for number in range(MOST)]
        return [Rung(at * self.factor, whom) for at, whom in rows if at is not None]
