"""Threat T5: what belongs to another school, class or person shows up nowhere, however one walks; nothing lies open.

Every text of the cast carries a sentinel. A crawl follows all links that a person is shown; searches ask for the other
school's names and numbers; then the database, sessions, cache, jobs and log are read as a thief would.
"""

import html
import logging
import re
from collections import Counter, deque
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.urls import resolve, reverse

from schools.models import Job
from tests.counseling.sheet import sent
from tests.security.test_t20_nothing_readable import everything_stored
from tests.walking import SENTINEL, arrived, leaks, members, things, things_counted, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("readable_papers")]
LINK = re.compile(r"""(?:href|hx-get|data-url|action)="([^"#]+)""")
MOST_PAGES = 90
PHONE, FAMILY_PHONE = "13812347391", "13912348264"
CRAWLERS = ["a.teacher", "a.subject_teacher", "a.counselor", "a.leader", "district_staff"]


def links_of(answer):
    """Addresses of this site on a page, for GET."""
    if "html" not in answer.headers.get("Content-Type", ""):
        return []
    found = [html.unescape(link) for link in LINK.findall(answer.told)]
    return [link for link in found if link.startswith(("/", "?")) and not link.startswith(("//", "/static"))]


def shape(url):
    """Many months of a calendar are one page to a crawl; two students are two."""
    parts = urlsplit(url)
    return parts.path, tuple(sorted(pair.split("=")[0] for pair in parts.query.split("&")))


def kind(url):
    """The view, and what it is asked for."""
    path, parameters = shape(url)
    return resolve(path).view_name, parameters


def crawl(client, most=MOST_PAGES):
    """Pages breadth-first from the workbench, two of each kind: address and answer."""
    waiting, seen, kinds = deque(["/"]), {shape("/")}, Counter()
    while waiting and most:
        url, most = waiting.popleft(), most - 1
        answer = visit(client, "get", url)
        yield url, answer
        for link in links_of(answer):
            link = urlsplit(url).path + link if link.startswith("?") else link
            if shape(link) not in seen and kinds[kind(link)] < 2:
                seen.add(shape(link))
                kinds[kind(link)] += 1
                waiting.append(link)


def lifelike(student):
    """The student with numbers as they are in life; whole, they may stand on no page."""
    student.phone = PHONE
    student.save()
    guardian = student.guardians.get()
    guardian.phone, guardian.id_number = FAMILY_PHONE, "44060819850101123X"
    guardian.save()
    return {student.phone, student.id_number, student.registry_number, guardian.phone, guardian.id_number}


@pytest.mark.parametrize("who", CRAWLERS)
def test_no_page_that_is_linked_shows_a_text_for_other_eyes_or_a_number_whole(who, world, sign_in):
    """Numbers are shown masked to everybody (threat T10); one crawl looks for both."""
    things_counted(world)
    numbers = lifelike(world.a.student)
    pages = list(crawl(arrived(sign_in(members(world)[who]))))
    assert len(pages) > 10
    assert [(url, answer.status_code) for url, answer in pages if answer.status_code >= 500] == []
    assert [(url, text) for url, answer in pages for text in leaks(who, answer)] == []
    assert [(url, number) for url, answer in pages for number in numbers if number in answer.told] == []
    masked = f"{PHONE[:3]}****{PHONE[-4:]}"  # four digits alone may stand in a random id
    shows_masked = any(masked in answer.told for _url, answer in pages)
    assert shows_masked == (who in ("a.teacher", "a.counselor", "a.leader"))


SEARCHES = ["students:student_list", "counseling:student_picker", "counseling:talk_list", "reports:figure_list"]


