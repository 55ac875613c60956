"""A piece of work in a process of its own, for the memory it takes at its peak."""

import multiprocessing
import resource
import time
from pathlib import Path
from typing import NamedTuple


class Spent(NamedTuple):
    seconds: float
    megabytes: int
    told: str


def spent(work: str, path: Path, unit_code: str) -> Spent:
    """What `read` or `import` of a roster costs; the environment says which database."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return Spent(*pool.apply(_measured, (work, str(path), unit_code)))


def _measured(work: str, path: str, unit_code: str) -> tuple[float, int, str]:
    import django

    django.setup()
    started = time.monotonic()
    told = _read(path) if work == "read" else _import(path, unit_code)
    return time.monotonic() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, told


def _read(path: str) -> str:
    import python_calamine

    rows = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()
    return f"rows={len(rows)}"


def _import(path: str, unit_code: str) -> str:
    from schools.imports.kinds import kind_named
    from schools.imports.pipeline import commit, read
    from schools.models import Unit

    unit = Unit.objects.get(code=unit_code)
    counts = commit(read(kind_named("roster"), Path(path), unit), unit).all_counts
    return " ".join(f"{name}={counts.get(name, 0)}" for name in ("created", "changed", "unchanged", "problems"))
