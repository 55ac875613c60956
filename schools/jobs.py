"""Jobs of this floor (see `schools.work.jobs`)."""

from schools.imports.jobs import register_jobs

register_jobs()
