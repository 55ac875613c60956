"""Where the pages of this floor stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from schools.common.places import Place, add_places

add_places(
    Place(10, _("Workbench"), "reports:workbench", "home", "tabs"),
    Place(75, _("Schools"), "reports:school_list", "map"),
    Place(45, _("Daily report"), "reports:daily", "clipboard-document-check"),
    Place(46, _("Sweep"), "reports:sweep_list", "queue-list"),
    Place(47, _("Class barometer"), "reports:barometer_list", "sun"),
    Place(80, _("Figures"), "reports:figure_list", "calculator"),
    Place(90, _("Semester summary"), "reports:summary_list", "document-text"),
    Place(140, _("Opens and exports"), "reports:open_list", "eye", rare=True),
)
