"""Rules a unit may set, with their defaults. The value of the nearest unit up the tree counts."""

from typing import Any

from schools.common.prepared import PreparedUp
from schools.models.units import Unit, UnitSetting

DEFAULTS: dict[str, Any] = {
    # "four_colors" or "three_levels"; in both the worst is called level one.
    "severity_scheme": "four_colors",
    # By severity how soon a flag must be in hand, and how soon the first measure: [kind, amount], see calendar.Target
    "hand_targets": {
        "4": ["minutes", 10],
        "3": ["school_hours", 2],
        "2": ["school_days", 1],
        "1": ["school_days", 2],
    },
    "clock_targets": {
        "4": ["minutes", 30],
        "3": ["same_day", 0],
        "2": ["school_days", 3],
        "1": ["school_days", 5],
    },
    # By severity of the registry: how many days until the next review, and how many a student may go without a talk.
    "review_days": {"4": 7, "3": 14, "2": 14, "1": 30},
    "unseen_days": {"4": 7, "3": 14, "2": 21, "1": 45},
    "day_starts": "08:00",
    "day_ends": "17:00",
    # Roles that must use a second factor; None means everyone who sees more than their own class.
    "second_factor_roles": None,
    # Lists of people that one person may take out as files in a day; 0 is none. The fewest on the way up count.
    "exports_per_day": 5,
    # Whether the center's person on duty is called, without a name, when nobody of the school answers.
    "center_is_called": False,
    # By kind of crisis event, "*" for every other one: minutes to the oral report, hours to the written one, hours
    # between follow-ups. Regions differ: 30 minutes to 2 hours, and 24 hours.
    "incident_deadlines": {"*": [60, 24, 24]},
    # How many years the records of a student are kept after the student has left.
    "record_years": 3,
    # Questions that the unit adds to the interview, in its own words.
    "interview_questions": [],
    # Whom a student can call: [number, what it is]; None means the numbers of the country (`schools.help_lines`).
    "help_lines": None,
    # Questions that the unit adds to the class barometer: [what is asked, whether a “yes” is worrying by itself].
    "barometer_questions": [],
    # Codes of special groups that are not offered here; who is in one stays in it.
    "groups_off": [],
    # Students per full-time counselor. A unit's own number counts before the policy packs (`reports.policy`).
    "students_per_counselor": 1000,
}


# Each level by itself: one that a unit leaves out follows the unit above it.
BY_LEVEL = ("review_days", "unseen_days")


def setting_of(unit: Unit, key: str) -> Any:
    """The value in force for `unit`."""
    return settings_of(unit)[key]


_SET = PreparedUp(
    lambda codes: UnitSetting.objects.filter(unit__code__in=codes).order_by("unit__path").values_list("key", "value")
)


def _each(own: list[tuple[str, Any]], key: str) -> list[dict[str, int]]:
    return [value for name, value in own if name == key]


def settings_of(unit: Unit) -> dict[str, Any]:
    """All values in force for `unit`, in one query."""
    own = _SET.of(unit.ancestor_codes)
    found = DEFAULTS | dict(own)
    for key in BY_LEVEL:
        found[key] = {level: days for one in (DEFAULTS[key], *_each(own, key)) for level, days in one.items()}
    if limits := [value for key, value in own if key == "exports_per_day"]:
        found["exports_per_day"] = min(limits)
    return found
