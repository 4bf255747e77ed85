"""Tickets as they are kept: created, changed, deleted, each together with its audit, webhooks and journal line."""

import sqlite3
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from . import account, attachments, audits, events, links, looks, metrics, people, records, sla, ticket_checks, triggers
from .replies import not_found, record_invalid, update_conflict
from .shape import Json, decode, html_of, ident, moment, plain_of, text_of
from .state import Tx
from .ticket_change import BLANK, Known, changed
from .ticket_people import with_people

_SYSTEM_FIELDS = frozenset({"subject", "description", "status", "tickettype", "priority", "group", "assignee",
                            "custom_status", "basic_priority"})  # fmt: skip


_LAST = "generated_timestamp"


@dataclass(frozen=True, slots=True)
class By:
    """Who changes a ticket and by which way: channel is api, web, email or chat; `system` goes into the audit.

    `source` tells of another ticket by which it comes about.
    """

    user: Json
    channel: str = "api"
    system: Json = field(default_factory=dict)
    source: Json = field(default_factory=dict)

    def via(self) -> Json:
        return {"channel": self.channel, "source": {"from": {}, "to": {}, "rel": None, **self.source}}


def known(db: sqlite3.Connection) -> Known:
    fields = [row for row in records.every(db, "ticket_field") if row["type"] not in _SYSTEM_FIELDS and row["active"]]
    statuses = {row["id"]: row["status_category"] for row in records.every(db, "custom_status")}
    return Known(
        user=lambda number: people.one(db, number),
        has_group=lambda number: records.one(db, "group", number) is not None,
        groups_of=lambda number: account.groups_of(db, number),
        status_default=lambda category: account.status_default(db, category),
        status_category=statuses.get,
        fields={row["id"]: row for row in fields},
    )


# How many are live, without walking an index of them all: a million are counted by their pages.
LIVE = "(select count(*) from tickets) - (select count(*) from tickets where deleted = 1)"


def one(db: sqlite3.Connection, ticket_id: int | None) -> Json:
    """The live ticket, whole. Refuses (404) what never was and what is deleted."""
    row = db.execute("select body from tickets where id = ? and deleted = 0", (ticket_id,)).fetchone()
    if row is None:
        raise not_found()
    ticket: Json = decode(row["body"])
    return ticket


def raw(
    row: sqlite3.Row, base: str, *, fields: bool = True, found: bool = False, exported: bool = False
) -> msgspec.Raw:
    """A ticket's reply from its row, without decoding it: what makes an export quick. `found`: by a search.

    Exports alone tell its _LAST.
    """
    extra = (f'"fields":{row["fields"]},' if fields else "") + ('"result_type":"ticket",' if found else "")
    body = row["body"][1:]
    if not exported:
        before, _, behind = body.rpartition(f',"{_LAST}":')
        _, more, rest = behind.partition(",")
        body = before + (more + rest or "}")
    return msgspec.Raw(f'{{"url":"{base}/api/v2/tickets/{row["id"]}.json",{extra}{body}'.encode())


def shown(ticket: Json, base: str) -> Json:
    told = {"url": f"{base}/api/v2/tickets/{ticket['id']}.json", "fields": ticket["custom_fields"], **ticket}
    return {key: value for key, value in told.items() if key != _LAST}


