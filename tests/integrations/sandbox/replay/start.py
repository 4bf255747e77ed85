"""The account as it must have been when a recording began: what it shows and did not make itself, and what it must have
had for its requests to be answered as they were. Nothing here knows any one recording.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from integrations.zendesk.sandbox.account import ADMIN_EMAIL
from integrations.zendesk.sandbox.kinds import BY_MANY, KINDS
from tests.integrations.sandbox.replay.recording import Exchange, Recording, rows_of

Row = dict[str, Any]
_KINDS = {kind.one: kind.many for kind in KINDS} | {"user": "users", "ticket": "tickets", "webhook": "webhooks"}
_MANY = frozenset(_KINDS.values())
_PLACES = {kind.place.rsplit("/", 1)[-1]: kind.many for kind in KINDS} | {
    "users": "users", "tickets": "tickets", "webhooks": "webhooks"
}  # fmt: skip
_FIELDS = (("tickets", "custom_fields", "ticket_fields"),)
_KEYED = (("users", "user_fields", "user_fields"), ("organizations", "organization_fields", "organization_fields"))
_BY_ACTOR = (("ticket", "submitter_id"), ("webhook", "created_by"), ("audit", "author_id"), ("article", "author_id"))


@dataclass(slots=True)
class Start:
    """`rows` as the importer takes them. `listed` are the kinds that the recording lists, so that it shows them all."""

    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    email: str = ADMIN_EMAIL

    def body(self) -> dict[str, list[Row]]:
        return {many: list(rows.values()) for many, rows in self.rows.items()}

    def put(self, many: str, ident: object, row: Row) -> None:
        """The first that is seen of a row counts, and only where the recording did not make it itself."""
        if str(ident) not in self.made:
            self.rows.setdefault(many, {}).setdefault(str(ident), row)


def start_of(recording: Recording) -> Start:
    start = Start()
    for exchange in recording.exchanges:
        if exchange.ok:
            start.made |= set(_made(exchange))
            _take_shown(start, exchange)
            _take_asked(start, exchange)
    _take_fields(start)
    _take_actor(start, recording)
    return start


def _made(exchange: Exchange) -> Iterator[str]:
    """Ids of what this exchange made: by itself, or told by the job that it started."""
    for name, row in rows_of(exchange.body):
        if exchange.method == "POST" and exchange.status == 201 and "id" in row:
            yield str(row["id"])
        if name == "job_status":
            for result in row.get("results") or [] if isinstance(row.get("results"), list) else []:
                if result.get("status") == "Created" or "account_id" in result or result.get("action") == "create":
                    yield str(result.get("id"))


def _take_shown(start: Start, exchange: Exchange) -> None:
    if not isinstance(exchange.body, dict):
        return
    for name, row in rows_of(exchange.body):
        kind = str(row.get("result_type")) if name == "results" else name
        many = _KINDS.get(kind, kind)
        if many in _MANY and row.get("id") is not None and (name in _KINDS or name in _MANY or name == "results"):
            alive = {"active": True} if exchange.method == "DELETE" and "active" in row else {}
            start.put(many, row["id"], row | alive)
    start.listed |= {name for name, value in exchange.body.items() if name in _MANY and isinstance(value, list)}


def _take_asked(start: Start, exchange: Exchange) -> None:
    """What was changed, removed or asked for something of its own must have been there, too, though never shown."""
    parts = exchange.place.strip("/").split("/")
    for place, word in pairwise(parts):
        if place in _PLACES:
            removed = exchange.asked_ids() if word == "destroy_many" else []
            for ident in [word] if any(letter.isdigit() for letter in word) else removed:
                start.put(_PLACES[place], ident, _least(_PLACES[place], ident))


def _least(many: str, ident: str) -> Row:
    row: Row = {"id": int(ident) if ident.isdecimal() else ident}
    if many == "users":
        return row | {"name": "Somebody"}
    if many in {"tickets", "webhooks"}:
        return row | {"subject": "Something"} if many == "tickets" else row | {"name": "Something"}
    words = {"email": f"r{ident}@example.com", "type": "text", "key": f"k{ident}", "status_category": "open"}
    return row | {key: 1 if key.endswith("_id") else words.get(key, f"Row {ident}") for key in BY_MANY[many].required}


def _take_fields(start: Start) -> None:
    """Fields of one's own that tickets, users and organizations show values of."""
    for many, key, fields in _FIELDS:
        for row in [*start.rows.get(many, {}).values()]:
            for value in row.get(key) or [] if fields not in start.listed else []:
                kind = {bool: "checkbox", list: "multiselect"}.get(type(value["value"]), "text")
                start.put(fields, value["id"], {"id": value["id"], "type": kind, "title": f"Field {value['id']}"})
    for many, key, fields in _KEYED:
        for row in [*start.rows.get(many, {}).values()]:
            for number, name in enumerate(row.get(key) or {} if fields not in start.listed else (), start=1):
                start.put(fields, name, {"id": 7_000_000 + number, "type": "text", "key": name, "title": name})


def _take_actor(start: Start, recording: Recording) -> None:
    """Who asks: told by /users/me, else by what she made, else the first admin in sight; else nobody in particular."""
    users = start.rows.get("users", {})
    told = next((x.body["user"] for x in recording.exchanges if x.place == "/users/me" and x.ok), None)
    by_made = _actor_by_made(start, recording)
    admins = (user for user in users.values() if user.get("role") == "admin")
    known = told or users.get(str(by_made.get("id"))) or next(admins, None)
    if known is None and by_made:
        known = {"name": "Admin", "role": "admin", **by_made}
        start.put("users", known["id"], known)
    if known is not None:
        start.email = known.get("email") or ADMIN_EMAIL
        users = start.rows["users"]
        users[str(known["id"])] = {**users[str(known["id"])], "email": start.email}


def _actor_by_made(start: Start, recording: Recording) -> Row:
    found: Row = {}
    for exchange in recording.exchanges:
        for name, row in rows_of(exchange.body):
            for kind, key in _BY_ACTOR:
                mine = exchange.method == "POST" or str(row.get("id")) in start.made
                if mine and name.removesuffix("s") == kind and row.get(key) is not None:
                    found.setdefault("id", int(row[key]))
                    if kind == "ticket" and row.get("requester_id") == row[key]:
                        found.setdefault("organization_id", row.get("organization_id"))
    return found
