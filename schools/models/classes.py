"""Class groups. A class is (school, stage, entry year, number); its name follows the date."""

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from schools import classnames
from schools.common.days import today
from schools.models.units import Unit
from schools.models.visible import Visible


class ClassGroupQuerySet(Visible["ClassGroup"]):
    pass


class ClassGroup(models.Model):
    class Stage(models.TextChoices):
        PRIMARY = "primary", _("primary")
        JUNIOR = "junior", _("junior secondary")
        SENIOR = "senior", _("senior secondary")
        VOCATIONAL = "vocational", _("vocational")
        SPECIAL = "special", _("special education")
        UNIVERSITY = "university", _("university")

    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="class_groups")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    entry_year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=20, blank=True, help_text="a department's short name, as in 计科2101")  # zh
    closed_on = models.DateField(null=True, blank=True, help_text="by hand, from this day on")

    objects = ClassGroupQuerySet.as_manager()

    class Meta:
        ordering = ["stage", "-entry_year", "prefix", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "stage", "entry_year", "number", "prefix"], name="one_class_per_number"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def name_on(self, day: dt.date) -> str:
        return classnames.display_name(self.stage, self.entry_year, self.number, **self._told_on(day))

    @property
    def short_name(self) -> str:
        return self.short_on(today())

    def short_on(self, day: dt.date) -> str:
        """For a tile: 一(3)班 is short enough, in English 1-3."""
        return classnames.short_name(self.stage, self.entry_year, self.number, **self._told_on(day))

    def _told_on(self, day: dt.date) -> dict[str, Any]:
        lang = "zh" if (get_language() or "zh").startswith("zh") else "en"
        return {"system": self.school.system or "63", "on": day, "prefix": self.prefix, "lang": lang}

    @property
    def name(self) -> str:
        """Today's display name. Select `school` with the class, or each name costs a query."""
        return self.name_on(today())

    def is_there(self, day: dt.date, system: str) -> bool:
        """Not a class that has left, has not begun, or was closed."""
        is_closed = self.closed_on is not None and self.closed_on <= day
        return not is_closed and classnames.is_enrolled(self.stage, self.entry_year, system=system or "63", on=day)

    @property
    def grade(self) -> int:
        return classnames.grade_in_stage(self.stage, self.entry_year, today())

    @property
    def grade_name(self) -> str:
        lang = "zh" if (get_language() or "zh").startswith("zh") else "en"
        return classnames.grade_name(self.stage, self.grade, self.school.system or "63", lang)
