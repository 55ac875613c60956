"""Thresholds in force: those of the dated packs, and those a unit has set for itself."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.policy_data import THRESHOLDS, Threshold
from schools.figures import Scope
from schools.settings_of import setting_of


@dataclass(frozen=True)
class Target:
    """What a number is compared with, and whose word that is."""

    source: str
    is_rule: bool
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, value: float) -> bool:
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


def target_for(code: str, scope: Scope) -> Target | None:
    """The newest threshold in force on the day of the scope; for counselors, else the unit's own setting."""
    found = [one for one in THRESHOLDS if one.about == code and one.since <= scope.on and _fits(one, scope)]
    if found:
        return _target(max(found, key=lambda one: one.since))
    if code == "students_per_counselor":
        return Target(_("set by the unit"), False, at_most=float(setting_of(scope.unit, "students_per_counselor")))
    return None


def _fits(threshold: Threshold, scope: Scope) -> bool:
    if threshold.about == "counselors":
        return scope.unit.is_school
    return not threshold.stage or scope.unit.stages == [threshold.stage]


def _target(threshold: Threshold) -> Target:
    is_chinese = (get_language() or "zh").startswith("zh")
    source = threshold.source_zh if is_chinese else threshold.source_en
    return Target(source, threshold.is_rule, threshold.at_least, threshold.at_most)
