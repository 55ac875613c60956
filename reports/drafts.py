"""Texts that draft themselves: plain sentences from the figures, for a person to keep or to rewrite."""

from collections.abc import Callable, Iterable
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from counseling.models import CrisisFreeTerm
from reports.document import Amount, school_hours
from reports.editions import HIDDEN, Published
from reports.material import Material, UnitRow
from reports.policy import target_for
from schools.figures import Value
from schools.models import ClassGroup, Duty
from schools.queries import duty_of

MOST = 3
MOST_GRADES = 9


def overview(m: Material) -> str:
    size = {
        "unit": m.scope.unit.name,
        "schools": m.count("schools"),
        "classes": m.count("classes"),
        "students": m.count("students"),
        "key": m.count("key_students"),
    }
    if m.is_school:
        first = _("{unit} has {classes} classes with {students} students, {key} of them key students.").format(**size)
    else:
        first = _(
            "{unit} has {schools} schools with {classes} classes and {students} students, {key} of them key students."
        ).format(**size)
    return "\n".join([first, _work(m), _flags_in_short(m)])


def _work(m: Material) -> str:
    return _(
        "Up to {day}, {talks} talks were held this term. They reached {reached} students ({share}), "
        "among them {key} key students ({key_share})."
    ).format(
        day=date_format(m.scope.on, _("M j, Y")),
        talks=m.count("talks"),
        reached=m.count("students_reached"),
        share=m.share("coverage"),
        key=m.count("key_students_reached"),
        key_share=m.share("key_coverage"),
    )


def _flags_in_short(m: Material) -> str:
    return _("Risk flags: {new} raised, {closed} closed, {end} open.").format(
        new=m.count("flags_new"), closed=m.count("flags_closed"), end=m.count("flags_at_end")
    )


def organisation(m: Material) -> str:
    kinds = {code: m.count("counselors", "employment", code) for code in ("full_time", "part_time", "visiting")}
    lines = [
        _("{all} counselors are at work: {full} full-time, {part} part-time, {visiting} visiting.").format(
            all=m.count("counselors"), full=kinds["full_time"], part=kinds["part_time"], visiting=kinds["visiting"]
        )
    ]
    if not m.is_school:
        lines.append(
            _("{with_one} of {schools} schools have at least one counselor ({share}).").format(
                with_one=m.count("schools_with_counselor"),
                schools=m.count("schools"),
                share=m.share("schools_with_counselor_share"),
            )
        )
    return "\n".join([*lines, *_per_counselor(m), *_certificates(m)])


def runs_of(m: Material, level: str) -> int:
    """From how many runs the holders of a certificate come: each has a count of its own."""
    return sum(value.code.startswith(f"{level}:") for value, _count in m.board.split("certificates", "run"))


def _certificates(m: Material) -> list[str]:
    """Holders and runs of each certificate, and how many hold what their role asks for."""
    found = m.board.split("certificates", "level")
    if not found:
        return []
    held = [_certificate(m, value) for value, _count in found]
    told = _("Certificates: {held}. {share} of the staff hold what their role asks for.")
    return [told.format(held=pgettext("between items", ", ").join(held), share=m.share("as_wanted_share"))]


def _certificate(m: Material, value: Value) -> str:
    people, runs = m.count("certificates", "level", value.code), runs_of(m, value.code)
    if not runs:
        return _("{level}: {people} people").format(level=value.label, people=people)
    words = ngettext("{level}: {people} people, {runs} run", "{level}: {people} people, {runs} runs", runs)
    return words.format(level=value.label, people=people, runs=runs)


def _per_counselor(m: Material) -> list[str]:
    ratio = m.share("students_per_counselor")
    if ratio.number is None:
        return []
    lines = [_("There is one full-time counselor for {n} students.").format(n=Amount(ratio.value))]
    target = target_for("students_per_counselor", m.scope)
    if target and target.at_most and ratio.number > target.at_most:
        lines.append(
            _("That is more than the {n} asked for ({source}).").format(n=Amount(target.at_most), source=target.source)
        )
    return lines


def students(m: Material) -> str:
    grades = _listed_grades(m)
    groups, are_all_told = _most(m, "group_entries", "group")
    lines = [_("Students by grade: {grades}.").format(grades=grades)] if grades else []
    if groups and are_all_told:
        lines.append(_("The largest special groups are: {groups}.").format(groups=groups))
    elif groups:
        lines.append(_("Of the special groups that may be told, the largest are: {groups}.").format(groups=groups))
    return "\n".join(lines)


def talks(m: Material) -> str:
    lines = [
        _("{talks} talks were held with {parts} person-times; the students themselves had asked for {asked}.").format(
            talks=m.count("talks"), parts=m.count("talk_parts"), asked=m.count("talks", "initiative", "student")
        )
    ]
    if apart := m.count("restricted_talks").number:
        told = ngettext(
            "Besides, {n} talk was for counselors only.", "Besides, {n} talks were for counselors only.", int(apart)
        )
        lines.append(told.format(n=m.count("restricted_talks")))
    themes, are_all_told = _most(m, "talk_parts", "theme")
    if themes and are_all_told:
        lines.append(_("The most frequent themes were: {themes}.").format(themes=themes))
    elif themes:
        lines.append(_("Of the themes that may be told, the most frequent were: {themes}.").format(themes=themes))
    return "\n".join(lines)


