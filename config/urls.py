from django.urls import include, path
from django.views.i18n import set_language

from config.health import healthz
from schools.access import public

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("language", public(set_language), name="set_language"),
    path("", include("screening.urls")),
    path("", include("schools.accounts.sign_in_urls")),
    path("", include("schools.urls")),
    path("", include("students.urls")),
    path("", include("counseling.urls")),
    path("", include("reports.urls")),
]

handler400 = "schools.views.errors.bad_request"
handler403 = "schools.views.errors.forbidden"
handler404 = "schools.views.errors.not_found"
handler500 = "schools.views.errors.server_error"
