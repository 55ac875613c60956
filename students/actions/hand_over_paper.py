"""What is handed over leaves on paper: a row in the log, and a mark of who took it."""

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Job
from schools.work.jobs import start_job
from students.models import HandOver


@transaction.atomic
def start_paper(*, by: Viewer, offer: HandOver) -> Job:
    """Start the PDF of an offer to a school outside of the network, for who handles it here."""
    seen = HandOver.objects.visible_to(by).on_paper().filter(pk=offer.pk, school_id=by.unit.pk)
    if not seen.exists():
        raise Refused(_("Only what goes to a school outside of the network leaves on paper."))
    audit.record(by=by, verb="handover.printed", about=offer, student=offer.student_id)
    params = {"offer": str(offer.pk), "language": get_language() or "zh-hans"}
    return start_job(by=by, kind="hand_over", params=params)
