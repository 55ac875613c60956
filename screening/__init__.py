"""Instruments as data, scored by plain rules (docs/instruments.md).

What a survey round needs:

    queries.instruments_offered(unit)                  what this unit may use, newest versions, nearest unit first
    queries.paper_for(instrument, unit, language)      a Paper: items, options, sections, branching; `has_text`
    answers.parse(item, given)                         what a form sends → the answer of an item, or BadAnswer
    scoring.is_shown(definition, number, answers)      is this item asked, after these answers?
    scoring.critical_answers(definition, answers)      what calls somebody, as soon as a page of answers is saved
    scoring.score(definition, answers) → Scored        scales, alerts, doubts, signs; valid, attention 0–4
    quality.doubts(definition, answers, seconds)       all alike, too fast, contradictions
    words.attention_word(attention)                    what a result is called before students and teachers

`definition` is `instrument.parsed`, `answers` are by number of item.
"""
