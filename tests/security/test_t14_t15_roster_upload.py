"""T14, T15: bad files through the real upload. Each gets a sentence, none is served back, nothing is written."""

import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from schools.models import AuditEntry, ClassGroup, Job
from students.models import Student
from tests.files import BAD_FILES
from tests.students.test_roster_import import file, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def upload(sign_in, django_capture_on_commit_callbacks):
    def go(member, content, name="roster.xlsx"):
        with django_capture_on_commit_callbacks(execute=True):
            sign_in(member).post("/roster/", {"file": SimpleUploadedFile(name, content)})
        return Job.objects.order_by("-created_at").first()

    return go


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_a_sentence_and_writes_nothing(world, sign_in, upload, name):
    make, _code = BAD_FILES[name]
    content = make()
    before = (Student.objects.count(), ClassGroup.objects.count())
    job = upload(world.a.leader, content)
    if job is None:  # an empty file is refused by the form
        assert content == b""
        return
    page = sign_in(world.a.leader).get(reverse("schools:job_detail", args=[job.pk])).content.decode()
    assert (job.state, job.result, (Student.objects.count(), ClassGroup.objects.count())) == ("failed", {}, before)
    assert len(job.message) > 8
    assert job.message.split("\n")[0][:8] in page.replace("&#x27;", "'")


def test_a_good_twin_of_the_bad_files_is_read(world, upload):
    assert upload(world.a.leader, file(line(1)), "roster.csv").state == "done"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "..\\..\\x.csv", "a/b/c.csv", "<script>alert(1)</script>.csv"]
)
def test_the_name_of_a_file_decides_nothing(world, sign_in, upload, name):
    job = upload(world.a.leader, file(line(1)), name)
    stored = [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]
    page = sign_in(world.a.leader).get(job.result["url"]).content.decode()
    assert all(re.fullmatch(r"[0-9a-f]{32}(\.found)?\.sealed", path.name) for path in stored)
    assert "<script>alert(1)</script>" not in page


def test_cells_are_shown_as_text(world, sign_in, upload):
    """T11: a payload in a cell stays text on the preview."""
    payload = '"<img src=x onerror=alert(1)>"'
    job = upload(world.a.leader, file(line(1, name=payload), line(2, phone=payload), line(3, grade=payload)), "a.csv")
    client = sign_in(world.a.leader)
    pages = [client.get(job.result["url"], {"tab": tab}).content.decode() for tab in ("new", "problems")]
    assert not [page for page in pages if "<img src=x" in page]


def test_a_refused_file_leaves_no_word_of_it_in_the_audit_log(world, upload):
    upload(world.a.leader, b"\x89PNG secret")
    assert "secret" not in repr(list(AuditEntry.objects.values_list("details", "verb")))
