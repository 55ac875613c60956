"""What an uploaded file is, and what comes of it: a definition, or a survey from another format with notes."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from schools.common.labels import told
from schools.common.tables import UnreadableFile
from schools.common.tables.kinds import kind_of
from schools.common.tables.text import decode
from screening.definition import Definition
from screening.outside import fhir, xlsform
from screening.outside.survey import NotASurvey, Note, Survey
from screening.reading import read_instrument

NOTES: dict[str, Any] = {
    "no_text": _("This question has no words. Its name stands there instead."),
    "condition": _("When this is shown could not be taken over. It is always shown."),
    "constraint": _("What may be entered here is not checked."),
    "repeats": _("This part was to be repeated. It came in once."),
    "type": _("Questions of this kind are not known. It was left out."),
    "other": _("The own words beside the answers were left out."),
    "no_options": _("This question has no answers to choose from. It was left out."),
}
REASONS: dict[str, Any] = {
    "no_json": _("This is no JSON. Export the questionnaire again."),
    "no_questionnaire": _("This is no Questionnaire of FHIR R4."),
    "no_xlsform": _("This workbook is no XLSForm: it has no sheet “survey” with a column “type”."),
    "no_questions": _("There is no question in this file that could be taken over."),
    "too_deep": _("The parts of this questionnaire lie too deep in one another."),
    "too_long": _("The questionnaire has too many questions."),
}


@dataclass
class Brought:
    """Either a definition or a survey to go on with."""

    data: dict[str, Any]
    definition: Definition | None = None
    notes: list[Note] = field(default_factory=list)


def look_into(content: bytes) -> Brought:
    """Raises `BadFile`, `NotASurvey` or `UnreadableFile`."""
    if kind_of(content) != "text":
        return _survey(xlsform.read(content))
    text = decode(content)
    if _is_questionnaire(text):
        return _survey(fhir.read(text.removeprefix("\ufeff")))
    data, definition = read_instrument(content)
    return Brought(data, definition)


def _is_questionnaire(text: str) -> bool:
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "resourceType" in data


def _survey(survey: Survey) -> Brought:
    return Brought(survey.data(), notes=survey.notes)


def note_line(note: Note) -> str:
    return told(note.where, NOTES[note.code]) if note.where else str(NOTES[note.code])


__all__ = ["REASONS", "Brought", "NotASurvey", "UnreadableFile", "look_into", "note_line"]
