"""What students answered, and what it scores. Answers are sealed; scores and bands are numbers and codes."""

import json
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from schools.common.addresses import address_of
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership
from schools.models.visible import Visible
from screening.models.instruments import Instrument
from screening.models.rounds import ConsentText, Round, Slip


class SavedAnswersQuerySet(Visible["SavedAnswers"]):
    pass


class SavedAnswers(models.Model):
    """Some answers on their way, as one request brought them. Rows are only added, so two devices lose nothing; the
    id is the client's, so the same request sent twice is one row. They go when all is handed in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slip = models.ForeignKey(Slip, on_delete=models.CASCADE, related_name="saved")
    client_id = models.UUIDField()
    answers = SealedTextField()
    seconds = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    objects = SavedAnswersQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["slip", "client_id"], name="answers_saved_once")]

    def __str__(self) -> str:
        return f"answers {self.pk}"

    @property
    def given(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.answers)
        return found


class CriticalAnswerQuerySet(Visible["CriticalAnswer"]):
    pass


class CriticalAnswer(models.Model):
    """An answer that called somebody as soon as it was saved. It stays, also if the student changes the answer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slip = models.ForeignKey(Slip, on_delete=models.PROTECT, related_name="critical")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    item = models.PositiveSmallIntegerField()
    value = SealedTextField()
    at = models.DateTimeField(default=timezone.now)

    objects = CriticalAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["slip", "instrument", "item"], name="a_critical_answer_calls_once")
        ]

    def __str__(self) -> str:
        return f"critical answer {self.pk}"


AT_ONCE = 4  # the attention that a critical answer asks for
_ASKS_A_SCALE = Q(slip__round__consent_text__purpose=ConsentText.Purpose.SCREENING)


class ResponseQuerySet(Visible["Response"]):
    def counted(self) -> Self:
        """Valid ones, and those with a critical answer: these count even where the rest is in doubt."""
        return self.filter(Q(is_valid=True) | Q(attention=AT_ONCE))

    def scored(self) -> Self:
        """Without surveys that ask no scale: nothing of what they ask says how somebody is."""
        return self.filter(_ASKS_A_SCALE)

    def with_level(self) -> Self:
        """Those that say how much attention a student asks for: counted ones, and of a survey that asks no scale only
        those with an answer that called."""
        return self.counted().filter(_ASKS_A_SCALE | Q(attention=AT_ONCE))


def counts(attention: int, *, is_valid: bool) -> bool:
    """As `counted` says it to the database."""
    return is_valid or attention == AT_ONCE


class Response(models.Model):
    """All answers of one student in one round, handed in once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slip = models.OneToOneField(Slip, on_delete=models.PROTECT, related_name="response")
    submission = models.UUIDField()
    answers = SealedTextField()
    seconds = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)
    # Of all instruments together: the highest attention that a valid result asks for, 4 for a critical answer.
    attention = models.PositiveSmallIntegerField(default=0)
    is_valid = models.BooleanField(default=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(attention__range=(0, 4)), name="attention_from_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"response {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("screening:response_detail", self.pk)

    @property
    def given(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.answers)
        return found


class ResultQuerySet(Visible["Result"]):
    pass


class Result(models.Model):
    """What the answers to one instrument score, by the version of the instrument they were given to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="results")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    attention = models.PositiveSmallIntegerField(default=0)
    is_valid = models.BooleanField(default=True)
    # Codes: validity scales of the instrument, and what `screening.quality` finds.
    doubts = models.JSONField(default=list, blank=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["response", "instrument"], name="one_result_per_instrument"),
        ]

    def __str__(self) -> str:
        return f"result {self.pk}"


class ScaleResultQuerySet(Visible["ScaleResult"]):
    pass


class ScaleResult(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="scales")
    scale = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    raw = models.IntegerField(null=True)
    score = models.FloatField(null=True)
    band = models.CharField(max_length=40, blank=True)
    attention = models.PositiveSmallIntegerField(null=True)
    is_valid = models.BooleanField(default=True)

    objects = ScaleResultQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["result", "scale"], name="one_score_per_scale")]

    def __str__(self) -> str:
        return f"score {self.pk}"


class ReplacedResultQuerySet(Visible["ReplacedResult"]):
    pass


class ReplacedResult(models.Model):
    """What a result was before a corrected version of the instrument scored it anew."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="replaced")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")  # the version until then
    attention = models.PositiveSmallIntegerField()
    is_valid = models.BooleanField()
    doubts = models.JSONField(default=list, blank=True)
    scales = models.JSONField(default=list)  # of each: code, raw, score, band, attention, is it valid
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ReplacedResultQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"replaced result {self.pk}"


class AnswerCountsQuerySet(Visible["AnswerCounts"]):
    pass


class AnswerCounts(models.Model):
    """How the valid answers of a round were given when they were last counted (`screening.answer_counts`). Sealed: of
    one student, the counts are what that student said."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="answer_counts")
    sheets = models.PositiveIntegerField()
    # When the last of them was handed in; an anonymous sheet has no time.
    last_at = models.DateTimeField(null=True)
    counts = SealedTextField()

    objects = AnswerCountsQuerySet.as_manager()

    def __str__(self) -> str:
        return f"counts {self.pk}"
