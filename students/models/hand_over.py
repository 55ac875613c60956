"""A student moves to another school: what of the file goes along is offered to a named person there, who accepts it or
sends it back. Outside the network it leaves on paper, and the receipt is recorded."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.addresses import address_of
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership, Unit
from schools.models.visible import Visible
from students.models.students import Student


class HandOverQuerySet(Visible["HandOver"]):
    def waiting(self) -> "HandOverQuerySet":
        return self.filter(state=HandOver.State.OFFERED)

    def on_paper(self) -> "HandOverQuerySet":
        """To a school outside of the network, neither sent back nor taken back; not once the records are closed."""
        open_ones = self.filter(to_school=None, student__locked_on=None)
        return open_ones.filter(state__in=[HandOver.State.OFFERED, HandOver.State.ACCEPTED])


class HandOver(models.Model):
    """One offer. Until it is accepted, everything stays with the old school, and its clocks run on."""

    class State(models.TextChoices):
        OFFERED = "offered", _("waits to be accepted")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("sent back")
        TAKEN_BACK = "taken_back", _("taken back")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="hand_overs")
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(default=timezone.now)
    # A school of the network; or, on paper, the name of another one.
    to_school = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outside = SealedTextField(_("the school outside of the network"))
    # The named person: who accepts it there; on paper, who records the receipt here.
    to = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # Codes of `students.file.Kind`, and what they held when it was offered: entries as JSON (`students.handed`).
    kinds = models.JSONField(default=list)
    contents = SealedTextField(_("what goes along"))
    note = SealedTextField(_("what they should know first"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Why it was sent back; on paper, who has received it there.
    answer = SealedTextField(_("answer"))
    received_on = models.DateField(null=True, blank=True)
    student_there = models.ForeignKey(Student, on_delete=models.PROTECT, null=True, blank=True, related_name="came_by")
    # Until when the old school keeps its records, by its rule of the day on which it was accepted.
    keep_until = models.DateField(null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at"]
        indexes = [
            models.Index(fields=["school", "state"]),
            models.Index(fields=["to_school", "state"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(state="offered"), name="one_hand_over_waits_per_student"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (~Q(answered_by=None) & ~Q(received_on=None) & ~Q(keep_until=None)),
                name="hand_over_is_accepted_by_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(to_school=None) | ~Q(student_there=None),
                name="accepted_student_stands_on_a_roll",
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("students:hand_over_detail", self.pk)

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.OFFERED

    @property
    def is_accepted(self) -> bool:
        return self.state == self.State.ACCEPTED

    @property
    def receipt_number(self) -> str:
        """Stands on the paper of both sides."""
        return f"{timezone.localdate(self.offered_at):%Y%m%d}-{self.pk.hex[-6:].upper()}"
