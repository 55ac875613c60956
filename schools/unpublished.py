"""What a page says whose dates reach into a year without a published national calendar."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from schools.calendar import years_without_data
from schools.common.labels import listed


def calendar_warning(moments: Iterable[dt.datetime | None]) -> str:
    """Nothing unless a year between the earliest and the latest of these is without data. Asks no database."""
    days = [timezone.localdate(moment) for moment in moments if moment]
    years = years_without_data(min(days), max(days)) if days else []
    if not years:
        return ""
    return _("The holidays of %(years)s are not published yet; Monday to Friday count as school days for now.") % {
        "years": listed(years)
    }


def warning_of(year: int) -> str:
    """In full, on the page of the calendar itself."""
    return _(
        "The national calendar of %(year)s is not published yet. Until then Monday to Friday count as working days; "
        "holidays and make-up days of %(year)s are missing."
    ) % {"year": year}
