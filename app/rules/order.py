"""Rules put in order: past many at once, and not over an order that somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actor import acting
from app.errors import Refusal
from app.rules.model import Rule, RuleState
from app.rules.publishing import PUBLISH
from app.words import say

STALE = say(
    "그사이 다른 사람이 순서를 바꾸었습니다. 새로고침한 뒤 다시 옮겨 주세요.",
    "Somebody else changed the order meanwhile. Reload the page and move it again.",
)


class OrderStale(Refusal):
    """The order on the page is not the order any more; nothing was moved."""


def place(session: Session, rule: Rule, before: int | None, seen: Sequence[int]) -> dict[int, int]:
    """Puts `rule` before the rule of that id, or behind the last of `seen`; returns the places that changed, by id.

    `seen`: the ids as the list showed them, in order. Rules that were not shown keep their places. Order decides what
    happens, so it needs the right to publish. Refuses with OrderStale; the caller commits.
    """
    acting().must(PUBLISH)
    wanted = Rule.kind == rule.kind, Rule.state != RuleState.retired
    rows = list(session.scalars(select(Rule).where(*wanted).order_by(Rule.position, Rule.id).with_for_update()))
    shown = set(seen)
    if rule not in rows or [one.id for one in rows if one.id in shown] != list(seen) or rule.id not in shown:
        raise OrderStale(STALE)
    others = [one for one in rows if one is not rule]
    last = next(one for one in reversed(others) if one.id in shown) if len(shown) > 1 else None
    at = next((number for number, one in enumerate(others) if one.id == before), None)
    if at is None:
        if before is not None or last is None:
            raise OrderStale(STALE)
        at = others.index(last) + 1
    return _placed(rows, [*others[:at], rule, *others[at:]], rule)


def _placed(were: Sequence[Rule], are: Sequence[Rule], rule: Rule) -> dict[int, int]:
    """Writes as few places as can be: its own where there is room, else those it went past."""
    if list(were) == list(are):
        return {}
    at = are.index(rule)
    low = are[at - 1].position if at else None
    high = are[at + 1].position if at + 1 < len(are) else None
    if low is not None and high is not None and high - low > 1:
        rule.position = low + 1
        return {rule.id: rule.position}
    slots = [one.position for one in were]
    if any(after <= one for one, after in pairwise(slots)):
        slots = list(range(min(slots), min(slots) + len(slots)))
    changed = {}
    for one, position in zip(are, slots, strict=True):
        if one.position != position:
            one.position = changed[one.id] = position
    return changed
