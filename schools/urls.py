from django.urls import path

from schools.views import jobs, style

app_name = "schools"
urlpatterns = [
    path("jobs/<uuid:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:pk>/file", jobs.job_file, name="job_file"),
    path("style/", style.style_page, name="style_page"),
]
