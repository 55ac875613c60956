"""Requests per second and latency of the pages a day is made of, beside a bare Django view on the same server."""

import itertools
import secrets
import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.load import Request, Result, load, serving
from schools.access import Viewer
from schools.middleware import MEMBERSHIP
from schools.models import Membership
from students.models import Student

CSRF = secrets.token_hex(16)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


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
    teacher, counselor = _member("teacher"), _member("counselor")
    students = list(Student.objects.visible_to(_viewer(teacher)).enrolled()[:40])
    inside = _cookie(teacher)
    return {
        "workbench, teacher": Request(reverse("reports:workbench"), inside),
        "workbench, counselor": Request(reverse("reports:workbench"), _cookie(counselor)),
        "student list, school": Request(reverse("students:student_list"), _cookie(counselor)),
        "student search": Request(f"{reverse('students:student_list')}?q=lyt", _cookie(counselor)),
        "talk form": Request(reverse("counseling:talk_new"), inside),
        "talk save": Request(reverse("counseling:talk_new"), inside, _talks(students)),
        "workbench, district": Request(reverse("reports:workbench"), _cookie(_member("district"))),
    }


def _talks(students: list[Student]) -> Callable[[], bytes]:
    """A new talk each time, as the form sends it."""
    turn = itertools.cycle(students)

    def body() -> bytes:
        student = next(turn)
        fields = {
            "csrfmiddlewaretoken": CSRF,
            "submission": str(uuid.uuid4()),
            "students": str(student.pk),
            "themes": "sleep",
            "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
            "kind": "daily",
            "mode": "face",
            "initiative": "teacher",
            f"part-{student.pk}-words": "bench",
            f"part-{student.pk}-severity": "0",
        }
        return urlencode(fields).encode()

    return body


def _member(staff_number: str) -> Membership:
    found = Membership.objects.current().select_related("person", "unit__kind").order_by("pk")
    return found.filter(person__staff_number=staff_number)[0]


def _viewer(member: Membership) -> Viewer:
    return Viewer(person=member.person, membership=member)


def _cookie(member: Membership) -> str:
    """A signed-in session, as a cookie header."""
    client = Client()
    client.force_login(member.person, backend=BACKEND)
    chosen = client.session
    chosen[MEMBERSHIP] = member.pk
    chosen.save()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"


def _print(name: str, result: Result, floor: Result) -> None:
    ratio = result.p50 / floor.p50 if floor.p50 else 0
    note = f"   {result.errors} errors" if result.errors else ""
    print(f"   {name:<24} {result.per_second:8.0f} {result.p50:8.1f} {result.p95:8.1f} {ratio:8.1f}{note}", flush=True)
