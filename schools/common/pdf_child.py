"""HTML to tagged PDF; as a program from standard input to standard output. Fetches nothing; knows nothing of Django."""

import sys
from typing import Any

OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/ua-1", "pdf_tags": True, "custom_metadata": False}


def render(html: str) -> bytes:
    content: bytes = _page(html).write_pdf(**OPTIONS)
    return content


def count_pages(html: str) -> int:
    """Laid out, but not written: to put the fonts into a file takes as long as the layout."""
    return len(_page(html).render(**OPTIONS).pages)


def _page(html: str) -> Any:
    # Takes a second to load, which a command or worker that lays out nothing need not wait for.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    return HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"]))


def main(what: str) -> None:
    html = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(str(count_pages(html)).encode() if what == "pages" else render(html))


if __name__ == "__main__":
    main(sys.argv[1])
