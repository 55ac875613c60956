"""One database's measurements, in a process of its own whose environment points at it."""

import sys
import time

import django


def main(parts: list[str], *, full: bool) -> None:
    django.setup()
    from django.core.management import call_command

    from bench import audit

    call_command("migrate", verbosity=0)
    alone = {"morning": _morning, "notices": _notices, "submission": _submission, "screening": _screening}
    for part, measure in alone.items():
        if part in parts:
            measure(full)
            _empty()
    if not set(parts) - set(alone):
        return
    load_demo("school")
    if "pages" in parts:
        from bench import pages

        pages.run("1,300 students")
    if "requests" in parts:
        from bench import requests

        requests.run("1,300 students")
    if "audit" in parts:
        audit.run()
    if "scoring" in parts:
        from bench import scoring

        scoring.run()
    if full and {"pages", "requests", "roster", "pdf"} & set(parts):
        district(parts)


def _morning(full: bool) -> None:
    from bench import morning

    morning.run(quick=not full)


def _notices(_full: bool) -> None:
    from bench import notices

    notices.run()


def _submission(_full: bool) -> None:
    from bench import submission

    submission.run()


def _screening(full: bool) -> None:
    from bench import screening

    screening.run(quick=not full)


def _empty() -> None:
    """For the next part, which begins with the same ids."""
    from django.core.cache import cache
    from django.core.management import call_command

    from tests.world import ensure_seeds

    call_command("flush", verbosity=0, interactive=False)
    cache.clear()
    ensure_seeds()


def district(parts: list[str]) -> None:
    _empty()
    load_demo("district")
    if "pages" in parts:
        from bench import pages

        pages.run("53,492 students")
    if "requests" in parts:
        from bench import requests

        requests.run("53,492 students")
    if "roster" in parts:
        from bench import roster

        roster.run()
    if "pdf" in parts:
        from bench import pdf

        pdf.run()


def load_demo(scale: str) -> None:
    from django.utils import timezone

    from config.demo import load_demo as load

    started = time.monotonic()
    # As of today, like the server's clock: the term's talks must be those of the current term.
    load(scale, today=timezone.localdate(), tell=lambda _text: None)
    print(f"demo {scale}: {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1].split(","), full=sys.argv[2] == "full")
