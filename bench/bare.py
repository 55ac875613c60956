"""The floor for a request: Django with no middleware and one view, under the same server."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(SECRET_KEY="bare", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, MIDDLEWARE=[])  # noqa: S106


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><p>bare")


urlpatterns = [path("", bare)]
application = get_wsgi_application()
