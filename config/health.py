from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from schools.access import public
from schools.work.alarms import ring


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """For the load balancer: the process answers and the database answers it. Further lines are alarms: a log that is
    not whole, a silent scheduler, no good copy. They must call somebody, but not take the site from those who need it.
    Whoever asks also rings: the worker that would call the administrators may be what is dead."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        lines = ["ok", *(f"{alarm.code}: {alarm.hint}" for alarm in ring())]
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
