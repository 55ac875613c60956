"""Requests per second and latency of the pages a day is made of, beside a bare Django view on the same server."""

from django.db import connections
from django.urls import reverse

from bench.load import Request, Result, load, serving
from bench.people import cookie, member, talks


def run(title: str) -> None:
    requests = _requests()
    connections.close_all()
    print(f"requests, {title}:  per second   p50 ms   p95 ms   times the bare view")
    with serving("bench.bare") as port:
        floor = load(port, Request("/"))
    _print("bare Django view", floor, floor)
    with serving("config.wsgi") as port:
        for name, request in requests.items():
            _print(name, load(port, request), floor)


def _requests() -> dict[str, Request]:
    teacher, counselor = member("teacher"), member("counselor")
    inside = cookie(teacher)
    return {
        "workbench, teacher": Request(reverse("reports:workbench"), inside),
        "workbench, counselor": Request(reverse("reports:workbench"), cookie(counselor)),
        "student list, school": Request(reverse("students:student_list"), cookie(counselor)),
        "student search": Request(f"{reverse('students:student_list')}?q=lyt", cookie(counselor)),
        "talk form": Request(reverse("counseling:talk_new"), inside),
        "talk save": Request(reverse("counseling:talk_new"), inside, talks(teacher)),
        "workbench, district": Request(reverse("reports:workbench"), cookie(member("district"))),
    }


def _print(name: str, result: Result, floor: Result) -> None:
    ratio = result.p50 / floor.p50 if floor.p50 else 0
    note = f"   {result.errors} errors" if result.errors else ""
    print(f"   {name:<24} {result.per_second:8.0f} {result.p50:8.1f} {result.p95:8.1f} {ratio:8.1f}{note}", flush=True)
