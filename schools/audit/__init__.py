"""The audit log: written in the transaction of what it tells, and proved whole."""

from schools.audit.log import SYSTEM, glance, hold, record, record_many, record_read, verify, write_anchor
from schools.audit.seals import Fault

__all__ = ["SYSTEM", "Fault", "glance", "hold", "record", "record_many", "record_read", "verify", "write_anchor"]
