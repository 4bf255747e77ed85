"""What include= puts into a ticket itself: its metrics, the clocks of its SLA, its metric events, counts."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import msgspec

from . import links, metric_events, metrics, sla, tickets
from .shape import Json, decode


@dataclass(frozen=True, slots=True)
class Loads:
    """Knows the names in `include` that it answers; the others are Sideloads'."""

    db: sqlite3.Connection
    now: datetime
    base: str
    names: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, db: sqlite3.Connection, now: datetime, base: str, include: str | None) -> "Loads":
        asked = [part.strip() for part in (include or "").split(",")]
        return cls(db, now, base, tuple(name for name in _LOADS if name in asked))

    def into(self, ticket: Json) -> Json:
        """The ticket's reply with what was asked for in it."""
        return ticket | dict(_LOADS[name](self, ticket) for name in self.names)

    def row(self, row: sqlite3.Row, *, fields: bool = True, exported: bool = False) -> Json | msgspec.Raw:
        """As tickets.raw, which it is where nothing was asked for."""
        if not self.names:
            return tickets.raw(row, self.base, fields=fields, exported=exported)
        ticket = tickets.shown(decode(row["body"]), self.base)
        ticket |= {"generated_timestamp": row["generated_timestamp"]} if exported else {}
        return self.into(ticket if fields else {key: value for key, value in ticket.items() if key != "fields"})


def _metric_set(loads: Loads, ticket: Json) -> tuple[str, object]:
    return "metric_set", metrics.of_ticket(loads.db, ticket, loads.now, loads.base)


def _slas(loads: Loads, ticket: Json) -> tuple[str, object]:
    return "slas", sla.shown(loads.db, ticket, loads.now)


def _metric_events(loads: Loads, ticket: Json) -> tuple[str, object]:
    return "metric_events", metric_events.by_metric(metric_events.of(loads.db, ticket, loads.now))


def _dates(loads: Loads, ticket: Json) -> tuple[str, object]:
    return "dates", metrics.dates(metrics.told(loads.db, ticket))


def _comment_count(loads: Loads, ticket: Json) -> tuple[str, object]:
    return "comment_count", _counted(loads.db, "select count(*) from comments where ticket_id = ?", ticket["id"])


def _incident_count(loads: Loads, ticket: Json) -> tuple[str, object]:
    sql = f"select count(*) from tickets where deleted = 0 and {links.INCIDENT}"  # noqa: S608 - our own words
    return "incident_count", _counted(loads.db, sql, ticket["id"])


def _counted(db: sqlite3.Connection, sql: str, ticket_id: int) -> int:
    return int(db.execute(sql, (ticket_id,)).fetchone()[0])


_LOADS: Mapping[str, Callable[[Loads, Json], tuple[str, object]]] = MappingProxyType({
    "metric_sets": _metric_set,
    "slas": _slas,
    "metric_events": _metric_events,
    "dates": _dates,
    "comment_count": _comment_count,
    "incident_counts": _incident_count,
})  # fmt: skip
