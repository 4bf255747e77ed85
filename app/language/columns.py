"""Many tickets as columns: of each field that rules name, the value of every ticket, each distinct one kept once.

Whoever has stored tickets fills them with no facts of a ticket made. What a field's column holds, by what the rules
ask (`RuleSet.fields` names the fields):

* most fields: `Coded.of(values)`, the values as TicketFacts hold them (text; tags as a frozenset; an own field as it
  is in `custom_fields`); `NOT_KNOWN` of sight.py where the owner of an own field is missing. `None` in a field that
  is Zendesk's says not known;
* hours since and until ("NEW", "OPEN", "until_due_date" …): `Times.of(starts)`, the time itself (created_at, due_at …),
  `None` where there is none, and for "OPEN" and its like where the ticket is in another status;
* texts ("subject_includes_word"): `Texts(values)`, as they came.

A field without a column, and what only a whole ticket can tell (business hours, changes, the current user), is asked of
`sight(row)`, and only on rows where a rule still waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.language.account import PLAIN_ACCOUNT, Account
from app.language.sight import NOT_KNOWN, Sight, Unknown

NO_TIME = np.iinfo(np.int64).min
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Coded:
    """Row r has `values[codes[r]]`."""

    codes: NDArray[np.int32]
    values: Sequence[Any]

    @classmethod
    def of(cls, rows: Sequence[Any]) -> Coded:
        """Values that are alike in every way that a rule could ask about become one."""
        kinds = set(map(type, rows))
        if kinds <= {str} or kinds in ({int}, {frozenset}):
            known = {value: code for code, value in enumerate(set(rows))}
            codes = np.fromiter(map(known.__getitem__, rows), np.int32, len(rows))
            return cls(codes, list(known))
        keys = list(map(_key, rows))
        first = dict(zip(reversed(keys), reversed(rows), strict=True))
        places = {key: code for code, key in enumerate(first)}
        return cls(np.fromiter(map(places.__getitem__, keys), np.int32, len(keys)), list(first.values()))


@dataclass(frozen=True, slots=True)
class Texts:
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Times:
    """`at`: microseconds since 1970 in UTC, NO_TIME where there is none."""

    at: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Sequence[datetime | None]) -> Times:
        try:
            seconds = np.fromiter(map(datetime.timestamp, rows), np.float64, len(rows))  # type: ignore[arg-type]
            return cls(np.rint(seconds * _MICROSECONDS).astype(np.int64))
        except TypeError:
            return cls(np.fromiter(map(_microseconds, rows), np.int64, len(rows)))


Column = Coded | Texts | Times


@dataclass(frozen=True, slots=True)
class Columns:
    """`fields`: by the name of the condition's field. `now`: the moment of all rows, or of each in microseconds."""

    count: int
    fields: Mapping[str, Column]
    now: datetime | NDArray[np.int64]
    account: Account = PLAIN_ACCOUNT
    sight: Callable[[int], Sight] | None = None

    def moments(self) -> NDArray[np.int64] | int:
        return _microseconds(self.now) if isinstance(self.now, datetime) else self.now


def _microseconds(at: datetime | None) -> int:
    return NO_TIME if at is None else round(at.timestamp() * _MICROSECONDS)


def _key(value: Any) -> Hashable:
    """Tells 1 from True and from 1.0, and takes what has no hash."""
    kind = value.__class__
    if kind is str or value is None or kind is frozenset:
        return value  # type: ignore[no-any-return]
    return (kind, value is NOT_KNOWN if kind is Unknown else repr(value))
