"""Forms of talks. They parse and validate; the actions save."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from counseling.access import can_restrict
from counseling.content import CONTENT_FIELDS, HEADER_FIELDS, Content, Header, Unfit
from counseling.models import TalkLog, TalkOption, TextTemplate
from counseling.queries import all_options_of
from schools.access import Viewer
from schools.common.errors import Refused
from schools.common.rendering import DayInput, Levels, MomentInput, Segmented, field_of
from schools.common.typed import LineField, LongField
from schools.severity import Scheme
from students.models import Student

LONGEST = 4000
FIRST = "first"  # the block of a student who is not chosen yet
COMMON = ("background", "view", "agreed")
BLANK = "__key__"  # the block that the page copies for each further student
UNTOUCHED: dict[str, Any] = {"severity": 0}
Typed = dict[str, list[str]]


class Offer:
    """What the forms of one unit offer to choose from, read once for a page."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.options: dict[str, list[TalkOption]] = all_options_of(viewer.unit, with_hidden=True)
        self.scheme: Scheme = viewer.scheme

    def choices(self, name: str, *used: str) -> list[tuple[str, str]]:
        """The shown options, and hidden ones that a record already uses."""
        return [(row.code, row.label) for row in self.options[name] if row.is_active or row.code in used]


class HeaderForm(forms.Form):
    """When, where and how; the same for every student of the talk."""

    quiet = True
    happened_at = forms.DateTimeField(label=gettext_lazy("When"), widget=MomentInput)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), required=False, min_value=1, max_value=600)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of talk"), widget=forms.RadioSelect)
    place = forms.ChoiceField(label=gettext_lazy("Where"), widget=forms.RadioSelect, required=False)
    other_place = LineField(label=gettext_lazy("Somewhere else"), required=False, max_length=40)
    mode = forms.ChoiceField(label=gettext_lazy("How"), widget=Segmented, choices=TalkLog.Mode.choices)
    initiative = forms.ChoiceField(
        label=gettext_lazy("Who wanted the talk"), widget=Segmented, choices=TalkLog.Initiative.choices
    )
    others_present = LineField(
        label=gettext_lazy("Also present"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Adults only, for example a parent. Choose further students above."),
    )
    is_restricted = forms.BooleanField(
        label=gettext_lazy("For counselors only"),
        required=False,
        widget=forms.CheckboxInput(attrs={"aria-describedby": "readers"}),
    )
    flag_reason = LongField(
        label=gettext_lazy("Why the flag stands, for those who may not read this talk"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"class": "short", "rows": 2}),
        help_text=gettext_lazy(
            "Needed where a level is chosen. The leader and the grade head read it on the flag as if you had raised it "
            "by hand; with several students it stands on the flag of each."
        ),
    )

    def __init__(self, data: Any = None, *, offer: Offer, initial: Mapping[str, Any]) -> None:
        values = dict(initial)
        place = values.get("place") or ""
        places = offer.choices("place", place)
        if place and place not in dict(places):
            values |= {"place": "", "other_place": values.get("other_place") or place}
        super().__init__(data, initial=values)
        field_of(self, "kind", forms.ChoiceField).choices = offer.choices("kind", str(values.get("kind", "")))
        field_of(self, "place", forms.ChoiceField).choices = places
        if not can_restrict(offer.viewer):
            del self.fields["is_restricted"], self.fields["flag_reason"]

    def reason_for_flag(self) -> str:
        return str(self.cleaned_data.get("flag_reason", ""))

    def header(self, *, was_restricted: bool = False) -> Header:
        values = {name: value for name, value in self.cleaned_data.items() if name in HEADER_FIELDS}
        values["place"] = self.cleaned_data["other_place"] or self.cleaned_data["place"]
        values.setdefault("is_restricted", was_restricted)
        return Header(**values)


