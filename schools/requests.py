"""The types of a request after `schools.middleware`: who acts is known."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from schools.access import Viewer
from schools.models.people import Membership, Person


class PersonRequest(HttpRequest):
    """Of somebody signed in, perhaps without a current role."""

    user: Person
    viewer: Viewer | None
    memberships: list[Membership]
    htmx: HtmxDetails


class ViewerRequest(PersonRequest):
    """Of a view with `roles`: somebody acts in one of them."""

    viewer: Viewer
