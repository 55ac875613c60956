from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from schools.access import public


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """For the load balancer: the process answers and the database answers it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
