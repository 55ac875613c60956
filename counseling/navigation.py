"""Where the pages of this floor stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from schools.common.places import Place, add_places

add_places(
    Place(30, _("Log a talk"), "counseling:talk_new", "plus", "plus"),
    Place(40, _("Coverage"), "counseling:coverage", "chart-bar", "tabs"),
    Place(45, _("Crisis"), "counseling:incident_list", "exclamation-triangle", "tabs"),
    Place(45, _("Crisis reports"), "counseling:incident_report_list", "exclamation-triangle"),
    Place(60, _("Talks"), "counseling:talk_list", "chat-bubble-left-right"),
    Place(130, _("Themes and templates"), "counseling:option_list", "swatch", rare=True),
)
