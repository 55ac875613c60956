from django.urls import path

from schools.registers.base.urls import register_paths
from schools.views import (
    account,
    audit,
    calendar,
    certificate_levels,
    channels,
    duty,
    imports,
    jobs,
    notices,
    people,
    reminders,
    staff,
    style,
    system,
    unit_kinds,
    units,
)

app_name = "schools"

own_account = [
    path("account", account.account, name="account"),
    path("account/first-password", account.password_first, name="password_first"),
    path("account/password", account.password_change, name="password_change"),
    path("account/language", account.language_change, name="language_change"),
    path("account/sessions/end", account.sessions_end, name="sessions_end"),
    path("account/second-factor/why", account.second_factor_required, name="second_factor_required"),
    path("account/role", account.membership_switch, name="membership_switch"),
]

managing_people = [
    path("people", people.person_list, name="person_list"),
    path("people/new", people.person_new, name="person_new"),
    path("people/import", staff.staff_import, name="staff_import"),
    path("imports/<uuid:pk>/", imports.import_preview, name="import_preview"),
    path("imports/<uuid:pk>/commit", imports.import_commit, name="import_commit"),
    path("imports/<uuid:pk>/done", imports.import_done, name="import_done"),
    path("imports/<uuid:pk>/problems", imports.import_problems, name="import_problems"),
    path("people/<uuid:pk>", people.person_detail, name="person_detail"),
    path("people/<uuid:pk>/edit", people.person_edit, name="person_edit"),
    path("people/<uuid:pk>/password", people.password_reset, name="password_reset"),
    path("people/<uuid:pk>/second-factor/remove", people.factor_remove, name="factor_remove"),
    path("people/<uuid:pk>/second-factor/confirm", people.factor_confirm, name="factor_confirm"),
    path("people/<uuid:pk>/close", people.person_deactivate, name="person_deactivate"),
    path("people/<uuid:pk>/open", people.person_activate, name="person_activate"),
    path("people/<uuid:pk>/roles/new", people.membership_new, name="membership_new"),
    path("people/<uuid:pk>/roles/<int:membership_pk>", people.membership_edit, name="membership_edit"),
    path("people/<uuid:pk>/roles/<int:membership_pk>/end", people.membership_end, name="membership_end"),
]

managing_units = [
    path("units", units.unit_list, name="unit_list"),
    path("units/new", units.unit_new, name="unit_new"),
    path("units/levels", unit_kinds.unit_kind_list, name="unit_kind_list"),
    path("units/levels/new", unit_kinds.unit_kind_new, name="unit_kind_new"),
    path("units/levels/<slug:code>/edit", unit_kinds.unit_kind_edit, name="unit_kind_edit"),
    path("units/levels/<slug:code>/up", unit_kinds.unit_kind_raise, name="unit_kind_raise"),
    path("units/levels/<slug:code>/remove", unit_kinds.unit_kind_remove, name="unit_kind_remove"),
    path("units/<int:pk>", units.unit_detail, name="unit_detail"),
    path("units/<int:pk>/edit", units.unit_edit, name="unit_edit"),
    path("units/<int:pk>/rules", units.unit_rules, name="unit_rules"),
    path("calendar", calendar.calendar, name="calendar"),
    path("calendar/day", calendar.calendar_day, name="calendar_day"),
    path("calendar/term", calendar.term_save, name="term_save"),
    path("calendar/term/remove", calendar.term_remove, name="term_remove"),
]

calling = [
    path("notices", notices.notice_list, name="notice_list"),
    path("duty", duty.duty_list, name="duty_list"),
    path("duty/rules", duty.duty_rules, name="duty_rules"),
    path("duty/day", duty.duty_day, name="duty_day"),
    path("channels", channels.channel_list, name="channel_list"),
    path("channels/try", channels.channel_try, name="channel_try"),
    path("notices/settings", channels.notice_settings, name="notice_settings"),
    path("reminders/", reminders.reminder_list, name="reminder_list"),
    path("notices/sent", channels.notice_sent, name="notice_sent"),
    path("notices/poll", notices.notice_poll, name="notice_poll"),
    path("notices/read", notices.notice_read_all, name="notice_read_all"),
    path("notices/<uuid:pk>/open", notices.notice_open, name="notice_open"),
    path("notices/<uuid:pk>/acknowledge", notices.notice_acknowledge, name="notice_acknowledge"),
]

urlpatterns = [
    *own_account,
    *calling,
    *managing_people,
    *managing_units,
    path("certificates/kinds", certificate_levels.certificate_level_list, name="certificate_level_list"),
    path("certificates/kinds/new", certificate_levels.certificate_level_new, name="certificate_level_new"),
    path(
        "certificates/kinds/<slug:code>/edit", certificate_levels.certificate_level_edit, name="certificate_level_edit"
    ),
    path(
        "certificates/kinds/<slug:code>/remove",
        certificate_levels.certificate_level_remove,
        name="certificate_level_remove",
    ),
    *register_paths(),
    path("audit", audit.audit_list, name="audit_list"),
    path("audit/export", audit.audit_export, name="audit_export"),
    path("audit/accept", audit.audit_accept, name="audit_accept"),
    path("jobs/<uuid:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:pk>/file", jobs.job_file, name="job_file"),
    path("system", system.system, name="system"),
    path("system/retry", system.job_retry, name="job_retry"),
    path("system/retry-reminders", system.reminders_retry, name="reminders_retry"),
    path("style/", style.style_page, name="style_page"),
]
