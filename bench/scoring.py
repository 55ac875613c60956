"""What scoring costs: the `score` command over a table of 100,000 answer sheets of 90 items, on one core."""

import io
import random
import time

from screening.content import SHIPPED
from screening.reading import read_definition
from screening.sheets import score_table

SHEETS, TARGET = 100_000, 10.0


def run() -> None:
    definition = read_definition((SHIPPED / "scl90.json").read_text(encoding="utf-8"))
    table = _table(len(definition.items), definition.items[0].values)
    started = time.process_time()
    counts = score_table(definition, table, io.StringIO())
    took = time.process_time() - started
    print(f"scoring, {counts.scored} sheets of {len(definition.items)} items: {took:.1f} s of one core", flush=True)
    if took > TARGET:
        raise SystemExit(f"scoring took longer than {TARGET:.0f} s")


def _table(items: int, values: tuple[int, ...]) -> bytes:
    """Mostly low answers, as they come; every hundredth sheet has a gap."""
    chance = random.Random("scoring")  # noqa: S311  # the same table every time
    weights = [2.0**-n for n in range(len(values))]
    lines = ["id," + ",".join(str(number) for number in range(1, items + 1))]
    for number in range(SHEETS):
        cells = [str(value) for value in chance.choices(values, weights, k=items)]
        if number % 100 == 0:
            cells[chance.randrange(items)] = ""
        lines.append(f"s{number}," + ",".join(cells))
    return "\n".join(lines).encode()
