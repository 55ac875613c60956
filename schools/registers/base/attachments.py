"""Files of records: what may be one, how it is kept, and how it leaves. Any record may carry them.

What a file is, its first bytes say, never its name; it is stored encrypted under a random name, and leaves only through
the page of its record, as a download that no browser takes for a page.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.db import models, transaction
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from schools.common import files
from schools.models import Attachment, Membership
from schools.models.records import subject_of

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 10
LONGEST_NAME = 120
_OFFICE = "application/vnd.openxmlformats-officedocument"
# First bytes → type and the endings it may have. Office files are archives; which of them, their name says.
_KINDS: list[tuple[bytes, dict[str, str]]] = [
    (b"%PDF-", {"pdf": "application/pdf"}),
    (b"\xff\xd8\xff", {"jpg": "image/jpeg", "jpeg": "image/jpeg"}),
    (b"\x89PNG\r\n\x1a\n", {"png": "image/png"}),
    (b"RIFF", {"webp": "image/webp"}),
    (
        b"PK\x03\x04",
        {
            "docx": f"{_OFFICE}.wordprocessingml.document",
            "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
            "pptx": f"{_OFFICE}.presentationml.presentation",
        },
    ),
]


@dataclass(frozen=True)
class Upload:
    name: str
    content_type: str
    content: bytes


def checked(file: Any) -> Upload:
    """An upload whose content is what its name says, or a sentence why not."""
    name = _plain_name(file.name)
    if file.size > MOST_BYTES:
        raise forms.ValidationError(
            _("{name} is larger than 10 MB. Make it smaller, or scan it again.").format(name=name)
        )
    content = file.read()
    content_type = _type_of(name, content)
    if not content_type:
        sentence = _("{name} is not a picture, PDF or Office file. Save it as one of these, then choose it again.")
        raise forms.ValidationError(sentence.format(name=name))
    return Upload(name, content_type, content)


def _plain_name(name: str) -> str:
    """Without a path and without what does not show."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(mark for mark in last if mark.isprintable()).strip(" .")
    stem, dot, ending = shown.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot else shown[:LONGEST_NAME]


def _type_of(name: str, content: bytes) -> str:
    ending = name.rpartition(".")[2].lower()
    return next((types.get(ending, "") for start, types in _KINDS if content.startswith(start)), "")


@transaction.atomic
def keep(record: models.Model, upload: Upload, *, by: Membership | None) -> Attachment:
    """Part of an action, which checks who may and writes the audit row."""
    row: Attachment = Attachment.objects.create(
        **subject_of(record),
        by=by,
        name=upload.name,
        content_type=upload.content_type,
        size=len(upload.content),
    )
    files.keep_file(row.pk, upload.content)
    return row


def drop(attachments: Any) -> None:
    """Rows at once, contents once it is certain."""
    keys = list(attachments.values_list("pk", flat=True))
    attachments.delete()
    for key in keys:
        transaction.on_commit(partial(files.delete_file, key))


def as_download(attachment: Attachment) -> HttpResponse:
    return HttpResponse(
        files.open_file(attachment.pk),
        content_type=attachment.content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, attachment.name),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
