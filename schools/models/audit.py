"""The audit log: one chain of rows per unit (see `schools.audit`)."""

from django.db import models

from schools.models.people import Person
from schools.models.visible import Visible


class AuditChain(models.Model):
    """The head of a chain; locked while a row is added. `seal` keeps the head from being edited.

    `scope` is a unit's code, or "system" for what belongs to no unit.
    """

    scope = models.CharField(max_length=20, unique=True)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.scope


class AuditEntryQuerySet(Visible["AuditEntry"]):
    pass


class AuditEntry(models.Model):
    """Who did what to which row. Never what it said: `details` holds names of fields, codes and counts."""

    chain = models.ForeignKey(AuditChain, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    membership_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    student_id = models.UUIDField(null=True)
    details = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["chain_id", "number"]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_numbers_do_not_fork")]
        indexes = [
            models.Index(fields=["student_id", "at"], name="audit_of_student"),
            models.Index(fields=["person", "at"], name="audit_of_person"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["chain", "at"], name="audit_of_unit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id}/{self.number} {self.verb}"
