"""Forms of students and flags. They parse and check; the actions save."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.common.identity import (
    InvalidIdentity,
    InvalidPhone,
    InvalidRegistryNumber,
    check_identity_number,
    check_phone,
    check_registry_number,
    mask_identity_number,
    mask_phone,
    tidy_number,
)
from schools.common.rendering import DayInput, RowChoices, Segmented, field_of
from schools.common.tables import LIMITS
from schools.common.typed import CodeField, LineField, NameField
from schools.models import ClassGroup
from students.access import can_open_closed
from students.actions.roll import Return
from students.imports.sentences import PROBLEMS
from students.imports.words import ethnic_names
from students.models import GroupMember, Guardian, SpecialGroup, Student
from students.queries import groups_on_offer

CHECKED_PAPERS = {Student.IdType.IDENTITY_CARD, Student.IdType.RESIDENCE_PERMIT}
YOUNGEST, OLDEST = 3, 40  # years of a student


class MaskedField(LineField):
    """The old value is shown masked only; an empty field keeps it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=True, **kwargs)
        self.widget.attrs["autocomplete"] = "off"

    def keep(self, mask: str) -> None:
        self.help_text = _("Now {mask}. Leave it empty to keep it.").format(mask=mask) if mask else ""


def ethnic_choices() -> list[tuple[str, str]]:
    return [("", "—"), *ethnic_names().items()]


def phone_or_error(text: str) -> str:
    try:
        return check_phone(text)
    except InvalidPhone:
        raise forms.ValidationError(_("This is not a phone number.")) from None


def _classes(viewer: Viewer, student: Student | None = None) -> Any:
    """The classes that take students, and the one in which the student stands."""
    stands = Q(pk=student.class_group_id) if student else Q()
    return viewer.classes.filter(Q(closed_on=None) | stands).select_related("school")


