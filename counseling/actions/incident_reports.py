"""A crisis event goes up: the school reports in its own words, the unit above acknowledges."""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.actions.incidents import Kind, log, mark_figures, may_know, open_and_locked, stop_calls, tell, write
from counseling.deadlines import Due, dues, next_due
from counseling.models import Incident, IncidentBarrier, IncidentPerson, IncidentReport
from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Role, Unit
from schools.on_duty import centers_above, staff_to_call
from schools.work.notices import Urgency, end_notices, notify, pulse, who_see
from schools.work.steadily import each
from students.models import KeptFrom

ANSWER_WITHIN = dt.timedelta(minutes=30)


def dues_of(incident: Incident) -> list[Due]:
    """What the region's deadlines ask for."""
    made = [(report.form, report.at) for report in incident.reports.all() if report.passes_on_id is None]
    return dues(incident.first_known_at, incident.deadlines, made, is_open=incident.is_open)


@transaction.atomic
def report_up(
    *, by: Viewer, incident: Incident, to: Unit, form: str, text: str, names: str = "", named_because: str = ""
) -> IncidentReport:
    """Tell the unit above. A student is named only with a reason; the unit's staff is called until one acknowledges."""
    incident = open_and_locked(by, incident, leads=True)
    _check_report(incident, to, form, text, names, named_because)
    due = next((one for one in dues_of(incident) if one.form == form and one.made is None), None)
    last = incident.reports.aggregate(last=Max("number"))["last"] or 0
    report = IncidentReport.objects.create(
        incident=incident,
        school=incident.school,
        to=to,
        number=last + 1,
        form=form,
        kind=incident.kind,
        by=by.membership,
        due_at=due.by if due else None,
        text=text.strip(),
        names=names.strip(),
        named_because=named_because.strip(),
    )
    _call_center(report)
    stop_calls(incident, "incident.report_due")
    mark_figures(incident)
    write(by, incident, Kind.REPORT, code=form)
    log(by, "incident.reported", incident, about=report, form=form, to=to.code)
    return report


def _call_center(report: IncidentReport) -> None:
    """Its staff, but nobody from whom the event, or a flag of one of its people, is kept."""
    students = IncidentPerson.objects.filter(incident=report.incident_id).exclude(student=None).order_by()
    kept = KeptFrom.objects.filter(flag__student__in=students.values("student")).order_by()
    barred = IncidentBarrier.objects.filter(incident=report.incident_id)
    people = {*kept.values_list("person_id", flat=True), *barred.values_list("person_id", flat=True)}
    notify(
        to=staff_to_call(report.to, barred=people),
        kind="incident.reported",
        about=report,
        urgency=Urgency.URGENT,
        answer_by=timezone.now() + ANSWER_WITHIN,
    )


def _is_theirs(by: Viewer, report: IncidentReport) -> bool:
    return by.role == Role.CENTER_STAFF and IncidentReport.objects.visible_to(by).filter(pk=report.pk).exists()


def _check_report(incident: Incident, to: Unit, form: str, text: str, names: str, named_because: str) -> None:
    if form not in IncidentReport.Form.values:
        raise Refused(_("Choose which report it is."), field="form")
    _check_words(incident.school, to, text, names, named_because)


def _check_words(unit: Unit, to: Unit, text: str, names: str, named_because: str) -> None:
    if to.pk not in {above.pk for above in centers_above(unit)}:
        raise Refused(_("Choose a unit above the school where somebody can acknowledge it."), field="to")
    if not text.strip():
        raise Refused(_("Write what the center must know."), field="text")
    if bool(names.strip()) != bool(named_because.strip()):
        raise Refused(_("A student is named upwards only with a reason: fill in both, or neither."), field="names")


@transaction.atomic
def acknowledge_report(*, by: Viewer, report: IncidentReport, reply: str = "") -> IncidentReport:
    """The unit above has read it and answers for it. Once; the school learns of it."""
    if not _is_theirs(by, report):
        raise Refused(_("Only the staff of the unit it was made to acknowledges a report."))
    rows = IncidentReport.objects.select_for_update(of=("self",)).select_related("to", "by", "passes_on")
    row = rows.get(pk=report.pk)
    if row.acknowledged_at:
        raise Refused(_("A colleague has acknowledged it already."))
    row.acknowledged_at, row.acknowledged_by, row.reply = timezone.now(), by.membership, reply.strip()
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "reply"])
    end_notices(row, "incident.reported")
    incident = Incident.objects.select_for_update().get(pk=row.incident_id)
    write(by, incident, Kind.ANSWER, row.to.name if row.passes_on_id else "", code=row.form)
    here = may_know(incident)
    if row.passes_on:
        notify(to=who_see(row.passes_on, [row.by]), kind="incident.passed_acknowledged", about=row.passes_on)
    else:
        leads = here.filter(pk__in=[row.by_id, *([incident.lead_id] if incident.lead_id else [])])
        tell(incident, leads, "incident.acknowledged", str(row.number))
    pulse({row.school_id, row.to_id})
    log(by, "incident.acknowledged", incident, about=row)
    return row


@transaction.atomic
def pass_up(
    *, by: Viewer, report: IncidentReport, to: Unit, text: str, names: str = "", named_because: str = ""
) -> IncidentReport:
    """A center that has acknowledged a report tells the unit above it, in its own words. That one acknowledges too."""
    row = IncidentReport.objects.select_for_update().get(pk=report.pk)
    if not _is_theirs(by, row):
        raise Refused(_("Only the staff of the unit it was made to passes a report on."))
    if not row.acknowledged_at:
        raise Refused(_("Acknowledge it first: the school waits for that."))
    if IncidentReport.objects.filter(passes_on=row).exists():
        raise Refused(_("A colleague has passed it on already."))
    _check_words(by.unit, to, text, names, named_because)
    incident = Incident.objects.select_for_update().get(pk=row.incident_id)
    last = incident.reports.aggregate(last=Max("number"))["last"] or 0
    passed = IncidentReport.objects.create(
        incident=incident,
        school=row.school,
        to=to,
        passes_on=row,
        number=last + 1,
        form=row.form,
        kind=row.kind,
        by=by.membership,
        text=text.strip(),
        names=names.strip(),
        named_because=named_because.strip(),
    )
    _call_center(passed)
    write(by, incident, Kind.PASSED, to.name, code=row.form)
    log(by, "incident.passed_on", incident, about=passed, to=to.code)
    return passed


def remind_of_reports(*, now: dt.datetime | None = None) -> int:
    """A deadline of the region comes near or has passed: who leads, and every leader, is called once for each."""
    now = now or timezone.now()
    rows = Incident.objects.open().select_related("school").prefetch_related("reports")
    return each("remind of a report", rows, lambda incident: _remind(incident, now))


@transaction.atomic
def _remind(incident: Incident, now: dt.datetime) -> bool:
    due = next_due(dues_of(incident))
    if due is None or due.by - dt.timedelta(minutes=15) > now:
        return False
    leads = may_know(incident).filter(role__in=SCHOOL_ROLES)
    tell(incident, leads, "incident.report_due", f"{due.form} {due.by:%Y%m%d%H%M}", due_at=due.by)
    return True
