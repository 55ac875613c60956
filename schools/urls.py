from django.urls import path

from schools.views import style

app_name = "schools"
urlpatterns = [
    path("style/", style.style_page, name="style_page"),
]
