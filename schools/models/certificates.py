"""Training certificates: which kinds there are, and who holds which."""

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from schools.common.labels import Labelled
from schools.models.people import Person
from schools.models.records import WorkRecord, WorkRecordQuerySet


class CertificateLevel(Labelled):
    """One level of a kind of certificate, as “A of the A/B/C certificates”. Data: a province has its own."""

    code = models.CharField(max_length=20, primary_key=True)
    kind = models.CharField(max_length=20)
    kind_zh = models.CharField(max_length=60)
    kind_en = models.CharField(max_length=60, blank=True)
    # Of one kind the higher rank includes the lower ones.
    rank = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=0)
    # Who should hold it, or a higher one: roles, or a role with its employment as "counselor.full_time".
    wanted_from = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["position", "code"]

    @property
    def kind_label(self) -> str:
        return self.kind_zh if (get_language() or "").startswith("zh") or not self.kind_en else self.kind_en


class CertificateQuerySet(WorkRecordQuerySet["Certificate"]):
    def valid(self, on: dt.date) -> "CertificateQuerySet":
        """Those that count on a day: confirmed, issued, not expired."""
        found: CertificateQuerySet = self.confirmed().filter(issued_on__lte=on)  # type: ignore[assignment]
        return found.filter(Q(expires_on=None) | Q(expires_on__gte=on))


class Certificate(WorkRecord):
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("holder"))
    level = models.ForeignKey(CertificateLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("level"))
    number = models.CharField(_("certificate number"), max_length=60, blank=True)
    issuer = models.CharField(_("issuer"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    run = models.CharField(_("run"), max_length=40, blank=True)

    objects: ClassVar[Any] = CertificateQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "level"]), models.Index(fields=["expires_on"])]
        constraints = [
            models.UniqueConstraint(fields=["holder", "level", "issued_on", "number"], name="certificate_once"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=models.F("issued_on")), name="certificate_lasts"
            ),
        ]
