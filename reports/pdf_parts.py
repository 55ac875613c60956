"""A document that is too large to lay out at once: each part by a process that ends and gives its memory back.

The parts are laid out twice, first to learn how many pages each has, then with the right numbers on them. Joined, they
are one tagged document again: the tree of one part becomes a branch of the first one's tree.
"""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

import pikepdf
from django.conf import settings

from reports.document import Section, SummaryDocument

Write = Callable[..., str]
Progress = Callable[[int, int], None]


def render_parts(document: SummaryDocument, *, write: Write, rows: int, progress: Progress) -> bytes:
    """`write` makes the HTML of some sections; no part has a table of more than so many `rows`."""
    parts = [[section for section in document.sections if not section.is_appendix]]
    parts += [[chunk] for chunk in _chunks(document, rows)]
    steps = 2 * len(parts)
    counts = []
    for number, sections in enumerate(parts):
        progress(number, steps)
        counts.append(int(_child("pages", write(sections, is_first=number == 0))))
    starts = [1, *(1 + before for before in accumulate(counts))]
    pages = _pages_of(parts, starts)
    done = []
    for number, sections in enumerate(parts):
        progress(len(parts) + number, steps)
        counted = (starts[number], sum(counts))
        done.append(_child("pdf", write(sections, is_first=number == 0, pages=pages, counted=counted)))
    progress(steps, steps)
    return join(done)


def _chunks(document: SummaryDocument, size: int) -> Iterator[Section]:
    """The appendix cut into sections of few enough rows, each with a part of one table."""
    for section in document.sections:
        if section.is_appendix:
            for table in section.tables:
                for start in range(0, len(table.rows), size):
                    yield replace(section, tables=[replace(table, rows=table.rows[start : start + size])])


def _pages_of(parts: Sequence[Sequence[Section]], starts: Sequence[int]) -> dict[str, int]:
    """Where each appendix and each of its tables begins."""
    found: dict[str, int] = {}
    for sections, start in zip(parts[1:], starts[1:], strict=False):
        for section in sections:
            for anchor in (section.code, *(f"table-{table.code}" for table in section.tables)):
                found.setdefault(anchor, start)
    return found


def _child(what: str, html: str) -> bytes:
    """The PDF, or how many pages it has, by a process of its own."""
    command = [sys.executable, "-m", "schools.common.pdf_child", what]
    done = subprocess.run(command, input=html.encode(), capture_output=True, check=True, cwd=settings.BASE_DIR)  # noqa: S603
    return done.stdout


# --- joining -------------------------------------------------------------------------------------------------------


def join(parts: Sequence[bytes]) -> bytes:
    with pikepdf.open(io.BytesIO(parts[0])) as whole:
        for part in parts[1:]:
            with pikepdf.open(io.BytesIO(part)) as pdf:
                _append(whole, pdf)
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()


def _append(whole: pikepdf.Pdf, part: pikepdf.Pdf) -> None:
    """The pages first: what the tree then says of them is found again under their new names."""
    tree = whole.Root.StructTreeRoot
    entries = tree.ParentTree.Nums
    offset = max((int(key) for key in list(entries)[::2]), default=-1) + 1
    _renumber(part, offset)
    _rename(_trunk(part.Root.StructTreeRoot), f"{offset}-".encode())
    whole.pages.extend(part.pages)
    branch = whole.copy_foreign(part.Root.StructTreeRoot)
    for number, value in enumerate(list(branch.ParentTree.Nums)):
        entries.append(value if number % 2 else int(value) + offset)
    trunk = _trunk(tree)
    for element in _kids(_trunk(branch)):
        element.P = trunk
        trunk.K.append(element)
    tree.ParentTreeNextKey = max(int(key) for key in list(entries)[::2]) + 1


def _renumber(part: pikepdf.Pdf, offset: int) -> None:
    """Pages and links name their place in the tree by number."""
    for page in part.pages:
        if "/StructParents" in page.obj:
            page.obj.StructParents = int(page.obj.StructParents) + offset
        for link in page.obj.get("/Annots", []):
            if "/StructParent" in link:
                link.StructParent = int(link.StructParent) + offset


def _rename(element: pikepdf.Object, prefix: bytes) -> None:
    """Cells name their headers by ids, which must differ from those of the other parts."""
    if not isinstance(element, pikepdf.Dictionary) or "/S" not in element:
        return
    if "/ID" in element:
        element.ID = pikepdf.String(prefix + bytes(element.ID))
    if "/A" in element and "/Headers" in element.A:
        element.A.Headers = pikepdf.Array([pikepdf.String(prefix + bytes(name)) for name in element.A.Headers])
    for kid in _kids(element):
        _rename(kid, prefix)


def _trunk(tree: pikepdf.Object) -> pikepdf.Object:
    """The element of the document itself."""
    return _kids(tree)[0]


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K", pikepdf.Array())
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]