class ThemesForm(forms.Form):
    """The themes; when a talk is filed they are the same for every student."""

    quiet = True
    themes = forms.MultipleChoiceField(
        label=gettext_lazy("What it was about"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any = None, *, offer: Offer, themes: Sequence[str] = ()) -> None:
        super().__init__(data, initial={"themes": list(themes)})
        field_of(self, "themes", forms.MultipleChoiceField).choices = offer.choices("theme", *themes)


def _text(label: Any, placeholder: Any = "") -> LongField:
    widget = forms.Textarea(attrs={"class": "short", "placeholder": placeholder, "rows": 3})
    return LongField(label=label, widget=widget, max_length=LONGEST, required=False)


class PartForm(forms.Form):
    """One student's part."""

    quiet = True
    mood = forms.ChoiceField(label=gettext_lazy("Mood"), widget=forms.RadioSelect, required=False)
    words = _text(gettext_lazy("The student's own words"), gettext_lazy("As it was said"))
    view = _text(gettext_lazy("My view"), gettext_lazy("What I saw, not what I call it"))
    agreed = _text(gettext_lazy("What we agreed"), gettext_lazy("A line or two is enough"))
    severity = forms.TypedChoiceField(
        label=gettext_lazy("Needs attention?"), widget=Levels, coerce=int, empty_value="0", required=False
    )
    follow_up_on = forms.DateField(label=gettext_lazy("Talk again on"), widget=DayInput, required=False)
    background = _text(gettext_lazy("Background"), gettext_lazy("Study, behavior, family, health"))
    effect = _text(gettext_lazy("Effect of the talk"))

    def __init__(self, data: Any = None, *, offer: Offer, key: str, initial: Mapping[str, Any] | None = None) -> None:
        values = UNTOUCHED | dict(initial or {})
        super().__init__(data, prefix=f"part-{key}", initial=values)
        field_of(self, "mood", forms.ChoiceField).choices = offer.choices("mood", str(values.get("mood", "")))
        field_of(self, "severity", forms.ChoiceField).choices = offer.scheme.choices()
        self.fields["severity"].help_text = _("With a level, the counselors see it at once.")

    def content(self, themes: Iterable[str]) -> Content:
        values = {name: value for name, value in self.cleaned_data.items() if name in CONTENT_FIELDS}
        values["severity"] = int(values["severity"])
        return Content(themes=tuple(themes), **values)


class CommonForm(forms.Form):
    """What is the same for all students of a talk: typed once, it goes into the record of each."""

    quiet = True
    common_background = _text(gettext_lazy("Background of all"), gettext_lazy("What happened"))
    common_view = _text(gettext_lazy("My view of all"), gettext_lazy("What I saw, not what I call it"))
    common_agreed = _text(gettext_lazy("What we all agreed"), gettext_lazy("A line or two is enough"))

    def with_own(self, own: Content) -> Content:
        """A student's content with what is the same for all in front of it."""
        both = {name: (self.cleaned_data[f"common_{name}"], getattr(own, name)) for name in COMMON}
        whole: dict[str, Any] = {name: "\n".join(filter(None, texts)) for name, texts in both.items()}
        return replace(own, **whole)


# --- the whole sheet ------------------------------------------------------------------------------------------------

_PART_FIELDS = "|".join(PartForm.base_fields)
_PART_NAME = re.compile(rf"part-({FIRST}|[0-9a-f-]{{36}})-({_PART_FIELDS})")
_TEXT_NAME = re.compile(rf"part-({FIRST}|[0-9a-f-]{{36}})-(words|view|agreed|background|effect)")
_OWN_NAMES = {"students", "themes", *HeaderForm.base_fields, *CommonForm.base_fields}


@dataclass(frozen=True)
class Block:
    """The part of one student on the sheet; before one is chosen, of nobody."""

    key: str
    form: PartForm
    student: Student | None = None


@dataclass(frozen=True)
class ErrorLink:
    label: str
    anchor: str
    text: str


def typed_in_form(data: Any) -> Typed:
    """What a draft keeps of a sent form: fields of ours, nothing else that was sent."""
    return {name: data.getlist(name) for name in data if name in _OWN_NAMES or _PART_NAME.fullmatch(name)}


def is_worth_keeping(typed: Typed) -> bool:
    """Is there anything that the page would not offer by itself?"""
    has_text = any(
        (_TEXT_NAME.fullmatch(name) or name in CommonForm.base_fields) and any(part.strip() for part in values)
        for name, values in typed.items()
    )
    return has_text or bool(typed.get("themes")) or bool(typed.get("students"))


class TalkSheet:
    """The form that logs a talk: whom with, the header, and a block for each student.

    `typed` is what was sent, or what a draft holds; only a sent sheet is checked.
    """

    def __init__(
        self, offer: Offer, *, defaults: Mapping[str, Any], typed: Typed | None = None, is_sent: bool = False
    ) -> None:
        self.offer = offer
        self.is_sent = is_sent
        self.problems: list[ErrorLink] = []
        typed = _with_block_for_first(typed or {})
        self.students = self._chosen(typed)
        data = _Lists(typed) if is_sent else None
        values = {name: _initial(HeaderForm, name, typed) for name in HeaderForm.base_fields if name in typed}
        self.header = HeaderForm(data, offer=offer, initial=dict(defaults) | values)
        self.themes = ThemesForm(data, offer=offer, themes=typed.get("themes", []))
        common = {name: _initial(CommonForm, name, typed) for name in CommonForm.base_fields if name in typed}
        self.common = CommonForm(data, initial=common)
        self.has_common = len(self.students) > 1 or any(map(str.strip, common.values()))
        self.lacking = [s for s in self.students if not _has_block(typed, str(s.pk))]
        self.blocks = [self._block(s, typed, data) for s in self.students] or [self._block(None, typed, data)]

    def _chosen(self, typed: Typed) -> list[Student]:
        """The students that were sent, in that order, as far as the viewer sees them."""
        ids = chosen_in(typed)
        self.sent = ids
        seen = Student.objects.visible_to(self.offer.viewer).exclude(status=Student.Status.LEFT).filter(pk__in=ids)
        by_id = {student.pk: student for student in seen.select_related("class_group__school")} if ids else {}
        return [by_id[pk] for pk in ids if pk in by_id]

    def _block(self, student: Student | None, typed: Typed, data: Any) -> Block:
        key = str(student.pk) if student else FIRST
        names = [name for name in PartForm.base_fields if f"part-{key}-{name}" in typed]
        initial = {name: _initial(PartForm, name, typed, f"part-{key}-") for name in names}
        is_sent = data is not None and (student is None or student not in self.lacking)
        return Block(key, PartForm(data if is_sent else None, offer=self.offer, key=key, initial=initial), student)

    @property
    def names(self) -> list[str]:
        return [student.name for student in self.students]

    def is_untouched(self) -> bool:
        """Nobody chosen and nothing typed: the one block is as blank as the next one to add."""
        return not self.is_sent and not self.students and self.blocks[0].form.initial == UNTOUCHED

    def is_valid(self) -> bool:
        if not self.students:
            self._add(_("Whom with"), "students", _("Choose whom the talk was with."))
        elif len(self.students) < len(self.sent):
            self._add(_("Whom with"), "students", self._who_is_refused())
        if self.lacking:
            self._add(
                _("Whom with"), "parts", _("Each student has a part of their own: fill in what is missing below.")
            )
        self._collect(self.themes, "")
        self._collect(self.common, "")
        for block in self.blocks:
            self._collect(block.form, self._whose(block))
        self._collect(self.header, "")
        if not self.problems:
            self._check_length()
        return not self.problems

    def _who_is_refused(self) -> str:
        """Which of the chosen were not taken; somebody whom the viewer does not see is not named."""
        left = Student.objects.visible_to(self.offer.viewer).filter(pk__in=self.sent, status=Student.Status.LEFT)
        kept = pgettext("between themes", ", ").join(one.name for one in self.students)
        if gone := pgettext("between themes", ", ").join(left.values_list("name", flat=True)):
            return _("{names} left the school. Still chosen: {kept}.").format(names=gone, kept=kept)
        text = _("You can log talks only with students you look after: one of those chosen was taken off.")
        return text + " " + _("Still chosen: {kept}.").format(kept=kept)

    def _check_length(self) -> None:
        for block in self.blocks:
            whole = self.common.with_own(block.form.content(()))
            for name in COMMON:
                if len(getattr(whole, name)) > LONGEST:
                    text = _("Together with what is the same for all this is longer than {n} characters.")
                    block.form.add_error(name, text.format(n=LONGEST))
                    self._collect(block.form, self._whose(block))

    def _collect(self, form: forms.Form, whose: str) -> None:
        for name, errors in form.errors.items():
            label = str(form[name].label)
            self._add(f"{whose} · {label}" if whose else label, form[name].auto_id, str(errors[0]))

    def _add(self, label: str, anchor: str, text: str) -> None:
        self.problems.append(ErrorLink(label, anchor, text))

    def _whose(self, block: Block) -> str:
        return block.student.name if block.student and len(self.blocks) > 1 else ""

    def refuse(self, refusal: Refused) -> None:
        """Show why the action refused, at the field that it is about."""
        if not isinstance(refusal, Unfit):
            self._add("", "", str(refusal))
            return
        block = next((one for one in self.blocks if one.student and one.student == refusal.student), None)
        form = block.form if block else self.header
        form.add_error(refusal.field, str(refusal))
        self._collect(form, self._whose(block) if block else "")

    def has_header_problem(self) -> bool:
        return self.is_sent and bool(self.header.errors)

    def parts(self) -> dict[Student, Content]:
        themes = self.themes.cleaned_data["themes"]
        return {
            block.student: self.common.with_own(block.form.content(themes)) for block in self.blocks if block.student
        }


class _Lists(dict[str, list[str]]):
    """Typed lists with the two methods a bound form asks for."""

    def getlist(self, name: str, default: Any = None) -> list[str]:
        return dict.get(self, name, default if default is not None else [])

    def get(self, name: str, default: Any = None) -> Any:
        values = dict.get(self, name)
        return values[-1] if values else default


def _initial(form: type[forms.Form], name: str, typed: Typed, prefix: str = "") -> Any:
    return form.base_fields[name].widget.value_from_datadict(_Lists(typed), {}, prefix + name)  # type: ignore[arg-type]


def _has_block(typed: Typed, key: str) -> bool:
    return any(name.startswith(f"part-{key}-") for name in typed)


def _with_block_for_first(typed: Typed) -> Typed:
    """Give the text typed before a student was chosen to the first one, and the text of one taken away to nobody."""
    chosen = [str(pk) for pk in chosen_in(typed)]
    if chosen and not _has_block(typed, chosen[0]) and _has_block(typed, FIRST):
        return _renamed(typed, FIRST, chosen[0])
    if not chosen and not _has_block(typed, FIRST):
        keys = [found[1] for found in map(_TEXT_NAME.fullmatch, typed) if found]
        return _renamed(typed, keys[0], FIRST) if keys else typed
    return typed


def _renamed(typed: Typed, old: str, new: str) -> Typed:
    start = f"part-{old}-"
    return {f"part-{new}-{k[len(start) :]}" if k.startswith(start) else k: v for k, v in typed.items()}


def chosen_in(typed: Typed) -> list[UUID]:
    """The ids of the students that were chosen, each once, in order."""
    return list(dict.fromkeys(pk for pk in map(_uuid, typed.get("students", [])) if pk))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def submission_in(data: Any) -> UUID | None:
    """The id the form made for itself."""
    return _uuid(data.get("submission", ""))


# --- smaller forms ----------------------------------------------------------------------------------------------------


class DeleteForm(forms.Form):
    reason = LongField(
        label=gettext_lazy("Why is it deleted?"), widget=forms.Textarea(attrs={"class": "short"}), max_length=500
    )


class OptionForm(forms.Form):
    label_zh = LineField(label=gettext_lazy("In Chinese"), max_length=20)
    label_en = LineField(label=gettext_lazy("In English"), max_length=40, required=False)
    is_active = forms.BooleanField(label=gettext_lazy("Offer it in forms"), required=False, initial=True)


class TemplateForm(forms.Form):
    box = forms.ChoiceField(
        label=gettext_lazy("Under which box"), choices=TextTemplate.Box.choices, widget=forms.RadioSelect
    )
    title = LineField(label=gettext_lazy("Title"), max_length=12)
    body = LongField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"class": "short"}), max_length=500)
    is_active = forms.BooleanField(label=gettext_lazy("Offer it in forms"), required=False, initial=True)


def now_for_form() -> Any:
    return timezone.now().replace(second=0, microsecond=0)
