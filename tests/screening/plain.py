"""A second scorer, written as plainly as the rule key reads and sharing no code with `screening.scoring`.

It knows complete sheets only. The key (`key.json`) holds numbers and rules of 26 instruments; its sources stand in the
files of `screening/instruments/`.
"""

import json
import re
from pathlib import Path

KEY = json.loads((Path(__file__).parent / "key.json").read_text(encoding="utf-8"))
VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
CODES = {name: re.sub("[^a-z0-9]", "", name.lower()) for name in KEY}


def scales_of(name, sheet):
    """{scale: (raw, score, band or None where the key has no word)} for answers by number."""
    key = KEY[name]
    turned = dict(sheet)
    for number in key["reverse"] if isinstance(key["reverse"], list) else []:
        turned[number] = key["values"][0] + key["values"][-1] - sheet[number]
    groups = dict(key.get("subscales", {}))
    if "raw" in groups:
        groups["total"] = groups.pop("raw")
    found = {}
    for scale, items in groups.items():
        raw = sum(turned[number] for number in items)
        found[scale] = (raw, changed(key, raw, len(items)), None)
    if "total_of" in key:
        raw = sum(found[scale][0] for scale in key["total_of"])
        found["total"] = (raw, raw, None)
    elif "total" not in found and "bands" in key:
        raw = sum(turned.values())
        found["total"] = (raw, raw, None)
    return {scale: (raw, score, band(key, scale, score)) for scale, (raw, score, _none) in found.items()}


def changed(key, raw, count):
    how = key.get("transform") or key.get("score")
    if how == "mean":
        return raw / count
    if how == "int(1.25*raw)":
        return raw * 5 // 4
    return raw * int(how[1:]) if how else raw


def band(key, scale, score):
    if scale == "total" and "bands" in key and "screen" not in key:
        return next(word for low, high, word in key["bands"] if low <= score <= high)
    if "bands_mean" in key:
        return [word for low, _high, word in key["bands_mean"] if low <= score][-1]
    if scale in key.get("subscale_cuts", {}):
        return "at_or_above_cut" if score >= key["subscale_cuts"][scale] else "below_cut"
    if scale in key.get("subscale_bands", {}):
        words = [row[2] for row in key["bands"]] if "bands" in key else None
        for place, row in enumerate(key["subscale_bands"][scale]):
            if row[0] <= score <= row[1]:
                return row[2] if len(row) > 2 else words[place]
    return None


def criticals(name, sheet):
    rules = {int(n): int(re.search(r"\d+", rule)[0]) for n, rule in KEY[name].get("critical", {}).items()}
    if name == "DASS-21":
        rules = {21: 2}
    return {number for number, least in rules.items() if sheet[number] >= least}
