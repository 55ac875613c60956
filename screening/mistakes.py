"""Sentences about what is wrong in a file: what stands there, and what to write instead."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.common.labels import told
from screening.reading import Mistake

SENTENCES: dict[str, Any] = {
    "no_json": gettext_lazy("This is no JSON. A comma, quotation mark or bracket is missing or too many here."),
    "too_large": gettext_lazy("The file is too large for an instrument."),
    "twice": gettext_lazy("This name stands twice. Keep one of the two."),
    "missing": gettext_lazy("This is missing and has to be there."),
    "unknown_name": gettext_lazy("This name is not known. See docs/instruments.md for the names there are."),
    "unknown_word": gettext_lazy("This word is not known here."),
    "no_object": gettext_lazy("Names and values in curly brackets belong here."),
    "no_list": gettext_lazy("A list in square brackets belongs here."),
    "no_text": gettext_lazy("A text in quotation marks belongs here."),
    "no_number": gettext_lazy("A number belongs here."),
    "no_numbers": gettext_lazy('A list of whole numbers belongs here, or a range such as "1-15".'),
    "no_pairs": gettext_lazy("Pairs of whole numbers belong here, such as [[0, 0], [1, 2]]."),
    "no_options": gettext_lazy('Pairs of a value and its text belong here, such as [[0, "never"], [1, "often"]].'),
    "no_yes_or_no": gettext_lazy("This is true or false."),
    "no_condition": gettext_lazy("This is no condition. See docs/instruments.md for how one is written."),
    "too_long": gettext_lazy("This text is too long or holds characters that cannot be shown."),
    "bad_code": gettext_lazy("A code is lower-case letters and digits; a version letters, digits, dots and hyphens."),
    "out_of_range": gettext_lazy("This number is out of range."),
    "two_options": gettext_lazy("A choice needs at least two options with different values."),
    "same_value": gettext_lazy("Two options have the same value."),
    "scale_ends": gettext_lazy("The low end must lie below the high end, on a scale by at most 20."),
    "not_earlier": gettext_lazy("A question can depend on an earlier one only."),
    "no_such_item": gettext_lazy("There is no such item that can be counted."),
    "no_such_scale": gettext_lazy("There is no such scale before this place."),
    "no_such_value": gettext_lazy("The earlier question does not offer this answer."),
    "item_twice": gettext_lazy("An item stands twice in this scale."),
    "items_or_sum_of": gettext_lazy("A scale has either items or other scales to sum."),
    "not_ascending": gettext_lazy("The bands must rise: each begins above the one before."),
    "band_gap": gettext_lazy("The lowest score has no band: the first band must begin there."),
    "optional_last": gettext_lazy("Scales that may be left out stand after all others."),
    "rules_without_total": gettext_lazy("Rules give the band of the scale “total”, and there is none."),
    "two_items": gettext_lazy("A contradiction names two items and two values."),
    "item_count": gettext_lazy("The texts are not as many as the items."),
    "empty_text": gettext_lazy("One of the texts is empty."),
    "option_without_text": gettext_lazy("An option of this item has no text."),
}


def sentence(problem: Mistake) -> str:
    text = str(SENTENCES[problem.code])
    return f"{text} ({problem.found})" if problem.found else text


def line(problem: Mistake) -> str:
    """One line for a page or the console."""
    place = _("line %(line)s, %(where)s") if problem.where else _("line %(line)s")
    return told(place % {"line": problem.line, "where": problem.where}, sentence(problem))