def create(tx: Tx, wanted: Json, by: By, number: int | None = None) -> tuple[Json, Json]:
    """Returns the ticket and its first audit. A ticket needs words: a comment or a description.

    `number` is an id that was given out before.
    """
    comment = _comment(wanted.get("comment") or wanted.get("description"), by.user, public=True)
    if comment is None:
        raise record_invalid("base", "Description: cannot be blank", "BlankValue")
    wanted = with_people(tx, wanted)
    followed = links.followed(tx.db, wanted)
    if followed is not None:
        by = replace(by, source=links.from_ticket(followed, "follow_up"))
        wanted = {"subject": followed["subject"], "requester_id": followed["requester_id"], **wanted}
    author = _author(tx, comment, by)
    requester = ident(wanted.get("requester_id")) or by.user["id"]
    form, brand = account.default_of(tx.db, "ticket_form"), account.default_of(tx.db, "brand")
    start = BLANK | {
        "via": _via(wanted, by), "created_at": tx.stamp, "submitter_id": by.user["id"],
        "ticket_form_id": form["id"] if form else None, "brand_id": brand["id"] if brand else None,
        "description": comment["body"], "is_public": comment["public"],
    }  # fmt: skip
    ticket = changed(start, wanted | {"requester_id": requester}, known(tx.db), by.user)
    _check(tx, start, ticket, wanted, by)
    ticket["id"] = number or tx.new_ticket_id()
    done = _write(tx, None, ticket, comment | {"author_id": author["id"]}, wanted, by)
    if followed is not None:
        save(tx, followed | {"followup_ids": [*followed["followup_ids"], ticket["id"]]})
    _link(tx, None, done[0])
    return done


def update(tx: Tx, ticket_id: int | None, wanted: Json, by: By) -> tuple[Json, Json]:
    """Returns the ticket and the audit. What changes nothing leaves no audit behind and no new updated_at."""
    before = one(tx.db, ticket_id)
    refuse_if_closed(before)
    refuse_if_stale(before, wanted)
    wanted = with_people(tx, wanted)
    comment = _comment(wanted.get("comment"), by.user, public=before["is_public"])
    after = changed(before, wanted, known(tx.db), by.user)
    _check(tx, before, after, wanted, by)
    if comment is not None:
        author = _author(tx, comment, by)
        comment |= {"author_id": author["id"]}
        _reopen(tx, before, after, author, wanted)
        after["is_public"] = after["is_public"] or comment["public"]
    done = _write(tx, before, after, comment, wanted, by)
    _link(tx, before, done[0])
    for number in links.to_solve(tx.db, before, done[0]):
        update(tx, number, {"status": "solved"}, replace(by, source=links.from_ticket(done[0], "problem")))
    return done


_PLACES = {"brand_id": "brand", "ticket_form_id": "ticket_form", "organization_id": "organization"}


def _check(tx: Tx, before: Json, after: Json, wanted: Json, by: By) -> None:
    """Refuses what a ticket may not become. What is solved with its problem is not asked for its fields."""

    def exists(key: str, number: int) -> bool:
        if key == "problem_id":
            return tx.db.execute("select 1 from tickets where id = ? and deleted = 0", (number,)).fetchone() is not None
        found = people.one(tx.db, number) if key == "submitter_id" else records.one(tx.db, _PLACES[key], number)
        return found is not None

    ticket_checks.refuse_unknown(before, after, wanted, exists)
    ticket_checks.refuse_way_back(before, after, wanted.get("status"))
    if by.source.get("rel") != "problem":
        form = records.one(tx.db, "ticket_form", after["ticket_form_id"])
        ticket_checks.refuse_unfinished(before, after, known(tx.db), form, by.user)


def _link(tx: Tx, before: Json | None, after: Json) -> None:
    for problem in links.moved_problems(tx.db, before, after):
        save(tx, problem)


def delete(tx: Tx, ticket_id: int | None, by: By) -> None:
    """Soft, as Zendesk's: gone from every list, still in the export with status "deleted"."""
    before = one(tx.db, ticket_id)
    after = before | {"status": "deleted", "updated_at": tx.stamp}
    save(tx, after, deleted=True)
    actor = {"id": by.user["id"], "name": by.user["name"]}
    aside = {"id": before["id"], "actor": actor, "deleted_at": tx.stamp, "previous_state": before["status"]}
    records.put(tx, "deleted_ticket", aside)
    events.announce(tx, before, after, None, by.user)
    tx.note("ticket", before["id"], ["deleted"])


def save(tx: Tx, ticket: Json, *, deleted: bool = False) -> None:
    old = tx.db.execute("select generated_timestamp from tickets where id = ?", (ticket["id"],)).fetchone()
    ticket["generated_timestamp"] = tx.generated(old["generated_timestamp"] if old else 0)
    tx.keep_above("ticket", ticket["id"])
    tx.db.execute(INSERT, row_of(ticket, deleted=deleted))


