"""Managing people: find, invite, change a role, end it, hand over a password, close an account."""

import datetime as dt
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from schools.access import MANAGING_ROLES, View, Viewer, can_manage, can_manage_account, grantable_roles, roles
from schools.accounts.second_factor import confirm_first, factors_of, is_confirmed
from schools.actions import accounts
from schools.actions.succession import relieve
from schools.actions.takeover import asked_for
from schools.common import crypto
from schools.common.errors import Refused, refusal_in
from schools.common.identity import mask_phone
from schools.forms.people import DetailsForm, NewPersonForm, PostForm
from schools.listing import Choice, List, Search, Units, together
from schools.models import Membership, Person, Role, Unit
from schools.models.units import UnitQuerySet
from schools.requests import ViewerRequest

IDLE = dt.timedelta(days=30)
STATES = [
    ("ended", gettext_lazy("Role ended")),
    ("closed", gettext_lazy("Account closed")),
    ("idle", gettext_lazy("Not signed in for 30 days")),
    ("waiting", gettext_lazy("Never signed in")),
]


def _fitting(people: Any, chosen: dict[str, Any], viewer: Viewer) -> Any:
    """People with one membership that fits unit, role and state."""
    posts = Membership.objects.visible_to(viewer)
    if code := chosen["unit"]:
        posts = posts.filter(unit__path__startswith=Unit.objects.get(code=code).path)
    if chosen["role"]:
        posts = posts.filter(role=chosen["role"])
    if chosen["state"] == "closed":
        return people.filter(is_active=False, pk__in=posts.values("person"))
    if chosen["state"] == "ended":
        return people.filter(pk__in=posts.values("person")).exclude(pk__in=posts.not_over().values("person"))
    people = people.filter(is_active=True, pk__in=posts.not_over().values("person"))
    if chosen["state"] == "waiting":
        return people.filter(last_login=None)
    if chosen["state"] == "idle":
        return people.filter(last_login__lt=timezone.now() - IDLE)
    return people


def _by_name_or_number(people: Any, text: str, _viewer: Viewer) -> Any:
    number = Q(staff_number__istartswith=text) | Q(phone_hash=crypto.lookup_hash(text, purpose="phone"))
    return people.filter(Q(name__icontains=text) | number)


PEOPLE = List(
    name="person_list",
    title=gettext_lazy("People"),
    icon="identification",
    nothing=(gettext_lazy("Nobody here yet"), gettext_lazy("People appear here once they are invited or imported.")),
    order=("staff_number",),
    narrow=_fitting,
    filters=(
        Search(label=gettext_lazy("Name, staff number or phone number"), matches=_by_name_or_number),
        Units(narrow=together),
        Choice(
            "role",
            label=gettext_lazy("Role"),
            any_label=gettext_lazy("All roles"),
            choices=Role.choices,
            narrow=together,
        ),
        Choice(
            "state",
            label=gettext_lazy("State"),
            any_label=gettext_lazy("Present"),
            choices=STATES,
            narrow=together,
        ),
    ),
)


@roles(*MANAGING_ROLES)
def person_list(request: ViewerRequest) -> HttpResponse:
    """People with the memberships the viewer sees, and nothing sealed."""
    viewer = request.viewer
    posts = (
        Membership.objects.visible_to(viewer).select_related("unit", "department").prefetch_related("classes__school")
    )
    seen = Prefetch("memberships", posts.order_by("-starts_on", "pk"), to_attr="seen")
    rows = Person.objects.visible_to(viewer).defer("phone", "password").prefetch_related(seen)
    shown = PEOPLE.show(request, rows)
    unit = Unit.objects.visible_to(viewer).filter(code=shown.filter["unit"]).first()
    context = {"list": shown, "unit": unit, "can_invite": _may_staff(viewer, unit)}
    return render(request, "schools/person_list.html", context)


def _units_to_staff(viewer: Viewer) -> UnitQuerySet:
    """Where the viewer may give roles: the own school, everything below the own center, everything."""
    units = Unit.objects.visible_to(viewer).select_related("kind")
    return units.exclude(pk=viewer.unit.pk) if viewer.role == "center_staff" else units


def _may_staff(viewer: Viewer, unit: Unit | None) -> bool:
    units = _units_to_staff(viewer)
    return units.filter(pk=unit.pk).exists() if unit else units.exists()


def unit_to_staff(request: ViewerRequest) -> Unit:
    """The unit named in the address, or the first the viewer may staff."""
    units = _units_to_staff(request.viewer)
    code = request.GET.get("unit")
    return get_object_or_404(units, code=code) if code else get_object_or_404(units.order_by("path")[:1])


