"""What was answered in an anonymous round, with nothing that leads to who answered."""

import json
import uuid
from typing import Any

from django.db import models

from schools.common.fields import SealedTextField
from schools.models.visible import Visible
from screening.models.rounds import Round


class AnonymousSheetQuerySet(Visible["AnonymousSheet"]):
    pass


class AnonymousSheet(models.Model):
    """All answers of somebody. No slip, no class and no time; the key is random, so that it tells no order either."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="sheets")
    answers = SealedTextField()

    objects = AnonymousSheetQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"sheet {self.pk}"

    @property
    def given(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.answers)
        return found
