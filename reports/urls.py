from django.urls import path

from reports.views import barometer, daily, exceptions, figures, opens, schemes, school_map, summaries, workbench

app_name = "reports"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("schools/", school_map.school_list, name="school_list"),
    path("schools/export", school_map.school_export, name="school_export"),
    path("figures/", figures.figure_list, name="figure_list"),
    path("figures/<slug:code>/", figures.figure_records, name="figure_records"),
    path("daily/", daily.daily, name="daily"),
    path("daily/board/", daily.daily_board, name="daily_board"),
    path("daily/sign/", daily.daily_sign, name="daily_sign"),
    path("daily/remind/", daily.daily_remind, name="daily_remind"),
    path("daily/rule/", schemes.daily_scheme, name="daily_scheme"),
    path("barometer/", barometer.barometer_list, name="barometer_list"),
    path("barometer/class/<int:pk>/link", barometer.barometer_link, name="barometer_link"),
    path("weekly/<str:token>/", barometer.barometer_fill, name="barometer_fill"),
    path("daily/export", daily.daily_export, name="daily_export"),
    path("daily/unit/<int:pk>/", exceptions.daily_unit, name="daily_unit"),
    path("daily/class/<int:pk>/people/", exceptions.daily_people, name="daily_people"),
    path("daily/stand-in/<int:pk>/end", exceptions.daily_stand_in_end, name="daily_stand_in_end"),
    path("daily/class/<int:pk>/", daily.daily_class, name="daily_class"),
    path("daily/class/<int:pk>/write/", daily.daily_write, name="daily_write"),
    path("opens/", opens.open_list, name="open_list"),
    path("opens/<str:code>/<uuid:pk>/", opens.open_detail, name="open_detail"),
    path("summaries/", summaries.summary_list, name="summary_list"),
    path("summaries/<slug:term>/", summaries.summary_detail, name="summary_detail"),
    path("summaries/<slug:term>/export", summaries.summary_export, name="summary_export"),
    path("summaries/<slug:term>/<slug:code>", summaries.summary_section, name="summary_section"),
]
