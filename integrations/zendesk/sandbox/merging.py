"""Merging tickets: the words and files of one go into another, and the one is closed."""

from . import attachments, audits, events, people, records, tickets
from .replies import record_invalid
from .shape import Json, decode, html_of, ident, text_of
from .state import Tx
from .tickets import By

CLOSED_BY = "closed_by_merge"
_LISTS = ("email_cc_ids", "follower_ids", "collaborator_ids")


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
    """A comment whose audit tells by its via that a merge made it, with what was changed; webhooks hear of both.
    Gives the ticket as kept."""
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
    events.announce(tx, before, kept, stored, by.user)
    tx.note("ticket", ticket["id"], [*audits.changed_keys(before, kept), "comment"])
    return kept


def merge_users(tx: Tx, loser: Json, winner: Json, by: By) -> Json:
    """Everything of the one becomes the other's: tickets, comments, memberships. The one is deleted."""
    if loser["id"] == winner["id"]:
        raise record_invalid("base", "A user cannot be merged into herself", "InvalidValue")
    if people.is_staff(loser):
        raise record_invalid("base", "Only end users can be merged", "InvalidValue")
    _move_comments(tx, loser["id"], winner["id"])
    _move_tickets(tx, loser["id"], winner["id"], by)
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


def _move_tickets(tx: Tx, old: int, new: int, by: By) -> None:
    """Each ticket tells of its new people by an audit, a journal line and webhooks, and comes in exports once more."""
    sql = "select body from tickets where deleted = 0"
    named = [f"exists (select 1 from json_each(body, '$.{key}') where value = :old)" for key in _LISTS]  # noqa: S608 - our own words
    where = " or ".join(["requester_id = :old", "submitter_id = :old", *named])
    for row in tx.db.execute(f"{sql} and ({where}) order by id", {"old": old}).fetchall():
        before = decode(row["body"])
        after = before | {key: new for key in ("requester_id", "submitter_id") if before[key] == old}
        for key in _LISTS:
            after[key] = list(dict.fromkeys(new if number == old else number for number in before[key]))
        audit = tickets.new_audit(tx, after["id"], by, audits.events(tx, before, after), {})
        tickets.keep_audit(tx, audit)
        after["updated_at"] = tx.stamp
        tickets.save(tx, after)
        events.announce(tx, before, after, None, by.user)
        tx.note("ticket", after["id"], audits.changed_keys(before, after))


def _move_comments(tx: Tx, old: int, new: int) -> None:
    """What the one said, the other has said: where comments are read, and in the audits that carry them."""
    rows = tx.db.execute("select id, audit_id, body from comments where author_id = ?", (old,)).fetchall()
    for row in rows:
        body = decode(row["body"]) | {"author_id": new}
        tx.db.execute("update comments set author_id = ?, body = ? where id = ?", (new, text_of(body), row["id"]))
        kept = tx.db.execute("select body from audits where id = ?", (row["audit_id"],)).fetchone()
        if kept is None:
            continue
        audit = decode(kept["body"])
        told = [event | {"author_id": new} if event["id"] == row["id"] else event for event in audit["events"]]
        tickets.keep_audit(tx, audit | {"events": told})
