"""Forms about units, their rules, terms and days."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from schools.access import WIDE_ROLES
from schools.common.labels import told, with_note
from schools.common.rendering import DayInput, RowChoices, Segmented, field_of
from schools.common.typed import CodeField, LineField, LongField
from schools.help_lines import MOST_LINES, help_lines, in_words, is_help_line
from schools.models import ClassGroup, Role, Term, Unit, UnitKind
from schools.settings_of import DEFAULTS, settings_of
from schools.severity import Level, scheme_named

SCHEMES = {
    "four_colors": gettext_lazy("red, orange, yellow, blue"),
    "three_levels": gettext_lazy("three levels"),
}


SAME_DAY = "same_day"


def clock_field(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, required=False)


def target_kinds() -> list[tuple[str, str]]:
    return [
        ("minutes", _("minutes, around the clock")),
        (SAME_DAY, _("the same school day")),
        ("school_days", _("school days")),
    ]


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    stages = forms.MultipleChoiceField(
        label=gettext_lazy("Stages"),
        choices=ClassGroup.Stage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Unit
        fields = ("name", "short_name", "school_type", "stages", "system", "has_boarders")
        field_classes = {"name": LineField, "short_name": LineField, "school_type": CodeField}
        labels = {
            "name": pgettext_lazy("of a unit", "Name"),
            "short_name": gettext_lazy("Short name"),
            "school_type": gettext_lazy("Type code"),
            "system": gettext_lazy("System"),
            "has_boarders": gettext_lazy("Has boarders"),
        }
        help_texts = {"school_type": gettext_lazy("Three digits of the registry, such as 211 for a primary school.")}

    def __init__(self, *args: Any, kind: UnitKind | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = kind or self.instance.kind
        if not kind.is_school:
            for name in ("school_type", "stages", "system", "has_boarders"):
                del self.fields[name]


class NewUnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A unit below another one. What a school teaches is filled in afterwards, on its own page."""

    class Meta:
        model = Unit
        fields = ("parent", "kind", "code", "name", "short_name")
        field_classes = {"code": CodeField, "name": LineField, "short_name": LineField}
        labels = {
            "parent": gettext_lazy("Below"),
            "kind": gettext_lazy("Kind"),
            "code": pgettext_lazy("of a unit", "Code"),
            "name": pgettext_lazy("of a unit", "Name"),
            "short_name": gettext_lazy("Short name"),
        }
        help_texts = {"code": gettext_lazy("A school's ten digits, a district's region code.")}

    def __init__(self, *args: Any, parents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "parent", forms.ModelChoiceField).queryset = parents
        self.fields["parent"].required = True


DEADLINES = {
    "oral_minutes": gettext_lazy("Minutes to the oral report"),
    "written_hours": gettext_lazy("Hours to the written report"),
    "follow_up_hours": gettext_lazy("Hours between follow-up reports"),
}


# By level of the registry: how often a plan is reviewed, and how long a student may go without a talk.
INTERVALS = {
    "review_days": gettext_lazy("Days between reviews of a plan on the registry"),
    "unseen_days": gettext_lazy("Days that a student on the registry may go without a talk"),
}


