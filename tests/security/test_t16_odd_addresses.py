"""Threat T16: odd values in every parameter and piece of an address, odd methods, headers and bodies, on every page.

Each is tried by somebody who may use the page. None breaks, none changes anything without its audit row, none gets a
header of its own into the answer. More than five thousand in all, with the forms of `test_t16_odd_forms.py`.
"""

import re
from urllib.parse import quote

import pytest

from tests.odd import ASKED, DERIVED, PAGES, PIECES, VERBS, encoded, opener, tried
from tests.security.test_t16_odd_forms import AREAS, odd_posts, pages_in
from tests.security.test_t16_odd_input import PARAMETERS
from tests.walking import address, arguments_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("readable_papers")]
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
MULTIPART, JSON = "multipart/form-data; boundary=x", "application/json"
URLENCODED = "application/x-www-form-urlencoded"
BODIES = [
    (URLENCODED, b"name=%ff%fe&students=%zz&&&===&=&"),
    (f"{URLENCODED}; charset=utf-16", "name=学生".encode("utf-16")),
    (URLENCODED, b"&".join(b"f%d=" % number for number in range(1100))),  # more fields than are read
    (MULTIPART, b"--x\r\nnot a part"),
    (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00.xlsx"\r\n\r\nPK\r\n--x--\r\n'),
    ("multipart/form-data", b"--x--"),
    (JSON, b'{"name": '),
    ("text/xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
]
HEADERS = [
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[", "HTTP_HX_TARGET": "\x7f<b>"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": "true", "HTTP_HX_CURRENT_URL": "%ff%00"},
    {"HTTP_ACCEPT_LANGUAGE": "zh-" + "x" * 5000},
    {"HTTP_ACCEPT_LANGUAGE": "../../etc;q=nan, \x00"},
    {"HTTP_ACCEPT": "text/html;q=x;;;,*/"},
    {"HTTP_REFERER": "http://[::1", "HTTP_ORIGIN": "null"},
    {"HTTP_HOST": "elsewhere.example"},
    {"HTTP_HOST": "testserver:99999999"},
    {"HTTP_X_FORWARDED_FOR": "not, an, address\x00", "HTTP_X_FORWARDED_PROTO": "gopher"},
    {"HTTP_IF_MODIFIED_SINCE": "Feb 30 99999", "HTTP_IF_NONE_MATCH": '"' * 99},
    {"HTTP_RANGE": "bytes=9-1,-"},
    {"HTTP_USER_AGENT": "\ufffd" * 5000},
    {"CONTENT_LENGTH": "-1"},
    {"CONTENT_LENGTH": "many"},
]


def odd_queries(open_as):
    for name, parameters in PARAMETERS.items():
        client, url = open_as(name)
        for parameter in parameters.split():
            yield from ((client, "get", f"{url}?{encoded([(parameter, odd)])}", {}) for odd in ASKED)


def odd_paths(open_as):
    for name in filter(arguments_of, PAGES):
        client, url = open_as(name)
        for number in places_in(name):
            pieces = url.split("/")
            for odd in PIECES:
                pieces[number] = odd
                yield from ((client, method, "/".join(pieces), {}) for method in ("get", "post"))


def places_in(name):
    """Where in the address the arguments stand: what differs between the address of a thing and that of nothing."""
    zeros = {argument: zero(converter) for argument, converter in arguments_of(name).items()}
    ones = {argument: zero(converter, "1") for argument, converter in arguments_of(name).items()}
    both = zip(address(name, zeros).split("/"), address(name, ones).split("/"), strict=True)
    return [number for number, (one, other) in enumerate(both) if one != other]


def zero(converter, digit="0"):
    kind = type(converter).__name__
    return f"{digit * 8}-0000-7000-8000-000000000000" if kind == "UUIDConverter" else digit


def odd_methods(open_as):
    for name in PAGES:
        client, url = open_as(name)
        yield from ((client, verb, url, {}) for verb in VERBS)


def odd_bodies(open_as):
    for name in PAGES:
        client, url = open_as(name)
        yield from ((client, "post", url, {"data": body, "content_type": kind}) for kind, body in BODIES)


def odd_headers(open_as):
    for name in ("reports:workbench", "students:student_list", "counseling:talk_new", "schools:job_detail", "healthz"):
        client, url = open_as(name)
        yield from ((client, method, url, headers) for headers in HEADERS for method in ("get", "post"))


KINDS = [odd_queries, odd_paths, odd_methods, odd_bodies, odd_headers]


def wrong_with(client, method, url, more):
    broken, _answer, changed = tried(client, method, url, **more)
    is_untold = changed and "schools_auditentry" not in changed and not set(changed) <= DERIVED
    return broken or (f"changed {changed}" if is_untold else "")


def as_text(request):
    """By its content; the ids of things of the cast are other ones in each run."""
    _client, method, url, more = request
    return f"{method} {ID.sub('id', url)} {more}"


@pytest.mark.parametrize("requests", KINDS, ids=lambda kind: kind.__name__)
def test_odd_requests_break_nothing(requests, world, sign_in, objects, share):
    found = {}
    for client, method, url, more in share(requests(opener(world, sign_in, objects)), as_text):
        if what := wrong_with(client, method, url, more):
            found.setdefault(what, []).append((method, url[:120], str(more)[:80]))
    assert found == {}


def test_more_than_five_thousand_odd_inputs_are_tried(world, sign_in, objects, request):
    """By their content: the same request twice counts once."""
    if not request.config.getoption("--all"):
        pytest.skip("counted with --all; a run without takes a tenth")
    open_as = opener(world, sign_in, objects)
    sent = {(method, url, str(more)) for kind in KINDS for _client, method, url, more in kind(open_as)}
    forms = [one for area in AREAS for one in odd_posts(open_as, pages_in(area))]
    sent |= {(form.action, field, quote(odd, errors="surrogatepass")) for _client, form, field, odd in forms}
    assert len(sent) > 5000
