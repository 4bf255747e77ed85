"""Merging tickets: the words and files of one go into another, and the one is closed."""

from . import attachments, audits, events, people, records, tickets
from .replies import record_invalid
from .shape import Json, decode, html_of, ident
from .state import Tx
from .tickets import By

CLOSED_BY = "closed_by_merge"


def merge(tx: Tx, row: Json, by: By) -> Json:
    """`row` names the source (id), the target (target_id) and the comments of both. Returns the source, closed."""
    source, target = tickets.one(tx.db, ident(row.get("id"))), tickets.one(tx.db, ident(row.get("target_id")))
    for ticket in (source, target):
        tickets.refuse_if_closed(ticket)
    last = _last_comment(tx, source["id"])
    said = row.get("target_comment") or (
        f'Request #{source["id"]} "{source["subject"]}" was closed and merged into this request.'
        + (f" Last comment in request #{source['id']}:\n\n{last['body']}" if last else "")
    )
    parting = row.get("source_comment") or (
        f'This request was closed and merged into request #{target["id"]} "{target["subject"]}".'
    )
    was = dict(target)
    if _is(row.get("target_comment_is_public")) and source["requester_id"] != target["requester_id"]:
        target["email_cc_ids"] = sorted({*target["email_cc_ids"], source["requester_id"]})
    _say(tx, was, target, source, str(said), public=_is(row.get("target_comment_is_public")), by=by, files=last)
    closed = source | {"status": "closed", "tags": sorted({*source["tags"], CLOSED_BY})}
    closed = _say(tx, source, closed, target, str(parting), public=_is(row.get("source_comment_is_public")), by=by)
    change = {"target_ticket": {"id": str(target["id"])}}
    events.announce(tx, source, closed, None, by.user)
    events.announce_named(tx, closed, "merged", change, by.user)
    return closed


def _is(value: object) -> bool:
    return value in (True, "true", 1, "1")


def _last_comment(tx: Tx, ticket_id: int) -> Json | None:
    sql = "select body from comments where ticket_id = ? order by id desc limit 1"
    row = tx.db.execute(sql, (ticket_id,)).fetchone()
    return decode(row["body"]) if row else None


def _say(
    tx: Tx, before: Json, ticket: Json, other: Json, text: str, *, public: bool, by: By, files: Json | None = None
) -> Json:  # fmt: skip
    """A comment whose audit tells by its via that a merge made it, with what was changed; gives the ticket as kept."""
    audit_id = tx.new_id()
    comment = {"author_id": by.user["id"], "body": text, "html_body": html_of(text), "public": public}
    said = audits.comment_event(tx, comment, audit_id)
    if files:
        said["attachments"] = attachments.copy(tx, files.get("attachments") or [], ticket["id"], said["id"])
    told = [said, *audits.events(tx, before, ticket)]
    audit = tickets.new_audit(tx, ticket["id"], by, told, {}, audit_id)
    source = {"from": {"ticket_id": other["id"], "subject": other["subject"]}, "to": {}, "rel": "merge"}
    audit["via"] = {"channel": by.channel, "source": source}
    stored = said | {"via": audit["via"], "created_at": tx.stamp, "metadata": audit["metadata"]}
    ticket["updated_at"] = tx.stamp
    kept = tickets.settle(tx, before, ticket, audit, stored, actor=by.user, channel=by.channel)
    tx.note("ticket", ticket["id"], [*audits.changed_keys(before, ticket), "comment"])
    return kept


def merge_users(tx: Tx, loser: Json, winner: Json) -> Json:
    """Everything of the one becomes the other's: tickets, comments, memberships. The one is deleted."""
    if loser["id"] == winner["id"]:
        raise record_invalid("base", "A user cannot be merged into herself", "InvalidValue")
    if people.is_staff(loser):
        raise record_invalid("base", "Only end users can be merged", "InvalidValue")
    sql = "select body from tickets where deleted = 0 and (requester_id = ? or submitter_id = ?)"
    for row in tx.db.execute(sql, (loser["id"], loser["id"])).fetchall():
        ticket = decode(row["body"])
        ticket |= {key: winner["id"] for key in ("requester_id", "submitter_id") if ticket[key] == loser["id"]}
        tickets.save(tx, ticket)
    for membership in records.every(tx.db, "organization_membership"):
        if membership["user_id"] == loser["id"]:
            records.put(tx, "organization_membership", membership | {"user_id": winner["id"], "default": False})
    for identity in records.every(tx.db, "identity"):
        if identity["user_id"] == loser["id"]:
            records.put(tx, "identity", identity | {"user_id": winner["id"], "primary": False})
    people.save(tx, loser | {"active": False, "email": None, "updated_at": tx.stamp})
    tx.note("user", loser["id"], ["merged"])
    tags = sorted({*winner["tags"], *loser["tags"]})
    return people.change(tx, winner, {"tags": tags})
