"""A unit's own surveys: begun as a draft, changed question by question, published, and then never changed again."""

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from screening import drafts
from screening.access import check_can_change, check_can_keep_instruments
from screening.content import columns_of, digest_of
from screening.models import Instrument
from screening.reading import BadFile, definition_of

MOST_QUESTIONS = 200


@transaction.atomic
def start_survey(*, by: Viewer, data: dict[str, Any] | None = None, title: str = "", about: str = "") -> Instrument:
    """A draft of the own unit: empty, or with what a file from elsewhere held."""
    check_can_keep_instruments(by)
    code = f"s{uuid.uuid4().hex[:10]}"
    if data is None:
        data = drafts.new_survey(code=code, title=title, about=about)
    survey = _draft(by, {**data, "code": code})
    audit.record(by=by, verb="instrument.started", about=survey, details={"items": len(survey.definition["items"])})
    return survey


@transaction.atomic
def revise_survey(*, by: Viewer, instrument: Instrument) -> Instrument:
    """A draft of the next version. One draft of an instrument at a time."""
    check_can_change(by, instrument)
    if not drafts.can_be_edited(instrument.definition):
        raise Refused(_("Only surveys are changed in the browser. Export the file, change it and import it again."))
    versions = Instrument.objects.filter(unit=instrument.unit, code=instrument.code)
    if (draft := versions.filter(state=Instrument.State.DRAFT).first()) is not None:
        return draft
    version = str(
        1 + max((int(one) for one in versions.values_list("version", flat=True) if one.isdecimal()), default=1)
    )
    draft = _draft(by, drafts.next_version(instrument.definition, version))
    audit.record(by=by, verb="instrument.started", about=draft, details={"items": len(draft.definition["items"])})
    return draft


def _draft(by: Viewer, data: dict[str, Any]) -> Instrument:
    return Instrument.objects.create(
        unit=by.unit,
        made_by=by.person,
        state=Instrument.State.DRAFT,
        code=data["code"],
        version=data["version"],
        kind=data["kind"],
        name_zh=data["name"].get("zh") or data["name"].get("en", ""),
        name_en=data["name"].get("en", ""),
        licence=data.get("licence", {}).get("class", "own"),
        definition=data,
        digest=digest_of(data),
    )


@transaction.atomic
def change_survey(*, by: Viewer, survey: Instrument, data: dict[str, Any]) -> Instrument:
    """Put new data in the place of what this person had before them; refused if somebody else was quicker."""
    check_can_change(by, survey)
    if len(data["items"]) > MOST_QUESTIONS:
        raise Refused(_("A survey has at most %(most)s questions.") % {"most": MOST_QUESTIONS})
    names = {"name_zh": data["name"].get("zh", ""), "name_en": data["name"].get("en", "")}
    found = Instrument.objects.filter(pk=survey.pk, state=Instrument.State.DRAFT, digest=survey.digest)
    if not found.update(definition=data, digest=digest_of(data), **names):
        raise Refused(_("Somebody has changed this in the meantime. Look at it again."))
    audit.record(by=by, verb="instrument.changed", about=survey, details={"items": len(data["items"])})
    survey.refresh_from_db()
    return survey


@transaction.atomic
def publish_survey(*, by: Viewer, survey: Instrument) -> Instrument:
    """From now on rounds may use it, and nothing of it changes any more."""
    check_can_change(by, survey)
    try:
        columns = columns_of(survey.definition, definition_of(survey.definition))
    except BadFile:
        raise Refused(_("The survey needs at least one question, and each choice at least two options.")) from None
    found = Instrument.objects.filter(pk=survey.pk, state=Instrument.State.DRAFT, digest=survey.digest)
    if not found.update(state=Instrument.State.READY, **columns):
        raise Refused(_("Somebody has changed this in the meantime. Look at it again."))
    details = {"code": survey.code, "version": survey.version}
    audit.record(by=by, verb="instrument.published", about=survey, details=details)
    survey.refresh_from_db()
    return survey


@transaction.atomic
def discard_survey(*, by: Viewer, survey: Instrument) -> None:
    """Throw a draft away. Nobody has answered it."""
    check_can_change(by, survey)
    audit.record(by=by, verb="instrument.discarded", about=survey, details={"code": survey.code})
    if not Instrument.objects.filter(pk=survey.pk, state=Instrument.State.DRAFT).delete()[0]:
        raise Refused(_("Somebody has changed this in the meantime. Look at it again."))
