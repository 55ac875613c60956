from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from reports.desk import desk_of
from schools.access import reason_to_see, roles
from schools.models import Role


@roles(*Role)
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    """The first page of the day, for every role."""
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {"desk": desk_of(viewer), "why": reason_to_see(viewer)}
    return render(request, "reports/workbench.html", context)
