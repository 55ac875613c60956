"""Every page that people open all day: CPU time beside a plain Django list, queries and bytes."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from django.urls import reverse

from bench.cost import Cost, Site, costs
from bench.load import Request
from bench.people import cookie, member, talks, viewer
from bench.plain import PlainSite
from students.models import RiskFlag, Student

ROLES = ("teacher", "subject", "head", "counselor", "leader", "district", "city", "admin", "auditor")


class Page(NamedTuple):
    name: str
    at_most: float  # times the plain list
    request: Request


def run(title: str) -> None:
    """Print the table; a page beyond its limit is marked. Each page is asked in turns with the plain list."""
    signed_in.cache_clear()  # the sessions went with the demo before
    plain = (PlainSite(), Request("/", signed_in("counselor")))
    print(f"pages, {title}:  CPU ms   times the plain list   at most   queries   bytes")
    _print("plain Django list", costs([plain])[0], 0)
    site = Site()
    for page in pages():
        _print(page.name, costs([plain, (site, page.request)])[1], page.at_most)


def pages() -> Iterator[Page]:
    workbench = reverse("reports:workbench")
    for who in ROLES:
        yield Page(f"workbench, {who}", 4, Request(workbench, signed_in(who)))
    yield from _of_students()
    yield from _of_talks()
    yield from _of_figures()
    yield Page("audit log", 6, Request(reverse("schools:audit_list"), signed_in("auditor")))


def _of_students() -> Iterator[Page]:
    students, counselor = reverse("students:student_list"), signed_in("counselor")
    yield Page("student list, class", 4, Request(students, signed_in("teacher")))
    yield Page("student list, school", 4, Request(students, counselor))
    yield Page("student search", 4, Request(f"{students}?q=lyt", counselor))
    yield Page("student list, key students", 4, Request(f"{students}?key=1", counselor))
    yield Page("student list, by level", 4, Request(f"{students}?sort=level", counselor))
    seen = viewer(member("counselor"))
    flag = RiskFlag.objects.visible_to(seen).open().first()
    student = flag.student if flag else Student.objects.visible_to(seen)[0]
    yield Page("student page", 5, Request(student.get_absolute_url(), counselor))
    if flag:
        yield Page("flag page", 5, Request(flag.get_absolute_url(), counselor))
    yield Page("flag list", 5, Request(reverse("students:flag_list"), counselor))


def _of_talks() -> Iterator[Page]:
    form, teacher = reverse("counseling:talk_new"), signed_in("teacher")
    yield Page("talk form", 6, Request(form, teacher))
    yield Page("talk save", 4, Request(form, teacher, talks(member("teacher"))))
    yield Page("talk list, class", 6, Request(reverse("counseling:talk_list"), teacher))
    yield Page("talk list, school", 6, Request(reverse("counseling:talk_list"), signed_in("counselor")))
    yield Page("coverage, class", 6, Request(reverse("counseling:coverage"), teacher))
    yield Page("coverage, school", 6, Request(reverse("counseling:coverage"), signed_in("leader")))


def _of_figures() -> Iterator[Page]:
    for who in ("leader", "district"):
        term = viewer(member(who)).term
        code = term.code if term else ""
        yield Page(f"figures, {who}", 10, Request(reverse("reports:figure_list"), signed_in(who)))
        summary = reverse("reports:summary_detail", args=[code])
        yield Page(f"summary, {who}", 10, Request(summary, signed_in(who)))
    # After the leader, whose page has counted the school anew where a saved talk has marked it.
    yield Page("figures, head", 10, Request(reverse("reports:figure_list"), signed_in("head")))


@cache
def signed_in(who: str) -> str:
    return cookie(member(who))


def _print(name: str, cost: Cost, at_most: float) -> None:
    over = "  over" if at_most and cost.times > at_most else ""
    spent = f"{cost.milliseconds:8.1f} {cost.times:8.1f} {at_most or '':>6}"
    print(f"   {name:<28} {spent} {cost.queries:5} {cost.bytes:8}{over}", flush=True)