INSERT = (
    "insert or replace into tickets(id, status, priority, type, group_id, assignee_id, requester_id, submitter_id,"
    " organization_id, brand_id, ticket_form_id, external_id, subject, tags, channel, created_at, updated_at,"
    " generated_timestamp, deleted, fields, body) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)


def row_of(ticket: Json, *, deleted: bool = False) -> tuple[Any, ...]:
    return (
        ticket["id"], ticket["status"], ticket["priority"], ticket["type"], ticket["group_id"], ticket["assignee_id"],
        ticket["requester_id"], ticket["submitter_id"], ticket["organization_id"], ticket["brand_id"],
        ticket["ticket_form_id"], ticket["external_id"], ticket["subject"], f" {' '.join(ticket['tags'])} ",
        (ticket["via"] or {}).get("channel"), ticket["created_at"], ticket["updated_at"],
        ticket["generated_timestamp"], int(deleted), text_of(ticket["custom_fields"]), text_of(ticket),
    )  # fmt: skip


def refuse_if_closed(ticket: Json) -> None:
    if ticket["status"] == "closed":
        raise record_invalid("status", "Status: closed prevents ticket update")


def refuse_if_stale(ticket: Json, wanted: Json) -> None:
    """updated_at has whole seconds, so two writes within one second are not told apart: neither does Zendesk."""
    if wanted.get("safe_update") not in (True, "true", 1, "1"):
        return
    seen = moment(wanted.get("updated_stamp"))
    if seen is None:
        raise record_invalid("safe_update", "Safe update: updated_stamp is required", "BlankValue")
    written = moment(ticket["updated_at"])
    if written is None or seen < written:
        raise update_conflict()


def new_audit(tx: Tx, ticket_id: int, by: By, told: list[Json], custom: Json, audit_id: int | None = None) -> Json:
    return {
        "id": audit_id or tx.new_id(), "ticket_id": ticket_id, "created_at": tx.stamp, "author_id": by.user["id"],
        "metadata": {"system": by.system, "custom": custom}, "events": told, "via": by.via(),
    }  # fmt: skip


def keep_audit(tx: Tx, audit: Json) -> None:
    """Under the second it is told at, which stays when its words change."""
    known = tx.db.execute("select at from audits where id = ?", (audit["id"],)).fetchone()
    at = known["at"] if known else tx.heard(int((moment(audit["created_at"]) or tx.now).timestamp()))
    tx.db.execute(
        "insert or replace into audits(id, ticket_id, at, body) values (?, ?, ?, ?)",
        (audit["id"], audit["ticket_id"], at, text_of(audit)),
    )


def add_comment(tx: Tx, ticket_id: int, event: Json) -> None:
    """Keeps what GET comments and search read beside the audit that carries the event."""
    tx.db.execute(
        "insert or replace into comments(id, ticket_id, audit_id, public, author_id, text, body)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (event["id"], ticket_id, event["audit_id"], int(event["public"]), event["author_id"], event["body"],
         text_of(event)),
    )  # fmt: skip


def settle(
    tx: Tx, before: Json | None, after: Json, audit: Json, said: Json | None = None, *, actor: Json, channel: str
) -> Json:
    """Keeps a ticket as it is after an update, with its audit and comment, once the account's triggers have run; gives
    it as they leave it. `before` None: it is new."""
    scheduled = metrics.schedule_of(tx.db, after["id"]) if tx.engine is not None else None
    if tx.engine is not None:
        keep_audit(tx, audit)  # rules look at the ticket's past, this update included
    after = triggers.run(tx, before, after, said, audit, actor=actor, channel=channel, known=known)
    save(tx, after)
    keep_audit(tx, audit)
    if said is not None:
        add_comment(tx, after["id"], said)
    if tx.engine is not None:
        _tell_beside(tx, after, scheduled, actor)
    return after


