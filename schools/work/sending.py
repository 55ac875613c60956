"""One request to a channel outside. Only to hosts that the deployment's settings name; redirects are not followed."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from smtplib import SMTPException, SMTPServerDisconnected
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext_noop

from schools.models.channels import Channel

SECONDS = 8
MOST_BYTES = 4096
KIND = Channel.Kind
# What came back is kept in English and told in the language of whoever reads it.
NO_ADDRESS = gettext_noop("no mail address")
TAKEN = gettext_noop("taken by the mail server")
NOT_NAMED = gettext_noop("this host is not named in the deployment's settings (NOTICE_HOSTS)")
NO_ANSWER = gettext_noop("no answer")


class NotSent(Exception):
    """It did not arrive; the words say why, for people."""


class NoAnswer(NotSent):
    """Nobody is there, or nobody answers in time: others through the same channel need not try just now."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


# No proxy of the environment either: it would decide where a message goes.
_opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def send(channel: Channel, text: str, *, to: str = "") -> str:
    """Send the sentence; what came back, in a few words. `to` is the phone number or the mail address of a person."""
    if channel.kind == KIND.MAIL:
        return _mail(text, to)
    if channel.kind == KIND.SMS:
        url, _line, body = channel.target.partition("\n")
        filled = (
            (body.strip() or DEFAULT_BODY).replace("{phone}", json.dumps(to)[1:-1]).replace("{text}", _quoted(text))
        )
        return _post(url.strip(), filled.encode())
    body = {"msg_type": "text", "content": {"text": text}}
    if channel.kind != KIND.FEISHU:
        body = {"msgtype": "text", "text": {"content": text}}
    return _post(channel.target.strip(), json.dumps(body).encode())


DEFAULT_BODY = '{"phone": "{phone}", "text": "{text}"}'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _mail(text: str, to: str) -> str:
    if not to:
        raise NotSent(NO_ADDRESS)
    try:
        send_mail(text, text, None, [to])
    except OSError as error:
        if isinstance(error, SMTPException) and not isinstance(error, SMTPServerDisconnected):
            raise NotSent(type(error).__name__) from error
        raise NoAnswer(NO_ANSWER) from error
    except ValueError as error:  # what was typed is no address
        raise NotSent(type(error).__name__) from error
    return TAKEN


def check_host(url: str) -> None:
    """Refuse every address whose host the deployment's settings do not name."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in ("http", "https") or host not in settings.NOTICE_HOSTS or "@" in parts.netloc:
        raise NotSent(NOT_NAMED)


def _post(url: str, body: bytes) -> str:
    check_host(url)
    request = urllib.request.Request(  # noqa: S310  the scheme is checked above
        url, data=body, method="POST", headers={"Content-Type": "application/json; charset=utf-8"}
    )
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            said = answer.read(MOST_BYTES)
            is_whole = len(said) == MOST_BYTES or not answer.length  # what is left to come
    except urllib.error.HTTPError as error:
        raise NotSent(f"HTTP {error.code}") from error
    except (OSError, HTTPException) as error:  # nobody there, or nobody who speaks HTTP
        raise NoAnswer(NO_ANSWER) from error
    except ValueError as error:  # the address of the channel is none
        raise NotSent(type(error).__name__) from error
    if not is_whole:
        raise NoAnswer(NO_ANSWER)
    _check_answer(said)
    return "HTTP 200"


def _check_answer(said: bytes) -> None:
    """Robots answer 200 and put what went wrong into the body."""
    try:
        told = json.loads(said)
    except ValueError:
        return
    if isinstance(told, dict):
        for name in ("errcode", "code", "StatusCode"):
            if told.get(name) not in (None, 0, "0", 200):
                raise NotSent(f"{name} {str(told[name])[:20]}")
