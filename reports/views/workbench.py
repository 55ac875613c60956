from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from reports.desk import desk_of
from schools.access import reason_to_see, roles
from schools.models import Role
from schools.requests import ViewerRequest
from schools.unpublished import calendar_warning


@roles(*Role)
@require_GET
def workbench(request: ViewerRequest) -> HttpResponse:
    """The first page of the day, for every role."""
    viewer = request.viewer
    desk = desk_of(viewer)
    # Clocks count school days; a duty's date is fixed, whatever the calendar will say.
    due = [todo.item.due_at for todo in desk.waiting if todo.item.due_at and todo.item.severity]
    context = {
        "desk": desk,
        "why": reason_to_see(viewer),
        "calendar_warning": calendar_warning([timezone.now(), *due] if due else []),
    }
    return render(request, "reports/workbench.html", context)
