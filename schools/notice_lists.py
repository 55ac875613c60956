"""The lists of notices: what calls oneself, and what became of those of a unit."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.listing import Choice, List
from schools.work.notices import told

Rows = QuerySet[Any]


def _of_tab(notices: Any, tab: str, _viewer: Viewer) -> Any:
    """What still calls; or all of them."""
    return notices if tab else notices.calling()


def _told(notices: list[Any], viewer: Viewer) -> None:
    told(viewer, notices)


NOTICES = List(
    name="notice_list",
    title=_("Notices"),
    icon="bell",
    nothing=(
        _("Nothing calls you"),
        _(
            "What calls you stands here: a flag, an answer, a review that is due. The number beside “Notices” updates "
            "by itself while a page is open."
        ),
    ),
    order=("-created_at",),
    dress=_told,
    filters=(
        Choice(
            "tab",
            label=_("Which notices"),
            any_label=_("New"),
            choices=[("all", _("All"))],
            narrow=_of_tab,
            chips=True,
        ),
    ),
)

SENT = List(
    name="notice_sent",
    title=_("What became of the notices"),
    icon="bell",
    nothing=(
        _("Nobody has been called yet"),
        _("What called somebody of this unit stands here, and what came of it."),
    ),
    order=("-created_at",),
    dress=_told,
)
