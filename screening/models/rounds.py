"""Rounds: who is asked what, when; the consent it needs; and the slip by which one student answers once."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.common.addresses import address_of
from schools.common.ids import new_id
from schools.models import ClassGroup, Membership, Unit
from schools.models.visible import Visible
from screening.models.center import CenterRound
from screening.models.instruments import Instrument
from students.models import Guardian, RiskFlag, Student

# At the PIN of a slip or the digits behind a guardian's link, until the paper is issued anew.
GUESSES_IN_ALL = 20


class ConsentText(models.Model):
    """The words that families or students agreed to, for one purpose. Another wording is another version: who agreed to
    the old one has not agreed to the new. So is the same wording with names: a yes to anonymous questions is none."""

    class Purpose(models.TextChoices):
        SCREENING = "screening", _("questions about how a student is, which are scored")
        SURVEY = "survey", _("questions about daily life and wishes, which are not scored")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=9, choices=Purpose.choices, default=Purpose.SCREENING)
    version = models.PositiveSmallIntegerField()
    is_anonymous = models.BooleanField(default=False)
    body = models.TextField(_("what is agreed to"))
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "purpose", "version"], name="one_consent_text_per_version")
        ]

    def __str__(self) -> str:
        return f"consent text {self.version}"


class ConsentQuerySet(Visible["Consent"]):
    pass


class Consent(models.Model):
    """What a guardian or the student said to one version of the text. Rows are only added: the last one counts."""

    class Who(models.TextChoices):
        GUARDIAN = "guardian", _("guardian")
        STUDENT = "student", _("student")

    class Channel(models.TextChoices):
        PAPER = "paper", _("signed paper, recorded by the school")
        LINK = "link", _("the guardian's own link")
        SCREEN = "screen", _("on the screen, before the first question")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    who = models.CharField(max_length=8, choices=Who.choices)
    # Who used the own link. A paper is the family's: the school does not record which of them signed.
    guardian = models.ForeignKey(Guardian, on_delete=models.SET_NULL, null=True, related_name="+")
    is_given = models.BooleanField()
    channel = models.CharField(max_length=6, choices=Channel.choices)
    # Whoever recorded the paper; nobody where the student or the guardian said it.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["text", "student"])]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class RoundQuerySet(Visible["Round"]):
    pass


class Round(models.Model):
    """One screening of some classes of a school with one or several instruments, on certain days and hours."""

    class State(models.TextChoices):
        PLANNED = "planned", _("being prepared")
        OPEN = "open", _("running")
        CLOSED = "closed", pgettext_lazy("a screening", "closed")

    class Kind(models.TextChoices):
        FIRST = "first", _("screening")
        RETEST = "retest", _("asked again")
        SECOND = "second", _("second stage")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("name of the survey, as students read it"), max_length=60)
    state = models.CharField(max_length=7, choices=State.choices, default=State.PLANNED)
    opens_on = models.DateField(_("first day"))
    closes_on = models.DateField(_("last day"))
    make_up_until = models.DateField(_("make-up until"), null=True, blank=True)
    opens_at = models.TimeField(_("from"))
    closes_at = models.TimeField(_("until"))
    notice = models.TextField(_("what students read before they begin"))
    consent_text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    asks_guardian_too = models.BooleanField(_("from 14 on also the guardian's consent"), default=False)
    # On the last page of everybody, and on that of whoever gave an answer that calls somebody.
    where_to_talk = models.TextField(_("where a student finds somebody to talk to"))
    after_critical = models.TextField(_("what a student reads whose answer calls somebody"))
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.FIRST)
    # The earlier round whose students are asked again or asked more, and who sees to it.
    after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    responsible = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # That a student is asked says something about the student: no class teacher and no head of a grade sees it.
    is_quiet = models.BooleanField(default=False)
    # Who has answered is kept apart from what; nothing is scored for one person and nobody is called.
    is_anonymous = models.BooleanField(_("anonymous"), default=False)
    # Set by a center for its schools, and who has signed for this one (`made_by`, `made_at`).
    center_round = models.ForeignKey(
        CenterRound, on_delete=models.PROTECT, null=True, blank=True, related_name="rounds"
    )
    shows_results = models.BooleanField(_("students read what their answers say"), default=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on", "-pk"]
        indexes = [models.Index(fields=["school", "state"])]
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="round_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="round_hours_have_a_length"),
            models.CheckConstraint(
                condition=Q(kind="first", after=None) | Q(after__isnull=False, is_quiet=True) & ~Q(kind="first"),
                name="later_stages_are_quiet",
            ),
            models.UniqueConstraint(
                fields=["center_round", "school"],
                condition=Q(center_round__isnull=False),
                name="a_school_takes_a_center_round_up_once",
            ),
            models.CheckConstraint(
                condition=Q(is_anonymous=False) | Q(after=None, shows_results=False),
                name="anonymous_rounds_name_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("screening:round_detail", self.pk)

    @property
    def is_scored(self) -> bool:
        """Asks at least one scale. A survey of one's own is counted by question: it has no levels, no cut-off."""
        return self.consent_text.purpose == ConsentText.Purpose.SCREENING


