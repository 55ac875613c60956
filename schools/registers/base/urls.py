"""The addresses of every register, named after its model: certificate_list, certificate_new …"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from schools.access import roles
from schools.registers.base import views
from schools.registers.base.register import Register, all_registers
from schools.requests import ViewerRequest


def register_paths() -> list[URLPattern]:
    everybody = {role for one in all_registers() for role in one.sees}
    index = roles(*sorted(everybody))(require_GET(views.register_list))
    return [path("work/", index, name="register_list"), *(one for each in all_registers() for one in _paths_of(each))]


def _paths_of(register: Register) -> list[URLPattern]:
    start, entering = f"work/{register.name}s", register.sees if register.own else register.keeps
    pages: list[tuple[str, str, Any, Any]] = [
        ("", "list", require_GET(views.record_list), register.sees),
        ("export", "export", views.record_export, register.keeps),
        ("new", "new", views.record_new, entering),
        ("<uuid:pk>/", "detail", require_GET(views.record_detail), register.sees),
        ("<uuid:pk>/edit", "edit", views.record_edit, entering),
        ("<uuid:pk>/confirm", "confirm", require_POST(views.record_confirm), register.keeps),
        ("<uuid:pk>/remove", "remove", require_POST(views.record_remove), entering),
        ("<uuid:pk>/files/<uuid:file_pk>", "file", views.record_file, register.sees),
    ]
    if register.sheet:
        pages.append(("import", "import", views.record_import, register.keeps))
    return [
        path(f"{start}/{rest}", _view(view, register, page, allowed), name=f"{register.name}_{page}")
        for rest, page, view, allowed in pages
    ]


def _view(view: Callable[..., HttpResponse], register: Register, page: str, allowed: Any) -> Any:
    @wraps(view)
    def of_register(request: ViewerRequest, **kwargs: Any) -> HttpResponse:
        return view(request, register, **kwargs)

    of_register.__name__ = f"{register.name}_{page}"
    return roles(*sorted(allowed))(of_register)
