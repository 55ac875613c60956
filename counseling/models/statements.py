"""“No crisis event this term” is a figure with a signature, not an empty table."""

from django.db import models
from django.utils import timezone

from schools.models import Membership, Unit
from schools.models.visible import Visible


class CrisisFreeTermQuerySet(Visible["CrisisFreeTerm"]):
    pass


class CrisisFreeTerm(models.Model):
    """A leader has signed that the school had no crisis event in a term. It counts as long as none is entered."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    term_code = models.CharField(max_length=20)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = CrisisFreeTermQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "term_code"], name="one_statement_per_term")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.term_code}"
