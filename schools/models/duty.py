from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.common.labels import Labelled
from schools.models.people import Role
from schools.models.units import Unit


class Duty(Labelled):
    """What a role owes in a term, with its date; set by a unit for everything below it."""

    class Kind(models.TextChoices):
        TALK_EVERY_STUDENT = "talk_every_student", _("a talk with every student")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="duties")
    term_code = models.CharField(max_length=11)
    role = models.CharField(max_length=16, choices=Role.choices)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    due_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "term_code", "role", "kind"], name="one_duty_per_kind"),
        ]

    @property
    def label(self) -> str:
        """In the words of the unit that set it, if it found any."""
        return super().label or self.get_kind_display()
