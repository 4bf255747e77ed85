"""A search's text taken apart: words, keys with their signs, the type wanted and the order."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .replies import Refusal
from .shape import moment, stamp

DATES = {"created": "created_at", "updated": "updated_at", "created_at": "created_at", "updated_at": "updated_at"}
COMPARED: dict[str, Callable[[str, str], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_WORD = re.compile(r'(-?)(?:([a-z_]+[0-9]*)(:|<=|>=|<|>))?("[^"]*"|\S+)', re.IGNORECASE)
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
Piece = tuple[str, list[object]]


@dataclass(frozen=True, slots=True)
class Pair:
    """`key` is empty for a word that is looked for in the texts."""

    key: str
    sign: str
    value: str
    negated: bool


@dataclass(slots=True)
class Query:
    pairs: list[Pair] = field(default_factory=list)
    type: str | None = None
    order_by: str | None = None
    sort: str = "desc"

    def sides(self) -> list[list[Pair]]:
        """All sides must fit, and of each any pair: a property asked for several values may have any of them."""
        found: dict[object, list[Pair]] = {}
        for number, pair in enumerate(self.pairs):
            is_choice = pair.key and pair.sign == ":" and not pair.negated
            found.setdefault(pair.key if is_choice else number, []).append(pair)
        return list(found.values())


def parsed(text: str) -> Query:
    query = Query()
    for minus, written, sign, quoted in _WORD.findall(text):
        key, value = written.lower(), quoted.strip('"')
        if key == "type":
            query.type = value.lower()
        elif key == "order_by":
            query.order_by = value.lower()
        elif key == "sort":
            query.sort = "asc" if value.lower() == "asc" else "desc"
        else:
            query.pairs.append(Pair(key, sign, value, bool(minus)))
    return query


def where(query: Query, start: str, piece: Callable[[Pair], Piece]) -> Piece:
    """SQL for the whole query, `piece` giving that of one pair."""
    texts, values = [start], list[object]()
    for side in query.sides():
        said = []
        for pair in side:
            text, found = piece(pair)
            said.append(f"not coalesce(({text}), 0)" if pair.negated else f"({text})")
            values += found
        texts.append(f"({' or '.join(said)})")
    return " and ".join(texts), values


def bounds(sign: str, value: str) -> Sequence[tuple[str, str]]:
    """What a stamp is compared with. A date without a time is its whole day: `created:2026-11-22` is all made on it."""
    at = moment(value)
    if at is None:
        raise Refusal(422, {"error": "invalid", "description": f"Invalid search: {value} is not a date"})
    next_day = at + min(timedelta(days=1), _LAST_MOMENT - at)
    if sign == ":":
        return (">=", stamp(at)), ("<", stamp(next_day))
    if sign == ">" and len(value) == 10:
        return ((">=", stamp(next_day)),)
    return ((sign, stamp(at)),)


def dated(column: str, pair: Pair) -> Piece:
    found = bounds(pair.sign, pair.value)
    return " and ".join(f"{column} {sign} ?" for sign, _ in found), [at for _, at in found]
