"""Training certificates: who holds which, until when."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer
from schools.common.rendering import DayInput
from schools.common.text import clean_code, clean_name
from schools.common.typed import CodeField, LineField
from schools.imports.cells import parse_day, parse_last_day, parse_name, parse_number, parse_text
from schools.imports.words import VALUES, plain
from schools.listing import Choice, Column, Days, Search
from schools.models import Certificate, CertificateLevel, Membership, Person, Role, Unit
from schools.registers.base.forms import RecordForm
from schools.registers.base.register import Register, register
from schools.registers.base.sheets import RecordSheet, StaysOut
from schools.templatetags.look import day


class HolderField(LineField):
    """A colleague by staff number, or by a name that only one of them has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)
        self.people = Person.objects.none()

    def clean(self, value: Any) -> Person:
        text = super().clean(value)
        by_number = self.people.filter(staff_number__iexact=clean_code(text))
        found: list[Person] = list(by_number[:2]) or list(self.people.filter(name=clean_name(text))[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("Several people have this name. Enter the staff number."))
        raise forms.ValidationError(_("Nobody here has this staff number or name."))


class CertificateForm(RecordForm):
    holder = HolderField(
        label=gettext_lazy("Holder"),
        help_text=gettext_lazy("Staff number, or the full name if only one person has it."),
    )

    class Meta:
        model = Certificate
        fields = ("holder", "level", "number", "issuer", "issued_on", "expires_on", "run")
        labels = {"level": gettext_lazy("Certificate")}
        widgets = {"issued_on": DayInput, "expires_on": DayInput}
        field_classes = {"number": CodeField, "issuer": LineField, "run": LineField}
        help_texts = {
            "run": gettext_lazy("The run of the training it comes from, such as 2025-3."),
            "expires_on": gettext_lazy("Empty where it does not expire."),
        }

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, **kwargs)
        own = self.instance.holder if self.instance.holder_id else viewer.person
        self.initial["holder"] = own.staff_number
        holder: Any = self.fields["holder"]
        holder.disabled = viewer.role not in KEEPERS
        here = Membership.objects.current().within(viewer.unit).values("person")
        holder.people = Person.objects.filter(Q(pk=own.pk) | Q(pk__in=here))
        level: Any = self.fields["level"]
        level.choices = [("", _("Choose")), *levels_by_kind()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        issued, expires = given.get("issued_on"), given.get("expires_on")
        if issued and expires and expires < issued:
            self.add_error("expires_on", _("It cannot end before it was issued."))
        return given


def levels_by_kind() -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for level in CertificateLevel.objects.all():
        found.setdefault(level.kind_label, []).append((level.code, level.label))
    return list(found.items())


def _levels(_viewer: Viewer) -> list[tuple[str, str]]:
    return [(level.code, level.label) for level in CertificateLevel.objects.all()]


def unit_of_holder(values: dict[str, Any], viewer: Viewer) -> Unit:
    """Where the holder works; of several units below a center the one entered first."""
    if viewer.unit.is_school or values["holder"] == viewer.person:
        return viewer.unit
    posts = Membership.objects.current().within(viewer.unit).filter(person=values["holder"])
    return posts.select_related("unit").order_by("pk")[0].unit


def units_counting(certificate: Any) -> tuple[set[int], dt.date | None]:
    """Where its holder works, and where it was entered."""
    posts = Membership.objects.filter(person=certificate.holder_id)
    return {certificate.unit_id, *posts.values_list("unit_id", flat=True)}, certificate.issued_on


def holders_in(unit: Unit) -> Any:
    """Everybody who works there, or did."""
    return Person.objects.filter(pk__in=Membership.objects.within(unit).values("person"))


def find_in(unit: Unit) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Holder and level of a row of the sheet, among the staff of the unit and the levels there are."""
    people: list[Person] = list(holders_in(unit).only("staff_number", "name"))
    by_number = {person.staff_number.lower(): person for person in people}
    names = Counter(person.name for person in people)
    by_name = {person.name: person for person in people if names[person.name] == 1}
    posts = Membership.objects.within(unit).select_related("unit").order_by("ends_on", "-pk")
    units = {post.person_id: post.unit for post in posts}
    levels = {level.code: level for level in CertificateLevel.objects.all()}
    words = {plain(text): code for code, one in levels.items() for text in (code, one.label_zh, one.label_en)}

    def find(row: dict[str, Any]) -> dict[str, Any]:
        holder = _holder(row, by_number, by_name)
        word = plain(row["level"])
        level = levels.get(words.get(word) or VALUES["certificate_level"].get(word, ""))
        if level is None:
            raise StaysOut("level", _("This certificate is not known here."), row["level"])
        if row["expires_on"] and row["expires_on"] < row["issued_on"]:
            raise StaysOut("expires_on", _("It cannot end before it was issued."))
        plain_ones = {name: row[name] or "" for name in ("number", "issuer", "run")}
        days = {name: row[name] for name in ("issued_on", "expires_on")}
        return {"unit": units[holder.pk], "holder": holder, "level": level, **plain_ones, **days}

    return find


def _holder(row: dict[str, Any], by_number: dict[str, Person], by_name: dict[str, Person]) -> Person:
    number, name = row["staff_number"] or "", row["holder"]
    found = by_number.get(number.lower()) if number else by_name.get(name)
    if found is None:
        raise StaysOut("holder", _("Nobody here has this staff number or name."), number or name)
    if found.name != name:
        raise StaysOut("holder", _("This staff number belongs to somebody with another name."), number)
    return found


KEEPERS = SCHOOL_ROLES | {Role.CENTER_STAFF}

certificates = register(
    Register(
        model=Certificate,
        title=gettext_lazy("Training certificates"),
        one=gettext_lazy("certificate"),
        explained=gettext_lazy("Enter the certificates of your staff, or import them from a workbook."),
        icon="academic-cap",
        sees=STAFF_ROLES | {Role.CENTER_STAFF},
        keeps=KEEPERS,
        own="holder",
        form=CertificateForm,
        related=("holder", "level"),
        order=("-issued_on",),
        unit_of=unit_of_holder,
        marks=units_counting,
        columns=(
            Column("holder", gettext_lazy("Holder"), lambda row: row.holder.name, sort="holder__name"),
            Column("staff_number", gettext_lazy("Staff number"), lambda row: row.holder.staff_number, on_page=False),
            Column("level", gettext_lazy("Certificate"), lambda row: row.level.label, sort="level__position"),
            Column("number", gettext_lazy("Certificate number")),
            Column("issuer", gettext_lazy("Issuer")),
            Column("issued_on", gettext_lazy("Issued on"), show=day, sort="issued_on"),
            Column("expires_on", gettext_lazy("Valid until"), show=day, sort="expires_on"),
            Column("run", gettext_lazy("Run"), sort="run"),
        ),
        filters=(
            Search("holder__name", "holder__staff_number", "number", label=gettext_lazy("Holder or number")),
            Choice("level", label=gettext_lazy("Certificate"), any_label=gettext_lazy("All kinds"), choices=_levels),
            Days("expires_on", label=gettext_lazy("Valid until"), folded=True),
        ),
        sheet=RecordSheet(
            names=frozenset({"证书", "培训证书", "持证情况", "certificates"}),  # zh
            titles=Path(__file__).parent / "certificates.csv",
            keys=frozenset({"holder", "level", "issued_on"}),
            parsers={
                "staff_number": lambda text: parse_number(text, 32),
                "holder": parse_name,
                "number": lambda text: parse_number(text, 60),
                "issuer": lambda text: parse_text(text, 80),
                "run": lambda text: parse_text(text, 40),
                "issued_on": parse_day,
                "expires_on": parse_last_day,
            },
            identity=("holder", "level", "issued_on"),
            find=find_in,
            stored=lambda unit: Certificate.objects.filter(holder__in=holders_in(unit)),
        ),
    )
)
