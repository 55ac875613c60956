"""What students open: the slip's code or the class's page, the questions, the end. Nothing here reaches a staff page,
and what was answered is never shown again."""

import datetime as dt
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import BadRequest
from django.db.models import PositiveSmallIntegerField, UUIDField
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from schools.access import public
from schools.common.prepared import Prepared
from schools.common.text import clean_code
from schools.help_lines import help_lines
from schools.models import Unit
from screening.actions import answering as actions
from screening.actions.answering import NotNow
from screening.actions.guessing import forget_guesses, take_guess
from screening.asking import END, Questions, read_answers, sheet_of
from screening.consent_rules import STUDENT
from screening.consents import needed_of
from screening.forms.rounds import EnterForm
from screening.models import CriticalAnswer, Round, RoundClass, Slip
from screening.pace import TooFast, check_pace
from screening.results import own_result
from screening.slip_codes import hash_of, pin_of, whose
from screening.windows import SITTING, can_begin, takes_answers

SALT = "screening.sitting"
COOKIE = "sitting"
ROOM = "room"  # a cookie of the computer room: the code of the class that sits there, so that the next student finds in
PRINT = "print"  # a cookie beside it: "large", until the end page


@dataclass(frozen=True)
class Sitting:
    """One student at this browser. The token is signed; it ends by itself, and with a new issue of the slip."""

    slip: Slip
    token: str
    class_code: str


def _slips() -> Any:
    return Slip.objects.select_related("round__school__kind", "round__consent_text", "student__school", "class_group")


# Of a slip and its round no more than an answer on its way needs; the pages ask for the rest.
_SEATED = Prepared(
    lambda slip, issue: (
        Slip.objects.filter(pk=slip, issue=issue, revoked_at=None)
        .order_by()
        .select_related("round")
        .only(
            "round__state",
            "round__closed_at",
            "round__is_anonymous",
            "round__school",
            "round__consent_text",
            "student",
            "class_group",
            "issue",
        )
    ),
    slip=UUIDField(),
    issue=PositiveSmallIntegerField(),
)


def begun(slip: Slip, class_code: str) -> str:
    return signing.dumps([str(slip.pk), slip.issue, class_code], salt=SALT)


def _sitting(token: str, *, is_page: bool, max_age: dt.timedelta | None = SITTING) -> Sitting | None:
    try:
        pk, issue, class_code = signing.loads(token, salt=SALT, max_age=max_age)
    except (signing.BadSignature, ValueError):
        return None
    check_pace(uuid.UUID(pk))
    if is_page:
        slip = _slips().filter(pk=pk, issue=issue, revoked_at=None).first()
    else:
        slip = next(iter(_SEATED.objects(slip=pk, issue=issue)), None)
    return Sitting(slip, token, class_code) if slip else None


def _of_cookie(request: HttpRequest) -> Sitting | None:
    return _sitting(request.COOKIES.get(COOKIE, ""), is_page=True)


