"""A screening that a center sets for its schools: what is asked, of which grades, in which weeks. Each school gives it
days, hours and somebody on duty, and signs; from then on it is a round of that school like any other."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.classnames.grades import entry_year_of
from schools.common.addresses import address_of
from schools.common.ids import new_id
from schools.models import ClassGroup, Membership, Unit
from schools.models.visible import Visible
from screening.definition import Kind
from screening.models.instruments import Instrument


class CenterRoundQuerySet(Visible["CenterRound"]):
    pass


class CenterRound(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("name of the survey, as students read it"), max_length=60)
    grades = models.JSONField()  # as "junior:2": stage and year in it
    first_on = models.DateField(_("not before"))
    last_on = models.DateField(_("not after"))
    due_on = models.DateField(_("schools sign until"))
    notice = models.TextField(_("what students read before they begin"))
    consent = models.TextField(_("what is agreed to"))
    asks_guardian_too = models.BooleanField(_("from 14 on also the guardian's consent"), default=False)
    is_anonymous = models.BooleanField(_("anonymous"), default=False)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # No school takes it up any more; what has begun goes on.
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = CenterRoundQuerySet.as_manager()

    class Meta:
        ordering = ["-first_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="center_round_has_days"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("screening:center_round_detail", self.pk)

    @property
    def take_up_url(self) -> str:
        return reverse("screening:center_round_take_up", args=[self.pk])

    def asks(self, group: ClassGroup) -> bool:
        return (group.stage, group.entry_year) in self.entered

    @property
    def is_scored(self) -> bool:
        """As the rounds that come from it (`Round.is_scored`)."""
        return any(part.instrument.kind == Kind.SCALE for part in self.parts.all())

    @property
    def may_be_taken_up(self) -> bool:
        return self.ended_at is None and self.last_on >= timezone.localdate()

    @property
    def entered(self) -> set[tuple[str, int]]:
        """Stage and year of entry of those who are in its grades on its first day, after a promotion in between."""
        chosen = (one.split(":") for one in self.grades)
        return {(stage, entry_year_of(int(grade), self.first_on)) for stage, grade in chosen}


class CenterRoundPart(models.Model):
    """What is asked, in which order; the version that the center has chosen."""

    center_round = models.ForeignKey(CenterRound, on_delete=models.CASCADE, related_name="parts")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["center_round", "instrument"], name="an_instrument_once_in_a_center_round"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} in {self.center_round_id}"
