from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from schools.access import public
from schools.actions.audit import has_faults


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """For the load balancer: the process answers and the database answers it. A log that is not whole is told in a
    second line: it must alarm somebody, but not take the site from those who need it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        told = "ok\naudit log: not whole, run verify_audit\n" if has_faults() else "ok\n"
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse(told, content_type="text/plain")
