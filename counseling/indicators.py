"""Figures of talks: how many, with whom, about what; coverage of key students and of all."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from counseling import incident_figures  # noqa: F401  crisis events
from counseling.models import TalkLog, TalkOption, TalkPart
from counseling.models.talks import TalkPartQuerySet
from schools.figures import Figure, Ratio, Reader, Rows, Scope, Split, Value, Words, declare
from schools.indicators import choices, grades
from students.indicators import key_students, levels, students


def talks(scope: Scope) -> Rows:
    """Talks of the term with a part that was not deleted."""
    found = _talks(scope).filter(is_restricted=False)
    if scope.class_ids is None:
        return found
    parts = _known(scope, TalkPart.objects.standing()).filter(talk=OuterRef("pk"))
    return found.filter(Exists(parts.filter(class_group__in=scope.class_ids)))


def restricted_talks(scope: Scope) -> Rows:
    """Talks for counselors only: one number, divided by nothing (docs/adr/0007)."""
    return _talks(scope).filter(is_restricted=True)


def _talks(scope: Scope) -> Rows:
    parts = _known(scope, TalkPart.objects.standing()).filter(talk=OuterRef("pk"))
    return TalkLog.objects.filter(scope.schools(), scope.within_term("happened_at")).filter(Exists(parts))


def talk_parts(scope: Scope) -> Rows:
    """One per student and talk (人次)."""
    parts = _known(scope, TalkPart.objects.covering())
    return parts.filter(scope.schools("talk__school"), scope.within_term("talk__happened_at"))


def reached(scope: Scope) -> Rows:
    """Students enrolled on the day with whom somebody has talked this term."""
    return students(scope).filter(_talked_with(scope))


def key_reached(scope: Scope) -> Rows:
    return key_students(scope).filter(_talked_with(scope))


def _talked_with(scope: Scope) -> Exists:
    parts = _known(scope, TalkPart.objects.covering())
    return Exists(parts.filter(scope.within_term("talk__happened_at"), student=OuterRef("pk")))


def _known(scope: Scope, parts: TalkPartQuerySet) -> TalkPartQuerySet:
    """Without those behind a flag that is kept from whom it is counted for: they may not open them either."""
    return parts.exclude(flag__in=scope.unseen) if scope.unseen else parts


def options(code: str, label: Any, name: str, path: str, *, is_list: bool = False) -> Split:
    """Split by a word that units may set; `is_list` where a record holds several of them."""

    def words(scope: Scope) -> Words:
        values = {"none": Value(1000, "none", str(_("not noted")))} | _values(scope, name)
        return lambda key: values.get(key) or Value(999, key, key)

    def reader(_scope: Scope) -> Reader:
        if is_list:
            return lambda row: list(dict.fromkeys(row[0])) or ["none"]
        return lambda row: [row[0] or "none"]

    return Split(code, label, (path,), reader, words, is_partition=not is_list)


def _values(scope: Scope, name: str) -> dict[str, Value]:
    """Words by code; the nearest unit's counts, a word of a unit below only where nothing above has it."""
    up = Q(unit=None) | Q(unit__code__in=scope.unit.ancestor_codes)
    below = Q(unit__path__startswith=scope.unit.path)
    rows = TalkOption.objects.filter(up | below, list=name).select_related("unit")
    found: dict[str, Value] = {}
    for row in sorted(rows, key=lambda row: _nearness(scope, row)):
        found[row.code] = Value(row.position, row.code, row.label)
    return found


def _nearness(scope: Scope, row: TalkOption) -> tuple[int, int]:
    """Below comes first and is overwritten by what comes later: the defaults, then from the root to the unit."""
    if row.unit is None:
        return 1, 0
    return (2, len(row.unit.path)) if scope.unit.path.startswith(row.unit.path) else (0, 0)


LEVEL = levels("level", _("needs attention"))


declare(
    Figure(
        code="talks",
        label=_("Talks"),
        group="talks",
        unit_of_measure=_("talks"),
        records=talks,
        splits=(
            options("kind", _("kind"), "kind", "kind"),
            choices("initiative", _("initiative"), "initiative", list(TalkLog.Initiative.choices)),
            choices("mode", _("way of talking"), "mode", list(TalkLog.Mode.choices)),
        ),
    ),
    Figure(
        code="talk_parts",
        label=_("Person-times of talks"),
        group="talks",
        unit_of_measure=_("person-times"),
        records=talk_parts,
        class_path="class_group_id",
        splits=(options("theme", _("theme"), "theme", "themes", is_list=True), grades(), LEVEL),
    ),
    Figure(
        code="restricted_talks",
        label=_("Talks for counselors only"),
        group="talks",
        unit_of_measure=_("talks"),
        records=restricted_talks,
    ),
    Figure(
        code="students_reached",
        label=_("Students reached by a talk"),
        group="talks",
        unit_of_measure=_("students"),
        records=reached,
        class_path="class_group_id",
        splits=(grades(),),
    ),
    Figure(
        code="key_students_reached",
        label=_("Key students reached by a talk"),
        group="talks",
        unit_of_measure=_("students"),
        records=key_reached,
        class_path="class_group_id",
    ),
    Ratio(
        code="key_coverage",
        label=_("Coverage of key students"),
        group="talks",
        numerator="key_students_reached",
        denominator="key_students",
    ),
    Ratio(
        code="coverage",
        label=_("Coverage of all students"),
        group="talks",
        numerator="students_reached",
        denominator="students",
    ),
)