def _tell_beside(tx: Tx, ticket: Json, scheduled: int | None, actor: Json) -> None:
    """Binds SLA, and tells webhooks of what stands beside the ticket's fields: its schedule, its policy, its clocks."""
    now = metrics.schedule_of(tx.db, ticket["id"])
    changes = list(sla.bind(tx, ticket, lambda: looks.by_time(tx.db, tx.now, ticket)))
    if now != scheduled:
        changes.append(sla.Changed("schedule_changed", str(scheduled) if scheduled else None, str(now)))
    for one in changes:
        told = {"current": one.current, "previous": one.previous}
        events.announce_named(tx, ticket, one.event, told, actor)


def _write(tx: Tx, before: Json | None, after: Json, comment: Json | None, wanted: Json, by: By) -> tuple[Json, Json]:
    """The ticket as it was kept, the account's triggers having run, and its audit."""
    audit_id = tx.new_id()
    told = [audits.comment_event(tx, comment, audit_id)] if comment else []
    said = told[0] if told else None
    if said is not None and comment is not None:
        said["attachments"] = attachments.claim(tx, after["id"], said["id"], comment.get("uploads"))
    told += audits.events(tx, before, after)
    named = wanted.get("macro_ids")
    named = named if isinstance(named, list) else [wanted.get("macro_id")]
    macros = [number for value in named if (number := ident(value)) is not None]
    told += [audits.macro_event(tx, number, records.one(tx.db, "macro", number)) for number in macros] if told else []
    given = wanted.get("metadata")
    custom: Json = (given.get("custom") or {}) if isinstance(given, dict) else {}
    if not isinstance(custom, dict):
        raise record_invalid("metadata", "Metadata: custom must be an object", "InvalidValue")
    audit = new_audit(tx, after["id"], by, told, custom, audit_id)
    if not told:
        return after, audit
    after["updated_at"] = tx.stamp
    if said is not None:
        said = said | {"via": by.via(), "created_at": tx.stamp, "metadata": audit["metadata"]}
    after = settle(tx, before, after, audit, said, actor=by.user, channel=by.channel)
    events.announce(tx, before, after, said, by.user)
    keys = audits.changed_keys(before, after) + (["comment"] if said else [])
    tx.note("ticket", after["id"], keys if before else ["created", *keys], custom)
    return after, audit


def _comment(given: object, actor: Json, *, public: bool) -> Json | None:
    """What was said, or None for nothing. An end user's words are always public, and her own."""
    given = {"body": given} if isinstance(given, str) else given
    if not isinstance(given, dict):
        return None
    markup = str(given.get("html_body") or "")
    body = plain_of(markup) if markup else str(given.get("body") or given.get("value") or "")
    ticket_checks.refuse_length(body)
    if not body.strip():
        if given.get("uploads"):
            raise record_invalid("comment", "Comment: cannot be blank", "BlankValue")
        return None
    is_hers = actor["role"] == "end-user"
    is_public = given.get("public", public) in (True, "true", 1, "1")
    return {
        "body": body, "html_body": f'<div class="zd-comment" dir="auto">{markup}</div>' if markup else html_of(body),
        "public": is_public or is_hers, "author_id": None if is_hers else given.get("author_id"),
        "uploads": given.get("uploads"),
    }  # fmt: skip


def _author(tx: Tx, comment: Json, by: By) -> Json:
    if comment["author_id"] is None:
        return by.user
    author = people.one(tx.db, ident(comment["author_id"]))
    if author is None:
        raise record_invalid("author_id", "Author: is invalid", "InvalidValue")
    return author


def _reopen(tx: Tx, before: Json, after: Json, author: Json, wanted: Json) -> None:
    """A customer's answer opens a ticket that waited for her or was thought solved."""
    if author["role"] != "end-user" or "status" in wanted or before["status"] not in {"pending", "hold", "solved"}:
        return
    after["status"] = "open"
    after["custom_status_id"] = account.status_default(tx.db, "open")


def _via(wanted: Json, by: By) -> Json:
    given = wanted.get("via")
    if isinstance(given, dict) and isinstance(given.get("channel"), str):
        return by.via() | {"channel": given["channel"]}
    return by.via()
