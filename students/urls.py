from django.urls import path

from students.views import flag_decisions as decisions
from students.views import flag_steps as steps
from students.views import flags, roll, roster, students

app_name = "students"
urlpatterns = [
    path("students/", roll.student_list, name="student_list"),
    path("students/new", roll.student_new, name="student_new"),
    path("students/find", roll.student_find, name="student_find"),
    path("students/export", roll.student_export, name="student_export"),
    path("students/<uuid:pk>/", students.student_detail, name="student_detail"),
    path("students/<uuid:pk>/unmask", students.student_unmask, name="student_unmask"),
    path("students/<uuid:pk>/opened", students.student_opened, name="student_opened"),
    path("students/<uuid:pk>/edit", students.student_edit, name="student_edit"),
    path("students/<uuid:pk>/move", roll.student_move, name="student_move"),
    path("students/<uuid:pk>/groups", students.student_groups, name="student_groups"),
    path("students/<uuid:pk>/guardians/new", students.guardian_new, name="guardian_new"),
    path("students/<uuid:pk>/guardians/<uuid:guardian_pk>", students.guardian_edit, name="guardian_edit"),
    path("students/<uuid:pk>/flags/new", flags.flag_new, name="flag_new"),
    path("students/<uuid:pk>/guardians/<uuid:guardian_pk>/danger", decisions.guardian_danger, name="guardian_danger"),
    path("classes/", roll.class_list, name="class_list"),
    path("classes/export", roll.class_export, name="class_export"),
    path("flags/", flags.flag_list, name="flag_list"),
    path("flags/export", flags.flag_export, name="flag_export"),
    path("flags/close", decisions.flag_close_together, name="flag_close_together"),
    path("flags/<uuid:pk>/", flags.flag_detail, name="flag_detail"),
    path("flags/<uuid:pk>/acknowledge", flags.flag_acknowledge, name="flag_acknowledge"),
    path("flags/<uuid:pk>/numbers", flags.flag_numbers, name="flag_numbers"),
    path("flags/<uuid:pk>/begin", steps.flag_begin, name="flag_begin"),
    path("flags/<uuid:pk>/steps/<slug:kind>", steps.flag_step, name="flag_step"),
    path("flags/<uuid:pk>/steps/<uuid:step_pk>/answer", steps.flag_answer, name="flag_answer"),
    path("flags/<uuid:pk>/steps/<uuid:step_pk>/correct", steps.flag_correct, name="flag_correct"),
    path("flags/<uuid:pk>/steps/<uuid:step_pk>/print", steps.flag_print, name="flag_print"),
    path("flags/<uuid:pk>/close", decisions.flag_close, name="flag_close"),
    path("flags/<uuid:pk>/confirm", decisions.flag_confirm, name="flag_confirm"),
    path("flags/<uuid:pk>/back", decisions.flag_send_back, name="flag_send_back"),
    path("flags/<uuid:pk>/take-back", decisions.flag_take_back, name="flag_take_back"),
    path("flags/<uuid:pk>/reopen", decisions.flag_reopen, name="flag_reopen"),
    path("flags/<uuid:pk>/keep", decisions.flag_keep, name="flag_keep"),
    path("roster/", roster.roster_import, name="roster_import"),
    path("roster/template", roster.roster_template, name="roster_template"),
    path("roster/forget", roster.roster_forget, name="roster_forget"),
    path("roster/<uuid:pk>/columns", roster.roster_columns, name="roster_columns"),
]
