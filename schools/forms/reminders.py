"""A ladder: up to six steps, each so long before (-) or after the hour."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from schools.ladder import ABOVE, AS_CHOSEN, BACKUP, DAYS, REPORTER, Rung
from schools.work.reminders import GROUP, INSIDE, MAIL, SMS, Source

MOST = 6
WHOM = [(REPORTER, _("who has to do it")), (BACKUP, _("who steps in")), (ABOVE, _("who stands above"))]
VIA = [
    (AS_CHOSEN, _("as each person chose")),
    (INSIDE, _("only here")),
    (SMS, _("text message")),
    (MAIL, _("mail")),
    (GROUP, _("group of the unit")),
]
DAY = 24 * 60


class LadderForm(forms.Form):
    quiet = True

    def __init__(self, *args: Any, source: Source, steps: Sequence[Rung], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.factor, self.in_force = DAY if source.scale == DAYS else 1, steps
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
            self.fields[f"via_{number}"] = forms.ChoiceField(
                label=_("How"), choices=VIA, required=False, initial=step.channel if step else AS_CHOSEN
            )

    def told(self) -> list[str]:
        """The steps in force, each as a sentence."""
        whom = dict(WHOM)
        return [f"{self._when(step.minutes // self.factor)} · {whom[step.whom]}" for step in self.in_force]

    def _when(self, at: int) -> str:
        n, in_days = abs(at), self.factor == DAY
        if not at:
            return gettext("on the day") if in_days else gettext("at the hour")
        if in_days:
            text = (
                ngettext("%(n)s day before", "%(n)s days before", n)
                if at < 0
                else ngettext("%(n)s day after", "%(n)s days after", n)
            )
        else:
            text = (
                ngettext("%(n)s minute before", "%(n)s minutes before", n)
                if at < 0
                else ngettext("%(n)s minute after", "%(n)s minutes after", n)
            )
        return text % {"n": n}

    def rows(self) -> list[tuple[Any, ...]]:
        return [tuple(self[f"{name}_{number}"] for name in ("at", "whom", "via")) for number in range(MOST)]

    def steps(self) -> list[Rung]:
        data = self.cleaned_data
        names = ("at", "whom", "via")
        rows = [[data[f"{name}_{number}"] for name in names] for number in range(MOST)]
        return [Rung(at * self.factor, whom or REPORTER, via) for at, whom, via in rows if at is not None]
