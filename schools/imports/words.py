"""Words in cells → codes, from a table `field,text,value`. Plain Python."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from unicodedata import normalize


def plain(text: str) -> str:
    return re.sub(r"[\s_]+", "", normalize("NFKC", text)).lower()


def words_from(path: Path) -> Mapping[str, Mapping[str, str]]:
    """field → word → value; a value stands for itself, too."""
    found: dict[str, dict[str, str]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            words = found.setdefault(row["field"], {})
            words[plain(row["text"])] = row["value"]
            words.setdefault(plain(row["value"]), row["value"])
    return found


VALUES = words_from(Path(__file__).parent / "values.csv")
