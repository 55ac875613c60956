"""The list of talks as a workbook: what the page shows, no texts."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.models import TalkPart
from counseling.queries import Words
from schools.common.workbooks import Sheet
from schools.severity import Scheme


def talk_sheet(parts: QuerySet[TalkPart], words: Words, scheme: Scheme) -> Sheet:
    """One row for each part."""
    return Sheet(
        kind="talk_list",
        title=_("Talks"),
        count=parts.count(),
        heads=_heads(),
        lines=lambda: [_row(part, words, scheme) for part in parts],
    )


def _heads() -> list[str]:
    return [
        _("When"),
        _("Student"),
        _("Student number"),
        _("Class"),
        _("Themes"),
        _("Kind of talk"),
        _("Level"),
        _("Talk again"),
        _("Who talked"),
    ]


def _row(part: TalkPart, words: Words, scheme: Scheme) -> list[str]:
    return [
        timezone.localtime(part.talk.happened_at).strftime("%Y-%m-%d %H:%M"),
        part.student.name,
        part.student.student_number,
        part.class_group.name if part.class_group else "",
        words.themes(part.themes),
        words.of("kind", part.talk.kind),
        scheme.label(part.severity) if part.severity else "",
        part.follow_up_on.isoformat() if part.follow_up_on else "",
        part.talk.author.name,
    ]
