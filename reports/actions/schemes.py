"""Setting who reports when: the rule of a unit for everything below it, from a day on."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.daily import plain, schemes_around
from reports.models import ReportingScheme
from reports.models.daily import CLASS, GRADE
from reports.reporting import due_at
from schools import audit
from schools.access import Viewer, check_can_lead_unit
from schools.common.errors import Refused
from schools.models import Unit, UnitKind

Every = ReportingScheme.Every


class Preset(NamedTuple):
    title: Any
    every: str
    deadlines: Mapping[str, str]


PRESETS: Mapping[str, Preset] = {
    "none": Preset(gettext_lazy("Nobody reports"), Every.NEVER, {}),
    "class_to_school": Preset(gettext_lazy("Classes to the school, every school day"), Every.DAY, {"class": "10:00"}),
    "school_to_center": Preset(gettext_lazy("Schools to the center, every school day"), Every.DAY, {"school": "15:00"}),
    "full_chain": Preset(
        gettext_lazy("Everybody, every school day: class, school, cluster, district"),
        Every.DAY,
        {"class": "10:00", "school": "10:30", "cluster": "14:00", "district": "15:00"},
    ),
    "university": Preset(
        gettext_lazy("University: class to college to the university, every school day"),
        Every.DAY,
        {"class": "10:00", "grade": "10:30", "school": "11:00"},
    ),
    "by_exception": Preset(
        gettext_lazy("Only when something happens, with a confirmation every week"),
        Every.WEEK,
        {"class": "16:00", "school": "16:30"},
    ),
}


def level_words() -> dict[str, str]:
    """What the levels are called that a rule gives hours to."""
    kinds = {kind.pk: kind.label for kind in UnitKind.objects.all()}
    return kinds | {CLASS: _("class"), GRADE: _("grade or college")}


@transaction.atomic
def set_scheme(
    *,
    by: Viewer,
    unit: Unit,
    preset: str,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    hours: Mapping[str, str] | None = None,
    weekday: int = 4,
    every: str = "",
    with_grades: bool = False,
) -> ReportingScheme:
    """From a day on another rule holds for the unit and all below it. What was reported keeps the rule it was under.

    `every` takes the place of how often the preset asks; `with_grades` has grades or colleges sign between the classes
    and the school.
    """
    check_can_lead_unit(by, unit)
    chosen = PRESETS[preset]
    asked = dict(chosen.deadlines)
    if with_grades and "class" in asked:
        asked.setdefault("grade", asked["class"])
    deadlines = {level: (hours or {}).get(level) or hour for level, hour in asked.items()}
    row = ReportingScheme(
        unit=unit,
        preset=preset,
        every=every if every and chosen.deadlines else chosen.every,
        starts_on=starts_on,
        ends_on=ends_on,
        weekday=weekday,
        deadlines=deadlines,
        by=by.membership,
    )
    _check_ahead(row)
    row.save()
    details = {"preset": preset, "from": starts_on.isoformat(), "until": ends_on.isoformat() if ends_on else ""}
    audit.record(by=by, verb="scheme.set", about=row, unit=unit, details=details)
    return row


def _check_ahead(row: ReportingScheme) -> None:
    """Never backwards: nobody becomes late by a rule that was made afterwards."""
    now, today = timezone.now(), timezone.localdate()
    if row.ends_on and row.ends_on < row.starts_on:
        raise Refused(_("The last day must not be before the first one."), field="ends_on")
    if row.starts_on > today:
        return
    scheme = plain(row)
    is_first = schemes_around(row.unit).in_force(row.unit.path, today) is None
    if row.starts_on < today or not is_first:
        raise Refused(
            _("A rule holds from tomorrow at the earliest: what was reported stays as it was."), field="starts_on"
        )
    if any(due_at(scheme, level, today) <= now for level in scheme.deadlines):
        raise Refused(_("One of these hours has passed today. Let the rule begin tomorrow."), field="starts_on")
