"""The link by which one guardian says yes or no, on paper as a QR code."""

from django.db import models
from django.utils import timezone

from schools.common.ids import new_id
from schools.models.visible import Visible
from screening.models.rounds import GUESSES_IN_ALL, Round
from students.models import Guardian, Student


class ConsentLinkQuerySet(Visible["ConsentLink"]):
    pass


class ConsentLink(models.Model):
    """One guardian of one student in one round. As with a slip the code is made anew whenever it is printed, only its
    hash is kept, and a new issue makes the old paper worthless."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="links")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="+")
    issue = models.PositiveSmallIntegerField(default=1)
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    # Wrong digits count by link, so that one address with a whole school behind it is never shut out.
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    wrong_pin_at = models.DateTimeField(null=True, blank=True)
    # In all since the last right ones: four digits must not be found by patience.
    wrong_in_all = models.PositiveSmallIntegerField(default=0)

    objects = ConsentLinkQuerySet.as_manager()

    class Meta:
        ordering = ["guardian__position", "pk"]
        indexes = [models.Index(fields=["round", "student"])]
        constraints = [models.UniqueConstraint(fields=["round", "guardian"], name="one_link_per_guardian_and_round")]

    def __str__(self) -> str:
        return f"consent link {self.pk}"

    @property
    def is_dead(self) -> bool:
        """Guessed at so often that it opens nothing until it is issued anew."""
        return self.wrong_in_all >= GUESSES_IN_ALL
