"""The words of a talk that a unit may set: themes, kinds, places, and text templates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.common.labels import Labelled
from schools.models import Unit


class TalkOption(Labelled):
    """One theme, kind, place or mood. Those without a unit are the defaults.

    A unit's own row with the same list and code replaces the default; `is_active=False` hides it there and below.
    """

    class List(models.TextChoices):
        THEME = "theme", _("theme")
        KIND = "kind", _("kind of talk")
        PLACE = "place", _("place")
        MOOD = "mood", _("mood")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    list = models.CharField(max_length=6, choices=List.choices)
    code = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["list", "position"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "list", "code"], name="one_option_per_code"),
            models.UniqueConstraint(
                fields=["list", "code"], condition=models.Q(unit=None), name="one_default_option_per_code"
            ),
        ]


class TextTemplate(models.Model):
    """A sentence to start from, offered under a text box. A unit's own row replaces the default with the same code."""

    class Box(models.TextChoices):
        WORDS = "words", _("the student's own words")
        VIEW = "view", _("my view")
        AGREED = "agreed", _("what was agreed")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=36)
    box = models.CharField(_("under which box"), max_length=6, choices=Box.choices, default=Box.VIEW)
    title = models.CharField(_("title"), max_length=40)
    body = models.TextField(_("text"))
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code"], name="one_template_per_code"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(unit=None), name="one_default_template_per_code"
            ),
        ]

    def __str__(self) -> str:
        return self.title
