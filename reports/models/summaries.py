"""The semester summary of a unit: only what people wrote. Figures and drafted texts are made afresh each time."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Person, Role, Term, Unit
from schools.models.visible import Visible

AUTHORS = frozenset({Role.COUNSELOR, Role.SCHOOL_LEADER, Role.CENTER_STAFF})


class SummaryQuerySet(Visible["Summary"]):
    pass


class Summary(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("draft")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="summaries")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "term"], name="one_summary_per_term")]

    def __str__(self) -> str:
        return f"summary {self.unit_id} {self.term_id}"


class SummarySection(models.Model):
    """What a person wrote in place of a drafted text. `version` counts, so that two cannot overwrite each other."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    summary = models.ForeignKey(Summary, on_delete=models.CASCADE, related_name="sections")
    code = models.CharField(max_length=20)
    body = SealedTextField(_("text"))
    # What drafted itself when the person wrote: by it one sees that the figures have moved since.
    basis = SealedTextField(_("drafted text"), blank=True)
    # A person has read this text and found it fit for the public edition; another text is not.
    is_publishable = models.BooleanField(default=False)
    # Back to the drafted text: the row stays, so that its version goes on counting.
    is_drafted = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["summary", "code"], name="one_text_per_section")]

    def __str__(self) -> str:
        return f"{self.summary_id} {self.code}"
