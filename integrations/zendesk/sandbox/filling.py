"""Rows of another account, or of a seed, on their way into this one: completed, dated, each under its own id."""

from collections.abc import Callable
from typing import Any

from . import account, audits, people, records, tickets
from .kinds import BY_ONE
from .shape import Json, html_of, ident, moment, plain_of, stamp, text_of
from .state import Tx
from .ticket_change import BLANK, STATUSES, tags_of
from .webhook_routes import BLANK as BLANK_WEBHOOK
from .webhook_routes import new_secret

_NO_KEYS = frozenset({"url", "result_type", "authenticity_token", "fields", "comments", "audit", "api_token"})
_STATUSES = (*STATUSES, "deleted")


class Unfit(Exception):
    """This row cannot be: the words say why."""


class Filling:
    """Takes rows into one transaction. Tickets are written in bulk by `finish`, which must be called once, last."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._told: set[int] = set()
        self._known: dict[int, str] = {}
        self._tickets: dict[int, tuple[Any, ...]] = {}
        self._defaults: dict[tuple[str, str], int | None] = {}
        self._audits: list[tuple[Any, ...]] = []
        self._comments: list[tuple[Any, ...]] = []
        self._by_kind: dict[str, Callable[[Json, int | None], str | None]] = {
            "user": self._user, "ticket": self._ticket, "audit": self._audit, "comment": self._comment,
            "webhook": self._webhook,
        }  # fmt: skip

    def take(self, kind: str, row: Json, parent: int | None = None) -> str | None:
        """None where the row was taken, else why it was left out."""
        if kind in self._by_kind:
            return self._by_kind[kind](row, parent)
        if kind in BY_ONE:
            return self._plain(kind, row)
        return "unknown kind"

    def finish(self) -> None:
        self._tx.db.executemany(tickets.INSERT, self._tickets.values())
        self._tx.db.executemany(
            "insert or replace into audits(id, ticket_id, at, body) values (?, ?, ?, ?)", self._audits
        )
        self._tx.db.executemany(
            "insert or replace into comments(id, ticket_id, audit_id, public, author_id, text, body)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            self._comments,
        )

    def _id(self, row: Json) -> int:
        number = ident(row.get("id"))
        if number is None and row.get("id") is not None:
            raise Unfit(f"id {row['id']!r} is no id")
        if number is None:
            return self._tx.new_id()
        self._tx.keep_above("id", number)
        return number

    def _dated(self, row: Json) -> Json:
        created = row.get("created_at") or row.get("updated_at") or self._tx.stamp
        return {"created_at": created, "updated_at": row.get("updated_at") or created}

    def _plain(self, kind: str, row: Json) -> str | None:
        definition = BY_ONE[kind]
        given = {key: value for key, value in row.items() if key not in ("url", "html_url", "result_type")}
        row_id = str(row["id"]) if definition.ids == "ulid" else self._id(row)
        if "url" not in row:
            dates = {key: at for key, at in self._dated(row).items() if key in definition.row}
            given = {**definition.row, **given, **dates}
            given |= {copy: given.get(copy) or given.get(source) for copy, source in definition.copies.items()}
        known = records.one(self._tx.db, kind, row_id)
        if known is not None and _older(given, known):
            return "older than what is known"
        account.give_way(self._tx, kind, given)
        records.put(self._tx, kind, {"id": row_id, **{key: value for key, value in given.items() if key != "id"}})
        return None

    def _user(self, row: Json, _parent: int | None) -> str | None:
        if not isinstance(row.get("name"), str):
            raise Unfit("a user needs a name")
        given = {key: value for key, value in row.items() if key not in _NO_KEYS}
        user = people.complete(given) | _kept(given) | self._dated(row) | {"id": self._id(row)}
        if user["role"] not in people.ROLES:
            raise Unfit(f"role {user['role']!r} is none of {', '.join(people.ROLES)}")
        known = people.one(self._tx.db, user["id"])
        if known is not None and _older(user, known):
            return "older than what is known"
        people.save(self._tx, user)
        account.admin_gives_way(self._tx, user)
        if row.get("api_token"):
            account.let_in(self._tx, str(row["api_token"]), user["id"], account_wide=False)
        return None

    def _webhook(self, row: Json, _parent: int | None) -> str | None:
        """Switched off, so that nothing leaves this machine for an address of someone else's account."""
        given = {**BLANK_WEBHOOK, "created_at": self._tx.stamp, "created_by": None}
        given |= {key: value for key, value in row.items() if key != "url"}
        given |= {"status": "inactive", "secret": new_secret()}
        records.put(self._tx, "webhook", {"id": str(row["id"]), **given})
        return None

    def _ticket(self, row: Json, _parent: int | None) -> str | None:
        ticket_id = ident(row.get("id")) or self._tx.new_ticket_id()
        if row.get("status", "new") not in _STATUSES:
            raise Unfit(f"ticket {ticket_id}: status {row['status']!r} is none of {', '.join(_STATUSES)}")
        said = row.get("comments") or []
        ticket = self._completed(ticket_id, row, said)
        if ticket["updated_at"] < self._known_stamp(ticket_id):
            return "older than what is known"
        self._known[ticket_id] = ticket["updated_at"]
        self._tx.keep_above("ticket", ticket_id)
        self._tickets[ticket_id] = tickets.row_of(ticket, deleted=ticket["status"] == "deleted")
        if not self._is_told(ticket_id):
            self._told.add(ticket_id)
            self._tell(ticket, said)
        return None

    def _known_stamp(self, ticket_id: int) -> str:
        """When the known version of the ticket was updated, or an empty text. Asked for each: there may be millions."""
        if ticket_id in self._known:
            return self._known[ticket_id]
        row = self._tx.db.execute("select updated_at from tickets where id = ?", (ticket_id,)).fetchone()
        return str(row["updated_at"]) if row else ""

    def _is_told(self, ticket_id: int) -> bool:
        if ticket_id in self._told:
            return True
        row = self._tx.db.execute("select 1 from audits where ticket_id = ? limit 1", (ticket_id,)).fetchone()
        return row is not None

    def _completed(self, ticket_id: int, row: Json, said: list[Json]) -> Json:
        given = {key: value for key, value in row.items() if key not in _NO_KEYS}
        dates = self._dated(row)
        if "updated_at" not in row and said:
            dates["updated_at"] = max([dates["created_at"], *(str(one.get("created_at") or "") for one in said)])
        ticket = {**BLANK, **given, **dates, "id": ticket_id, "tags": tags_of(row.get("tags") or [])}
        ticket["via"] = row.get("via") or {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}}
        ticket["raw_subject"] = row.get("raw_subject") or ticket["subject"]
        ticket["submitter_id"] = row.get("submitter_id") or ticket["requester_id"]
        if ticket["description"] is None and said:
            ticket["description"] = said[0].get("body")
        if ticket["custom_status_id"] is None and ticket["status"] != "deleted":
            ticket["custom_status_id"] = self._default("custom_status", ticket["status"])
        for key, kind in (("brand_id", "brand"), ("ticket_form_id", "ticket_form")):
            ticket[key] = ticket[key] or self._default(kind)
        ticket["generated_timestamp"] = self._generated(row, ticket)
        return ticket

    def _default(self, kind: str, status: str = "") -> int | None:
        """Looked up once for all tickets: tickets come in last, so nothing changes it any more."""
        if (kind, status) not in self._defaults:
            if kind == "custom_status":
                found = account.status_default(self._tx.db, status)
            else:
                row = account.default_of(self._tx.db, kind)
                found = row["id"] if row else None
            self._defaults[kind, status] = found
        return self._defaults[kind, status]

    def _generated(self, row: Json, ticket: Json) -> int:
        """As old as the ticket is, but never behind a page that a client has already exported."""
        at = moment(ticket["updated_at"])
        if at is None:
            raise Unfit(f"ticket {ticket['id']}: updated_at {ticket['updated_at']!r} is no time")
        old = ident(row.get("generated_timestamp")) or int(at.timestamp())
        return self._tx.filled(old)

    def _tell(self, ticket: Json, said: list[Json]) -> None:
        """A history: one audit a comment. Where comments were given, how the ticket came to be as it is stands in it:

        the first tells how it was made, the last what became of it since.
        """
        told = said or [_first_words(ticket)]
        start = self._start(ticket) if len(said) > 1 else ticket
        for number, one in enumerate(told):
            author = ident(one.get("author_id")) or ticket["requester_id"]
            body = str(one.get("body") or plain_of(str(one.get("html_body") or "")))
            comment = {"author_id": author, "body": body, "html_body": one.get("html_body") or html_of(body),
                       "public": bool(one.get("public", True))}  # fmt: skip
            audit_id = self._tx.new_id()
            events = [audits.comment_event(self._tx, comment, audit_id)]
            events += audits.events(self._tx, None, start) if said and number == 0 else []
            events += audits.events(self._tx, start, ticket) if number == len(said) - 1 > 0 else []
            custom = (one.get("metadata") or {}).get("custom") or {}
            self._write(ticket, audit_id, author, one.get("created_at") or ticket["created_at"], events, custom)

    def _start(self, ticket: Json) -> Json:
        """The ticket as it may have been when it was made: what a customer gives, and nobody's work yet."""
        given = ("id", "subject", "requester_id", "organization_id", "brand_id", "ticket_form_id", "external_id")
        fresh = {"custom_status_id": self._default("custom_status", "new")} | {key: ticket[key] for key in given}
        return BLANK | {"submitter_id": ticket["submitter_id"], "recipient": ticket["recipient"]} | fresh

    def _write(
        self, ticket: Json, audit_id: int, author: int, created_at: str, events: list[Json], custom: Json
    ) -> None:
        at = moment(created_at) or self._tx.now
        audit = {"id": audit_id, "ticket_id": ticket["id"], "created_at": stamp(at), "author_id": author,
                 "metadata": {"system": {}, "custom": custom}, "events": events, "via": ticket["via"]}  # fmt: skip
        self._keep(audit, int(at.timestamp()))

    def _audit(self, row: Json, parent: int | None) -> str | None:
        ticket_id = ident(row.get("ticket_id")) or parent
        at = moment(row.get("created_at"))
        if ticket_id is None or at is None:
            raise Unfit("an audit needs ticket_id and created_at")
        self._told.add(ticket_id)
        kept = {"metadata": {"system": {}, "custom": {}}, "events": [], "via": None, "author_id": None, **row}
        self._keep(kept | {"id": self._id(row), "ticket_id": ticket_id}, int(at.timestamp()))
        return None

    def _keep(self, audit: Json, at: int) -> None:
        self._audits.append((audit["id"], audit["ticket_id"], self._tx.filled(at), text_of(audit)))
        for event in audit["events"]:
            if event.get("type") == "Comment":
                beside = {"via": audit["via"], "created_at": audit["created_at"], "metadata": audit["metadata"]}
                self._say(audit["ticket_id"], {"audit_id": audit["id"], **event, **beside})

    def _comment(self, row: Json, parent: int | None) -> str | None:
        if parent is None:
            return "its ticket is not told"
        body = str(row.get("body") or "")
        defaults = {"type": "Comment", "html_body": html_of(body), "plain_body": body, "public": True,
                    "attachments": [], "audit_id": 0, "author_id": None}  # fmt: skip
        self._say(parent, {**defaults, **row, "id": self._id(row)})
        return None

    def _say(self, ticket_id: int, event: Json) -> None:
        public = int(bool(event.get("public", True)))
        self._comments.append((event["id"], ticket_id, event["audit_id"], public, event.get("author_id"),
                               str(event.get("body") or ""), text_of(event)))  # fmt: skip


def _kept(user: Json) -> Json:
    """What was told of a user, a told nothing too; what everything else leans on is never nothing."""
    needed = {"role", "active", "suspended", "tags", "user_fields", "locale", "locale_id"}
    return {key: value for key, value in user.items() if key not in needed}


def _first_words(ticket: Json) -> Json:
    return {"body": ticket["description"] or ticket["subject"] or "", "author_id": ticket["requester_id"],
            "created_at": ticket["created_at"], "public": ticket["is_public"]}  # fmt: skip


def _older(row: Json, known: Json) -> bool:
    was, now = moment(known.get("updated_at")), moment(row.get("updated_at"))
    return was is not None and now is not None and now < was
