"""Where the pages of this floor stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from schools.common.places import Place, add_places

add_places(
    Place(30, _("Log a talk"), "counseling:talk_new", "plus", "plus"),
    Place(40, _("Coverage"), "counseling:coverage", "chart-bar", "tabs"),
    Place(60, _("Talks"), "counseling:talk_list", "chat-bubble-left-right"),
    Place(130, _("Themes and templates"), "counseling:option_list", "swatch"),
)
