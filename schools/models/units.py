"""The tree of units: city and district centers, clusters, schools, colleges. How deep it is, is data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.common.labels import Labelled
from schools.models.visible import Visible


class UnitKind(Labelled):
    """A level of the network. Rows are data: a city may add its own levels."""

    code = models.CharField(max_length=20, primary_key=True)
    rank = models.PositiveSmallIntegerField(help_text="0 is the top")
    is_school = models.BooleanField(default=False)

    class Meta:
        ordering = ["rank"]


class UnitQuerySet(Visible["Unit"]):
    def within(self, unit: "Unit") -> "UnitQuerySet":
        """The unit and everything below it."""
        return self.filter(path__startswith=unit.path)

    def schools(self) -> "UnitQuerySet":
        return self.filter(kind__is_school=True)


class Unit(models.Model):
    """A node of the tree. `path` is the codes from the root, each ended by a slash, so a subtree is one prefix."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.ForeignKey(UnitKind, on_delete=models.PROTECT)
    code = models.CharField(max_length=20, unique=True)
    path = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=20, blank=True)
    # Only a school fills these in: the ministry's type code (办学类型), its stages, six-three or five-four.
    school_type = models.CharField(max_length=3, blank=True)
    stages = models.JSONField(default=list, blank=True)
    system = models.CharField(max_length=2, blank=True, choices=[("63", _("six-three")), ("54", _("five-four"))])
    has_boarders = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(code__contains="/"), name="unit_code_without_slash"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_school(self) -> bool:
        return self.kind.is_school

    @property
    def ancestor_codes(self) -> list[str]:
        """Codes from the root down to this unit."""
        return self.path.strip("/").split("/")

    def is_within(self, other: "Unit") -> bool:
        return self.path.startswith(other.path)


class UnitSetting(models.Model):
    """A rule a unit sets for itself and everything below it; the nearest one counts (`schools.settings_of`)."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="settings")
    key = models.CharField(max_length=40)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "key"], name="one_value_per_setting")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.key}"
