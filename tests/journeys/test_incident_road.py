"""The road of a crisis event on phones: three taps and a sentence, somebody leads, it goes up and is acknowledged."""

import pytest

from counseling.models import Incident, IncidentReport
from tests.journeys.test_four_roles import assert_accessible, enter, term  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_crisis_from_the_button_to_the_acknowledgement(enter, world):  # noqa: F811
    phone = enter("a-teacher", width=360)
    phone.goto("/incidents/start/")
    phone.fill("[name=q]", world.a.student_3.name)  # found while it is typed
    phone.click(f"#found a[href='/incidents/start/{world.a.student_3.pk}/']")
    phone.goto(f"/students/{world.a.student_3.pk}/")
    phone.click(".head a.danger")
    phone.check("[name=kind][value=threat]", force=True)
    phone.fill("[name=happened]", "她站在三楼栏杆外")
    assert_accessible(phone)
    phone.click(".btn.alarm")
    phone.wait_for_url("**/incidents/*/")
    incident = Incident.objects.get()
    assert phone.locator(f"a[href='tel:{world.a.counselor.person.phone}']").count() == 1
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.click("#first button >> nth=0")
    phone.wait_for_selector("#first li.done")
    assert_accessible(phone)

    leader = enter("a-leader", width=360)
    leader.goto(f"/incidents/{incident.pk}/")
    leader.click("form[action$='/lead/'] .btn.go")
    leader.goto(f"/incidents/{incident.pk}/report/")
    leader.fill("[name=text]", "学生一人，已安全，家长正在来校")
    leader.click("main form .btn.go")
    leader.wait_for_url("**/incidents/*/")

    center = enter("cluster_staff", width=360)
    center.goto(IncidentReport.objects.get().get_absolute_url())
    assert world.a.student_3.name not in center.locator("body").inner_text()
    center.click("main form .btn.go")
    center.wait_for_selector(".tag.good")
    assert IncidentReport.objects.get().acknowledged_by == world.cluster_staff
