from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # Set on every answer, not only to signed-in people: what is always there cannot be forgotten by a view.
    # Static files are answered by WhiteNoise before this middleware and keep their long life.
    "Cache-Control": "no-store",
}


class SecurityHeaders:
    """The same strict headers on every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response


class ClientAddress:
    """Behind our own proxies, make REMOTE_ADDR the address that reached the outermost of them.

    Counted from the right, because whatever stands further left was written by the client."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.PROXY_COUNT:
            hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
            if len(hops) >= settings.PROXY_COUNT:
                request.META["REMOTE_ADDR"] = hops[-settings.PROXY_COUNT]
        return self.get_response(request)


class LineBreaks:
    """A line break that was typed is one character.

    Browsers count it as one for `maxlength` and send it as two: a text that fits its box would be refused here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        if any("\r\n" in value for _name, values in request.POST.lists() for value in values):
            typed = request.POST.copy()
            for name, values in typed.lists():
                typed.setlist(name, [value.replace("\r\n", "\n") for value in values])
            typed._mutable = False
            request.POST = typed  # type: ignore[assignment]  # the stubs know no setter
