"""What notices about accounts, the log and the channels say."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.models import Notice, Person
from schools.work.alarms import alarm_of
from schools.work.notices import Kind, declare


def whose(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """The account that a notice is about, which everybody told of it may know: name and staff number."""
    people = Person.objects.in_bulk({notice.subject_id for notice in notices})
    names = {pk: f"{person.name} {person.staff_number}" for pk, person in people.items()}
    return {notice.pk: names.get(notice.subject_id, "") for notice in notices}


def what_to_do(_viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """The alarm, and what is done about it."""
    alarms = {notice.pk: alarm_of(notice.occasion.rpartition(" ")[0]) for notice in notices}
    return {pk: f"{alarm.text} {alarm.do}" for pk, alarm in alarms.items() if alarm}


declare(
    Kind("system.alarm", _("The machinery needs you: scheduler, worker, queue or copies"), what_to_do),
    Kind("audit.fault", _("The audit log does not fit what was anchored: rows may be missing")),
    Kind("account.reset", _("An account was given a new first password"), whose),
    Kind("account.factor_asked", _("Somebody asked to take a second factor away"), whose),
    Kind("certificate.ending", _("A certificate of yours runs out: renew it in time")),
    Kind("channel.failed", _("A message outside did not arrive after several tries")),
    Kind("account.factor_removed", _("A second factor was taken away"), whose),
)