class RoundInstrument(models.Model):
    """What is asked, in which order. A round keeps the version it began with."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="parts")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "instrument"], name="an_instrument_once_in_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} in {self.round_id}"


class RoundClass(models.Model):
    """A class that is asked. Its code stands on the blackboard of the computer room; only a hash of it is kept."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="classes")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    extended_until = models.DateField(_("longer for this class, until"), null=True, blank=True)

    class Meta:
        ordering = [
            "class_group__stage",
            "-class_group__entry_year",
            "class_group__prefix",
            "class_group__number",
        ]
        constraints = [models.UniqueConstraint(fields=["round", "class_group"], name="a_class_once_in_a_round")]

    def __str__(self) -> str:
        return f"{self.class_group_id} in {self.round_id}"


class SlipQuerySet(Visible["Slip"]):
    def still_asked(self) -> "SlipQuerySet":
        """Neither handed in nor withdrawn, of rounds that are not over."""
        return self.filter(finished_at=None, revoked_at=None).exclude(round__state=Round.State.CLOSED)


class Slip(models.Model):
    """One student in one round. Code and PIN are made from the key of the installation, the id and the issue: whoever
    steals the table cannot answer for anybody, and a new issue makes the old paper worthless."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="slips")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="slips")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, related_name="+")
    issue = models.PositiveSmallIntegerField(default=1)
    code_hash = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Marked by the counselor; whoever begins after all is absent no more.
    absent_on = models.DateField(null=True, blank=True)
    # Wrong PINs count by student, so that one address with a whole school behind it is never shut out.
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    wrong_pin_at = models.DateTimeField(null=True, blank=True)
    # In all since the last right one: six digits must not be found by patience.
    wrong_in_all = models.PositiveSmallIntegerField(default=0)
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = SlipQuerySet.as_manager()

    class Meta:
        ordering = ["student__student_number", "student__name", "pk"]
        indexes = [
            models.Index(fields=["round", "class_group"]),
            models.Index(fields=["flag"]),
            # Of many that were handed in and called nobody, what waits is few.
            models.Index(fields=["round"], condition=Q(finished_at=None, revoked_at=None), name="slip_is_out"),
            models.Index(fields=["round"], condition=Q(flag__isnull=False), name="slip_has_called"),
        ]
        constraints = [models.UniqueConstraint(fields=["round", "student"], name="one_slip_per_student_and_round")]

    def __str__(self) -> str:
        return f"slip {self.pk}"

    @property
    def is_pin_shut(self) -> bool:
        """Guessed at so often that the PIN opens nothing until the slip is issued anew. Its QR goes on working."""
        return self.wrong_in_all >= GUESSES_IN_ALL
