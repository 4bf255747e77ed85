"""What becomes of a comment after it was said: made private, or parts of it taken away for good."""

import re
from collections.abc import Callable

from . import attachments, events, tickets
from .replies import not_found
from .shape import Json, decode, plain_of, text_of
from .state import Tx
from .tickets import By

BLACK = "▇"
_MARKED = re.compile(r"<redact>(.*?)</redact>", re.DOTALL)
_REDACTED_ELEMENT = re.compile(r"<(\w+)\b[^>]*\sredact(?:=\"[^\"]*\")?[^>]*?(/?)>")


def hide(tx: Tx, ticket_id: int | None, comment_id: int | None, by: By) -> None:
    """A public comment becomes an internal note. It stays one: there is no way back, as in Zendesk."""
    ticket = tickets.one(tx.db, ticket_id)
    tickets.refuse_if_closed(ticket)
    comment = _changed(tx, ticket["id"], comment_id, lambda _: {"public": False})
    _told(tx, ticket, by, {"type": "CommentPrivacyChange", "comment_id": comment["id"], "public": False})
    events.announce_private(tx, ticket, comment, by.user)
    tx.note("ticket", ticket["id"], ["comment_public"])


def redact_text(tx: Tx, ticket_id: int | None, comment_id: int | None, text: str, by: By) -> Json:
    """Each place of the text becomes black squares, as many as it had letters."""
    ticket = tickets.one(tx.db, ticket_id)
    tickets.refuse_if_closed(ticket)

    def blacken(comment: Json) -> Json:
        keys = [key for key in ("body", "html_body", "plain_body") if isinstance(comment.get(key), str)]
        return {key: comment[key].replace(text, BLACK * len(text)) for key in keys}

    return _redacted(tx, ticket, comment_id, blacken, by)


def redact_marked(tx: Tx, ticket_id: int | None, comment_id: int | None, markup: str, by: By) -> Json:
    """The comment as the agent's page sends it back: what stands in <redact> is blackened, marked elements go."""
    ticket = tickets.one(tx.db, ticket_id)
    tickets.refuse_if_closed(ticket)
    html = _REDACTED_ELEMENT.sub(r"<\1\2>", markup)
    html = _MARKED.sub(lambda found: BLACK * len(plain_of(found[1])), html)
    plain = plain_of(html)
    return _redacted(tx, ticket, comment_id, lambda _: {"html_body": html, "body": plain, "plain_body": plain}, by)


def redact_attachment(tx: Tx, ticket_id: int, comment_id: int, attachment_id: int, by: By) -> None:
    ticket = tickets.one(tx.db, ticket_id)
    tickets.refuse_if_closed(ticket)
    file = attachments.shown(attachments.redact(tx, attachment_id), "")

    def emptied(comment: Json) -> Json:
        files = [file if old.get("id") == attachment_id else old for old in comment.get("attachments") or []]
        return {"attachments": files}

    comment = _changed(tx, ticket["id"], comment_id, emptied)
    told = {"type": "AttachmentRedactionEvent", "attachment_id": attachment_id, "comment_id": comment["id"]}
    _told(tx, ticket, by, told)
    change = {"attachment": {"id": str(attachment_id)}, "comment": {"id": str(comment_id)}}
    events.announce_named(tx, ticket, "attachment_redacted_from_comment", change, by.user)
    tx.note("ticket", ticket["id"], ["attachment"])


def _redacted(tx: Tx, ticket: Json, comment_id: int | None, change: Callable[[Json], Json], by: By) -> Json:
    comment = _changed(tx, ticket["id"], comment_id, change)
    first = tx.db.execute("select min(id) from comments where ticket_id = ?", (ticket["id"],)).fetchone()[0]
    if comment["id"] == first:
        ticket["description"] = comment["body"]
    _told(tx, ticket, by, {"type": "CommentRedactionEvent", "comment_id": comment["id"]})
    events.announce_named(tx, ticket, "comment_redacted", {"comment": {"id": str(comment["id"])}}, by.user)
    tx.note("ticket", ticket["id"], ["comment"])
    return comment


def _changed(tx: Tx, ticket_id: int, comment_id: int | None, change: Callable[[Json], Json]) -> Json:
    """The comment as it is from now on, in its own row and in the audit that told of it."""
    row = tx.db.execute("select * from comments where ticket_id = ? and id = ?", (ticket_id, comment_id)).fetchone()
    if row is None:
        raise not_found()
    before = decode(row["body"])
    comment: Json = before | change(before)
    tickets.add_comment(tx, ticket_id, comment)
    audit = tx.db.execute("select body from audits where id = ?", (comment["audit_id"],)).fetchone()
    if audit is not None:
        kept = decode(audit["body"])
        kept["events"] = [
            {key: comment.get(key, event[key]) for key in event} if event.get("id") == comment["id"] else event
            for event in kept["events"]
        ]
        tx.db.execute("update audits set body = ? where id = ?", (text_of(kept), comment["audit_id"]))
    return comment


def _told(tx: Tx, ticket: Json, by: By, event: Json) -> None:
    """The change itself leaves an audit, and moves the ticket's updated_at."""
    tickets.keep_audit(tx, tickets.new_audit(tx, ticket["id"], by, [{"id": tx.new_id(), **event}], {}))
    ticket["updated_at"] = tx.stamp
    tickets.save(tx, ticket)
