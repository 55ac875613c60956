"""The people of the demo whom the bench signs in."""

import itertools
import secrets
import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.utils import timezone

from schools.access import Viewer
from schools.middleware import MEMBERSHIP
from schools.models import Membership
from students.models import Student

CSRF = secrets.token_hex(16)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def member(staff_number: str) -> Membership:
    found = Membership.objects.current().select_related("person", "unit__kind").order_by("pk")
    return found.filter(person__staff_number=staff_number)[0]


def viewer(one: Membership) -> Viewer:
    return Viewer(person=one.person, membership=one)


def cookie(one: Membership) -> str:
    """A signed-in session, as a cookie header."""
    client = Client()
    client.force_login(one.person, backend=BACKEND)
    chosen = client.session
    chosen[MEMBERSHIP] = one.pk
    chosen.save()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"


def talks(by: Membership) -> Callable[[], bytes]:
    """A new talk each time, as the form sends it."""
    turn = itertools.cycle(Student.objects.visible_to(viewer(by)).enrolled()[:40])

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