class StudentForm(forms.Form):
    """Base data; the student's own page says what an import may no longer change."""

    name = NameField(label=capfirst(gettext_lazy("name")), max_length=60)
    former_name = NameField(label=capfirst(gettext_lazy("former name")), max_length=60, required=False)
    gender = forms.ChoiceField(
        label=capfirst(gettext_lazy("gender")), choices=Student.Gender.choices, required=False, widget=Segmented
    )
    birth_date = forms.DateField(label=capfirst(gettext_lazy("date of birth")), required=False, widget=DayInput)
    ethnicity = forms.ChoiceField(label=capfirst(gettext_lazy("ethnic group")), choices=ethnic_choices, required=False)
    class_group = forms.ModelChoiceField(label=capfirst(gettext_lazy("class")), queryset=ClassGroup.objects.none())
    student_number = CodeField(label=capfirst(gettext_lazy("student number")), max_length=30, required=False)
    auxiliary_number = CodeField(label=capfirst(gettext_lazy("auxiliary number")), max_length=30, required=False)
    registry_number = MaskedField(label=capfirst(gettext_lazy("registry number")), max_length=30)
    id_type = forms.ChoiceField(
        label=capfirst(gettext_lazy("kind of paper")), choices=[("", "—"), *Student.IdType.choices], required=False
    )
    id_number = MaskedField(label=capfirst(gettext_lazy("identity number")), max_length=30)
    phone = MaskedField(label=capfirst(gettext_lazy("phone")), max_length=30)
    address = LineField(label=capfirst(gettext_lazy("address")), max_length=200, required=False)
    health = LineField(label=capfirst(gettext_lazy("health")), max_length=200, required=False)
    is_boarder = forms.BooleanField(label=capfirst(gettext_lazy("boards")), required=False)
    entered_on = forms.DateField(label=capfirst(gettext_lazy("entered on")), required=False, widget=DayInput)
    status = forms.ChoiceField(label=capfirst(gettext_lazy("status")), choices=Student.Status.choices, widget=Segmented)
    left_on = forms.DateField(label=capfirst(gettext_lazy("left on")), required=False, widget=DayInput)

    plain: tuple[str, ...] = (
        "name",
        "former_name",
        "gender",
        "birth_date",
        "ethnicity",
        "class_group",
        "student_number",
        "auxiliary_number",
        "id_type",
        "address",
        "health",
        "is_boarder",
        "entered_on",
        "status",
        "left_on",
    )
    masked = ("registry_number", "id_number", "phone")

    def __init__(self, *args: Any, student: Student, viewer: Viewer, **kwargs: Any) -> None:
        stored = {name: getattr(student, name) for name in self.plain}
        super().__init__(*args, **kwargs | {"initial": stored})
        self.known_number = student.id_number
        field_of(self, "class_group", forms.ModelChoiceField).queryset = _classes(viewer, student)
        field_of(self, "registry_number", MaskedField).keep(mask_identity_number(student.registry_number))
        field_of(self, "id_number", MaskedField).keep(mask_identity_number(student.id_number))
        field_of(self, "phone", MaskedField).keep(mask_phone(student.phone))

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"]
        return phone_or_error(text) if text else ""

    def clean_registry_number(self) -> str:
        text = self.cleaned_data["registry_number"]
        try:
            return check_registry_number(text).number if text else ""
        except InvalidRegistryNumber:
            raise forms.ValidationError(_("This is not a registry number. Check it against the paper.")) from None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        number = values.get("id_number")
        if number and values.get("id_type") in {"", *CHECKED_PAPERS}:
            try:
                values["id_number"] = check_identity_number(number).number
            except InvalidIdentity:
                self.add_error("id_number", _("This is not an identity number. Check it against the paper."))
        elif number:
            values["id_number"] = tidy_number(number)
        if {"birth_date", "id_type", "id_number"} & set(self.changed_data) and values.get("birth_date"):
            self._check_birth(values)
        if values.get("status") == Student.Status.LEFT and not values.get("left_on"):
            self.add_error("left_on", _("Say on which day the student left."))
        return values

    def _check_birth(self, values: dict[str, Any]) -> None:
        """Set by hand it outlasts every import, so it must be possible. What the number says stays masked."""
        birth, today = values["birth_date"], timezone.localdate()
        if birth > today:
            self.add_error("birth_date", str(PROBLEMS["birth_in_future"]))
        elif not YOUNGEST <= today.year - birth.year <= OLDEST:
            self.add_error("birth_date", str(PROBLEMS["birth_unlikely"]))
        elif self._birth_in_number(values) not in (None, birth):
            self.add_error(
                "birth_date",
                _(
                    "This is not the date of birth in the identity number. Correct the date here; "
                    "if the number is wrong, enter the right one in its field."
                ),
            )

    def _birth_in_number(self, values: dict[str, Any]) -> dt.date | None:
        if values.get("id_type") not in {"", *CHECKED_PAPERS}:
            return None
        try:
            return check_identity_number(values.get("id_number") or self.known_number).birth
        except InvalidIdentity:
            return None

    def values(self) -> dict[str, Any]:
        """What the person set; masked fields left empty are not among it."""
        kept = {name: self.cleaned_data[name] for name in self.plain}
        typed = {name: self.cleaned_data[name] for name in self.masked if self.cleaned_data[name]}
        return kept | typed


class NewStudentForm(StudentForm):
    """A student who came after the roster; who has left or is on leave is no newcomer."""

    opened_because = forms.ChoiceField(
        label=gettext_lazy("Why closed records are opened"),
        choices=[("", "—"), *((value, capfirst(label)) for value, label in Return.choices)],
        required=False,
        help_text=gettext_lazy("Only for somebody who was here before, and whose records have been closed since."),
    )
    first = ("name", "class_group", "gender", "student_number", "entered_on")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        blank = Student(school=viewer.unit, entered_on=timezone.localdate())
        super().__init__(*args, student=blank, viewer=viewer, **kwargs)
        self.plain = tuple(name for name in self.plain if name not in ("status", "left_on"))
        del self.fields["status"], self.fields["left_on"]
        if not can_open_closed(viewer):
            del self.fields["opened_because"]

    def first_fields(self) -> list[Any]:
        return [self[name] for name in self.first]

    def more_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.first]

    def has_more_errors(self) -> bool:
        return bool(set(self.errors) - {*self.first, "__all__"})


class MoveForm(forms.Form):
    """What happened to a student on the roll, and from which day on."""

    quiet = True
    what = forms.ChoiceField(label=gettext_lazy("What happens"), widget=forms.RadioSelect)
    on = forms.DateField(label=gettext_lazy("From which day on"), widget=DayInput)
    class_group = forms.ModelChoiceField(
        label=gettext_lazy("The new class"),
        queryset=ClassGroup.objects.none(),
        required=False,
        help_text=gettext_lazy("Only for a change of class."),
    )

    def __init__(self, *args: Any, moves: list[Any], viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"initial": {"on": timezone.localdate(), "what": moves[0]}})
        field_of(self, "what", forms.ChoiceField).choices = [(one.value, capfirst(one.label)) for one in moves]
        field_of(self, "class_group", forms.ModelChoiceField).queryset = _classes(viewer)
        if "class" not in [one.value for one in moves]:
            del self.fields["class_group"]


