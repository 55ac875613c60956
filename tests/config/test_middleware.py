import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import ClientAddress, SecurityHeaders


def answer(request):
    return HttpResponse(request.META["REMOTE_ADDR"])


def address_seen(settings, proxies, forwarded):
    settings.PROXY_COUNT = proxies
    extra = {"headers": {"X-Forwarded-For": forwarded}} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **extra)
    return ClientAddress(answer)(request).content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_client_address_believes_only_our_own_proxies(settings, proxies, forwarded, seen):
    assert address_seen(settings, proxies, forwarded) == seen


def test_security_headers_replace_what_a_view_set():
    def careless(request):
        return HttpResponse(
            headers={"Cache-Control": "public, max-age=600", "Content-Security-Policy": "default-src *"}
        )

    response = SecurityHeaders(careless)(RequestFactory().get("/"))
    assert response["Cache-Control"] == "no-store"
    assert "script-src 'self';" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_healthz_answers_with_the_headers_of_every_page(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