def paced(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A slip that sends too much waits (`screening.pace`). The script sends again by itself, a form stays."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except TooFast:
            sentence = _("Too much came from this slip at once. Wait a minute, go back, and send it once more.")
            refused = _closed(request, sentence, 429)
            refused["Retry-After"] = "60"
            return refused

    return answer


# --- in ---------------------------------------------------------------------------------------------------------------


@public
@paced
def answer_start(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR of a slip leads to. Looking at it begins nothing: programs look at addresses too."""
    slip = _slips().filter(code_hash=hash_of(code), revoked_at=None).first()
    if slip is None:  # a paper that a newer one has replaced, or no paper at all
        return _closed(request, _("This slip opens nothing any more. Please ask the counselor for a new one."), 404)
    check_pace(slip.pk)
    return _start(request, slip, "")


@public
@paced
def answer_class(request: HttpRequest, code: str) -> HttpResponse:
    """The class's page in the computer room: number and PIN. The same answer to a wrong number and to a wrong PIN;
    a PIN is looked at only while a student may begin, so that nobody guesses at night."""
    row = RoundClass.objects.select_related("round__school").filter(code_hash=hash_of(code)).first()
    if row is None:
        return _closed(request, _("This address opens nothing. Please look at it again, or ask the counselor."), 404)
    token = request.POST.get("slip", "")
    if request.method == "POST" and token:
        known = _sitting(token, is_page=True)
        return _start(request, known.slip, code) if known else redirect("screening:answer_class", code=code)
    if request.method == "POST" and not can_begin(row.round, row, timezone.now()):
        sentence = str(NotNow())
        return _closed(request, sentence, school=row.round.school)
    form = EnterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        slip = _by_pin(row, **form.cleaned_data)
        if slip is not None:
            return _start_page(request, slip, token=begun(slip, code))
        sentence = _(
            "Number and PIN do not fit. Look at your slip; after five wrong tries wait 15 minutes, or scan its code. "
            "If it still does not fit, ask for a new slip."
        )
        form.add_error(None, sentence)
    answer = render(request, "screening/answer_class.html", {"form": form}, status=422 if form.errors else 200)
    answer.set_cookie(ROOM, code, path=reverse("screening:answer_page"), httponly=True, samesite="Lax")
    return answer


def _by_pin(row: RoundClass, number: str, pin: str) -> Slip | None:
    here = _slips().filter(round=row.round_id, class_group=row.class_group_id, revoked_at=None)
    slip: Slip | None = here.filter(student__student_number=clean_code(number)).first()
    if slip is None or not take_guess(slip):
        return None
    if not constant_time_compare(clean_code(pin), pin_of(slip)):
        return None
    forget_guesses(slip)
    return slip


def _start(request: HttpRequest, slip: Slip, class_code: str) -> HttpResponse:
    if request.method != "POST":
        return _start_page(request, slip)
    if (said := request.POST.get("agree", "")) not in ("yes", "no"):
        raise BadRequest("neither yes nor no")
    try:
        actions.begin(slip=slip, agrees=said == "yes")
    except NotNow as refusal:
        return _closed(request, str(refusal), school=slip.round.school)
    if said == "no":
        sentence = _("That is all right. You need not give a reason, and nothing follows from it.")
        return _closed(request, sentence, school=slip.round.school)
    answer = redirect("screening:answer_page")
    answer.set_cookie(
        COOKIE,
        begun(slip, class_code),
        max_age=int(SITTING.total_seconds()),
        path=reverse("screening:answer_page"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _start_page(request: HttpRequest, slip: Slip, token: str = "") -> HttpResponse:
    if slip.finished_at is not None:
        return _closed(request, _("You have answered already. Thank you."), school=slip.round.school)
    slip.class_group.school = slip.round.school
    wanted = needed_of(slip.round, slip.student, timezone.localdate())
    context = {"slip": slip, "round": slip.round, "asks_consent": STUDENT in wanted, "token": token}
    return render(request, "screening/answer_start.html", context)


def _closed(request: HttpRequest, sentence: str, status: int = 200, school: Unit | None = None) -> HttpResponse:
    """A sentence, and whom one can call: of the school, where it is known whose slip this is."""
    room = request.COOKIES.get(ROOM, "")
    is_known = bool(room) and RoundClass.objects.filter(code_hash=hash_of(room), round__state=Round.State.OPEN).exists()
    context = {"sentence": sentence, "lines": help_lines(school), "class_code": room if is_known else ""}
    return render(request, "screening/answer_closed.html", context, status=status)


# --- the questions ----------------------------------------------------------------------------------------------------


@public
@require_safe
@paced
def answer_page(request: HttpRequest) -> HttpResponse:
    """The questions not answered yet: one at a time with a script, a page full without, from which one may go back to
    the page before. What was answered there is not shown; only what is chosen anew takes its place."""
    sitting = _of_cookie(request)
    if sitting is None:
        return _closed(request, _("Scan the code on your slip to begin."))
    if PRINT in request.GET:
        return _in_large_print(is_wanted=request.GET[PRINT] == "large")
    slip = sitting.slip
    if slip.finished_at is not None:
        return redirect("screening:answer_done")
    if not takes_answers(slip, timezone.now()):
        sentence = str(NotNow())
        return _closed(request, sentence, school=slip.round.school)
    answered, _seconds = actions.answers_so_far(slip)
    sheet = sheet_of(slip.round, get_language() or "zh", answered)
    unnamed = slip.round.is_anonymous  # all of it at once: nothing is kept on the way
    again = [] if unnamed else sheet.page_before(request.GET.get("before", ""))
    page = sheet.all_at_once() if unnamed else again or sheet.first_page()
    first = page[0].key if page else END
    context = {
        "round": slip.round,
        "sheet": sheet,
        "page": page,
        "is_last": unnamed or not page,
        "is_answered": bool(again),
        "before": first if not unnamed and sheet.page_before(first) else "",
        "told": _told(sheet, sitting),
        "sitting": sitting,
        "client_id": uuid.uuid4(),
        "again": "again" in request.GET,
        "is_large": request.COOKIES.get(PRINT) == "large",
    }
    return render(request, "screening/answer_page.html", context)


def _in_large_print(*, is_wanted: bool) -> HttpResponse:
    """For a page without a script, where no button can change the page itself."""
    answer = redirect("screening:answer_page")
    path = reverse("screening:answer_page")
    if is_wanted:
        answer.set_cookie(PRINT, "large", path=path, samesite="Lax")
    else:
        answer.delete_cookie(PRINT, path=path, samesite="Lax")
    return answer


def _told(sheet: Questions, sitting: Sitting) -> dict[str, Any]:
    """What the script works with: the questions, never an answer."""
    return {
        "asked": [one.told() for one in sheet.asked],
        "done": sheet.done,
        "total": sheet.total,
        "sitting": sitting.token,
        "who": whose(sitting.slip),
        "unnamed": sitting.slip.round.is_anonymous,
    }


Act = Callable[[Sitting, uuid.UUID, dict[str, Any], int, list[str]], bool]


@public
@require_POST
@paced
def answer_save(request: HttpRequest) -> HttpResponseBase:
    """Some answers. A script asks for JSON; a form is led on to the next page."""

    def act(sitting: Sitting, client_id: uuid.UUID, answers: dict[str, Any], seconds: int, left_out: list[str]) -> bool:
        return actions.save_answers(
            slip=sitting.slip, client_id=client_id, answers=answers, seconds=seconds, left_out=left_out
        )

    return _taken(request, act, then=reverse("screening:answer_page"))


@public
@require_POST
@paced
def answer_finish(request: HttpRequest) -> HttpResponseBase:
    def act(sitting: Sitting, client_id: uuid.UUID, answers: dict[str, Any], seconds: int, left_out: list[str]) -> bool:
        given = dict.fromkeys(left_out) | answers
        if sitting.slip.round.is_anonymous:
            actions.hand_in_unnamed(slip=sitting.slip, answers=given)
        else:
            actions.hand_in(slip=sitting.slip, submission=client_id, answers=given, seconds=seconds)
        return True

    return _taken(request, act, then=reverse("screening:answer_done"))


def _taken(request: HttpRequest, act: Act, *, then: str) -> HttpResponseBase:
    is_script = request.headers.get("X-Script") == "1"
    # However long it waited in a phone without a network: consent, issue and closing are looked at by the action.
    sitting = _sitting(request.POST.get("sitting", ""), is_page=False, max_age=None)
    if sitting is None:
        sentence = _("This page is too old. Scan the code on your slip again; what you answered is kept.")
        return JsonResponse({"sentence": sentence}, status=410) if is_script else _closed(request, sentence, 410)
    answers, left_out, is_bad = _read(request, sitting)
    if is_bad:  # what can be read is kept all the same, and calls if it must
        with suppress(NotNow):
            if answers:
                actions.save_answers(slip=sitting.slip, client_id=_client_id(request), answers=answers)
        raise BadRequest("an answer that no question offers")
    if is_script:  # what the script leaves empty was emptied by the student
        answers, left_out = answers | dict.fromkeys(left_out), []
    goes_back = request.POST.get("previous", "")
    skips = request.POST.get("skip") == "1" and not goes_back
    try:
        is_kept = act(sitting, _client_id(request), answers, _seconds(request), left_out if skips else [])
    except NotNow as refusal:
        sentence = str(refusal)
        if is_script:
            return JsonResponse({"sentence": sentence}, status=410)
        return _closed(request, sentence, 410, sitting.slip.round.school)
    if is_script:
        return JsonResponse({"kept": is_kept})  # False: all has been handed in before, as on another device
    if goes_back:
        return redirect(f"{reverse('screening:answer_page')}?{urlencode({'before': goes_back})}")
    return redirect(f"{then}?again=1" if left_out and not skips else then)


def _read(request: HttpRequest, sitting: Sitting) -> tuple[dict[str, Any], list[str], bool]:
    """The answers given, the questions that were shown and not answered, and whether a value could not be read."""
    keys = [key for key in request.POST.get("asked", "").split(",") if key]
    given = {key: request.POST.getlist(f"q-{key}") for key in keys}
    read, is_bad = read_answers(sitting.slip.round, given)
    answers = {key: value for key, value in read.items() if value is not None}
    return answers, [key for key, value in read.items() if value is None], is_bad


def _client_id(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("id", ""))
    except ValueError:
        raise BadRequest("no id") from None


def _seconds(request: HttpRequest) -> int:
    text = request.POST.get("seconds", "0")
    return min(int(text), 86_400) if text.isascii() and text.isdigit() and len(text) < 8 else 0


# --- the end ----------------------------------------------------------------------------------------------------------


@public
@require_GET
@paced
def answer_done(request: HttpRequest) -> HttpResponse:
    """The same page for everybody, but for one paragraph. Afterwards this browser knows nothing of the student."""
    sitting = _of_cookie(request)
    if sitting is None or sitting.slip.finished_at is None:
        return redirect("screening:answer_page") if sitting else _closed(request, _("You have answered. Thank you."))
    slip = sitting.slip
    context = {
        "round": slip.round,
        "called": CriticalAnswer.objects.filter(slip=slip).exists(),
        "class_code": sitting.class_code,
        "said": own_result(slip) if slip.round.shows_results else "",
        "lines": help_lines(slip.round.school),
        "is_large": request.COOKIES.get(PRINT) == "large",
    }
    answer = render(request, "screening/answer_done.html", context)
    for name in (COOKIE, PRINT):
        answer.delete_cookie(name, path=reverse("screening:answer_page"), samesite="Lax")
    return answer
