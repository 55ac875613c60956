"""The content of an instrument as it is kept, compared and shipped. Plain Python without Django."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from screening.definition import Definition
from screening.reading import read_definition

SHIPPED = Path(__file__).parent / "instruments"


def digest_of(data: dict[str, Any]) -> str:
    """The same for the same content, however the file was written."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def columns_of(data: dict[str, Any], found: Definition) -> dict[str, Any]:
    """What a row of an instrument holds of its definition."""
    return {
        "code": found.code,
        "version": found.version,
        "kind": found.kind.value,
        "name_zh": found.name.zh or found.name.en,
        "name_en": found.name.en,
        "licence": found.licence.value,
        "definition": data,
        "digest": digest_of(data),
    }


def shipped() -> Iterator[tuple[dict[str, Any], Definition]]:
    """The instruments that come with the software, in the order of their codes."""
    for path in sorted(SHIPPED.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        yield json.loads(text), read_definition(text)
