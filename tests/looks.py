"""What a walk looks at in each answer besides its status.

Threat T18: no cache keeps the page of a signed-in person, no script of somebody else's runs in it, and none reads its
session. Threat T24: a page that shows what is sealed leaves a row in the log. Threat T7: what one may not see looks, in
every byte of the answer, like what is not there.
"""

import re

from schools.models import AuditEntry
from tests.walking import NO_SUCH_ID, address, arguments_of, undone, visit

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
    """Visits of one person; each answer says whether it left a row in the log."""

    def __init__(self, client):
        self.client, self.rows = client, AuditEntry.objects.count()

    def visit(self, method, url):
        def ask():
            answer = getattr(self.client, method)(url)
            answer.is_logged = AuditEntry.objects.count() > self.rows
            return answer

        return undone(self.client, ask)


def lacking(answer):
    """What an answer to a signed-in person lacks."""
    if answer.request["REQUEST_METHOD"] == "GET" and SEALED.search(answer.told) and not answer.is_logged:
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


class Nothing:
    """How the answers about something that is not there look to one person, each asked for once."""

    def __init__(self, client):
        self.client, self.seen = client, {}

    def looks(self, name, method):
        if (name, method) not in self.seen:
            url = address(name, nothing_of(name))
            self.seen[name, method] = appearance(visit(self.client, method, url), url)
        return self.seen[name, method]

    def differs(self, name, key, answers):
        """The methods by which an answer about a foreign thing tells that the thing is there."""
        for method, answer in answers.items():
            there = appearance(answer, address(name, key))
            if there[0] == 200 or there != self.looks(name, method):
                yield method


def nothing_of(name):
    return {
        argument: 999_999 if "Int" in type(c).__name__ else NO_SUCH_ID for argument, c in arguments_of(name).items()
    }
