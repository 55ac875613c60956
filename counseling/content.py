"""What a talk consists of, apart from the rows that hold it: a header all students share, and each student's part."""

import datetime as dt
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from counseling.models import TalkLog, TalkPart
from schools.common.errors import Refused
from students.models import Student


@dataclass(frozen=True, kw_only=True)
class Header:
    """When, where and how a talk was held."""

    happened_at: dt.datetime
    kind: str
    minutes: int | None = None
    place: str = ""
    mode: str = TalkLog.Mode.FACE_TO_FACE
    initiative: str = TalkLog.Initiative.TEACHER
    others_present: str = ""
    is_restricted: bool = False


@dataclass(frozen=True, kw_only=True)
class Content:
    """What stands in one student's record."""

    themes: tuple[str, ...] = ()
    mood: str = ""
    background: str = ""
    words: str = ""
    view: str = ""
    agreed: str = ""
    effect: str = ""
    severity: int = 0
    follow_up_on: dt.date | None = None

    def is_empty(self) -> bool:
        return not (self.themes or self.words or self.view or self.agreed)


class Unfit(Refused):
    """One field cannot be filed as it is: of the header, or of this student's content. A form shows it there."""

    def __init__(self, text: str, field: str, student: Student | None = None) -> None:
        super().__init__(text, field=field)
        self.student = student


HEADER_FIELDS = tuple(field.name for field in fields(Header))
CONTENT_FIELDS = tuple(field.name for field in fields(Content))


def header_of(talk: TalkLog) -> Header:
    return Header(**{name: getattr(talk, name) for name in HEADER_FIELDS})


def content_of(part: TalkPart) -> Content:
    values = {name: getattr(part, name) for name in CONTENT_FIELDS}
    return Content(**values | {"themes": tuple(part.themes)})


def write(row: TalkLog | TalkPart, values: Header | Content) -> list[str]:
    """Set the fields of a row; the names of those that changed."""
    before = header_of(row) if isinstance(row, TalkLog) else content_of(row)
    changed = [name for name in asdict(values) if getattr(before, name) != getattr(values, name)]
    for name in changed:
        value = getattr(values, name)
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    return changed


def to_json(part: TalkPart) -> str:
    """A part and its header as they read now, for a revision."""
    return json.dumps(asdict(header_of(part.talk)) | asdict(content_of(part)), default=_plain, ensure_ascii=False)


def _plain(value: Any) -> str:
    return str(value.isoformat())


def from_json(text: str) -> tuple[Header, Content]:
    """A revision's header and content."""
    values = json.loads(text)
    values["happened_at"] = dt.datetime.fromisoformat(values["happened_at"])
    values["themes"] = tuple(values["themes"])
    if values["follow_up_on"]:
        values["follow_up_on"] = dt.date.fromisoformat(values["follow_up_on"])
    header = Header(**{name: values[name] for name in HEADER_FIELDS})
    return header, Content(**{name: values[name] for name in CONTENT_FIELDS})
