"""Reads around instruments: which a unit may use, in which words, and what a round needs of one."""

from django.db.models import Q, QuerySet

from schools.models import Unit
from screening.definition import Texts
from screening.models import Instrument, TextPack
from screening.paper import Paper, lay_out


def instruments_seen(unit: Unit) -> QuerySet[Instrument]:
    """Every version that this unit may look at: shipped ones, its own, and those of the units above that are ready."""
    shipped = Q(unit=None)
    above = Q(unit__code__in=unit.ancestor_codes) & ~Q(state=Instrument.State.DRAFT)
    return Instrument.objects.filter(shipped | above | Q(unit=unit)).select_related("unit")


def instruments_offered(unit: Unit) -> list[Instrument]:
    """What a round of this unit may use: of each code the newest version that is ready, the nearest unit's first."""
    newest: dict[str, Instrument] = {}
    for one in instruments_seen(unit).filter(state=Instrument.State.READY):
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


def languages_of(instruments: list[Instrument], unit: Unit) -> dict[int, set[str]]:
    """In which languages the words of each are at hand for this unit, in one query for all of them."""
    found = {one.pk: {language for language in ("zh", "en") if _has_own(one, language)} for one in instruments}
    packs = TextPack.objects.filter(instrument__in=found, unit__code__in=unit.ancestor_codes, replaced_at=None)
    for pk, language in packs.values_list("instrument_id", "language"):
        found[pk].add(language)
    return found


def _has_own(instrument: Instrument, language: str) -> bool:
    """Does the definition itself bring the words? A draft may still be without questions."""
    if instrument.state == Instrument.State.DRAFT:
        return False
    definition = instrument.parsed
    words = [item.text.zh if language == "zh" else item.text.en for item in definition.items if item.scored]
    return language in definition.texts or all(words)


def paper_for(instrument: Instrument, unit: Unit, language: str) -> Paper:
    """What a round shows: items, options, sections, branching. `paper.has_text` says whether a screen can show it."""
    return lay_out(instrument.parsed, language, texts_for(instrument, unit))


def papers_for(instruments: list[Instrument], unit: Unit, language: str) -> dict[int, Paper]:
    """The papers of several instruments, by key, in one query."""
    packs = TextPack.objects.filter(
        instrument__in=instruments, unit__code__in=unit.ancestor_codes, replaced_at=None
    ).select_related("unit")
    texts: dict[int, dict[str, Texts]] = {one.pk: {} for one in instruments}
    for pack in sorted(packs, key=lambda pack: len(pack.unit.path)):  # the nearest last
        texts[pack.instrument_id][pack.language] = pack.texts
    return {one.pk: lay_out(one.parsed, language, texts[one.pk]) for one in instruments}