@pytest.mark.parametrize("who", CRAWLERS)
def test_searching_for_the_other_schools_students_finds_none(who, counted, sign_in):
    client, foreign = arrived(sign_in(members(counted)[who])), counted.b.student
    found = []
    for name in [*SEARCHES, "schools:person_list"]:
        for text in (foreign.name, foreign.student_number, "bstudent", "b1", foreign.phone, "b-leader", "乙校leader"):
            answer = visit(client, "get", reverse(name), {"q": text})
            # What one typed oneself comes back in the field of the search.
            told = answer.told.replace(html.escape(text), "")
            found += [(name, text) for sign in (str(foreign.pk), "SENTINEL-b") if sign in told]
            if who.startswith("a."):
                found += [(name, text) for sign in (str(counted.b.leader.person_id), "乙校") if sign in told]
    assert found == []


@pytest.mark.parametrize("who", ["a.teacher", "a.counselor", "a.leader"])
def test_numbers_of_the_other_schools_papers_find_nobody(who, world, sign_in):
    client = sign_in(members(world)[who])
    own, foreign = world.a.student, world.b.student
    find = reverse("students:student_find")
    assert client.post(find, {"number": own.id_number}).url == own.get_absolute_url()
    for number in (foreign.id_number, foreign.registry_number):
        answers = [client.post(find, {"number": given}) for given in (number, "44060820170101001X")]
        assert [answer.url for answer in answers] == [reverse("students:student_list")] * 2
        assert str(foreign.pk) not in client.get(answers[0].url).content.decode()


SECRET = "SENTINEL-a-typed"


def test_what_is_typed_lies_open_nowhere(world, sign_in, caplog):
    """A talk, a draft, a flag and corrected base data, sent as a browser sends them: at rest nobody can read them."""
    caplog.set_level(logging.DEBUG)
    client, student = sign_in(world.a.counselor), world.a.student
    texts = {name: f"{SECRET}-{name}" for name in ("words", "view", "agreed", "background", "effect")}
    client.post(reverse("counseling:talk_new"), sent(student, first=texts | {"severity": "3"}))
    client.post(reverse("counseling:talk_draft"), sent(student, first={"words": f"{SECRET}-draft"}))
    flag = {"severity": "2", "reason": f"{SECRET}-reason", "known_at": "2026-03-18T09:00"}
    client.post(reverse("students:flag_new", args=[world.a.neighbor.pk]), flag)
    client.post(reverse("students:guardian_new", args=[student.pk]), {"name": "x", "phone": "13912345678"})
    client.post(reverse("students:student_find"), {"number": student.id_number})
    assert saved(world) == {"talk", "draft", "flag", "guardian"}

    places = {
        "database": everything_stored(),
        "sessions": str(dict(client.session)),
        "cache": str(getattr(cache, "_cache", "")),
        "jobs": str(list(Job.objects.values_list("params", "result"))),
        "log": "\n".join(str(record.__dict__) for record in caplog.records if "db.backends" not in record.name),
    }
    open_texts = [SECRET, "13912345678", student.id_number, student.phone, student.address, student.health]
    assert [(place, text) for place, held in places.items() for text in open_texts if text in held] == []


def saved(world):
    """What of the above reached the database; reads it through the models."""
    from counseling.models import TalkDraft, TalkPart
    from students.models import FlagReport, Guardian

    found = {
        "talk": any(part.words == f"{SECRET}-words" for part in TalkPart.objects.all()),
        "draft": any(f"{SECRET}-draft" in draft.content for draft in TalkDraft.objects.all()),
        "flag": any(report.text == f"{SECRET}-reason" for report in FlagReport.objects.all()),
        "guardian": any(guardian.phone == "13912345678" for guardian in Guardian.objects.all()),
    }
    return {name for name, is_there in found.items() if is_there}


def test_only_names_lie_open_in_the_database(world):
    """They are searched for and sorted by; everything else that was ever written about a student is sealed."""
    found = set(SENTINEL.findall(everything_stored()))
    assert found
    assert sorted(text for text in found if not re.fullmatch(r"SENTINEL-[ab]-(name-\w+|former|guardian)", text)) == []


def test_jobs_of_the_cast_say_nothing_of_people(world):
    things(world)
    assert "SENTINEL" not in str(list(Job.objects.values_list("params", "result", "message")))
