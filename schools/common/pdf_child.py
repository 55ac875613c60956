"""HTML to tagged PDF; as a program from standard input to standard output. Fetches nothing; knows nothing of Django."""

import sys


def render(html: str) -> bytes:
    # Takes a second to load, which a command or worker that lays out nothing need not wait for.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    page = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"]))
    content: bytes = page.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, custom_metadata=False)
    return content


if __name__ == "__main__":
    sys.stdout.buffer.write(render(sys.stdin.buffer.read().decode()))
