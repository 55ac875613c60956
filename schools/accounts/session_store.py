"""Sessions in the database. Each request reads one, so that its query is compiled once."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from schools.common.prepared import Prepared

_OPEN = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), key=CharField(), now=DateTimeField()
)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> AbstractBaseSession | None:
        found = _OPEN.objects(key=self.session_key, now=timezone.now())
        if not found:
            self._session_key = None  # as Django leaves it: a session that is not there gets a key of its own
        return found[0] if found else None
