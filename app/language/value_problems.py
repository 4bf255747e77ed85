"""Whether the value of a condition or an action is of its kind: a table of one check a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.language.kinds import ID_KINDS, Action, Choice, Field, TextCheck, Use, ValueKind
from app.language.operators import DAYS, ORDER, ORDER_EQUAL
from app.language.values import day_of, moment_of, number_of, tags_of, text_of, without_null
from app.words import Words, say

EMPTY = say("값이 비어 있습니다.", "the value is empty.")
NOT_PLAIN = say("값은 글자나 숫자여야 합니다.", "the value must be text or a number.")
NOT_A_NUMBER = say("값은 숫자여야 합니다.", "the value must be a number.")
NOT_HOURS = say("값은 0 이상의 시간 수여야 합니다.", "the value must be a number of hours, 0 or more.")
NOT_A_TIME = say(
    "값은 “2026-11-22 09:30” 같은 시각이어야 합니다.", "the value must be a time such as “2026-11-22 09:30”."
)
NOT_ORDERED = say("값은 숫자나 날짜여야 합니다.", "the value must be a number or a date.")
NOT_AN_ID = say("값은 번호(id)여야 합니다.", "the value must be an id.")
NOT_A_MESSAGE = say("값은 [받는 이, 제목, 내용]이어야 합니다.", "the value must be [recipient, subject, body].")
NOT_A_CALL = say("값은 [대상 id, 내용]이어야 합니다.", "the value must be [target id, body].")
NOT_A_COMMENT = say("값은 내용이거나 [채널, 내용]이어야 합니다.", "the value must be text or [channel, text].")
NOT_A_LIST_OF_IDS = say("값은 id이거나 id의 목록이어야 합니다.", "the value must be an id or a list of ids.")


def condition_value_problem(field: Field, operator: str, value: object) -> Words | None:
    """None when it fits. An operator that takes no value takes any."""
    value = without_null(value)
    if operator in field.terminal_operators:
        return None
    if field.value_kind is ValueKind.custom:
        return _custom(operator, value)
    if field.value_kind is ValueKind.tags and field.choices:
        return _tags(value, nullable=False) or _each_a_choice(value, field.choices)
    if field.value_kind is ValueKind.tags or (field.value_kind in ID_KINDS and operator.endswith("includes")):
        return _tags(value, nullable=False)
    if not _plain(value):
        return NOT_PLAIN
    if not text_of(value).strip():
        return None if field.nullable else EMPTY
    return _CONDITION_KINDS.get(field.value_kind, _any_text)(value, field.choices)


def action_value_problem(action: Action, use: Use, value: object, check_text: TextCheck) -> Words | None:
    value, options = without_null(value), action.choices_for(use)
    message = _MESSAGES.get(action.value_kind)
    if message is not None:
        return message(value, options, check_text)
    if action.value_kind is ValueKind.tags:
        return _tags(value, nullable=action.nullable)
    if action.value_kind is ValueKind.custom:
        return check_text(value) if isinstance(value, str) else _plain_or_list(value)
    if not _plain(value):
        return NOT_PLAIN
    if not text_of(value).strip():
        return None if action.nullable else EMPTY
    if action.value_kind in {ValueKind.text, ValueKind.long_text}:
        return check_text(text_of(value))
    return _CONDITION_KINDS.get(action.value_kind, _any_text)(value, options)


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _plain_or_list(value: object) -> Words | None:
    if isinstance(value, list):
        return None if all(_plain(one) for one in value) else NOT_PLAIN
    return None if _plain(value) else NOT_PLAIN


def _any_text(_value: object, _options: tuple[Choice, ...]) -> Words | None:
    return None


def _choice(value: object, options: tuple[Choice, ...]) -> Words | None:
    if any(one.value == text_of(value) for one in options):
        return None
    words = say("“{value}”은(는) 쓸 수 없습니다. 쓸 수 있는 것: {fitting}", "“{value}” is not one of: {fitting}")
    return words.fill(value=text_of(value)[:60], fitting=", ".join(one.value for one in options))


def _each_a_choice(value: object, options: tuple[Choice, ...]) -> Words | None:
    return next((wrong for one in sorted(tags_of(value)) if (wrong := _choice(one, options)) is not None), None)


def _an_id(value: object, options: tuple[Choice, ...]) -> Words | None:
    text = text_of(value)
    if any(one.value == text for one in options) or (text.isascii() and text.isdigit()):
        return None
    if not options:
        return NOT_AN_ID
    words = say(
        "값은 번호(id)이거나 다음 중 하나여야 합니다: {fitting}", "the value must be an id or one of: {fitting}"
    )
    return words.fill(fitting=", ".join(one.value for one in options[:8]))


def _number(value: object, _options: tuple[Choice, ...]) -> Words | None:
    return None if number_of(value) is not None else NOT_A_NUMBER


def _hours(value: object, _options: tuple[Choice, ...]) -> Words | None:
    number = number_of(value)
    return NOT_HOURS if number is None or number < 0 else None


def _moment(value: object, _options: tuple[Choice, ...]) -> Words | None:
    return None if moment_of(value) is not None else NOT_A_TIME


_CONDITION_KINDS: Mapping[ValueKind, Callable[[object, tuple[Choice, ...]], Words | None]] = MappingProxyType({
    ValueKind.choice: _choice,
    ValueKind.yes_no: _choice,
    ValueKind.number: _number,
    ValueKind.hours: _hours,
    ValueKind.datetime: _moment,
    **dict.fromkeys(ID_KINDS, _an_id),
})  # fmt: skip


def _custom(operator: str, value: object) -> Words | None:
    if operator in ORDER + ORDER_EQUAL:
        return None if number_of(value) is not None or day_of(value) is not None else NOT_ORDERED
    if operator in DAYS:
        return _hours(value, ()) and NOT_A_NUMBER
    return _plain_or_list(value)


def _tags(value: object, *, nullable: bool) -> Words | None:
    wrong = _plain_or_list(value)
    if wrong is not None:
        return wrong
    return None if nullable or tags_of(value) else EMPTY


def _skills(value: object) -> Words | None:
    rows = value if isinstance(value, list) else [value]
    return None if rows and all(text_of(one).strip() and _plain(one) for one in rows) else NOT_A_LIST_OF_IDS


def _texts(parts: list[object], check_text: TextCheck) -> Words | None:
    if not all(isinstance(one, str) for one in parts):
        return NOT_PLAIN
    return next((words for one in parts if (words := check_text(str(one))) is not None), None)


def _message(value: object, options: tuple[Choice, ...], check_text: TextCheck) -> Words | None:
    """[recipient, subject, body], and for text messages [recipient, sending number's id, text]."""
    if not isinstance(value, list) or len(value) != 3:
        return NOT_A_MESSAGE
    wrong = EMPTY if not text_of(value[0]) else _an_id(value[0], options)
    return wrong or _texts(value[1:], check_text)


def _sms(value: object, options: tuple[Choice, ...], check_text: TextCheck) -> Words | None:
    if not isinstance(value, list) or len(value) != 3:
        return NOT_A_MESSAGE
    return _an_id(value[0], options) or _an_id(value[1], ()) or _texts(value[2:], check_text)


def _target(value: object, _options: tuple[Choice, ...], check_text: TextCheck) -> Words | None:
    if not isinstance(value, list) or len(value) != 2:
        return NOT_A_CALL
    return _an_id(value[0], ()) or _texts(value[1:], check_text)


def _webhook(value: object, _options: tuple[Choice, ...], check_text: TextCheck) -> Words | None:
    """A webhook's id is letters and digits; its body is text, or pairs of a query where it has no body."""
    if not isinstance(value, list) or len(value) not in {1, 2} or not (isinstance(value[0], str) and value[0].strip()):
        return NOT_A_CALL
    body = value[1] if len(value) == 2 else ""
    if isinstance(body, list):
        pairs = all(isinstance(pair, list) and len(pair) == 2 for pair in body)
        return _texts([part for pair in body for part in pair], check_text) if pairs else NOT_A_CALL
    return _texts([body or ""], check_text)


def _comment(value: object, options: tuple[Choice, ...], check_text: TextCheck) -> Words | None:
    if isinstance(value, list):
        if len(value) != 2 or not any(one.value == value[0] for one in options):
            return NOT_A_COMMENT
        value = value[1]
    if not isinstance(value, str):
        return NOT_A_COMMENT
    return check_text(value) if value.strip() else EMPTY


_MESSAGES: Mapping[ValueKind, Callable[[object, tuple[Choice, ...], TextCheck], Words | None]] = MappingProxyType({
    ValueKind.user_message: _message,
    ValueKind.group_message: _message,
    ValueKind.user_sms: _sms,
    ValueKind.group_sms: _sms,
    ValueKind.target_message: _target,
    ValueKind.webhook_message: _webhook,
    ValueKind.comment: _comment,
    ValueKind.skills: lambda value, _options, _check_text: _skills(value),
    ValueKind.opaque: lambda _value, _options, _check_text: None,
})  # fmt: skip
