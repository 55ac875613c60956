"""What a submission costs beside a bare Django view that stores the same JSON and a flag: CPU time of one process."""

import json
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test.utils import override_settings
from django.urls import get_resolver, path, reverse

from bench.cost import WARM_UP, Site, costs
from bench.load import Request
from bench.people import CSRF
from bench.survey import CALM, HIGH, form, round_of, tokens

MOST, TIMES = 2.5, 80


class BareAnswer(models.Model):
    answers = models.JSONField()

    class Meta:
        app_label = "bench"


class BareFlag(models.Model):
    answer = models.ForeignKey(BareAnswer, on_delete=models.CASCADE)
    severity = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "bench"


def bare(request: HttpRequest) -> HttpResponse:
    answers = {key: int(request.POST[f"q-{key}"]) for key in request.POST["asked"].split(",")}
    with transaction.atomic():
        answer = BareAnswer.objects.create(answers=json.dumps(answers))
        BareFlag.objects.create(answer=answer, severity=sum(answers.values()) // 5)
    return redirect("/done/")


urlpatterns = [path("bare/", bare)]


# What a new project of Django begins with.
USUAL = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


class BareSite(Site):
    """The middleware of a new project, and one address."""

    def __init__(self) -> None:
        with override_settings(MIDDLEWARE=USUAL):
            super().__init__()
        self.handler.resolve_request = lambda request: get_resolver(__name__).resolve(request.path_info)


def run() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(BareAnswer)
        editor.create_model(BareFlag)
    sittings, site = tokens(round_of(4 * (WARM_UP + 1 + TIMES))), Site()
    finish, save = reverse("screening:answer_finish"), reverse("screening:answer_save")
    asked = {
        "bare view: JSON and flag": (BareSite(), _request("/bare/", sittings, CALM)),
        "handed in, no concern": (site, _request(finish, sittings, CALM)),
        "handed in, raises a flag": (site, _request(finish, sittings, HIGH)),
        "a page of answers saved": (site, _request(save, sittings, CALM)),
    }
    found = costs(list(asked.values()), TIMES)
    print(f"a submission (at most {MOST} times):  CPU ms  queries  times the bare view")
    for name, cost in zip(asked, found, strict=True):
        times = cost.milliseconds / found[0].milliseconds
        print(f"   {name:<30} {cost.milliseconds:7.2f} {cost.queries:8} {times:8.2f}", flush=True)


def _request(address: str, sittings: Iterator[str], answers: tuple[int, ...]) -> Request:
    body: Callable[[], bytes] = lambda: form(next(sittings), answers)  # noqa: E731
    return Request(address, f"{settings.CSRF_COOKIE_NAME}={CSRF}", body)
