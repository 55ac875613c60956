from django.urls import path

from students.views import flags, roll, roster, students

app_name = "students"
urlpatterns = [
    path("students/", roll.student_list, name="student_list"),
    path("students/find", roll.student_find, name="student_find"),
    path("students/export", roll.student_export, name="student_export"),
    path("students/<uuid:pk>/", students.student_detail, name="student_detail"),
    path("students/<uuid:pk>/unmask", students.student_unmask, name="student_unmask"),
    path("students/<uuid:pk>/opened", students.student_opened, name="student_opened"),
    path("students/<uuid:pk>/edit", students.student_edit, name="student_edit"),
    path("students/<uuid:pk>/groups", students.student_groups, name="student_groups"),
    path("students/<uuid:pk>/guardians/new", students.guardian_new, name="guardian_new"),
    path("students/<uuid:pk>/guardians/<uuid:guardian_pk>", students.guardian_edit, name="guardian_edit"),
    path("students/<uuid:pk>/flags/new", flags.flag_new, name="flag_new"),
    path("flags/", flags.flag_list, name="flag_list"),
    path("flags/<uuid:pk>/", flags.flag_detail, name="flag_detail"),
    path("flags/<uuid:pk>/acknowledge", flags.flag_acknowledge, name="flag_acknowledge"),
    path("flags/<uuid:pk>/assign", flags.flag_assign, name="flag_assign"),
    path("flags/<uuid:pk>/close", flags.flag_close, name="flag_close"),
    path("roster/", roster.roster_import, name="roster_import"),
    path("roster/template", roster.roster_template, name="roster_template"),
    path("roster/forget", roster.roster_forget, name="roster_forget"),
    path("roster/<uuid:pk>/columns", roster.roster_columns, name="roster_columns"),
]