def coverage(m: Material) -> str:
    lines = [
        _(
            "{reached} of {students} students ({share}) and {key_reached} of {key} key students ({key_share}) "
            "were reached by a talk."
        ).format(
            reached=m.count("students_reached"),
            students=m.count("students"),
            share=m.share("coverage"),
            key_reached=m.count("key_students_reached"),
            key=m.count("key_students"),
            key_share=m.share("key_coverage"),
        ),
        *_ends_of_the_list(m),
        *_duty(m),
    ]
    return "\n".join(lines)


def _ends_of_the_list(m: Material) -> list[str]:
    """Who is furthest and who is least far; nobody stands out where all are equal."""
    places = [place for place in m.places if not place.emphasis]
    told = [place for place in places if place.coverage.number is not None]
    if len(told) < 2:
        return []
    order: Callable[[UnitRow], float] = lambda place: place.coverage.number or 0.0  # noqa: E731
    last, first = min(told, key=order), max(told, key=order)
    if order(last) == order(first):
        return []
    sentence = _("Furthest is {first} with {most}, least far {last} with {least}.")
    if any(place.coverage.is_hidden for place in places):
        sentence = _("Of those that may be told, furthest is {first} with {most}, least far {last} with {least}.")
    return [sentence.format(first=first.label, most=first.coverage, last=last.label, least=last.coverage)]


def _duty(m: Material) -> list[str]:
    kind = Duty.Kind.TALK_EVERY_STUDENT
    duty = duty_of(m.scope.unit, term=m.scope.term, role="class_teacher", kind=kind)
    if duty is None:
        return []
    return [_("Due by {day}: {duty}.").format(day=date_format(duty.due_on, _("M j, Y")), duty=duty.label)]


def flags(m: Material) -> str:
    lines = [
        _("Risk flags: {start} open at the start, {new} raised, {closed} closed, {end} open now.").format(
            start=m.count("flags_at_start"),
            new=m.count("flags_new"),
            closed=m.count("flags_closed"),
            end=m.count("flags_at_end"),
        )
    ]
    if m.count("flags_due").value != 0:
        lines.append(
            _("Of {due} that had to be acted on, {in_time} were acted on in time ({share}).").format(
                in_time=m.count("flags_in_time"), due=m.count("flags_due"), share=m.share("flags_in_time_share")
            )
        )
    return "\n".join([*lines, *_middles(m), *_crisis(m)])


def _crisis(m: Material) -> list[str]:
    """Crisis events, or that somebody signed that there was none; where nobody did, nothing is said."""
    count, signed = m.count("incidents"), m.count("crisis_free")
    if not m.is_school:
        text = _("Crisis events this term: {n}. {signed} of {schools} schools have signed that they had none.")
        return [text.format(n=count, signed=signed, schools=m.count("schools"))]
    if count.value == 0:
        return [_signed(m)] if signed.value != 0 else []
    text = _("Crisis events this term: {n}. {share} of those that were due were reported orally in time.")
    if m.share("incidents_oral_share").number is None:
        text = _("Crisis events this term: {n}.")
    return [text.format(n=count, share=m.share("incidents_oral_share"))]


def _signed(m: Material) -> str:
    """Who signed it, for work; the public edition names nobody."""
    row = CrisisFreeTerm.objects.filter(unit=m.scope.unit, term_code=m.scope.term.code).select_related("by__person")
    signed = None if m.board.is_public else row.first()
    if signed is None:
        return _("There was no crisis event this term; a leader has signed that.")
    text = _("There was no crisis event this term; {name} signed that on {day}.")
    day = date_format(timezone.localdate(signed.at), _("M j, Y"))
    return text.format(name=signed.by.person.name, day=day)


def screening(m: Material) -> str:
    if m.count("screening_asked").value == 0:
        return _("There was no screening this term.")
    lines = [
        _(
            "Screenings asked {asked} times and were handed in {answered} times ({share}). They reached {screened} of "
            "the students enrolled ({coverage})."
        ).format(
            asked=m.count("screening_asked"),
            answered=m.count("screening_answered"),
            share=m.share("screening_answered_share"),
            screened=m.count("students_screened"),
            coverage=m.share("screening_coverage"),
        )
    ]
    if m.count("screening_results").value != 0:
        sentence = _("Of the results of closed screenings, {valid_share} are valid.")
        lines.append(sentence.format(valid_share=m.share("screening_valid_share")))
    if m.count("screening_flags").value != 0:
        lines.append(
            _(
                "{flags} risk flags came from screenings; of {due} that had to be acted on, {in_time} were in time."
            ).format(
                flags=m.count("screening_flags"),
                due=m.count("screening_flags_due"),
                in_time=m.count("screening_flags_in_time"),
            )
        )
    return "\n".join(lines)