class RulesForm(forms.Form):
    """The rules of a unit. What is left empty or at "as above" is not stored and follows the unit above."""

    severity_scheme = forms.ChoiceField(label=gettext_lazy("Levels of risk"), required=False, widget=Segmented)
    day_starts = clock_field(gettext_lazy("School begins"))
    day_ends = clock_field(gettext_lazy("School ends"))
    own_factors = forms.BooleanField(label=gettext_lazy("Set here who needs a second factor"), required=False)
    second_factor_roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles that need a second factor"),
        choices=Role.choices,
        required=False,
        widget=RowChoices,
    )
    exports_per_day = forms.IntegerField(
        label=gettext_lazy("Lists that one person may take out in a day"),
        min_value=0,
        max_value=100,
        required=False,
    )
    record_years = forms.IntegerField(
        label=gettext_lazy("Years that records are kept after a student has left"),
        min_value=1,
        max_value=100,
        required=False,
    )
    students_per_counselor = forms.IntegerField(
        label=gettext_lazy("Students for each full-time counselor, at most"),
        min_value=1,
        max_value=100_000,
        required=False,
    )
    help_lines = LongField(
        label=gettext_lazy("Numbers to call, one in each line: the number, a space, and what it is"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "short"}),
    )
    own_targets = forms.BooleanField(label=gettext_lazy("Set here how soon a flag must be in hand"), required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        self.needed_at_times: set[str] = set()
        own = dict(unit.settings.values_list("key", "value"))
        in_force = settings_of(unit)
        self.targets_in_force = in_force["clock_targets"]
        self.levels = scheme_named(in_force["severity_scheme"]).levels
        for level in self.levels:
            self._add_target(level, *self.targets_in_force[str(level.severity)])
        roles = in_force["second_factor_roles"]
        self.initial = {
            **self.initial,
            "severity_scheme": own.get("severity_scheme", ""),
            "day_starts": own.get("day_starts"),
            "day_ends": own.get("day_ends"),
            "own_factors": "second_factor_roles" in own,
            "second_factor_roles": sorted(WIDE_ROLES) if roles is None else roles,
            "exports_per_day": own.get("exports_per_day"),
            "record_years": own.get("record_years"),
            "students_per_counselor": own.get("students_per_counselor"),
            "own_targets": "clock_targets" in own,
            "help_lines": "\n".join(" ".join(line) for line in own.get("help_lines") or []),
        }
        self._add_deadlines(own.get("incident_deadlines"))
        self._add_intervals(own)
        self._tell_above(unit)

    def _add_deadlines(self, own: Any) -> None:
        """By when a crisis event is reported up: a rule of the region, so no school loosens its own."""
        self.deadlines = own or {}
        if self.unit.is_school:
            return
        above = settings_of(self.unit.parent) if self.unit.parent else DEFAULTS
        for name, label, held, value in zip(
            DEADLINES,
            DEADLINES.values(),
            above["incident_deadlines"]["*"],
            self.deadlines.get("*", [None] * 3),
            strict=True,
        ):
            help_text = _("Left empty: %(value)s.") % {"value": held}
            self.fields[name] = forms.IntegerField(
                label=label, min_value=1, max_value=10_000, required=False, initial=value, help_text=help_text
            )

    def _add_intervals(self, own: dict[str, Any]) -> None:
        """A level that is left empty follows the unit above."""
        above = settings_of(self.unit.parent) if self.unit.parent else DEFAULTS
        self.intervals = {key: own.get(key, {}) for key in INTERVALS}
        for key, held_here in self.intervals.items():
            for level in self.levels:
                held = _("Left empty: %(value)s.") % {"value": above[key][str(level.severity)]}
                self.fields[f"{key}_{level.severity}"] = forms.IntegerField(
                    label=level.label,
                    min_value=1,
                    max_value=366,
                    required=False,
                    initial=held_here.get(str(level.severity)),
                    help_text=held,
                )

    def interval_fields(self) -> list[tuple[Any, list[Any]]]:
        return [(label, [self[f"{key}_{one.severity}"] for one in self.levels]) for key, label in INTERVALS.items()]

    def _typed_intervals(self, key: str) -> dict[str, int] | None:
        """Only the levels that are set here; the others are asked above. Those that the scheme does not use stay."""
        typed = {str(one.severity): self.cleaned_data.get(f"{key}_{one.severity}") for one in self.levels}
        return {severity: days for severity, days in (self.intervals[key] | typed).items() if days} or None

    def deadline_fields(self) -> list[Any]:
        return [self[name] for name in DEADLINES if name in self.fields]

    def _typed_deadlines(self) -> dict[str, Any] | None:
        """All three or none; what was set for single kinds of event stays."""
        typed = [self.cleaned_data.get(name) for name in DEADLINES]
        return {**self.deadlines, "*": typed} if all(typed) else None

    def _tell_above(self, unit: Unit) -> None:
        """Beside each field, what holds if it is left empty."""
        above = settings_of(unit.parent) if unit.parent else DEFAULTS
        whence = _("as above") if unit.parent else _("the default")
        field_of(self, "severity_scheme", forms.ChoiceField).choices = [("", whence), *SCHEMES.items()]
        self.fields["severity_scheme"].help_text = told(whence, SCHEMES[above["severity_scheme"]])
        for name in ("day_starts", "day_ends", "record_years", "students_per_counselor"):
            self.fields[name].help_text = _("Left empty: %(value)s.") % {"value": with_note(above[name], whence)}
        lines = help_lines(unit.parent)
        self.fields["help_lines"].help_text = _("Left empty: %(value)s.") % {
            "value": with_note(in_words(lines), whence)
        }
        self.fields["exports_per_day"].help_text = _(
            "Left empty: %(value)s. 0: no list of people leaves as a file."
        ) % {"value": with_note(above["exports_per_day"], whence)}

    def _add_target(self, level: Level, kind: str, amount: int) -> None:
        self.fields[f"kind_{level.severity}"] = forms.ChoiceField(
            label=level.label,
            choices=target_kinds(),
            initial=kind,
            widget=forms.Select(attrs={"data-counted": f"id_amount_{level.severity}"}),
        )
        self.fields[f"amount_{level.severity}"] = forms.IntegerField(
            label=_("How many"),
            min_value=0,
            max_value=10_000,
            initial=None if kind == SAME_DAY else amount,
            required=False,
        )
        self.needed_at_times.add(f"amount_{level.severity}")

    def targets(self) -> list[tuple[Any, Any]]:
        return [(self[f"kind_{one.severity}"], self[f"amount_{one.severity}"]) for one in self.levels]

    def clean(self) -> dict[str, Any]:
        """A change without its tick would be dropped in silence, or taken for a wish that nobody had."""
        data: dict[str, Any] = super().clean() or {}
        for level in self.levels:
            amount = f"amount_{level.severity}"
            if data.get(f"kind_{level.severity}") != SAME_DAY and amount in data and data[amount] is None:
                self.add_error(amount, _("Say how many."))
        typed = [name for name in DEADLINES if data.get(name)]
        if 0 < len(typed) < len(DEADLINES):
            for name in set(DEADLINES) - set(typed):
                self.add_error(name, _("Fill in all three, or none."))
        if self.errors:
            return data
        if not data["own_targets"] and self._typed_targets() != self.targets_in_force:
            self.add_error("own_targets", _("You changed a time below. Tick this box to set it, or undo the change."))
        if not data["own_factors"] and set(data["second_factor_roles"]) != set(self.initial["second_factor_roles"]):
            self.add_error("own_factors", _("You changed a role below. Tick this box to set it, or undo the change."))
        return data

    def clean_help_lines(self) -> list[list[str]]:
        """The number is what stands before the first space."""
        typed = [line.split(maxsplit=1) for line in self.cleaned_data["help_lines"].splitlines() if line.strip()]
        if len(typed) > MOST_LINES:
            raise forms.ValidationError(_("Write %(most)s numbers at most."), params={"most": MOST_LINES})
        for line in typed:
            if line[1:] and line[1][0].isdigit():
                sentence = _("“%(line)s”: write the number without spaces; what it is does not begin with a digit.")
                raise forms.ValidationError(sentence, params={"line": " ".join(line)})
            if not is_help_line(line):
                sentence = _("“%(line)s”: begin with the number, then a space and, in a few words, what it is.")
                raise forms.ValidationError(sentence, params={"line": " ".join(line)})
        return typed

    def _typed_targets(self) -> dict[str, Any]:
        """Of every severity: those that the unit's levels do not use keep what is in force."""
        data = self.cleaned_data
        kinds = {str(one.severity): data[f"kind_{one.severity}"] for one in self.levels}
        typed = {s: [kind, 0 if kind == SAME_DAY else data[f"amount_{s}"]] for s, kind in kinds.items()}
        return {**self.targets_in_force, **typed}

    def values(self) -> dict[str, Any]:
        """By key; None for what follows the unit above."""
        data = self.cleaned_data
        return {
            "severity_scheme": data["severity_scheme"] or None,
            "day_starts": f"{data['day_starts']:%H:%M}" if data["day_starts"] else None,
            "day_ends": f"{data['day_ends']:%H:%M}" if data["day_ends"] else None,
            "second_factor_roles": data["second_factor_roles"] if data["own_factors"] else None,
            "exports_per_day": data["exports_per_day"],
            "record_years": data["record_years"],
            **{key: self._typed_intervals(key) for key in INTERVALS},
            "students_per_counselor": data["students_per_counselor"],
            "help_lines": data["help_lines"] or None,
            "clock_targets": self._typed_targets() if data["own_targets"] else None,
            **({} if self.unit.is_school else {"incident_deadlines": self._typed_deadlines()}),
        }


YEARS_BACK, YEARS_AHEAD = 6, 3


class DayForm(forms.Form):
    """A day, or several in a row, on which the unit differs from the national calendar."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput)
    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("For several days in a row; left empty: this one day."),
    )
    what = forms.ChoiceField(
        label=gettext_lazy("On this day"),
        choices=[
            ("closed", gettext_lazy("no school")),
            ("open", gettext_lazy("school")),
            ("as_above", gettext_lazy("as above")),
        ],
        widget=Segmented,
    )
    note = LineField(label=gettext_lazy("Why"), max_length=60, required=False)

    def is_school_day(self) -> bool | None:
        return {"closed": False, "open": True, "as_above": None}[self.cleaned_data["what"]]


class TermForm(forms.Form):
    """A term, with the date that its class teachers have for their talks."""

    code = forms.ChoiceField(label=gettext_lazy("Term"))
    starts = forms.DateField(label=gettext_lazy("First day"), widget=DayInput)
    ends = forms.DateField(label=gettext_lazy("Last day"), widget=DayInput)
    talk_by = forms.DateField(
        label=gettext_lazy("Talk with every student by"),
        help_text=gettext_lazy("Left empty: as the unit above, if it has set a date."),
        widget=DayInput,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The terms of some years around today."""
        super().__init__(*args, **kwargs)
        year = timezone.localdate().year - (timezone.localdate().month < 7)
        codes = [f"{one}-{one + 1}-{half}" for one in range(year - YEARS_BACK, year + YEARS_AHEAD) for half in (1, 2)]
        given = self.initial.get("code")
        codes = sorted({*codes, given} if given else codes)
        choices = [("", "—"), *((code, Term(code=code).label) for code in codes)]
        field_of(self, "code", forms.ChoiceField).choices = choices
