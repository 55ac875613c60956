"""Anchors: the heads of all chains, written to a file now and then, that a backup of the database does not set back.

Each line is sealed with the key of the log and names the line before it. `manage.py migrate` writes the first one; the
scheduler adds one when the log has grown, and never over a fault: a new anchor would make good what was done to the
log. After a restore an auditor accepts the log as it now is (`schools.actions.audit`), which begins a new file.

The end of the file is kept apart from it, sealed as well: which line was written last. A file that lacks this line was
cut back, also if the database was cut back to fit it.
"""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from schools.audit.seals import Fault, mac
from schools.models.audit import AuditChain, AuditEntry

Heads = Mapping[str, Any]  # of a chain's scope: its length and the digest of its last row
SCOPE, END = "anchors", "end of anchors"
CHUNK = 1000
TAIL_BYTES = 4 * 1024 * 1024  # more than two lines of the largest city


class Line(NamedTuple):
    seal: str
    text: str

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    def is_sealed(self) -> bool:
        return hmac.compare_digest(self.seal, mac("anchor", self.text))


def anchors_path() -> Path:
    return Path(settings.AUDIT_ANCHORS)


def end_path() -> Path:
    return Path(settings.AUDIT_ANCHORS_END)


def heads_now() -> dict[str, list[Any]]:
    return {chain.scope: [chain.length, chain.head] for chain in AuditChain.objects.order_by("scope")}


def begin_file(heads: Heads) -> bool:
    """Write the first line; False where there is a file already."""
    path, line = anchors_path(), _line(heads, previous="")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{line.seal} {line.text}\n")
    except FileExistsError:
        return False
    _keep_end(line)
    return True


def append(heads: Heads) -> bool:
    """Add a line if the log has grown; the caller has looked for faults. A missing file is never begun here."""
    last = tail()[-1]
    if last.content["heads"] == heads:
        return False
    line = _line(heads, previous=last.seal)
    with anchors_path().open("a", encoding="utf-8") as file:
        file.write(f"{line.seal} {line.text}\n")
    _keep_end(line)
    return True


def begin_end() -> None:
    """Keep the end of a file that was written by an earlier release; once for each database (`manage.py migrate`)."""
    lines = tail()
    if lines and not end_path().exists():
        _keep_end(lines[-1])


def _keep_end(line: Line) -> None:
    """Written after the line itself: if it is killed in between, the end names the line before, which is there too."""
    path, text = end_path(), json.dumps({"last": line.seal})
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(f"{mac('end of anchors', text)} {text}\n", encoding="utf-8")
    new.replace(path)


def is_blank(path: Path) -> bool:
    """Nothing is anchored there yet: the file of a new database."""
    return not any(line.is_sealed() and line.content["heads"] for line in tail(path))


def move_aside(path: Path) -> Path:
    """What was anchored until now stays beside the new file."""
    aside = path.with_name(f"{path.name}.until-{timezone.localtime():%Y%m%d-%H%M%S}")
    return path.replace(aside)


def _line(heads: Heads, previous: str) -> Line:
    content = {"at": timezone.now().isoformat(), "heads": heads, "previous": previous}
    text = json.dumps(content, sort_keys=True)
    return Line(mac("anchor", text), text)


# --- proof ------------------------------------------------------------------------------------------------------------


def file_faults(lines: list[Line]) -> Iterator[Fault]:
    """What is wrong with the file itself. Lines of the first release do not name the one before them."""
    if not lines:
        yield Fault(SCOPE, 0, "missing")
    for number, line in enumerate(lines):
        before = lines[number - 1].seal if number else ""
        if not line.is_sealed():
            yield Fault(SCOPE, number, "edited")
        elif line.content.get("previous", before) != before:
            yield Fault(SCOPE, number, "missing")


def read_end() -> list[Line]:
    """What is kept of the end, or nothing. Read it before the lines: the scheduler writes a line before it writes the
    end, so the line that an older end names is in what is read later; the other way round it may not be there yet."""
    return read_lines(end_path())


def end_faults(lines: list[Line], end: list[Line]) -> Iterator[Fault]:
    """Whether the line that was written last is still in the file; the newest lines are enough to tell. `end` was read
    before `lines`."""
    if not end:
        yield Fault(END, 0, "missing")
    elif not hmac.compare_digest(end[0].seal, mac("end of anchors", end[0].text)):
        yield Fault(END, 0, "edited")
    elif end[0].content["last"] not in [line.seal for line in lines]:
        yield Fault(SCOPE, len(lines), "cut")


def read_lines(path: Path | None = None) -> list[Line]:
    path = path or anchors_path()
    return _parsed(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else []


def tail(path: Path | None = None) -> list[Line]:
    """The newest lines, or nothing."""
    path = path or anchors_path()
    if not path.exists():
        return []
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL_BYTES))
        text = file.read().decode("utf-8", errors="replace")
    lines = _parsed(text)
    return lines[1:] if size > TAIL_BYTES else lines


def _parsed(text: str) -> list[Line]:
    return [Line(*row.partition(" ")[::2]) for row in text.splitlines()]


def anchored(lines: Iterable[Line]) -> dict[str, dict[int, str]]:
    """By chain, which digest the row of a number had; of lines that are genuine."""
    found: dict[str, dict[int, str]] = {}
    for line in lines:
        if line.is_sealed():
            for scope, (length, head) in line.content["heads"].items():
                if length:
                    found.setdefault(scope, {})[length] = head
    return found


def set_back(expected: Mapping[str, Mapping[int, str]]) -> Iterator[Fault]:
    """For each chain the first anchor that no row of the database fits."""
    for scope, heads in sorted(expected.items()):
        numbers = sorted(heads)
        for first in range(0, len(numbers), CHUNK):
            part = numbers[first : first + CHUNK]
            rows = AuditEntry.objects.filter(chain__scope=scope, number__in=part)
            known = dict(rows.order_by().values_list("number", "digest"))
            wrong = next((number for number in part if known.get(number) != heads[number]), None)
            if wrong is not None:
                yield Fault(scope, wrong, "set back")
                break