def needs_unit_to_staff(view: View) -> View:
    """A center gives roles in the units below it only: while there is none, the page says so and leads there."""

    @wraps(view)
    def staffed(request: ViewerRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        code, own = request.GET.get("unit"), request.viewer.unit
        if not _may_staff(request.viewer, None) and code in (None, "", own.code):
            return render(request, "schools/nobody_below.html", {"unit": own})
        return view(request, *args, **kwargs)

    return staffed


def freshly_proved(view: View) -> View:
    """Roles are given by somebody who has just proved who they are; that is asked before the form is filled in."""

    @wraps(view)
    def proved(request: ViewerRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_confirmed(request):
            return confirm_first(request, then=request.get_full_path())
        return view(request, *args, **kwargs)

    return proved


@roles(*MANAGING_ROLES)
@needs_unit_to_staff
@freshly_proved
def person_new(request: ViewerRequest) -> HttpResponse:
    """Invite. The first password is shown once, in the answer to this form, and stored nowhere."""
    viewer, unit = request.viewer, unit_to_staff(request)
    form = NewPersonForm(request.POST or None, viewer=viewer, unit=unit)
    if request.method == "POST" and form.is_valid():
        known = Person.objects.filter(staff_number__iexact=form.cleaned_data["staff_number"]).first()
        with refusal_in(form):
            return _grant_to_known(request, form, unit, known) if known else _invite(request, form, unit)
    context = {"form": form, "unit": unit, "units": unit_choices(viewer)}
    return render(request, "schools/person_new.html", context)


def unit_choices(viewer: Viewer) -> list[Unit]:
    return [] if viewer.role == "school_leader" else list(_units_to_staff(viewer)[:400])


def _invite(request: ViewerRequest, form: NewPersonForm, unit: Unit) -> HttpResponse:
    data = form.cleaned_data
    post = form.post()
    with transaction.atomic():
        invitation = accounts.create_person(
            by=request.viewer,
            unit=unit,
            staff_number=data["staff_number"],
            name=data["name"],
            phone=data["phone"],
            post=post,
        )
        relieve(by=request.viewer, teachers=form.leaving, classes=post.classes)
    return _handover(request, invitation.person, invitation.password)


def _grant_to_known(request: ViewerRequest, form: NewPersonForm, unit: Unit, known: Person) -> HttpResponse:
    """Someone from another school: one account, one more role. The name must fit, so that a slip finds no stranger."""
    if known.name != form.cleaned_data["name"]:
        raise Refused(_("This staff number belongs to somebody with another name. Check both."))
    with transaction.atomic():
        accounts.grant_membership(by=request.viewer, person=known, unit=unit, post=form.post())
        relieve(by=request.viewer, teachers=form.leaving, classes=form.post().classes)
    messages.success(request, _("This person has an account already and now has this role as well."))
    return redirect("schools:person_detail", pk=known.pk)


def _handover(request: ViewerRequest, person: Person, password: str) -> HttpResponse:
    context = {"person": person, "password": password}
    return render(request, "schools/first_password.html", context)


@roles(*MANAGING_ROLES)
def person_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer, person = request.viewer, _person(request, pk)
    memberships = list(_memberships(viewer, person))
    context = {
        "person": person,
        "phone": mask_phone(person.phone) if person.phone else "",
        "current": [(m, can_manage(viewer, m)) for m in memberships if not _is_over(m)],
        "former": [m for m in memberships if _is_over(m)],
        "can_manage": can_manage_account(viewer, person),
        "can_grant": person.is_active and person.pk != viewer.person.pk and _units_to_staff(viewer).exists(),
        "has_factor": factors_of(person).exists(),
        "can_remove_factors": accounts.can_remove_factors(viewer),
        "asked": asked_for(person),
    }
    return render(request, "schools/person_detail.html", context)


def _is_over(membership: Membership) -> bool:
    return membership.ends_on is not None and membership.ends_on < timezone.localdate()


@roles(*MANAGING_ROLES)
def person_edit(request: ViewerRequest, pk: UUID) -> HttpResponse:
    person = _person(request, pk)
    form = DetailsForm(request.POST or None, initial={"name": person.name, "phone": person.phone})
    if not can_manage_account(request.viewer, person):
        return redirect("schools:person_detail", pk=pk)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            accounts.change_details(by=request.viewer, person=person, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("schools:person_detail", pk=pk)
    return render(request, "schools/person_edit.html", {"form": form, "person": person})


@roles(*MANAGING_ROLES)
@freshly_proved
def membership_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """One more role for a person the viewer sees."""
    viewer, person, unit = request.viewer, _person(request, pk), unit_to_staff(request)
    form = PostForm(request.POST or None, viewer=viewer, unit=unit)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form), transaction.atomic():
            accounts.grant_membership(by=viewer, person=person, unit=unit, post=form.post())
            relieve(by=viewer, teachers=form.leaving, classes=form.post().classes)
            messages.success(request, _("Saved."))
            return redirect("schools:person_detail", pk=pk)
    context = {"form": form, "person": person, "unit": unit, "units": unit_choices(viewer)}
    return render(request, "schools/membership_new.html", context)


@roles(*MANAGING_ROLES)
@freshly_proved
def membership_edit(request: ViewerRequest, pk: UUID, membership_pk: int) -> HttpResponse:
    viewer, person = request.viewer, _person(request, pk)
    membership = get_object_or_404(_memberships(viewer, person), pk=membership_pk)
    if not can_manage(viewer, membership):
        messages.error(request, _("You cannot change a role that is not below your own."))
        return redirect("schools:person_detail", pk=pk)
    form = PostForm(request.POST or None, viewer=viewer, unit=membership.unit, membership=membership)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form), transaction.atomic():
            accounts.change_membership(by=viewer, membership=membership, post=form.post())
            relieve(by=viewer, teachers=form.leaving, classes=form.post().classes)
            messages.success(request, _("Saved. Where this person was signed in, they sign in again."))
            return redirect("schools:person_detail", pk=pk)
    context = {"form": form, "person": person, "membership": membership, "allowed": _role_names(viewer, membership)}
    return render(request, "schools/membership_edit.html", context)


def _role_names(viewer: Viewer, membership: Membership) -> list[str]:
    return [str(role.label) for role in grantable_roles(viewer, membership.unit)]


@roles(*MANAGING_ROLES)
@require_POST
def membership_end(request: ViewerRequest, pk: UUID, membership_pk: int) -> HttpResponse:
    person = _person(request, pk)
    membership = get_object_or_404(_memberships(request.viewer, person), pk=membership_pk)
    return _do(request, pk, _("The role has ended."), accounts.end_membership, membership=membership)


@roles(*MANAGING_ROLES)
@require_POST
def password_reset(request: ViewerRequest, pk: UUID) -> HttpResponse:
    person = _person(request, pk)
    if not is_confirmed(request):
        return _confirm(request, pk)
    return _handover(request, person, accounts.reset_password(by=request.viewer, person=person))


@roles(*MANAGING_ROLES)
@require_POST
def factor_remove(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The first of two managers asks."""
    done = _("Asked. Another manager confirms it within three days; until then the second factor stays.")
    return _do(request, pk, done, accounts.ask_to_remove_factor, person=_person(request, pk), is_grave=True)


@roles(*MANAGING_ROLES)
@require_POST
def factor_confirm(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The second one confirms."""
    done = _("The second factor is taken away. At the next sign-in a new one is set up.")
    return _do(request, pk, done, accounts.remove_second_factor, person=_person(request, pk), is_grave=True)


def _confirm(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Who has just proved who they are may give roles and passwords; from there back to the page of the person."""
    return confirm_first(request, then=reverse("schools:person_detail", args=[pk]))


@roles(*MANAGING_ROLES)
@require_POST
def person_deactivate(request: ViewerRequest, pk: UUID) -> HttpResponse:
    return _do(request, pk, _("The account is closed."), accounts.deactivate_person, person=_person(request, pk))


@roles(*MANAGING_ROLES)
@require_POST
def person_activate(request: ViewerRequest, pk: UUID) -> HttpResponse:
    return _do(request, pk, _("The account is open again."), accounts.activate_person, person=_person(request, pk))


def _do(
    request: ViewerRequest, pk: UUID, done: str, action: Any, *, is_grave: bool = False, **about: Any
) -> HttpResponse:
    if is_grave and not is_confirmed(request):
        return _confirm(request, pk)
    with transaction.atomic():
        action(by=request.viewer, **about)
    messages.success(request, done)
    return redirect("schools:person_detail", pk=pk)


def _person(request: ViewerRequest, pk: UUID) -> Person:
    person: Person = get_object_or_404(Person.objects.visible_to(request.viewer), pk=pk)
    return person


def _memberships(viewer: Viewer, person: Person) -> Any:
    seen = Membership.objects.visible_to(viewer).filter(person=person)
    related = seen.select_related("unit__kind", "person", "backup__person").prefetch_related("classes__school")
    return related.order_by("-starts_on", "pk")
