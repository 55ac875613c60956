"""Slips and letters are printed in the background: a class takes seconds, a school minutes."""

from django.utils.translation import get_language

from schools.access import Viewer
from schools.models import Job
from schools.work.jobs import start_job
from screening.access import check_can_hold_rounds
from screening.models import Round


def print_letters(*, by: Viewer, round_: Round, group: int | None, base: str) -> Job:
    """Letters to the families of one class, or of all, that have not answered. `base` is the address of the site."""
    check_can_hold_rounds(by)
    params = {"round": str(round_.pk), "group": group, "base": base, "language": get_language() or "zh-hans"}
    return start_job(by=by, kind="consent_letters", params=params)


def print_slips(*, by: Viewer, round_: Round, group: int | None, base: str, with_names: bool) -> Job:
    """Slips of one class, or of all, for those who can still answer."""
    check_can_hold_rounds(by)
    params = {"round": str(round_.pk), "group": group, "base": base, "names": with_names}
    return start_job(by=by, kind="slips", params=params | {"language": get_language() or "zh-hans"})
