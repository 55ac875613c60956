"""Render HTML from standard input to PDF on standard output, and end. Fetches nothing; knows nothing of Django."""

import sys

from weasyprint import HTML
from weasyprint.urls import URLFetcher


def main() -> None:
    html = sys.stdin.buffer.read().decode()
    document = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"]))
    sys.stdout.buffer.write(document.write_pdf())


if __name__ == "__main__":
    main()
