"""The measure of a page: a plain Django list of 25 rows, with session, user and one template, and nothing else."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template, engines
from django.template.backends.django import DjangoTemplates
from django.test.utils import override_settings
from django.urls import get_resolver, path

from bench.cost import Site
from students.models import Student

ROWS = 25
LIST = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>Students</title></head><body>
<p>{{ user.name }}</p>
<table><thead><tr><th>Name</th><th>Number</th><th>Gender</th><th>Born</th><th>Status</th></tr></thead><tbody>
{% for student in students %}<tr><td><a href="/students/{{ student.pk }}/">{{ student.name }}</a></td>
<td>{{ student.student_number }}</td><td>{{ student.get_gender_display }}</td><td>{{ student.birth_date }}</td>
<td>{{ student.get_status_display }}</td></tr>{% endfor %}
</tbody></table></body></html>"""
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]


class PlainSite(Site):
    def __init__(self) -> None:
        with override_settings(MIDDLEWARE=MIDDLEWARE):
            super().__init__()
        self.handler.resolve_request = lambda request: get_resolver(__name__).resolve(request.path_info)


def student_list(request: HttpRequest) -> HttpResponse:
    students = Student.objects.order_by("pk").only("name", "student_number", "gender", "birth_date", "status")
    return HttpResponse(_template().render(Context({"user": request.user, "students": students[:ROWS]})))


@cache
def _template() -> Template:
    django = engines["django"]
    assert isinstance(django, DjangoTemplates)
    return django.engine.from_string(LIST)


urlpatterns = [path("", student_list)]
