"""Checks on text, ids and choices: equal or not, by rank, or against whoever acts now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.language import choices
from app.language.check import NO_SUCH_SCHEDULE, NOT_RANKED, ORDER, Check, Holds
from app.language.conditions import Condition
from app.language.facts_of_ticket import Comment, Person
from app.language.readers import Read
from app.language.shape import Among, How
from app.language.sight import NO_UPDATER, NOT_KNOWN, Sight, Unknown
from app.language.values import tags_of, text_of

Wanted = Callable[[Sight], str | Unknown]

_RANKS: Mapping[str, Mapping[str, int]] = MappingProxyType({
    "status": {one.value: rank for rank, one in enumerate(choices.STATUSES)},
    "priority": {"": -1} | {one.value: rank for rank, one in enumerate(choices.PRIORITIES)},
    "satisfaction_score": {one.value: rank for rank, one in enumerate(choices.SATISFACTION)},
})  # fmt: skip


def plain_check(condition: Condition, read: Read) -> Check:
    """Text, ids and choices: equal or not, or by rank where the field has one."""
    if condition.field in _SPECIAL:
        return Check(condition, read, _SPECIAL[condition.field](condition))
    wanted = text_of(condition.value)
    if condition.operator in {"includes", "not_includes"}:
        any_of, expected = tags_of(condition.value), condition.operator == "includes"
        shape = Among(How.text, read, frozenset(any_of), expected)
        return Check(condition, read, lambda value, _: (text_of(value) in any_of) is expected, shape=shape)
    if condition.operator not in {"is", "is_not"}:
        return _by_rank(condition, read, ORDER[condition.operator])
    resolve = KEYWORDS.get((condition.field, wanted))
    if resolve is not None:
        return Check(condition, read, _against(resolve, equal=condition.operator == "is"))
    only = frozenset({wanted})
    if condition.operator == "is":
        return Check(condition, read, lambda value, _: text_of(value) == wanted, shape=Among(How.text, read, only))
    not_it = Among(How.text, read, only, expected=False)
    return Check(condition, read, lambda value, _: text_of(value) != wanted, shape=not_it)


def _by_rank(condition: Condition, read: Read, order: Callable[[object, object], bool]) -> Check:
    ranks = _RANKS.get(condition.field, {})
    limit = ranks.get(text_of(condition.value))

    def by_rank(value: object, _sight: Sight) -> bool | Unknown:
        rank = ranks.get(text_of(value))
        return NOT_RANKED if rank is None or limit is None else order(rank, limit)

    fitting = frozenset(key for key, rank in ranks.items() if limit is not None and order(rank, limit))
    return Check(condition, read, by_rank, shape=Among(How.text, read, fitting))


def _against(resolve: Wanted, *, equal: bool) -> Holds:
    def against(value: object, sight: Sight) -> bool | Unknown:
        wanted = resolve(sight)
        return wanted if isinstance(wanted, Unknown) else (text_of(value) == wanted) is equal

    return against


def _updater_id(sight: Sight) -> str | Unknown:
    return sight.facts.updater.id if sight.facts.updater else NO_UPDATER


def _requester_id(sight: Sight) -> str | Unknown:
    return NOT_KNOWN if sight.facts.requester_id is None else sight.facts.requester_id


def _assignee_id(sight: Sight) -> str | Unknown:
    """Nobody assigned is nobody's id, so that "requester is (assignee)" is not met by two empty values."""
    return NOT_KNOWN if sight.facts.assignee_id is None else sight.facts.assignee_id or "nobody"


def _one_of_my_groups(sight: Sight) -> str | Unknown:
    updater = sight.facts.updater
    if updater is None:
        return NO_UPDATER
    mine = sight.facts.group_id
    return mine if mine and mine in updater.group_ids else "none of them"


KEYWORDS: Mapping[tuple[str, str], Wanted] = MappingProxyType({
    ("assignee_id", "current_user"): _updater_id,
    ("assignee_id", "requester_id"): _requester_id,
    ("requester_id", "current_user"): _updater_id,
    ("requester_id", "assignee_id"): _assignee_id,
    ("group_id", "current_groups"): _one_of_my_groups,
})  # fmt: skip


def _role(condition: Condition) -> Holds:
    wanted, equal = text_of(condition.value), condition.operator == "is"
    roles = {"agent": ("agent", "admin"), "end_user": ("end_user", "end-user")}.get(wanted)

    def role(value: object, _sight: Sight) -> bool | Unknown:
        if not isinstance(value, Person):
            return NOT_KNOWN
        if roles is None:
            return (value.id == wanted) is equal
        return NOT_KNOWN if value.role is None else (value.role in roles) is equal

    return role


def _comment_is_public(condition: Condition) -> Holds:
    wanted = text_of(condition.value)

    def comment_is_public(value: object, _sight: Sight) -> bool:
        if not isinstance(value, Comment):
            return False
        return wanted == "not_relevant" or value.public is (wanted != "false")

    return comment_is_public


def _within_schedule(condition: Condition) -> Holds:
    wanted = text_of(condition.value)

    def within(_value: object, sight: Sight) -> bool | Unknown:
        calendar = sight.account.schedules.get(wanted)
        return NO_SUCH_SCHEDULE if calendar is None else calendar.is_open(sight.now)

    return within


_SPECIAL: Mapping[str, Callable[[Condition], Holds]] = MappingProxyType({
    "role": _role,
    "comment_is_public": _comment_is_public,
    "within_schedule": _within_schedule,
})  # fmt: skip
