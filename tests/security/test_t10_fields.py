"""Threat T10: nobody is sent more of a record than they may see, on whatever page and in whatever file.

Which texts a person may meet is tried by the walk; that no page shows a number whole, by the crawl of T5.
"""

import pytest
from django.urls import reverse

from counseling.content import to_json
from counseling.models import TalkRevision
from schools.models import AuditEntry
from tests.security.test_t05_canaries import FAMILY_PHONE, PHONE, lifelike
from tests.walking import ACTORS, address, members, part_of, raised, things, visit
from tests.world import sentinel

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbers(world):
    return lifelike(world.a.student)


@pytest.mark.parametrize("who", ["counselor", "leader", "teacher", "grade_head"])
@pytest.mark.parametrize("what", ["contact", "papers"])
def test_unmasking_shows_what_was_asked_for_and_no_more(who, what, world, sign_in, numbers):
    contact = {PHONE, FAMILY_PHONE}
    papers = {world.a.student.id_number, world.a.student.registry_number}
    url = reverse("students:student_unmask", args=[world.a.student.pk])
    told = sign_in(world.a.people[who]).post(url, {"what": what, "reason": "danger"}).content.decode()
    wanted, others = (contact, papers) if what == "contact" else (papers, contact)
    assert {number for number in wanted if number in told} == wanted
    assert {number for number in others if number in told} == set()
    assert AuditEntry.objects.filter(student_id=world.a.student.pk, verb__contains="unmask").count() == 1


def test_a_class_teacher_learns_that_there_is_a_flag_and_not_why(world, sign_in):
    """On the flag, in the file, in the list, on the workbench, when logging a talk; and after it is closed."""
    reason = sentinel(world.a, "unseen-reason")
    flag = raised(world.a.student_2, world.a.counselor, reason=reason)
    client = sign_in(world.a.teacher)
    urls = [flag.get_absolute_url(), world.a.student_2.get_absolute_url(), reverse("students:flag_list"), "/"]
    urls += [f"{reverse('counseling:talk_new')}?student={world.a.student_2.pk}"]
    counselor = sign_in(world.a.counselor)
    assert reason in counselor.get(urls[0]).content.decode()
    assert [url for url in urls if reason in visit(client, "get", url).told] == []
    closed = {"outcome": "supported", "seen": f"{reason}-seen at last", "done": f"{reason}-closed after talks"}
    assert counselor.post(reverse("students:flag_close", args=[flag.pk]), closed).status_code == 302
    assert [url for url in urls if reason in visit(client, "get", url).told] == []


def test_earlier_wordings_of_a_talk_are_for_its_readers_only(world, sign_in):
    """A correction keeps what stood there before, and keeps it from the same people."""
    part = part_of(world.a, "restricted")
    text = to_json(part).replace(part.words, "EARLIER")
    TalkRevision.objects.create(part=part, number=1, by=world.a.counselor.person, content=text)
    shown = []
    for who in ACTORS:
        told = visit(sign_in(members(world)[who]), "get", address("counseling:talk_detail", part.pk)).told
        shown += [who] if "EARLIER" in told else []
    assert shown == ["a.counselor", "a.counselor_2"]


def test_a_jobs_page_tells_nothing_of_what_its_file_holds(world, sign_in):
    objects = things(world)
    told = visit(sign_in(world.a.leader), "get", address("schools:job_detail", objects["import"]["the leader's"])).told
    assert "SENTINEL" not in told
