"""Filters of a list as its address names them. A value that cannot be meant is refused, never guessed.

They are filters of django-filter, which reads, checks and applies them; what each looks like stands in
`templates/parts/list_filters.html`.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import BadRequest
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters.utils import get_model_field

from schools.access import Viewer
from schools.common.days import day_in, on_days
from schools.common.typed import LineField
from schools.listing.columns import everyone
from schools.models.units import Unit

LONGEST_SEARCH = 60
MOST_UNITS = 400
ALL, UNIT = _("All"), _("Unit")
Rows = models.QuerySet[Any]


class ListFilter(django_filters.Filter):
    """`name` is its name in the address. `parent` is the set of filters of one request."""

    shape = ""

    def __init__(self, name: str, *fields: str, label: Any, seen_by: Callable[[Viewer], bool] = everyone, **more: Any):
        super().__init__(field_name=fields[0] if fields else name, label=label, **more)
        self.name, self.fields, self.seen_by = name, fields or (name,), seen_by

    def __deepcopy__(self, _memo: Any) -> "ListFilter":
        """A set copies its filters for each request. What is declared never changes: a request puts what it finds on
        its own copy."""
        return copy(self)

    @property
    def viewer(self) -> Viewer:
        viewer: Viewer = self.parent.request.viewer
        return viewer

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters of the address that are this filter's."""
        return (self.name,)

    @property
    def value(self) -> Any:
        """What the address asks for, checked."""
        return self.parent.form.cleaned_data.get(self.name)

    @property
    def is_set(self) -> bool:
        return bool(self.value)

    @property
    def is_drawn(self) -> bool:
        return True


class FiltersOfRequest(django_filters.FilterSet):
    """The filters of a list, for one request."""

    @property
    def form(self) -> forms.Form:
        """What checks the address. django-filter makes a class of it for each request, which takes longer than to
        check."""
        if not hasattr(self, "_form"):
            self._form = forms.Form(self.data)
            self._form.fields = {name: one.field for name, one in self.filters.items()}
        return self._form


