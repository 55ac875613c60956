"""What every act on a flag shares: may this person, does the table allow it, change it only if nobody was faster."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.calendar import Target, deadline
from schools.common.errors import Refused, changed_meanwhile
from schools.models import Membership, Unit
from schools.queries import calendar_of
from schools.settings_of import settings_of
from schools.tallies import mark
from students.access import can_handle_flags
from students.actions.asking import end_requests, is_asked
from students.actions.calling import stop_calling
from students.flag_states import MOVES, Facts, Need, State, obstacle, says_something
from students.models import FlagStep, GuardianContact, RiskFlag
from students.step_words import pack

SENTENCES: dict[str, Any] = {
    "state": gettext_lazy("Somebody else has just dealt with this. The page now shows how it stands."),
    Need.REASON: gettext_lazy("Write what was seen and what was done: somebody who was not there must understand it."),
    Need.INTERVIEW: gettext_lazy("A flag of the two upper levels ends only after an interview. Record it first."),
    Need.SECOND: gettext_lazy("Name the second person who is to confirm it: two decide on the two upper levels."),
    Need.NAMED: gettext_lazy("Only the second person who was named can do this."),
    Need.MEASURE: gettext_lazy(
        "Watching begins once something was done: record the first measure, on the two upper levels the interview."
    ),
    Need.LOWER_LEVELS: gettext_lazy("Two persons decide on a flag of the two upper levels: propose it to the second."),
    Need.LOWEST_LEVEL: gettext_lazy("Only flags of the lowest level are closed together."),
    Need.ACCEPTED: gettext_lazy("It goes along only when a person of the other school has accepted it."),
    Need.OPEN_PLACE: gettext_lazy("Another flag of this student is open: go on there."),
}


# --- may they, and does the table allow it ------------------------------------------------------------------------


def check_may_handle(by: Viewer, flag: RiskFlag) -> None:
    """Also where no page asked first: a counselor or leader of the school, from whom the flag is not kept."""
    if not can_handle_flags(by) or not RiskFlag.objects.visible_to(by).filter(pk=flag.pk).exists():
        raise Refused(_("Only a counselor or leader of the school decides on a flag."))


def check_may_confirm(by: Viewer, flag: RiskFlag) -> None:
    """The second person: of the school, or of the center that a school without another one has asked."""
    if not is_asked(by, flag):
        check_may_handle(by, flag)


def check_move(name: str, flag: RiskFlag, **more: Any) -> None:
    """Raise the sentence of what is in the way."""
    if found := obstacle(name, facts_of(flag, **more)):
        raise Refused(str(SENTENCES[found]))


def facts_of(flag: RiskFlag, *, reason: str = "", second: Membership | None = None, **more: Any) -> Facts:
    return Facts(
        state=State(flag.state),
        severity=flag.severity,
        is_interviewed=flag.interviewed_at is not None,
        is_acted=flag.acted_at is not None,
        has_reason=says_something(reason),
        has_second=second is not None,
        **more,
    )


def locked(flag: RiskFlag) -> RiskFlag:
    """The row as it is now, held until the transaction ends."""
    return RiskFlag.objects.select_for_update().select_related("school", "student").get(pk=flag.pk)


def move(name: str, flag: RiskFlag, **values: Any) -> None:
    """Change it only if nobody was faster; safe on both databases."""
    after = MOVES[name].after
    if after is not None:
        values["state"] = after.value
    moved = RiskFlag.objects.filter(pk=flag.pk, state__in=[one.value for one in MOVES[name].before]).update(**values)
    if not moved:
        raise changed_meanwhile()
    flag.refresh_from_db()
    if after == State.CLOSED:
        end_requests(flag)
    elif after is not None and State.PROPOSED in MOVES[name].before:
        end_requests(flag, only_seconds=True)


# --- steps ------------------------------------------------------------------------------------------------------------


def add_step(
    *,
    by: Viewer,
    flag: RiskFlag,
    kind: str,
    words: Mapping[str, Any],
    happened_at: dt.datetime | None = None,
    is_measure: bool = False,
    **more: Any,
) -> FlagStep:
    """Write a step under the next number; the flag is locked. A first measure stops its clock."""
    now = timezone.now()
    happened_at = happened_at or now
    if happened_at > now + dt.timedelta(minutes=5):
        raise Refused(_("This lies in the future."))
    last = FlagStep.objects.filter(flag=flag).aggregate(last=Max("number"))["last"] or 0
    step = FlagStep.objects.create(
        flag=flag,
        number=last + 1,
        kind=kind,
        by=by.membership,
        words=pack(words),
        happened_at=happened_at,
        is_measure=is_measure,
        **more,
    )
    if is_measure:
        measure_taken(by=by, flag=flag, at=happened_at)
    return step


def measure_taken(*, by: Viewer, flag: RiskFlag, at: dt.datetime) -> None:
    """The third clock stops, and the call with it. Whoever does the first thing has the flag in hand."""
    now = timezone.now()
    if flag.state == State.RAISED:
        move("step", flag, taken_at=flag.taken_at or now, assignee=by.membership)
    if flag.acted_at is None:
        RiskFlag.objects.filter(pk=flag.pk, acted_at=None).update(acted_at=max(at, flag.known_at), call_at=None)
        flag.refresh_from_db()
        stop_calling(flag)
        mark_figures(flag)


def contact_of(by: Viewer, flag: RiskFlag, values: Mapping[str, Any]) -> GuardianContact:
    return GuardianContact.objects.create(
        student_id=flag.student_id, school_id=flag.school_id, by=by.membership, **values
    )


# --- when something must be done ------------------------------------------------------------------------------------


class Times(NamedTuple):
    take_by: dt.datetime  # it must be in hand
    due_at: dt.datetime  # the first measure must follow

    @property
    def call_at(self) -> dt.datetime:
        """When the next person is called if nobody has it in hand: at whichever comes first."""
        return min(self)


def times_of(*, school: Unit, severity: int, known_at: dt.datetime) -> Times:
    """The two targets of a flag, by the rules of the school."""
    settings = settings_of(school)
    calendar = calendar_of(school, settings=settings)

    def by_rule(key: str) -> dt.datetime:
        kind, amount = settings[key][str(severity)]
        return deadline(severity, known_at, calendar, {severity: Target(kind, amount)})

    return Times(take_by=by_rule("hand_targets"), due_at=by_rule("clock_targets"))


def mark_figures(flag: RiskFlag) -> None:
    """It counts in the term in which it was reported, and as late once its time is over."""
    mark(flag.school_id, since=timezone.localdate(flag.reported_at), then=(flag.take_by, flag.due_at))
