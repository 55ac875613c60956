"""Rows about people are read through one rule for each model.

A QuerySet of such rows is `Visible`. Its rule stands in the `access.py` of the model's app:

    @rule(RiskFlag)
    def flags_of(flags: RiskFlagQuerySet, viewer: Viewer) -> RiskFlagQuerySet: ...

A model without a rule shows nothing: asking it raises `MissingRule`, and the system check (`config.checks`) finds it
at start.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:
    from schools.access import Viewer

Row = TypeVar("Row", bound=models.Model, covariant=True)
Rule = TypeVar("Rule", bound=Callable[..., Any])

rules: dict[type[models.Model], Callable[..., Any]] = {}


class MissingRule(ImproperlyConfigured):
    """Nobody has said who may see the rows of this model."""


def rule(model: type[models.Model]) -> Callable[[Rule], Rule]:
    """Declare which rows of `model` a viewer sees: a function of the rows and the viewer that narrows them."""

    def register(function: Rule) -> Rule:
        rules[model] = function
        return function

    return register


class Visible(models.QuerySet[Row]):
    def visible_to(self, viewer: "Viewer") -> Self:
        """The rows this viewer may see, by the rule of the model."""
        found = rules.get(self.model)
        if found is None:
            raise MissingRule(f"{self.model.__name__} has no rule that says who sees it (schools.models.visible)")
        narrowed: Self = found(self, viewer)
        return narrowed


def models_of_people() -> list[type[models.Model]]:
    """Every model whose rows are read through a rule."""
    from django.apps import apps

    return [one for one in apps.get_models() if isinstance(one._default_manager.all(), Visible)]
