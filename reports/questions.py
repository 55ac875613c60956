"""Further questions of a report: what a unit asks of everybody below it besides the one real question.

An answer is kept as numbers beside the other counts of a report, so that it is summed as they are: `q7` is a number,
the number of those who said yes, or of those who wrote something; `q8.0` how many chose the first answer. Words stay in
the school. Sums go up as far as the unit that asks, and no further.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reports.models import DailyReport, ReportQuestion, ReportVersion
from schools import audit
from schools.access import Viewer
from schools.common.prepared import PreparedUp
from schools.models import Unit

Kind = ReportQuestion.Kind
_ABOVE = PreparedUp(lambda codes: ReportQuestion.objects.select_related("unit").filter(unit__code__in=codes))


def questions_of(unit: Unit, asks: str, day: dt.date) -> list[ReportQuestion]:
    """What the unit and those above it ask on a day; the widest unit first."""
    rows = (row for row in _ABOVE.of(unit.ancestor_codes) if row.asks == asks and row.covers(day))
    return sorted(rows, key=lambda row: (len(row.unit.path), row.starts_on, row.pk))


def questions_by_counts(found: Iterable[Mapping[str, Any]]) -> list[ReportQuestion]:
    """Those that some of these counts answer, in one query; none if nothing was asked."""
    keys = {int(name[1:].partition(".")[0]) for counts in found for name in counts if is_answer(name)}
    return list(ReportQuestion.objects.select_related("unit").filter(pk__in=keys)) if keys else []


def questions_told(unit: Unit, found: Iterable[Mapping[str, Any]]) -> list[ReportQuestion]:
    """Those that these counts answer and that are told in a unit: answers go up to the unit that asks, no further."""
    return [question for question in questions_by_counts(found) if unit.is_within(question.unit)]


def is_answer(name: str) -> bool:
    return name[:1] == "q" and name[1:2].isdecimal()


# --- answering --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answers:
    """What one report answers: numbers that are summed, and words that stay."""

    counts: Mapping[str, int]
    texts: Mapping[str, str]


NOTHING = Answers({}, {})


def answers_of(questions: Iterable[ReportQuestion], given: Mapping[int, Any]) -> Answers:
    """`given` by the key of each question: a number, True or False, the place of the chosen answer, or words."""
    counts: dict[str, int] = {}
    texts: dict[str, str] = {}
    for question in questions:
        value = given.get(question.pk)
        if value is None or value == "":
            continue
        if question.kind == Kind.CHOICE:
            counts[f"q{question.pk}.{int(value)}"] = 1
        elif question.kind == Kind.TEXT:
            counts[f"q{question.pk}"], texts[str(question.pk)] = 1, str(value)
        else:
            counts[f"q{question.pk}"] = int(value)
    return Answers(counts, texts)


def unanswered(questions: Iterable[ReportQuestion], answers: Answers) -> list[ReportQuestion]:
    """Those that must be answered each time, and were not."""
    told = {name.partition(".")[0] for name in answers.counts}
    return [row for row in questions if row.is_required and f"q{row.pk}" not in told]


def given_in(
    questions: Iterable[ReportQuestion], counts: Mapping[str, Any], texts: Mapping[str, str]
) -> dict[int, Any]:
    """What a report answered, as a form shows it again."""
    found: dict[int, Any] = {}
    for question in questions:
        if question.kind == Kind.CHOICE:
            chosen = [n for n in range(len(question.options)) if counts.get(f"q{question.pk}.{n}")]
            found[question.pk] = chosen[0] if chosen else None
        elif question.kind == Kind.TEXT:
            found[question.pk] = texts.get(str(question.pk), "")
        else:
            found[question.pk] = counts.get(f"q{question.pk}")
    return found


def texts_of(version: ReportVersion) -> dict[str, str]:
    return dict(json.loads(version.texts)) if version.texts else {}


def says_something(counts: Mapping[str, Any]) -> bool:
    """Is there an answer other than no and none?"""
    return any(is_answer(name) and number for name, number in counts.items())


# --- telling ----------------------------------------------------------------------------------------------------------


def answer_words(question: ReportQuestion, counts: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """The answer of one report: 3 · yes · the chosen one · the words. Empty where it was not answered."""
    value = given_in([question], counts, texts)[question.pk]
    if value is None:
        return ""
    if question.kind == Kind.CHOICE:
        return str(question.options[value])
    if question.kind == Kind.YES_NO:
        return _("yes") if value else _("no")
    return str(value)


def sum_words(question: ReportQuestion, counts: Mapping[str, Any]) -> str:
    """What many reports answered together: a sum, or how many gave which answer."""
    if question.kind == Kind.CHOICE:
        numbers = [(option, counts.get(f"q{question.pk}.{n}", 0)) for n, option in enumerate(question.options)]
        return " · ".join(f"{option} {number}" for option, number in numbers)
    number = counts.get(f"q{question.pk}", 0)
    if question.kind == Kind.YES_NO:
        return _("yes: {n}").format(n=number)
    return _("{n} wrote something").format(n=number) if question.kind == Kind.TEXT else str(number)


def sums_of(found: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The answers of many reports added up."""
    sums: dict[str, int] = {}
    for counts in found:
        for name, number in counts.items():
            if is_answer(name):
                sums[name] = sums.get(name, 0) + number
    return sums


def going_up(unit: Unit, counts: Mapping[str, Any]) -> dict[str, Any]:
    """Only the answers to questions of units above: those of the own questions end here."""
    rows = questions_by_counts([counts])
    ends_here = {f"q{row.pk}" for row in rows if row.unit_id == unit.pk or not unit.is_within(row.unit)}
    return {name: number for name, number in counts.items() if name.partition(".")[0] not in ends_here}


def read_texts(viewer: Viewer, reports: Sequence[DailyReport]) -> dict[Any, dict[str, str]]:
    """What was answered in words, by report, as it stands now. That somebody read it is noted in the log."""
    seen = ReportVersion.objects.visible_to(viewer).filter(report__in=reports).select_related("report")
    texts = read_versions(viewer, [row for row in seen if row.number == row.report.version])
    return {version.report_id: found for version, found in texts.items()}


def read_versions(viewer: Viewer, versions: Sequence[ReportVersion]) -> dict[ReportVersion, dict[str, str]]:
    """The same, by version, old ones as well."""
    texts = {version: texts_of(version) for version in versions}
    if any(texts.values()):
        with transaction.atomic():
            audit.record(by=viewer, verb="daily.answers_read")
    return texts
