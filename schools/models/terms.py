"""Terms and calendar days. They belong to a unit and are inherited by everything below it."""

from django.db import models
from django.utils.translation import gettext as _

from schools.models.units import Unit


class Term(models.Model):
    """One semester, coded `2025-2026-1`. A unit without terms of its own uses its nearest ancestor's."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="terms")
    code = models.CharField(max_length=11)
    starts = models.DateField()
    ends = models.DateField()

    class Meta:
        ordering = ["starts"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code"], name="one_term_per_code"),
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="term_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def school_year(self) -> str:
        return self.code[:9]

    @property
    def label(self) -> str:
        """2025-2026学年第一学期, or "2025-2026, first term"."""
        if self.code.endswith("-1"):
            return _("%(year)s school year, first term") % {"year": self.school_year}
        return _("%(year)s school year, second term") % {"year": self.school_year}


class CalendarDay(models.Model):
    """A day on which a unit differs from the national calendar: a closure, or a make-up day of its own."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="calendar_days")
    day = models.DateField()
    is_school_day = models.BooleanField()
    note = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="one_rule_per_day")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
