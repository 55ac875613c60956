"""What notices about accounts and the log say."""

from django.utils.translation import gettext_lazy as _

from schools.work.notices import Kind, declare

declare(Kind("audit.fault", _("The audit log does not fit what was anchored: rows may be missing")))
