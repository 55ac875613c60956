"""Lists: columns, filters in the address, sorting, pages, a count, and the way out as a file.

A list is declared once (docs/adding-a-feature.md) and shown by its view:

    TALKS = List(name="talk_list", title=_("Talks"), columns=(...), filters=(...), order=("-talk__happened_at",))

    def talk_list(request):
        return render(request, "counseling/talk_list.html", {"list": TALKS.show(request, parts)})

The template includes `parts/list.html`. What an address asks for is known by name, or it is refused with 400.
"""

from schools.listing.columns import Column, yes
from schools.listing.filters import Choice, Days, Search, Stages, Units, together
from schools.listing.lists import List, Shown

__all__ = ["Choice", "Column", "Days", "List", "Search", "Shown", "Stages", "Units", "together", "yes"]
