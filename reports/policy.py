"""Thresholds in force: those of the dated packs, and those a unit has set for itself."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.policy_data import THRESHOLDS, Threshold
from schools.figures import Scope
from schools.models import UnitSetting
from schools.settings_of import DEFAULTS

# Thresholds that are settings of units as well.
SETTINGS = ("students_per_counselor",)


@dataclass(frozen=True)
class Benchmark:
    """What a number is compared with, and whose word that is."""

    source: str
    is_rule: bool
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, value: float) -> bool:
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


def target_for(code: str, scope: Scope) -> Benchmark | None:
    """What the nearest unit has set; else the newest threshold in force on the day of the scope; else the default."""
    if own := _own(code, scope):
        return own
    found = [one for one in THRESHOLDS if one.about == code and one.since <= scope.on and _fits(one, scope)]
    if found:
        return _target(max(found, key=lambda one: one.since))
    if code in SETTINGS:
        return Benchmark(_("default of this software"), False, at_most=float(DEFAULTS[code]))
    return None


def _own(code: str, scope: Scope) -> Benchmark | None:
    """A pack asks of everyone; a region may ask for more or less."""
    rows = (
        UnitSetting.objects.filter(unit__code__in=scope.unit.ancestor_codes, key=code).select_related("unit")
        if code in SETTINGS
        else []
    )
    nearest = max(rows, key=lambda row: len(row.unit.path), default=None)
    if nearest is None:
        return None
    is_here = nearest.unit_id == scope.unit.pk
    source = _("set by this unit") if is_here else _("set by {unit}").format(unit=nearest.unit.name)
    return Benchmark(source, False, at_most=float(nearest.value))


def _fits(threshold: Threshold, scope: Scope) -> bool:
    if threshold.about == "counselors":
        return scope.unit.is_school
    return not threshold.stage or scope.unit.stages == [threshold.stage]


def _target(threshold: Threshold) -> Benchmark:
    is_chinese = (get_language() or "zh").startswith("zh")
    source = threshold.source_zh if is_chinese else threshold.source_en
    return Benchmark(source, threshold.is_rule, threshold.at_least, threshold.at_most)
