from django.db import models

from schools.models import Person, Unit


class ColumnMapping(models.Model):
    """A column a person mapped by hand, remembered for the school's next file. An empty field means "ignore it"."""

    school = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=100)
    field = models.CharField(max_length=40, blank=True)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "label"], name="one_mapping_per_label")]

    def __str__(self) -> str:
        return f"{self.label} → {self.field}"
