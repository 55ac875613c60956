from django.urls import path

from screening.views import instruments, surveys

app_name = "screening"
urlpatterns = [
    path("instruments/", instruments.instrument_list, name="instrument_list"),
    path("instruments/import/", instruments.instrument_import, name="instrument_import"),
    path("instruments/new/", surveys.survey_new, name="survey_new"),
    path("instruments/<int:pk>/", instruments.instrument_detail, name="instrument_detail"),
    path("instruments/<int:pk>/preview/", instruments.instrument_preview, name="instrument_preview"),
    path("instruments/<int:pk>/export/", instruments.instrument_export, name="instrument_export"),
    path("instruments/<int:pk>/texts/", instruments.text_import, name="text_import"),
    path("instruments/<int:pk>/retire/", instruments.instrument_retire, name="instrument_retire"),
    path("instruments/<int:pk>/offer/", instruments.instrument_offer, name="instrument_offer"),
    path("instruments/<int:pk>/revise/", surveys.survey_revise, name="survey_revise"),
    path("instruments/<int:pk>/edit/", surveys.survey_edit, name="survey_edit"),
    path("instruments/<int:pk>/publish/", surveys.survey_publish, name="survey_publish"),
    path("instruments/<int:pk>/discard/", surveys.survey_discard, name="survey_discard"),
    path("instruments/<int:pk>/questions/new/", surveys.question_new, name="question_new"),
    path("instruments/<int:pk>/questions/preview/", surveys.question_preview, name="question_preview"),
    path("instruments/<int:pk>/questions/<int:number>/", surveys.question_edit, name="question_edit"),
    path("instruments/<int:pk>/questions/<int:number>/move/", surveys.question_move, name="question_move"),
    path("instruments/<int:pk>/questions/<int:number>/remove/", surveys.question_remove, name="question_remove"),
]
