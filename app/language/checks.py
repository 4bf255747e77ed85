"""A condition made ready to be asked: `check_of` turns one row into a Check, by the kind of its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from app.language.check import ABSENT, CHANGED, NOT_A_NUMBER, NOT_A_TIME, NOT_IN_LANGUAGE, ORDER, PRESENT, Check, never
from app.language.conditions import Condition
from app.language.custom_checks import custom_check
from app.language.facts_of_ticket import Change
from app.language.kinds import ValueKind
from app.language.operators import CHANGE, PRESENCE
from app.language.plain_checks import KEYWORDS, plain_check
from app.language.readers import READERS, SPANS, TEXTS, Read, custom_reader
from app.language.shape import Among, How, Ordered, anywhere, needles_of
from app.language.sight import NOT_KNOWN, Sight, Unknown
from app.language.values import NULL, folded, moment_of, number_of, tags_of, text_of, wanted_words
from app.language.vocabulary import family_key, field_of


def check_of(condition: Condition) -> Check:
    """Never refuses: a field or an operator that the language does not know makes a check that is never met."""
    if condition.value == NULL:
        condition = replace(condition, value="")
    field = field_of(condition.field)
    if field is None or condition.operator not in field.operators:
        return Check(condition, lambda _sight: NOT_IN_LANGUAGE, never)
    family = family_key(condition.field)
    if condition.field in TEXTS:
        return _words(condition)
    if field.value_kind is ValueKind.hours:
        return _hours(condition)
    read = READERS[condition.field] if family is None or condition.field in READERS else custom_reader(*family)
    if condition.operator in PRESENCE:
        return _presence(condition, read)
    if condition.operator in CHANGE:
        return _change(condition, read)
    if field.value_kind is ValueKind.custom:
        return custom_check(condition, read)
    return _BY_KIND.get(field.value_kind, plain_check)(condition, read)


def _tags(condition: Condition, read: Read) -> Check:
    wanted, expected = tags_of(condition.value), condition.operator == "includes"

    def tags(value: object, _sight: Sight) -> bool:
        return wanted.isdisjoint(value) is not expected if isinstance(value, frozenset) else not expected

    return Check(condition, read, tags, shape=Among(How.tags, read, frozenset(wanted), expected))


def _number(condition: Condition, read: Read) -> Check:
    limit, order = number_of(condition.value), ORDER[condition.operator]

    def number(value: object, _sight: Sight) -> bool | Unknown:
        seen = number_of(value)
        return NOT_A_NUMBER if seen is None or limit is None else order(seen, limit)

    return Check(condition, read, number, shape=Ordered(How.number, read, condition.operator, limit))


def _moment(condition: Condition, read: Read) -> Check:
    limit, order = moment_of(condition.value), ORDER[condition.operator]

    def moment(value: object, _sight: Sight) -> bool | Unknown:
        seen = moment_of(value)
        return NOT_A_TIME if seen is None or limit is None else order(seen, limit)

    return Check(condition, read, moment, shape=Ordered(How.moment, read, condition.operator, limit))


def _address(condition: Condition, read: Read) -> Check:
    wanted = folded(text_of(condition.value))
    shape = Among(How.address, read, frozenset({wanted}))
    return Check(condition, read, lambda value, _: folded(text_of(value)) == wanted, shape=shape)


_BY_KIND: Mapping[ValueKind, Callable[[Condition, Read], Check]] = MappingProxyType({
    ValueKind.tags: _tags,
    ValueKind.number: _number,
    ValueKind.datetime: _moment,
    ValueKind.address: _address,
})  # fmt: skip


def _hours(condition: Condition) -> Check:
    """Whole hours, rounded down, so that "greater than 95" begins at 96 hours; a fraction wanted is cut off."""
    span = SPANS[condition.field]
    business = condition.operator.endswith("_business_hours")
    operator = condition.operator.removesuffix("_business_hours")
    order = ORDER[operator]
    limit = number_of(condition.value)

    def read(sight: Sight) -> object:
        found = span(sight)
        return found if isinstance(found, Unknown) else sight.hours(*found, business=business)

    def hours(value: object, _sight: Sight) -> bool | Unknown:
        return NOT_A_NUMBER if limit is None else order(value, int(limit))

    how = How.business_hours if business else How.hours
    shape = Ordered(how, read, operator, None if limit is None else int(limit))
    return Check(condition, read, hours, cost=4 if business else 1, shape=shape)


def _words(condition: Condition) -> Check:
    """`includes` asks for any of the words, `is` for the whole string anywhere; what is seen is what was found."""
    text_in, name = TEXTS[condition.field], condition.field
    expected = condition.operator in {"includes", "is"}

    def text(sight: Sight) -> object:
        return text_in(sight.facts)

    if condition.operator in {"includes", "not_includes"}:
        wanted = wanted_words(condition.value)
        return Check(
            condition,
            lambda sight: sight.words(name, text_in(sight.facts)).found(wanted),
            lambda value, _: bool(value) is expected,
            cost=3,
            shape=Among(How.words, text, needles_of(wanted), expected),
        )
    string = folded(text_of(condition.value))
    return Check(
        condition,
        lambda sight: [string] if string and string in sight.words(name, text_in(sight.facts)).text else [],
        lambda value, _: bool(value) is expected,
        cost=2,
        shape=Among(How.words, text, anywhere(string), expected),
    )


def _presence(condition: Condition, read: Read) -> Check:
    """No record linked is known to be no value, so "not present" is met by it."""
    expected = condition.operator == "present"

    def known(sight: Sight) -> object:
        value = read(sight)
        return "" if isinstance(value, Unknown) and value is not NOT_KNOWN else value

    shape = Among(How.present, read, frozenset({PRESENT}), expected)
    return Check(condition, known, lambda value, _: (value not in ABSENT) is expected, shape=shape)


def _change(condition: Condition, read: Read) -> Check:
    key = condition.field
    resolve = KEYWORDS.get((key, text_of(condition.value)))
    wanted = text_of(condition.value)
    expected = not condition.operator.startswith("not_")
    side = condition.operator.removeprefix("not_")

    def changed(sight: Sight) -> object:
        found = sight.change(key, read(sight))
        return "" if found is None else found

    def holds(value: object, sight: Sight) -> bool | Unknown:
        if not isinstance(value, Change):
            return not expected
        if side == "changed":
            return expected
        aim = resolve(sight) if resolve else wanted
        if isinstance(aim, Unknown):
            return aim
        return (change_text(key, value.after if side == "value" else value.before) == aim) is expected

    key_wanted = CHANGED if side == "changed" else (side, wanted)
    shape = None if resolve and side != "changed" else Among(How.change, changed, frozenset({key_wanted}), expected)
    return Check(condition, changed, holds, cost=2, shape=shape)


def change_text(key: str, value: object) -> str:
    """The mirror keeps a satisfaction score in the ticket's words, the rule in its own."""
    text = text_of(value)
    return {"offered": "false", "unoffered": "true"}.get(text, text) if key == "satisfaction_score" else text
