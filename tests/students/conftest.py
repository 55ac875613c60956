"""Handing in a roster file as somebody, with the job done at once."""

import pytest


@pytest.fixture
def upload(sign_in, django_capture_on_commit_callbacks):
    """Hand in a file as somebody; the job runs at once."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from schools.models import Job

    def go(member, content, name="roster.csv"):
        with django_capture_on_commit_callbacks(execute=True):
            answer = sign_in(member).post("/roster/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 302
        return Job.objects.order_by("-created_at").first()

    return go


@pytest.fixture
def post(sign_in, django_capture_on_commit_callbacks):
    """Post to a page of a preview; the job runs at once."""
    from django.urls import reverse

    from schools.models import Job

    def go(member, name, job, data=None):
        with django_capture_on_commit_callbacks(execute=True):
            app = "schools" if name.startswith("import_") else "students"
            sign_in(member).post(reverse(f"{app}:{name}", args=[job.pk]), data or {})
        return Job.objects.order_by("-created_at").first()

    return go
