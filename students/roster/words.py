"""What the cells of a roster mean, from `values.csv` and `ethnic_groups.csv`."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from unicodedata import normalize

_HERE = Path(__file__).parent


def plain(text: str) -> str:
    return normalize("NFKC", text).replace(" ", "").lower()


def _values() -> Mapping[str, Mapping[str, str]]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with (_HERE / "values.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["field"]][plain(row["text"])] = row["value"]
    return found


def _ethnic_groups() -> Mapping[str, str]:
    """By code (01, 1), by name (汉族) and by the name's beginning (汉)."""
    found: dict[str, str] = {}
    with (_HERE / "ethnic_groups.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            code, name = row["code"], row["name"]
            found |= {code: code, code.lstrip("0"): code, name: code, name[:-1]: code}
            if row["alpha"]:
                found[row["alpha"].lower()] = code
    return found


VALUES = _values()
ETHNIC_GROUPS = {**_ethnic_groups(), **VALUES["ethnicity"]}
GROUP_CODES = tuple(dict.fromkeys(code for code in VALUES["group"].values() if code != "no"))