class GuardianForm(forms.Form):
    name = NameField(label=capfirst(gettext_lazy("name")), max_length=60)
    relation = LineField(label=capfirst(gettext_lazy("relation")), max_length=20, required=False)
    phone = MaskedField(label=capfirst(gettext_lazy("phone")), max_length=30)
    is_guardian = forms.BooleanField(label=capfirst(gettext_lazy("is guardian")), required=False)

    def __init__(self, *args: Any, guardian: Guardian | None = None, **kwargs: Any) -> None:
        names = ("name", "relation", "is_guardian")
        stored = {name: getattr(guardian, name) for name in names} if guardian else {"is_guardian": True}
        super().__init__(*args, **kwargs | {"initial": stored})
        field_of(self, "phone", MaskedField).keep(mask_phone(guardian.phone) if guardian else "")

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"]
        return phone_or_error(text) if text else ""

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "phone" or value}


class GroupsForm(forms.Form):
    """The groups on offer, and those the student is in already."""

    groups = forms.MultipleChoiceField(label=gettext_lazy("Special groups"), required=False, widget=RowChoices)
    since = forms.DateField(
        label=gettext_lazy("New ones since"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("Empty: since today. A group that is no longer ticked ends today."),
    )

    def __init__(self, data: Any, *, viewer: Viewer, members: list[GroupMember]) -> None:
        now = {member.group_id: member.group.label for member in members}
        super().__init__(data, initial={"groups": list(now)})
        offered = {group.code: group.label for group in groups_on_offer(viewer)}
        field_of(self, "groups", forms.MultipleChoiceField).choices = list((offered | now).items())

    def values(self) -> dict[str, Any]:
        return {"codes": set(self.cleaned_data["groups"]), "since": self.cleaned_data["since"]}


class NewGroupForm(forms.Form):
    """A special group that a unit adds."""

    label_zh = LineField(label=gettext_lazy("Name in Chinese"), max_length=20)
    label_en = LineField(label=gettext_lazy("Name in English"), max_length=40, required=False)


class GroupForm(NewGroupForm):
    """What a unit says of a group: whether it is offered; of an own one also how it is called."""

    is_offered = forms.BooleanField(label=gettext_lazy("Offered when groups are set"), required=False)

    def __init__(self, data: Any, *, group: SpecialGroup, is_own: bool, is_offered: bool) -> None:
        known = {"label_zh": group.label_zh, "label_en": group.label_en, "is_offered": is_offered}
        super().__init__(data, initial=known)
        if not is_own:
            del self.fields["label_zh"], self.fields["label_en"]


class UnmaskForm(forms.Form):
    REASONS = (
        ("reach_family", gettext_lazy("to reach the family")),
        ("check_paper", gettext_lazy("to check a paper")),
        ("fill_form", gettext_lazy("to fill in a form that has to be handed in")),
        ("danger", gettext_lazy("the student may be in danger")),
    )
    WHAT = (("contact", gettext_lazy("phone numbers")), ("papers", gettext_lazy("numbers of papers")))
    what = forms.ChoiceField(label=gettext_lazy("What do you need?"), choices=WHAT, widget=Segmented)
    reason = forms.ChoiceField(label=gettext_lazy("What for?"), choices=REASONS, widget=forms.RadioSelect)
    quiet = True


class RosterForm(forms.Form):
    """The file is judged by what it holds, not by its name (schools.common.tables)."""

    # An empty one is told where every other file that cannot be read is.
    file = forms.FileField(
        label=gettext_lazy("Roster file"),
        allow_empty_file=True,
        help_text=gettext_lazy(".xlsx, .xls or .csv, as the registry gives it or as you keep it."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsb,.ods,.csv,.txt"}),
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > LIMITS.file_bytes:
            megabytes = LIMITS.file_bytes >> 20
            raise forms.ValidationError(
                _("The file is larger than {limit} MB. Remove pictures or split it.").format(limit=megabytes)
            )
        return upload
