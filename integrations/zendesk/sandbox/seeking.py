"""Going on behind a row in a sorted table: by the values it had when its page was shown, wherever it is now."""

from collections.abc import Sequence
from dataclasses import dataclass

from .ranks import ranked

# What is never null in a row that is live, so that an index over them can be entered at a value.
_NEVER_NULL = {"id", "created_at", "updated_at", ranked("status")}
Piece = tuple[str, list[object]]


@dataclass(frozen=True, slots=True)
class Term:
    """One part of an order. Null stands before everything, as SQLite sorts it."""

    sql: str
    down: bool

    def behind(self, value: object) -> Piece:
        """Rows that stand behind `value`. Its + keeps the planner on the index that gives the order."""
        if value is None:
            return ("0", []) if self.down else (f"{self.sql} is not null", [])
        nulls = f" or {self.sql} is null" if self.down and self.sql not in _NEVER_NULL else ""
        return f"(+{self.sql} {'<' if self.down else '>'} ?{nulls})", [value]


def terms_of(ordered: str) -> tuple[Term, ...]:
    """`ordered` is what stands behind "order by"; the id is its last word, whether written or not."""
    found: dict[str, Term] = {}
    for part in ordered.split(","):
        words = part.split()
        way = words[-1] if words[-1] in ("asc", "desc") else ""
        sql = " ".join(words[: len(words) - bool(way)])
        found.setdefault(sql, Term(sql, way == "desc"))
        if sql == "id":
            break
    found.setdefault("id", Term("id", down=False))
    return tuple(found.values())


def turned(terms: Sequence[Term]) -> tuple[Term, ...]:
    """The same order from its other end."""
    return tuple(Term(term.sql, not term.down) for term in terms)


def order_by(terms: Sequence[Term]) -> str:
    return ", ".join(f"{term.sql} {'desc' if term.down else 'asc'}" for term in terms)


def behind(terms: Sequence[Term], values: Sequence[object]) -> Piece:
    """Rows behind the place of these values, one for each term."""
    first, value = terms[0], values[0]
    text, found = _behind(terms, values)
    if value is None or first.sql not in _NEVER_NULL:
        return text, found
    return f"{first.sql} {'<=' if first.down else '>='} ? and {text}", [value, *found]


def _behind(terms: Sequence[Term], values: Sequence[object]) -> Piece:
    text, found = terms[0].behind(values[0])
    if len(terms) == 1:
        return text, found
    rest, more = _behind(terms[1:], values[1:])
    return f"({text} or (+{terms[0].sql} is ? and {rest}))", [*found, values[0], *more]
