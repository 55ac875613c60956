from django.urls import path

from counseling.views import coverage, options, records, talks

app_name = "counseling"
urlpatterns = [
    path("talks/", records.talk_list, name="talk_list"),
    path("talks/new/", talks.talk_new, name="talk_new"),
    path("talks/new/draft/", talks.talk_draft, name="talk_draft"),
    path("talks/new/last/", talks.talk_last, name="talk_last"),
    path("talks/new/students/", talks.student_picker, name="student_picker"),
    path("talks/drafts/<uuid:pk>/discard/", talks.talk_draft_discard, name="talk_draft_discard"),
    path("talks/export/", records.talk_export, name="talk_export"),
    path("talks/<uuid:pk>/", records.talk_detail, name="talk_detail"),
    path("talks/<uuid:pk>/edit/", records.talk_edit, name="talk_edit"),
    path("talks/<uuid:pk>/delete/", records.talk_delete, name="talk_delete"),
    path("talks/<uuid:pk>/print/", records.talk_print, name="talk_print"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("options/", options.option_list, name="option_list"),
    path("options/templates/add/", options.template_add, name="template_add"),
    path("options/templates/<int:pk>/", options.template_change, name="template_change"),
    path("options/<slug:name>/add/", options.option_add, name="option_add"),
    path("options/<int:pk>/", options.option_change, name="option_change"),
]