class SearchField(LineField):
    """Nobody types that much: the rest is cut off."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text[:LONGEST_SEARCH]


class Search(ListFilter):
    """Words in a box: each must occur in one of the fields. `matches(rows, words, viewer)` searches in another way."""

    shape = "search"
    field_class = SearchField

    def __init__(
        self,
        *fields: str,
        label: Any,
        name: str = "q",
        matches: Callable[[Rows, str, Viewer], Rows] | None = None,
        **more: Any,
    ):
        super().__init__(name, *fields, label=label, **more)
        self.matches = matches

    def filter(self, qs: Rows, value: str) -> Rows:
        if not value:
            return qs
        if self.matches:
            return self.matches(qs, value, self.viewer)
        for word in value.split()[:6]:
            qs = qs.filter(_any_of(f"{field}__icontains" for field in self.fields)(word))
        return qs


def _any_of(lookups: Iterable[str]) -> Callable[[str], Q]:
    names = list(lookups)

    def condition(word: str) -> Q:
        found = Q()
        for name in names:
            found |= Q(**{name: word})
        return found

    return condition


def together(rows: Rows, _code: str, _viewer: Viewer) -> Rows:
    """For a choice that means something only together with others: `List.narrow` applies them."""
    return rows


class Choice(ListFilter):
    """One of a few known values. `choices` are pairs of code and label, or a function of the viewer that gives them;
    without, those of the field. `any_label` says what no choice means. `narrow(rows, code, viewer)` filters in another
    way than by the field. With `chips` it is drawn as links; `counts` gives by code how many rows stand behind each, in
    one query for all or none."""

    shape = "choice"

    def __init__(
        self,
        name: str,
        field: str = "",
        *,
        label: Any,
        any_label: Any = ALL,
        choices: Iterable[tuple[Any, Any]] | Callable[[Viewer], Iterable[tuple[Any, Any]]] | None = None,
        narrow: Callable[[Rows, str, Viewer], Rows] | None = None,
        chips: bool = False,
        counts: Callable[[Viewer], Mapping[str, int]] | None = None,
        folded: bool = False,
        **more: Any,
    ):
        super().__init__(name, *([field] if field else []), label=label, **more)
        self.counts = counts
        self.any_label, self.choices, self.narrow, self.folded = any_label, choices, narrow, folded
        if chips:
            self.shape = "chips"

    @property
    def field(self) -> forms.Field:
        return ChosenField(self)

    @property
    def options(self) -> list[tuple[str, Any]]:
        """Asked once for each request."""
        if not hasattr(self, "_options"):
            found = self.choices(self.viewer) if callable(self.choices) else self.choices
            if found is None:
                found = get_model_field(self.model, self.field_name).choices
            self._options = [(str(code), label) for code, label in found]
        return self._options

    @property
    def is_drawn(self) -> bool:
        """Where there is only one, there is nothing to choose; as a chip it stands beside “all”."""
        return len(self.options) > (0 if self.shape == "chips" else 1)

    @property
    def links(self) -> list[dict[str, Any]]:
        data = self.parent.data.copy()
        data.pop("page", None)
        found = []
        counts = self.counts(self.viewer) if self.counts else {}
        for code, label in [("", self.any_label), *self.options]:
            data[self.name] = code
            chip = {"label": label, "url": f"?{data.urlencode()}", "on": code == self.value}
            found.append(chip | {"count": counts.get(code, "")})
        return found

    def filter(self, qs: Rows, value: str) -> Rows:
        if self.narrow:
            return self.narrow(qs, value, self.viewer)
        return qs.filter(**{self.field_name: value}) if value else qs


class Stages(Choice):
    """How far a row has come, as chips: each stage has a code, a word, and the field of the moment that ends it; the
    last one has no end."""

    def __init__(self, *stages: tuple[str, Any, str], label: Any, **more: Any):
        choices = [(code, word) for code, word, _end in stages]
        super().__init__("state", label=label, choices=choices, chips=True, **more)
        self.stages = stages

    def filter(self, qs: Rows, value: str) -> Rows:
        """Rows whose stages before this one have ended, and this one has not."""
        for code, _word, end in self.stages if value else ():
            qs = qs.filter(**{f"{end}__isnull": code == value}) if end else qs
            if code == value:
                break
        return qs


class ChosenField(forms.Field):
    """The code of an option that this viewer is offered."""

    def __init__(self, chosen: Choice):
        super().__init__(required=False)
        self.chosen = chosen

    def clean(self, value: Any) -> str:
        if not value:
            return ""
        if value not in {code for code, _label in self.chosen.options}:
            raise forms.ValidationError("unknown value")
        return str(value)


class Units(Choice):
    """For those who look after many units: one of them and all below it, by its code."""

    def __init__(self, name: str = "unit", field: str = "unit", *, label: Any = UNIT, **more: Any):
        super().__init__(name, field, label=label, any_label=_("All units"), choices=_units, **more)

    def filter(self, qs: Rows, value: str) -> Rows:
        if self.narrow or not value:
            return super().filter(qs, value)
        return qs.filter(**{f"{self.field_name}__in": Unit.objects.within(Unit.objects.get(code=value)).values("pk")})


def _units(viewer: Viewer) -> list[tuple[str, str]]:
    if viewer.unit.is_school:
        return [(viewer.unit.code, viewer.unit.name)]
    seen = Unit.objects.visible_to(viewer).order_by("path")
    return list(seen.values_list("code", "name")[:MOST_UNITS])


class DaysWidget(forms.Widget):
    """Two days of the address, as they stand there."""

    def __init__(self, first: str, last: str):
        super().__init__()
        self.parts = (first, last)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        first, last = self.parts
        return data.get(first, ""), data.get(last, "")


class DaysField(forms.Field):
    def clean(self, value: tuple[str, str]) -> Any:
        try:
            return tuple(day_in(one) for one in value)
        except BadRequest:
            raise forms.ValidationError("not a day") from None


class Days(ListFilter):
    """From one day until another, each of them optional, both included."""

    shape = "days"

    def __init__(
        self,
        field: str,
        *,
        label: Any = "",
        names: tuple[str, str] = ("from", "until"),
        folded: bool = False,
        **more: Any,
    ):
        super().__init__(names[0], field, label=label, **more)
        self.ends, self.folded = names, folded

    @property
    def field(self) -> forms.Field:
        return DaysField(required=False, widget=DaysWidget(*self.ends))

    @property
    def names(self) -> tuple[str, ...]:
        return self.ends

    @property
    def is_set(self) -> bool:
        return any(self.value or ())

    @property
    def days(self) -> list[tuple[str, Any, Any]]:
        """Parameter, word and day of both ends, to draw."""
        first, last = self.value or (None, None)
        return [(self.ends[0], _("from"), first), (self.ends[1], _("until"), last)]

    def filter(self, qs: Rows, value: Any) -> Rows:
        first, last = value
        if isinstance(get_model_field(qs.model, self.field_name), models.DateTimeField):
            return on_days(qs, self.field_name, first, last)
        if first:
            qs = qs.filter(**{f"{self.field_name}__gte": first})
        if last:
            qs = qs.filter(**{f"{self.field_name}__lte": last})
        return qs
