"""Instruments and text packs come in, and leave the choice. A version that is there is never changed."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Unit
from screening.access import check_can_change, check_can_keep_instruments
from screening.content import columns_of, digest_of
from screening.definition import Definition, Licence
from screening.models import Instrument, TextPack
from screening.reading import text_problems, texts_of


@transaction.atomic
def import_instrument(
    *, by: Viewer | None, unit: Unit | None, data: dict[str, Any], found: Definition
) -> tuple[Instrument, bool]:
    """Take in a checked definition, for a unit and those below it or for the whole installation. (the row, is it new)

    The same version with the same content changes nothing; with another content it is refused, because results may
    have been scored with it. `by` is None on the command line only.
    """
    if by is not None:
        check_can_keep_instruments(by)
        unit = by.unit
    if found.texts and found.licence in (Licence.IMPORT, Licence.CONDITIONAL):
        raise Refused(
            _("This text needs a licence. Take “text” out of the file and bring it as texts of the instrument."),
            field="file",
        )
    known = Instrument.objects.filter(unit=unit, code=found.code, version=found.version).first()
    if known is not None:
        if known.digest == digest_of(data):
            return known, False
        raise Refused(
            _("Version %(version)s of %(code)s is there with another content. Give the changed one a new version.")
            % {"version": found.version, "code": found.code}
        )
    made_by = by.person if by else None
    instrument = Instrument.objects.create(unit=unit, made_by=made_by, **columns_of(data, found))
    details = {"code": found.code, "version": found.version}
    audit.record(by=by, verb="instrument.imported", about=instrument, unit=unit, details=details)
    return instrument, True


@transaction.atomic
def import_texts(
    *, by: Viewer, instrument: Instrument, packs: dict[str, dict[str, Any]], holder: str, evidence: str
) -> list[TextPack]:
    """Take in the words of an instrument, for which the person answers; the unit's earlier ones give way."""
    check_can_keep_instruments(by)
    if any(text_problems(instrument.parsed, texts_of(data)) for data in packs.values()):
        raise Refused(_("These texts do not fit the instrument: each item and each option needs one."), field="file")
    now = timezone.now()
    earlier = TextPack.objects.filter(instrument=instrument, unit=by.unit, language__in=packs, replaced_at=None)
    earlier.update(replaced_at=now)
    made = [
        TextPack.objects.create(
            instrument=instrument,
            unit=by.unit,
            language=language,
            text=data,
            holder=holder,
            evidence=evidence,
            attested_by=by.person,
            attested_at=now,
        )
        for language, data in packs.items()
    ]
    for pack in made:
        details = {"code": instrument.code, "version": instrument.version, "language": pack.language}
        audit.record(by=by, verb="text_pack.attested", about=pack, details=details)
    return made


@transaction.atomic
def retire_instrument(*, by: Viewer, instrument: Instrument) -> Instrument:
    """Offer it to no new round. What was answered keeps it."""
    _move(by, instrument, Instrument.State.READY, Instrument.State.RETIRED)
    audit.record(by=by, verb="instrument.retired", about=instrument, details={"code": instrument.code})
    return instrument


@transaction.atomic
def offer_instrument(*, by: Viewer, instrument: Instrument) -> Instrument:
    """Offer a retired one again."""
    _move(by, instrument, Instrument.State.RETIRED, Instrument.State.READY)
    audit.record(by=by, verb="instrument.offered", about=instrument, details={"code": instrument.code})
    return instrument


def _move(by: Viewer, instrument: Instrument, before: str, after: str) -> None:
    check_can_change(by, instrument)
    if not Instrument.objects.filter(pk=instrument.pk, state=before).update(state=after):
        raise Refused(_("Somebody has changed this in the meantime. Look at it again."))
    instrument.state = after
