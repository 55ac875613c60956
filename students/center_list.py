"""The list of requests for help that schools have made to a center: those that are open."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.listing import Column, Days, List, Stages
from schools.severity import scheme_of
from schools.templatetags.look import level, moment
from students.models import CenterRequest, PlanReview


def state_of(request: CenterRequest) -> str:
    """How it stands, in a few words."""
    if request.ending:
        return str(request.get_ending_display())
    if request.second_id:
        return _("waits for the second person")
    if request.answered_at:
        return _("answered, open")
    return _("acknowledged, not yet answered") if request.acknowledged_at else _("waits to be acknowledged")


def proposal_of(request: CenterRequest) -> str:
    """What the second person is asked to confirm, as long as it waits for them."""
    if request.flag:
        return _("The flag ends: {outcome}").format(outcome=request.flag.get_outcome_display())
    review = request.entry.reviews.pending().first() if request.entry else None
    if review is None:
        return ""
    word = scheme_of(request.to).word
    if review.kind == PlanReview.Kind.DOWN:
        return _("A lower level: {before} → {after}").format(
            before=word(review.severity_before), after=word(review.severity_after)
        )
    return _("Off the registry: {ending}").format(ending=review.get_ending_display())


def _asked_for(request: CenterRequest) -> str:
    return _("confirm a decision") if request.second_id else _("help")


def _level(row: Any) -> Any:
    return level(row.severity, row.level_label)


def _dressed(rows: list[Any], viewer: Viewer) -> None:
    for row in rows:
        row.level_label = viewer.scheme.word(row.severity)


REQUESTS = List(
    name="center_request_list",
    title=gettext_lazy("Requests for help"),
    nothing=(
        gettext_lazy("No school asks for help"),
        gettext_lazy("When one does, you are called, and its request stands here until the school closes it."),
    ),
    icon="lifebuoy",
    order=("-at",),
    link="students:center_request_detail",
    dress=_dressed,
    columns=(
        Column("school__name", gettext_lazy("School"), sort="school__name"),
        Column("what", gettext_lazy("Asked for"), _asked_for),
        Column("level_label", gettext_lazy("Level"), draw=_level, sort=("severity", "at")),
        Column("case", gettext_lazy("Case number")),
        Column("at", gettext_lazy("Received"), show=moment, sort="at"),
        Column("state", gettext_lazy("State"), state_of),
    ),
    filters=(
        Stages(
            ("waiting", gettext_lazy("to acknowledge"), "acknowledged_at"),
            ("acknowledged", gettext_lazy("to answer"), "answered_at"),
            ("answered", gettext_lazy("answered, open"), ""),
            label=gettext_lazy("State"),
        ),
        Days("at", folded=True),
    ),
)
