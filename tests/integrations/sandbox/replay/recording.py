"""A recording of a real account: what a client asked, in order, and what it was answered."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MAKING = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Exchange:
    method: str
    path: str
    query: str
    sent: Any
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def place(self) -> str:
        """The path below /api/v2, without .json."""
        return self.path.removeprefix("/api/v2").removesuffix(".json")

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def asked_ids(self) -> list[str]:
        """The ids= of the query."""
        found = dict(parse_qsl(self.query)).get("ids", "")
        return [part for part in found.split(",") if part]


@dataclass(frozen=True, slots=True)
class Recording:
    name: str
    exchanges: tuple[Exchange, ...]

    def began_at(self) -> datetime | None:
        """When the account answered first, by its own clock."""
        dates = (exchange.headers.get("date") for exchange in self.exchanges)
        first = next((date for date in dates if date), None)
        return parsedate_to_datetime(first).astimezone(UTC) if first else None


def read(path: Path) -> Recording:
    return Recording(path.stem, tuple(_exchange(row) for row in json.loads(path.read_bytes())))


def _exchange(row: Any) -> Exchange:
    asked, answered = row["request"], row["response"]
    uri = urlsplit(asked["uri"])
    headers = {str(key).lower(): str(value) for key, value in (answered["headers"] or {}).items()}
    return Exchange(
        asked["method"].upper(), uri.path, uri.query, asked["body"], answered["status"], headers, answered["body"]
    )


def rows_of(body: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of a reply under the name of its resource, as it stands there: one ("ticket") or many ("tickets")."""
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if isinstance(value, dict):
            yield name, value
        elif isinstance(value, list):
            for row in value:
                if isinstance(row, dict):
                    yield name, row
