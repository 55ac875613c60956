"""The audit log: written in the transaction of what it tells, and proved whole."""

from schools.audit.log import SYSTEM, Fault, record, record_many, record_read, verify, write_anchor

__all__ = ["SYSTEM", "Fault", "record", "record_many", "record_read", "verify", "write_anchor"]
