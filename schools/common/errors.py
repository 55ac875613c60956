"""The one error an action raises: a sentence for the person who acted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest


class Refused(Exception):
    """The action may not happen now. `str(error)` is a translated sentence that says why and what to do; `field`
    names the field of a form that it is about, if it is about one.

    A view need not catch it: `schools.middleware.Refusals` shows the sentence and leads back.
    """

    def __init__(self, sentence: str = "", *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def changed_meanwhile() -> Refused:
    return Refused(_("Somebody else has just dealt with this. The page now shows how it stands."))


@contextmanager
def refusal_in(form: "forms.BaseForm") -> Iterator[None]:
    """What is refused within becomes an error of the form, at its field; the page then shows what was typed.

    with refusal_in(form):
        change_unit(by=request.viewer, unit=unit, **form.cleaned_data)
        return redirect(unit)
    return render(request, "schools/unit_edit.html", {"form": form})
    """
    try:
        yield
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@contextmanager
def refusal_told(request: "HttpRequest") -> Iterator[None]:
    """What is refused within is told as a message; the view goes on to a page of its own choice.

    with refusal_told(request):
        acknowledge_flag(by=request.viewer, flag=flag)
        messages.success(request, _("You have it in hand."))
    return redirect(flag)
    """
    try:
        yield
    except Refused as refusal:
        messages.error(request, str(refusal))
