import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from schools.common.tables.errors import UnreadableFile
from schools.common.tables.kinds import kind_of
from schools.common.tables.limits import LIMITS, Limits
from schools.common.tables.markup import read_markup
from schools.common.tables.table import Table
from schools.common.tables.text import read_text

_ROOT = Path(__file__).parents[3]


def read_tables(source: Path | bytes, *, limits: Limits = LIMITS) -> list[Table]:
    """All visible sheets, in their order, and the hidden ones without their rows.

    `source` may be the content itself, so that an uploaded file need not lie on a disk in clear.
    """
    return list(_tables(_content(source, limits), limits))


def _tables(data: bytes, limits: Limits) -> Iterator[Table]:
    kind = kind_of(data)
    if kind == "text":
        yield read_text(data, limits)
    elif kind in ("html", "mhtml", "xml"):
        yield from read_markup(data, kind, limits)
    else:
        yield from _sheets(data, limits)


def _content(source: Path | bytes, limits: Limits) -> bytes:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > limits.file_bytes:
        raise UnreadableFile("too_large", {"limit": limits.file_bytes >> 20})
    return source if isinstance(source, bytes) else source.read_bytes()


def _sheets(data: bytes, limits: Limits) -> Iterator[Table]:
    child = subprocess.Popen(
        [sys.executable, "-m", "schools.common.tables.workbook"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PYTHONUTF8": "1"},  # nothing of ours: no keys, no database
    )
    assert child.stdin and child.stdout
    try:
        _feed(child.stdin, json.dumps(asdict(limits)).encode() + b"\n", data)
        yield from _received(child.stdout)
        if status := child.wait():  # killed by its limits of memory or time, or the library panicked
            raise UnreadableFile("bomb" if status < 0 else "truncated")
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _feed(pipe: IO[bytes], *parts: bytes) -> None:
    try:
        for part in parts:
            pipe.write(part)
        pipe.close()
    except BrokenPipeError:  # it ended early: its exit status says why
        pass


def _received(pipe: IO[bytes]) -> Iterator[Table]:
    if not pipe.readline():
        raise RuntimeError("the process that reads workbooks did not start")
    table = None
    hidden: list[Table] = []
    while line := pipe.readline():
        message: dict[str, Any] = json.loads(line)
        if "error" in message:
            raise UnreadableFile(message["error"], message["params"])
        if "hidden_sheet" in message:
            hidden.append(Table(message["hidden_sheet"], is_hidden=True))
        elif "sheet" in message:
            if table is not None:
                yield table
            table = Table(message["sheet"], hidden_rows=message["hidden"])
        elif table is not None:
            table.add_block(pipe.read(message["bytes"]).decode(), message["rows"])
    if table is not None:
        yield table
    yield from hidden
