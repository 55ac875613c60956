"""Labels in the reader's language: of data rows, and several together with the marks their language has."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import get_language, pgettext


class Labelled(models.Model):
    """A row with a Chinese and an English name; `label` is the one to show."""

    label_zh = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


def in_language(chinese: str, english: str) -> str:
    """A label without an English name is shown in Chinese."""
    return chinese if (get_language() or "").startswith("zh") or not english else english


def listed(items: Iterable[object]) -> str:
    return pgettext("between items", ", ").join(str(item) for item in items)


def with_note(text: object, note: object) -> str:
    """The text, and the note in brackets if there is one."""
    return pgettext("a text and its note", "{text} ({note})").format(text=text, note=note) if note else str(text)


def told(label: object, text: object) -> str:
    return pgettext("a label and what it tells", "{label}: {text}").format(label=label, text=text)
