"""Instruments and the texts that units hold licences for. What an instrument is, is data (`screening.definition`)."""

from functools import cached_property

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from schools.models import Person, Unit
from screening.definition import Definition, Kind, Licence, Texts
from screening.reading import definition_of, texts_of

KEPT = 200  # prepared definitions in one process
_parsed: dict[str, Definition] = {}


class Instrument(models.Model):
    """One version of an instrument. A version in use never changes: a correction is a new version.

    Those without a unit ship with the software (`screening/instruments/`); a unit's own hold there and below.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        READY = "ready", _("ready")
        RETIRED = "retired", _("no longer offered")

    KINDS = [(Kind.SCALE.value, _("scale")), (Kind.SURVEY.value, _("survey"))]
    LICENCES = [
        (Licence.FREE.value, _("free to reproduce")),
        (Licence.NOTICE.value, _("free with a notice")),
        (Licence.CONDITIONAL.value, _("free under conditions")),
        (Licence.IMPORT.value, _("needs a licence of your own")),
        (Licence.OWN.value, _("made here")),
    ]

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=30)
    version = models.CharField(max_length=20)
    kind = models.CharField(max_length=6, choices=KINDS)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    licence = models.CharField(max_length=11, choices=LICENCES)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=7, choices=State.choices, default=State.READY)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name_zh", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code", "version"], name="one_instrument_per_version"),
            models.UniqueConstraint(
                fields=["code", "version"],
                condition=models.Q(unit=None),
                name="one_shipped_instrument_per_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def name(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return (self.name_zh or self.name_en) if chinese else (self.name_en or self.name_zh)

    @cached_property
    def parsed(self) -> Definition:
        """What `scoring.score` and `paper.lay_out` work with. One object per content, so that a scorer is made once."""
        if self.state == self.State.DRAFT:
            return definition_of(self.definition)
        if self.digest not in _parsed:
            if len(_parsed) >= KEPT:
                _parsed.clear()
            _parsed[self.digest] = definition_of(self.definition)
        return _parsed[self.digest]

    @property
    def has_critical_items(self) -> bool:
        return bool(self.parsed.critical_items)


class TextPack(models.Model):
    """The words of an instrument in one language, brought by a unit that answers for the right to use them.

    They hold in the unit and below. An older pack stays: a record keeps the words it was answered in.
    """

    LANGUAGES = [("zh", _("Chinese")), ("en", _("English"))]

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="packs")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    text = models.JSONField()
    holder = models.CharField(_("who holds the licence"), max_length=120)
    evidence = models.CharField(_("what proves it"), max_length=300)
    attested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    attested_at = models.DateTimeField(default=timezone.now)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-attested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "unit", "language"],
                condition=models.Q(replaced_at=None),
                name="one_text_pack_per_language",
            ),
        ]

    def __str__(self) -> str:
        return f"texts {self.pk}"

    @property
    def texts(self) -> Texts:
        return texts_of(self.text)
