"""Reads around instruments: which a unit may use, in which words, and what a round needs of one."""

from django.db.models import Q

from schools.models import Unit
from screening.definition import Texts
from screening.models import Instrument, TextPack
from screening.paper import Paper, lay_out


def instruments_seen(unit: Unit) -> list[Instrument]:
    """Every version that this unit may look at: shipped ones, its own, and those of the units above that are ready."""
    shipped = Q(unit=None)
    above = Q(unit__code__in=unit.ancestor_codes) & ~Q(state=Instrument.State.DRAFT)
    found = Instrument.objects.filter(shipped | above | Q(unit=unit)).select_related("unit").order_by("name_zh", "pk")
    return list(found)


def instruments_offered(unit: Unit) -> list[Instrument]:
    """What a round of this unit may use: of each code the newest version that is ready, the nearest unit's first."""
    newest: dict[str, Instrument] = {}
    for one in instruments_seen(unit):
        if one.state == Instrument.State.READY:
            known = newest.get(one.code)
            if known is None or _rank(one) >= _rank(known):
                newest[one.code] = one
    return sorted(newest.values(), key=lambda one: (one.name, one.pk))


def _rank(instrument: Instrument) -> tuple[int, int]:
    """Nearer units have longer paths; later versions have later keys."""
    return (len(instrument.unit.path) if instrument.unit else 0, instrument.pk)


def texts_for(instrument: Instrument, unit: Unit) -> dict[str, Texts]:
    """The words this unit may use, by language: the nearest pack of its own or of a unit above."""
    packs = TextPack.objects.filter(
        instrument=instrument, unit__code__in=unit.ancestor_codes, replaced_at=None
    ).select_related("unit")
    nearest = {pack.language: pack for pack in sorted(packs, key=lambda pack: len(pack.unit.path))}
    return {language: pack.texts for language, pack in nearest.items()}


def paper_for(instrument: Instrument, unit: Unit, language: str) -> Paper:
    """What a round shows: items, options, sections, branching. `paper.has_text` says whether a screen can show it."""
    return lay_out(instrument.parsed, language, texts_for(instrument, unit))
