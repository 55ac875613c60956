"""Where the pages of this floor stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from schools.common.places import Place, add_places

add_places(
    Place(74, _("Screening"), "screening:round_list", "document-magnifying-glass"),
    Place(74, _("Screening"), "screening:center_round_list", "document-magnifying-glass"),
    Place(75, _("Staff surveys"), "screening:staff_survey_list", "chat-bubble-bottom-center-text", rare=True),
    Place(75, _("Instruments"), "screening:instrument_list", "clipboard-document-check", rare=True),
)
