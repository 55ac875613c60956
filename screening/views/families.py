"""What a guardian opens: the link of a letter, the digits that prove it, the text, and yes or no. Nothing about the
child is shown before the proof, and afterwards only the family name and the class."""

import datetime as dt

from django.core import signing
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from schools.access import public
from schools.common.errors import Refused
from screening.actions.consents import say_by_link
from screening.actions.guessing import forget_guesses, take_guess
from screening.consents import can_use_link, digits_of, said_by_guardian
from screening.forms.rounds import DigitsForm
from screening.models import ConsentLink, Round, Slip
from screening.pace import TooFast, check_pace
from screening.slip_codes import hash_of
from screening.windows import last_day
from students.models import Student

SALT = "screening.guardian"
READING = dt.timedelta(minutes=30)
# A consent can be taken back after the survey too, and while a later one rests on it; then the paper is forgotten.
LINK_LIVES = dt.timedelta(days=180)


@public
def consent_answer(request: HttpRequest, code: str) -> HttpResponse:
    """One address for the whole road, so that a paper has one code."""
    link = _link(code)
    if link is None:  # issued anew, long over, or no link at all
        sentence = _("This link opens nothing any more. Please ask the class teacher; a signature on paper is as good.")
        return render(request, "screening/answer_closed.html", {"sentence": sentence}, status=404)
    if request.POST.get("proof"):
        try:
            check_pace(link.pk)
        except TooFast:
            sentence = _("Too much came from this link at once. Wait a minute, go back, and send it once more.")
            return render(request, "screening/answer_closed.html", {"sentence": sentence}, status=429)
        return _answered(request, link)
    form = DigitsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _proves(link, form.cleaned_data["digits"]):
            return _text(request, link)
        if link.is_dead:
            form.add_error(
                None, _("Too many wrong tries: this link opens nothing any more. Ask the school for a new one.")
            )
        else:
            form.add_error(
                None, _("These digits do not fit. After five wrong tries wait 15 minutes, or ask the school.")
            )
    context = {"form": form, "school": link.round.school}
    return render(request, "screening/consent_proof.html", context, status=422 if form.errors else 200)


def _link(code: str) -> ConsentLink | None:
    rows = ConsentLink.objects.select_related("round__school__kind", "round__consent_text", "guardian", "student")
    same_text = Round.objects.filter(consent_text=OuterRef("round__consent_text")).exclude(state=Round.State.CLOSED)
    lives = ~Q(round__closed_at__lt=timezone.now() - LINK_LIVES) | Exists(same_text)
    rows = rows.filter(lives).exclude(student__status=Student.Status.LEFT)
    link = rows.filter(code_hash=hash_of(code)).first()
    return link if link and can_use_link(link.guardian) else None


def _proves(link: ConsentLink, digits: str) -> bool:
    if not take_guess(link) or not constant_time_compare(digits, digits_of(link.guardian)):
        return False
    forget_guesses(link)
    return True


def _answered(request: HttpRequest, link: ConsentLink) -> HttpResponse:
    """Yes or no of somebody who has just proved who they are; else the digits are asked for again."""
    try:
        proved = signing.loads(request.POST["proof"], salt=SALT, max_age=READING)
    except signing.BadSignature:
        proved = None
    said = request.POST.get("answer")
    if proved != [str(link.pk), link.issue] or said not in ("yes", "no"):
        return render(request, "screening/consent_proof.html", {"form": DigitsForm(), "school": link.round.school})
    try:
        say_by_link(link=link, is_given=said == "yes")
    except Refused as refusal:
        return _text(request, link, str(refusal))
    return _text(request, link)


def _text(request: HttpRequest, link: ConsentLink, refusal: str = "") -> HttpResponse:
    slip = get_object_or_404(Slip.objects.select_related("class_group"), round=link.round_id, student=link.student_id)
    slip.class_group.school = link.round.school
    context = {
        "round": link.round,
        "student": link.student,
        "group": slip.class_group,
        "until": last_day(link.round, None),
        "said": said_by_guardian(link.round, link.guardian),
        "is_over": link.round.state == Round.State.CLOSED,
        "proof": signing.dumps([str(link.pk), link.issue], salt=SALT),
        "refusal": refusal,
    }
    return render(request, "screening/consent_answer.html", context)