def _middles(m: Material) -> list[str]:
    row = m.clocks[0]
    acted, settled = row.amount("reported_acted"), row.middles["known_settled"]
    lines = []
    if acted.number is not None:
        lines.append(_("Half of them were acted on within {time} of the report.").format(time=acted))
    if settled is not None and settled is not HIDDEN:
        lines.append(_("Half of those closed were settled within {time}.").format(time=school_hours(float(settled))))
    return lines


def comparison(m: Material) -> str:
    if m.before is None:
        return _("There is no earlier term to compare with.")
    compared = _(
        "Compared with {term}: {talks} talks ({talks_was} before), {share} of the students reached "
        "({share_was} before), {flags} new flags ({flags_was} before)."
    ).format(
        term=m.before_label,
        talks=m.count("talks"),
        talks_was=m.was("talks"),
        share=m.share("coverage"),
        share_was=m.share_was("coverage"),
        flags=m.count("flags_new"),
        flags_was=m.was("flags_new"),
    )
    if m.scope.on >= m.scope.term.ends:
        return compared
    day = date_format(m.scope.on, _("M j, Y"))
    return compared + "\n" + _("This term is counted up to {day} only, the term before as a whole.").format(day=day)


def problems(m: Material) -> str:
    """What the figures say is not as it should be."""
    found = [*_not_reached(m), *_late(m), *_short_of_staff(m)]
    return "\n".join(found) or _("The figures show nothing that is not as it should be. What do you see yourselves?")


def _not_reached(m: Material) -> list[str]:
    key, everyone = m.share("key_coverage").number, m.share("coverage").number
    lines = []
    if key is not None and key < 1:
        lines.append(_("Not every key student has been talked to yet: {share}.").format(share=Amount(key, "percent")))
    if everyone is not None and everyone < 1:
        share = Amount(everyone, "percent")
        lines.append(_("Not every student has been talked to yet: {share}.").format(share=share))
    return lines


def _late(m: Material) -> list[str]:
    share = m.share("flags_in_time_share")
    if share.number is None or share.number >= 1:
        return []
    return [_("Not every flag was acted on in time: {share}.").format(share=share)]


def _short_of_staff(m: Material) -> list[str]:
    lines = []
    if m.is_school and m.count("schools_with_counselor").value == 0:
        lines.append(_("The school has no counselor."))
    without = (m.count("schools").number or 0) - (m.count("schools_with_counselor").number or 0)
    if not m.is_school and without > 0:
        text = ngettext("{n} school has no counselor.", "{n} schools have no counselor.", int(without))
        lines.append(text.format(n=int(without)))
    return lines


def plan(m: Material) -> str:
    return "\n".join(
        [
            _("Talk with every key student within the first four weeks, and with every student by the end of term."),
            _("Act on every flag within its time, and look at those that stay open once a month."),
            _("Go through the special groups at the start of the term and bring them up to date."),
        ]
    )


def nothing(_m: Material) -> str:
    return ""


# --- lists in a sentence -------------------------------------------------------------------------------------------


def _listed_grades(m: Material) -> str:
    """Each grade; where there are too many for a sentence, each stage. A withheld grade withholds its stage."""
    found = [(value, count) for value, count in m.board.split("students", "grade") if count != 0]
    if len(found) > MOST_GRADES:
        found = [_stage_of(list(grades)) for _place, grades in groupby(found, key=lambda pair: pair[0].order[0])]
    return _joined((value, Amount(count)) for value, count in found)


def _stage_of(grades: list[tuple[Value, Published]]) -> tuple[Value, Published]:
    first, _count = grades[0]
    stage = first.code.partition("-")[0]
    value = first._replace(label=str(ClassGroup.Stage(stage).label) if stage in ClassGroup.Stage else first.label)
    if any(count is HIDDEN for _grade, count in grades):
        return value, HIDDEN
    return value, sum(count for _grade, count in grades if count is not HIDDEN)


def _most(m: Material, figure: str, split: str) -> tuple[str, bool]:
    """The largest few that may be told, and whether all may be: a withheld one may be larger."""
    found = [(value, count) for value, count in m.board.split(figure, split) if value.code != "none"]
    told = [(value, count) for value, count in found if count is not HIDDEN and count > 0]
    told.sort(key=lambda pair: (-pair[1], pair[0]))
    are_all_told = all(count is not HIDDEN for _value, count in found)
    return _joined((value, Amount(count)) for value, count in told[:MOST]), are_all_told


def _joined(pairs: Iterable[tuple[Value, Amount]]) -> str:
    entry = pgettext("in a list", "{word}: {n}")
    return pgettext("in a list", ", ").join(entry.format(word=value.label, n=amount) for value, amount in pairs)
