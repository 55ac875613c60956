"""What a walk looks at in each answer besides its status.

Threat T18: no cache keeps the page of a signed-in person, no script of somebody else's runs in it, and none reads its
session. Threat T24: a page that shows what is sealed leaves a row in the log. Threat T7: what one may not see looks, in
every byte of the answer, like what is not there.
"""

import re

from django.db import connection

from tests.walking import NO_SUCH_ID, Written, arguments_of, undone

METHODS = ("get", "post")

# A token or nonce is new in each answer; the address stands in the answer where a form sends to it.
FRESH = re.compile(r"(nonce[-=]\"?|csrfmiddlewaretoken\" value=\"|\"X-CSRFToken\": \")[\w+/=-]+")
# The length follows the address in the answer; bodies are compared whole.
FRESH_HEADERS = {"Content-Length", "Set-Cookie", "Date", "Server-Timing", "X-Request-ID", "X-Request-Id"}


# What is sealed in the database: the texts of talks, the reason of a flag, contact data, health.
SEALED = re.compile(
    r"SENTINEL-a-(\w+-(background|words|view|agreed|effect|present)"
    r"|phone|address|health|guardian-phone|flag-reason|unseen-reason)"
)


class Watched:
    """Visits of one person; each answer says which tables it changed."""

    def __init__(self, client):
        self.client = client

    def visit(self, method, url, data=None):
        written = Written()

        def ask():
            with connection.execute_wrapper(written):
                return getattr(self.client, method)(url, data or {})

        answer = undone(self.client, ask)
        answer.changed = written.kept()
        return answer


def lacking(answer):
    """What an answer to a signed-in person lacks."""
    if (
        answer.request["REQUEST_METHOD"] == "GET"
        and SEALED.search(answer.told)
        and "schools_auditentry" not in answer.changed
    ):
        yield "shows what is sealed without a row"
    for cookie in answer.cookies.values():
        if cookie.key != "language" and not (cookie["httponly"] and cookie["samesite"]):
            yield f"gives the cookie {cookie.key} away"
    if "no-store" not in answer.headers.get("Cache-Control", ""):
        yield f"Cache-Control: {answer.headers.get('Cache-Control')}"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no nosniff"
    if answer.headers.get("X-Frame-Options") != "DENY":
        yield "may be framed"
    policy = answer.headers.get("Content-Security-Policy", "")
    if not all(
        f"{part} " in policy for part in ("default-src", "script-src", "frame-ancestors", "base-uri", "form-action")
    ):
        yield f"policy lacks a part: {policy}"
    if re.search(r"unsafe-|\*|data: *script|https?:", policy.replace("img-src 'self' data:", "")):
        yield f"policy is open: {policy}"


def by_id(name):
    return {type(one).__name__ for one in arguments_of(name).values()} <= {"UUIDConverter", "IntConverter"}


def appearance(response, url):
    headers = {key: value for key, value in response.headers.items() if key not in FRESH_HEADERS}
    body = b"".join(response) if response.streaming else response.content
    text = FRESH.sub(r"\1", body.decode().replace(url, "ADDRESS"))
    return response.status_code, str(sorted(headers.items())).replace(url, "ADDRESS"), FRESH.sub(r"\1", text)


class Refusals:
    """How refusals look to one person: each like the first, whatever it is that is refused or not there."""

    def __init__(self):
        self.first = {}

    def is_unlike(self, answer, url):
        seen = appearance(answer, url)
        kind = answer.request["REQUEST_METHOD"], answer.status_code, answer.headers.get("Allow")
        return seen != self.first.setdefault(kind, seen)


def nothing_of(name):
    return {
        argument: 999_999 if "Int" in type(c).__name__ else NO_SUCH_ID for argument, c in arguments_of(name).items()
    }
