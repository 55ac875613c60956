"""Labels of data rows in the reader's language."""

from django.db import models
from django.utils.translation import get_language


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
        if (get_language() or "").startswith("zh") or not self.label_en:
            return self.label_zh
        return self.label_en
