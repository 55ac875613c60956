"""Guesses at a PIN or at the digits of a number, counted by the paper they belong to and never by address."""

import datetime as dt

from django.db.models import F, Q
from django.utils import timezone

from screening.models import ConsentLink, Slip
from screening.models.rounds import GUESSES_IN_ALL

GUESSES = 5
PAUSE = dt.timedelta(minutes=15)


def take_guess(paper: Slip | ConsentLink) -> bool:
    """Count a guess before it is looked at: however many come at once, only so many are. After a pause anew; after so
    many in all no more, until the paper is issued anew."""
    now = timezone.now()
    mine = type(paper)._default_manager.filter(pk=paper.pk, wrong_in_all__lt=GUESSES_IN_ALL)
    in_all, old = F("wrong_in_all") + 1, Q(wrong_pin_at=None) | Q(wrong_pin_at__lt=now - PAUSE)
    if mine.filter(old).update(wrong_pins=1, wrong_pin_at=now, wrong_in_all=in_all):
        return True
    return bool(mine.filter(wrong_pins__lt=GUESSES).update(wrong_pins=F("wrong_pins") + 1, wrong_in_all=in_all))


def forget_guesses(paper: Slip | ConsentLink) -> None:
    """The right one came, or the paper is issued anew."""
    mine = type(paper)._default_manager.filter(pk=paper.pk)
    mine.update(wrong_pins=0, wrong_pin_at=None, wrong_in_all=0)
