"""What lists, coverage and the workbench ask of each student all day, kept beside the student."""

from django.db import models
from django.db.models import Q

from schools.models.visible import Visible
from students.flag_states import UPPER
from students.models.students import Student


class StudentStateQuerySet(Visible["StudentState"]):
    pass


class StudentState(models.Model):
    """One row per student, written by `students.states.keep` in the transaction of the change.

    Which role may see, filter, sort or export by which column stands in `students.access.STATE_COLUMNS`.
    """

    student = models.OneToOneField(Student, primary_key=True, on_delete=models.CASCADE, related_name="state")
    # The last talk that everybody who looks after the student may know of, and the last of any kind.
    last_talk_at = models.DateTimeField(null=True)
    last_any_talk_at = models.DateTimeField(null=True)
    in_group = models.BooleanField(default=False)
    flag_severity = models.PositiveSmallIntegerField(default=0)  # of the open flag; 0 without one
    # The last screening that was handed in and valid, and what it asks of the school.
    last_screened_at = models.DateTimeField(null=True)
    screening_severity = models.PositiveSmallIntegerField(default=0)
    registry_severity = models.PositiveSmallIntegerField(default=0)  # on the registry; 0 for who is not
    is_key = models.GeneratedField(
        expression=Q(in_group=True) | Q(flag_severity__gte=UPPER) | Q(registry_severity__gt=0),  # type: ignore[arg-type]  # the stubs forget conditions
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = StudentStateQuerySet.as_manager()

    def __str__(self) -> str:
        return f"state of {self.student_id}"
