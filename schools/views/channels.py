"""Channels outside: those of the unit, those a person wants, and what became of everything that was sent."""

import datetime as dt

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools.access import MANAGING_ROLES, roles
from schools.actions.channels import choose_channels, set_channel, try_channel
from schools.common.errors import refusal_in
from schools.forms.channels import ChannelForm, ChoiceForm
from schools.models import Channel, ChannelChoice, Delivery, Role
from schools.notice_lists import SENT
from schools.requests import ViewerRequest
from schools.work.notices import known_to
from schools.work.reminders import all_sources, sources_seen_by, what_it_took

BACK = dt.timedelta(days=30)


@roles(*MANAGING_ROLES)
def channel_list(request: ViewerRequest) -> HttpResponse:
    """Each kind with its form; one that was refused comes back with the reason."""
    own = {one.kind: one for one in Channel.objects.visible_to(request.viewer)}
    sent = request.POST.get("kind", "")
    if sent and sent not in Channel.Kind.values:
        raise Http404
    forms = {
        kind: ChannelForm(request.POST if kind == sent else None, kind=kind, channel=own.get(kind))
        for kind in Channel.Kind.values
    }
    if sent and (form := forms[sent]).is_valid():
        with refusal_in(form):
            target = form.cleaned_data.get("target", "")
            set_channel(by=request.viewer, kind=sent, target=target, is_on=form.cleaned_data["is_on"])
            messages.success(request, _("Saved."))
            return redirect("schools:channel_list")
    labels = dict(Channel.Kind.choices)
    rows = [(kind, labels[kind], form) for kind, form in forms.items()]
    return render(request, "schools/channel_list.html", {"rows": rows})


@roles(*MANAGING_ROLES)
@require_POST
def channel_try(request: ViewerRequest) -> HttpResponse:
    arrived, said = try_channel(by=request.viewer, kind=request.POST.get("kind", ""))
    if arrived:
        messages.success(request, _("It arrived: {said}.").format(said=_(said)))
    else:
        messages.error(request, _("It did not arrive: {said}.").format(said=_(said)))
    return redirect("schools:channel_list")


@roles(*tuple(Role))
def notice_settings(request: ViewerRequest) -> HttpResponse:
    """What one wants outside of the application."""
    choice = ChannelChoice.objects.visible_to(request.viewer).first()
    form = ChoiceForm(request.POST or None, choice=choice)
    if request.method == "POST" and form.is_valid():
        choose_channels(by=request.viewer, values=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("schools:notice_settings")
    return render(request, "schools/notice_settings.html", {"form": form})


@roles(*MANAGING_ROLES)
@require_GET
def notice_sent(request: ViewerRequest) -> HttpResponse:
    """Delivered, failed, read, acknowledged: everything that called somebody of the unit."""
    viewer, since = request.viewer, timezone.now() - BACK
    hidden = all_sources().keys() - sources_seen_by(viewer).keys()
    seen = known_to(viewer).exclude(kind__in=hidden)
    counts = seen.aggregate(
        all=Count("pk"),
        read=Count("pk", filter=Q(read_at__isnull=False)),
        acknowledged=Count("pk", filter=Q(acknowledged_at__isnull=False)),
    )
    sent = Delivery.objects.filter(notice__in=seen).aggregate(
        delivered=Count("pk", filter=Q(state=Delivery.State.SENT)),
        failed=Count("pk", filter=Q(state=Delivery.State.GIVEN_UP)),
        waiting=Count("pk", filter=Q(state=Delivery.State.QUEUED)),
    )
    rows = seen.select_related("membership__person", "membership__unit").prefetch_related("deliveries__channel")
    took = what_it_took(viewer, since=since)
    context = {"list": SENT.show(request, rows), "counts": counts | sent, "took": took}
    return render(request, "schools/notice_sent.html", context)
