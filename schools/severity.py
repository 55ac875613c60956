"""Levels of attention. Stored is an ordinal 0–4; its words and colours come from the unit's scheme.

In every scheme the worst is called level one. What is shown is word and shape and colour: `templates/parts/level.html`.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.models.units import Unit
from schools.settings_of import setting_of

NONE = 0
WORST = 4


@dataclass(frozen=True)
class Level:
    """One level: `label` for lists and paper, `word` where there is little room; both in the reader's language."""

    severity: int
    label: Any
    word: Any

    @property
    def css(self) -> str:
        return f"l{self.severity}"


@dataclass(frozen=True)
class Scheme:
    """The levels a unit works with, the worst first."""

    code: str
    levels: tuple[Level, ...]

    def level(self, severity: int) -> Level:
        """A level by its ordinal; one that this scheme does not use is shown in neutral words."""
        return next((one for one in self.levels if one.severity == severity), _OUTSIDE[severity])

    def label(self, severity: int) -> str:
        return str(self.level(severity).label)

    def word(self, severity: int) -> str:
        return str(self.level(severity).word)

    def choices(self) -> list[tuple[int, Any]]:
        """For a form: first none, then from the mildest to the worst."""
        return [
            (NONE, pgettext_lazy("short level", "No")),
            *((one.severity, one.word) for one in reversed(self.levels)),
        ]


_OUTSIDE = {
    0: Level(0, _("no concern"), _("no concern")),
    1: Level(1, _("on watch"), _("on watch")),
    2: Level(2, _("Level 3"), pgettext_lazy("short level", "L3")),
    3: Level(3, _("Level 2"), pgettext_lazy("short level", "L2")),
    4: Level(4, _("Level 1"), pgettext_lazy("short level", "L1")),
}
SCHEMES = {
    "four_colors": Scheme(
        "four_colors",
        (
            Level(4, _("Level 1 (red)"), pgettext_lazy("short level", "L1")),
            Level(3, _("Level 2 (orange)"), pgettext_lazy("short level", "L2")),
            Level(2, _("Level 3 (yellow)"), pgettext_lazy("short level", "L3")),
            Level(1, _("Level 4 (blue)"), pgettext_lazy("short level", "L4")),
        ),
    ),
    "three_levels": Scheme("three_levels", (_OUTSIDE[4], _OUTSIDE[3], _OUTSIDE[2])),
}


def scheme_of(unit: Unit) -> Scheme:
    """The scheme in force for a unit."""
    return scheme_named(setting_of(unit, "severity_scheme"))


def scheme_named(code: str) -> Scheme:
    return SCHEMES.get(code, SCHEMES["four_colors"])


def levels_of(unit: Unit) -> tuple[Level, ...]:
    return scheme_of(unit).levels
