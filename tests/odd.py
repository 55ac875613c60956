"""Input that nobody thought of: odd values, the forms of a page to put them in, and what a request may leave behind.

Forms are read from the pages themselves, so a new form and a new field are tried without a line here.
"""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import quote, urljoin

from django.db import connection

from config.routes import routes
from tests.access_table import OBJECTS, SEES
from tests.walking import NO_SUCH_ID, Written, address, arrived, members, undone

# A lone surrogate is no character: as text it exists in Python only, in an address as three bytes.
NULL, SURROGATE, BACKWARDS = "a\x00b", "a\ud800b", "\u202egnp.exe\u2066\u200f"
HUGE = "9" * 5000
TEXTS = [NULL, SURROGATE, BACKWARDS, "x" * 100_000, "{{7*7}}{% debug %}' OR 1=1; --", "\r\nX-Injected: a=b", "%s%n{0}"]
NUMBERS = [NULL, HUGE, "-1", "1e309", "NaN", "²", "1.5", "99999999999999999999"]
DAYS = [NULL, HUGE, "0001-01-01", "9999-12-31", "2026-02-30", "２０２６-０３-１８", "0000-00-00", "yesterday"]
TIMES = [NULL, HUGE, "0001-01-01T00:00", "9999-12-31T23:59", "2026-03-18T25:61", "2026-03-18", "1e9"]
CHOICES = [NULL, SURROGATE, HUGE, NO_SUCH_ID, "-1", "²", "no such choice", "primary-99999999999"]
BY_KIND = {
    "date": DAYS,
    "datetime-local": TIMES,
    "time": TIMES,
    "month": DAYS,
    "number": NUMBERS,
    **dict.fromkeys(("select", "radio", "checkbox", "hidden", "submit"), CHOICES),
}
# What may stand in an address: as a parameter, and (quoted) as a piece of the path.
ASKED = [
    *("') OR 1=1; --", "-school__people__password", NULL, SURROGATE, BACKWARDS, HUGE, "9e99", "-1", "²", "nan-1"),
    *("0001-01-01", "9999-12-31", "0000-13", NO_SUCH_ID, "primary-99999999999", "\r\nX-Injected: a=b"),
]
PIECES = [
    *("%00", "%ED%A0%80", "%E2%80%AE", "%FF", "..%2F..%2Fetc", "9" * 400, "-1", "%C2%B2", "%0D%0AX-Injected:a", "None"),
    *("x" * 2000, "%F0%9F%98%80", NO_SUCH_ID, NO_SUCH_ID.upper(), "ffffffff-ffff-ffff-ffff-ffffffffffff", "'--"),
]
VERBS = ["put", "patch", "delete", "options", "head", "trace"]
FINE = {200, 204, 302, 304, 400, 403, 404, 405, 409, 410, 413, 415, 422, 429}
# No audit row is wanted: a notice keeps by itself who acknowledged or read it, and counts follow from the records.
DERIVED = {"schools_notice", "schools_tally", "schools_talliedterm", "schools_tallymark"}
PAGES = sorted(name for name, _address, _view in routes())


def encoded(pairs):
    """A form's body as a browser sends it; surrogates as the bytes that no browser would send."""
    both = ((quote(name), quote(value, errors="surrogatepass", safe="")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in both)


# --- who opens what -------------------------------------------------------------------------------------------------

WHO = {"students": "a.counselor", "counseling": "a.counselor", "reports": "a.leader", "schools": "a.leader"}
ALONE = {
    "schools:audit_list": "auditor",
    "schools:unit_new": "city_staff",
    "counseling:talk_edit": "a.teacher",
    "counseling:talk_delete": "a.teacher",
}


def somebody_for(name):
    """Who may use the view, and can open the thing that its address is about."""
    if name in ALONE:
        return ALONE[name]
    who = WHO.get(name.split(":")[0], "a.counselor_2")
    kind = OBJECTS.get(name)
    places = SEES[kind] if kind else {"": {who}}
    near = next((where for where, people in places.items() if who in people), None)
    return who if near is not None else next(iter(sorted(next(people for people in places.values() if people))))


def place_of(name, who, objects):
    kind = OBJECTS.get(name)
    return objects[kind][next(where for where, people in SEES[kind].items() if who in people)] if kind else None


def opener(world, sign_in, objects):
    """`open_as(name)`: a client of somebody who may use the view, and the address."""
    clients = {}

    @cache
    def open_as(name):
        who = somebody_for(name)
        if who not in clients:
            clients[who] = arrived(sign_in(members(world)[who]))
        return clients[who], address(name, place_of(name, who, objects))

    return open_as


# --- forms ----------------------------------------------------------------------------------------------------------


@dataclass
class Form:
    """A form as a page shows it: where it goes, what it would send untouched, and the kind of each field."""

    action: str
    method: str
    filled: list = field(default_factory=list)
    kinds: dict = field(default_factory=dict)

    def with_odd(self, name, odd):
        return encoded([(other, value) for other, value in self.filled if other != name] + [(name, odd)])


class FormReader(HTMLParser):
    """The forms of a page. What is chosen in a select is what says so, or else its first option."""

    def __init__(self, url):
        super().__init__()
        self.url, self.forms, self.text, self.select = url, [], None, None

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(urljoin(self.url, given.get("action", "")), given.get("method", "get").lower()))
        elif self.forms and given.get("name") and tag in ("input", "button"):
            self.take_input(given["name"], given.get("type", "text" if tag == "input" else "submit"), given)
        elif self.forms and given.get("name") and tag in ("textarea", "select"):
            self.forms[-1].kinds[given["name"]] = tag
            setattr(self, "text" if tag == "textarea" else "select", (given["name"], []))
        elif tag == "option" and self.select:
            self.select[1].append(("selected" not in given, len(self.select[1]), given.get("value", "")))

    def take_input(self, name, kind, given):
        form = self.forms[-1]
        is_first = name not in form.kinds
        form.kinds.setdefault(name, kind)
        if kind in ("checkbox", "radio"):
            if "checked" in given or (kind == "radio" and is_first):
                form.filled = [pair for pair in form.filled if kind != "radio" or pair[0] != name]
                form.filled.append((name, given.get("value", "on")))
        elif kind not in ("file", "submit"):  # sent as if by the Enter key
            form.filled.append((name, given.get("value", "")))

    def handle_data(self, data):
        if self.text:
            self.text[1].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self.text:
            self.forms[-1].filled.append((self.text[0], "".join(self.text[1]).removeprefix("\n")))
            self.text = None
        elif tag == "select" and self.select:
            if self.select[1]:
                self.forms[-1].filled.append((self.select[0], min(self.select[1])[2]))
            self.select = None


def forms_of(url, page):
    reader = FormReader(url)
    reader.feed(page)
    return reader.forms


# --- what a request does ----------------------------------------------------------------------------------------------


def tried(client, method, url, **more):
    """What broke, the answer, and the tables it changed. After a change the page that it leads to is opened as well."""
    written = Written()

    def ask():
        with connection.execute_wrapper(written):
            # The client's own post() would read a body that is bytes as a text.
            answer = client.generic(method.upper(), url, **more)
        if answer.status_code == 302 and written.kept():
            after = client.get(answer.url)
            assert after.status_code < 500, f"{answer.url} answers {after.status_code} afterwards"
        return answer

    try:
        answer = undone(client, ask)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200], None, []
    injected = "X-Injected" in answer.headers
    broken = f"answers {answer.status_code}" if injected or answer.status_code not in FINE else ""
    return broken, answer, written.kept()
