"""Guesses at a PIN or at the digits of a number, counted by the paper they belong to and never by address."""

import datetime as dt

from django.db.models import F, Q
from django.utils import timezone

from screening.models import ConsentLink, Slip
from screening.models.letters import GUESSES_IN_ALL

GUESSES = 5
PAUSE = dt.timedelta(minutes=15)


def take_guess(paper: Slip | ConsentLink) -> bool:
    """Count a guess before it is looked at: however many come at once, only so many are. After a pause anew."""
    now, mine = timezone.now(), type(paper)._default_manager.filter(pk=paper.pk)
    old = Q(wrong_pin_at=None) | Q(wrong_pin_at__lt=now - PAUSE)
    if mine.filter(old).update(wrong_pins=1, wrong_pin_at=now):
        return True
    return bool(mine.filter(wrong_pins__lt=GUESSES).update(wrong_pins=F("wrong_pins") + 1))


def take_link_guess(link: ConsentLink) -> bool:
    """As `take_guess`; and after so many in all a link is dead until it is issued anew."""
    alive = ConsentLink.objects.filter(pk=link.pk, wrong_in_all__lt=GUESSES_IN_ALL)
    return take_guess(link) and bool(alive.update(wrong_in_all=F("wrong_in_all") + 1))


def forget_guesses(paper: Slip) -> None:
    Slip.objects.filter(pk=paper.pk).update(wrong_pins=0, wrong_pin_at=None)


def forget_link_guesses(link: ConsentLink) -> None:
    ConsentLink.objects.filter(pk=link.pk).update(wrong_pins=0, wrong_pin_at=None, wrong_in_all=0)
