"""Checks on an account's own fields: the operator, not the field's name, says how the value is compared."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, timedelta

from app.language.check import EMPTY, NOT_A_NUMBER, NOT_A_TIME, NOTHING, ORDER, Check, Holds
from app.language.conditions import Condition
from app.language.operators import DAYS, INCLUDES, TEXT_SEARCH
from app.language.readers import Read
from app.language.shape import Among, How, Ordered, Shape, anywhere, needles_of
from app.language.sight import Sight, Unknown
from app.language.values import WordsOfText, day_of, folded, number_of, tags_of, text_of, wanted_words


def custom_check(condition: Condition, read: Read) -> Check:
    """Presence and change are not asked here: they are the same for every field."""
    operator = condition.operator
    if operator in {"is", "is_not"}:
        return Check(condition, read, _same(condition), shape=_same_shape(condition, read))
    if operator in INCLUDES:
        keys: frozenset[Hashable] = frozenset(tags_of(condition.value)) or frozenset({NOTHING})
        shape = Among(How.included, read, keys, operator == "includes")
        return Check(condition, read, _includes(condition), shape=shape)
    if operator in TEXT_SEARCH:
        return Check(condition, read, _searched(condition), cost=2, shape=_searched_shape(condition, read))
    if operator in DAYS:
        return Check(condition, read, _within_days(condition))
    return Check(condition, read, _ordered(condition), shape=_ordered_shape(condition, read))


def _same_shape(condition: Condition, read: Read) -> Shape:
    number = number_of(condition.value)
    wanted: set[Hashable] = {text_of(condition.value)} | ({number} if number is not None else set())
    return Among(How.option, read, frozenset(wanted), condition.operator == "is")


def _searched_shape(condition: Condition, read: Read) -> Shape:
    expected = not condition.operator.startswith("not_")
    if condition.operator.endswith("_words"):
        return Among(How.words, read, needles_of(wanted_words(condition.value)), expected)
    return Among(How.words, read, anywhere(folded(text_of(condition.value))), expected)


def _ordered_shape(condition: Condition, read: Read) -> Shape:
    number = number_of(condition.value)
    if number is not None:
        return Ordered(How.number, read, condition.operator, number)
    return Ordered(How.day, read, condition.operator, day_of(condition.value))


def _same(condition: Condition) -> Holds:
    wanted, expected = text_of(condition.value), condition.operator == "is"
    number = number_of(condition.value)

    def same(value: object, sight: Sight) -> bool:
        if value in EMPTY:
            # A checkbox that nobody touched carries no value and is unchecked.
            return (wanted in {"", "false"}) is expected
        aims = {wanted, sight.account.option_values.get(wanted, wanted)}
        if isinstance(value, list | tuple):
            return any(text_of(one) in aims for one in value) is expected
        alike = text_of(value) in aims or (number is not None and number_of(value) == number)
        return alike is expected

    return same


def _includes(condition: Condition) -> Holds:
    wanted, expected = tags_of(condition.value), condition.operator == "includes"

    def includes(value: object, sight: Sight) -> bool:
        if not wanted or value in EMPTY:
            return (not wanted and value in EMPTY) is expected
        aims = wanted | {sight.account.option_values.get(one, one) for one in wanted}
        seen = tags_of(value) if isinstance(value, list | tuple) else {text_of(value).lower()}
        return (not aims.isdisjoint(seen)) is expected

    return includes


def _searched(condition: Condition) -> Holds:
    expected = not condition.operator.startswith("not_")
    if condition.operator.endswith("_words"):
        words = wanted_words(condition.value)
        return lambda value, _: WordsOfText(text_of(value)).has_any(words) is expected
    string = folded(text_of(condition.value))
    return lambda value, _: (bool(string) and string in folded(text_of(value))) is expected


def _within_days(condition: Condition) -> Holds:
    """Today counts as within; days are Seoul's."""
    days = number_of(condition.value)
    ahead = condition.operator == "within_next_n_days"

    def within(value: object, sight: Sight) -> bool | Unknown:
        day, today = day_of(value), day_of(sight.now)
        if day is None or today is None:
            return NOT_A_TIME
        if days is None:
            return NOT_A_NUMBER
        away = (day - today) if ahead else (today - day)
        return timedelta() <= away and away.days <= days

    return within


def _ordered(condition: Condition) -> Holds:
    """By number when both are numbers, else by day when both are days, else not to be known."""
    order = ORDER[condition.operator]
    number = number_of(condition.value)
    day: date | None = None if number is not None else day_of(condition.value)

    def ordered(value: object, _sight: Sight) -> bool | Unknown:
        if number is not None:
            seen = number_of(value)
            return NOT_A_NUMBER if seen is None else order(seen, number)
        seen_day = day_of(value)
        return NOT_A_TIME if seen_day is None or day is None else order(seen_day, day)

    return ordered
