"""Old tickets taken in with their dates and comments, as they were elsewhere."""

from . import audits, people, tickets
from .replies import record_invalid
from .shape import Json, html_of, ident, moment, plain_of, stamp
from .state import Tx
from .ticket_change import TAKEN
from .tickets import By

TAKEN_IN_IMPORTS = TAKEN | {"comments", "updated_at", "solved_at", "description"}


def take(tx: Tx, wanted: Json, by: By) -> Json:
    """The ticket as it stands at the end. Times that lie ahead are refused."""
    said = [row for row in wanted.get("comments") or [] if isinstance(row, dict)]
    opening = wanted.get("description") or (said[0].get("value") or said[0].get("body") if said else None)
    created, solved = _past(tx, wanted, "created_at"), _past(tx, wanted, "solved_at")
    updated = _past(tx, wanted, "updated_at")
    now, engine = tx.stamp, tx.engine
    tx.stamp, tx.engine = created or now, None  # no rule runs over what is old
    try:
        given = {key: value for key, value in wanted.items() if key in TAKEN}
        first = {"body": str(opening or wanted.get("subject") or ""), "author_id": _author(said, wanted)}
        later = given.pop("status", None) if solved else None
        ticket, _ = tickets.create(tx, given | {"comment": first | {"public": _public(said)}}, by)
        for row in said[0 if wanted.get("description") else 1 :]:
            _say(tx, ticket, row, by, created or now)
        if solved and later in ("solved", "closed"):
            _solve(tx, ticket, str(later), solved, by)
    finally:
        tx.stamp, tx.engine = now, engine
    ticket |= {"created_at": created or ticket["created_at"], "updated_at": updated or ticket["updated_at"]}
    tickets.save(tx, ticket)
    return ticket


def _past(tx: Tx, wanted: Json, key: str) -> str | None:
    if wanted.get(key) is None:
        return None
    at = moment(wanted[key])
    if at is None or at > tx.now:
        name = key.removesuffix("_at").capitalize()
        raise record_invalid(key, f"{name} at: must be a time in the past", "InvalidValue")
    return stamp(at)


def _author(said: list[Json], wanted: Json) -> int | None:
    if wanted.get("description") or not said:
        return ident(wanted.get("requester_id"))
    return ident(said[0].get("author_id"))


def _public(said: list[Json]) -> bool:
    return bool(said[0].get("public", True)) if said else True


def _say(tx: Tx, ticket: Json, row: Json, by: By, created: str) -> None:
    author = people.one(tx.db, ident(row.get("author_id")) or by.user["id"])
    if author is None:
        raise record_invalid("author_id", "Author: is invalid", "InvalidValue")
    markup = str(row.get("html_body") or "")
    body = str(row.get("value") or row.get("body") or plain_of(markup))
    if not body.strip():
        raise record_invalid("base", "Comment: cannot be blank", "BlankValue")
    tx.stamp = _past(tx, row, "created_at") or created
    audit_id = tx.new_id()
    comment = {"author_id": author["id"], "body": body, "html_body": markup or html_of(body),
               "public": bool(row.get("public", True))}  # fmt: skip
    said = audits.comment_event(tx, comment, audit_id)
    audit = tickets.new_audit(tx, ticket["id"], By(author, by.channel, by.system), [said], {}, audit_id)
    tickets.keep_audit(tx, audit)
    stored = said | {"via": audit["via"], "created_at": tx.stamp, "metadata": audit["metadata"]}
    tickets.add_comment(tx, ticket["id"], stored)
    ticket["updated_at"] = max(ticket["updated_at"], tx.stamp)


def _solve(tx: Tx, ticket: Json, status: str, solved: str, by: By) -> None:
    """The moment at which it was solved stands in an audit: metrics are read from there."""
    before = dict(ticket)
    tx.stamp = solved
    ticket["status"] = "solved"
    told = audits.events(tx, before, ticket)
    tickets.keep_audit(tx, tickets.new_audit(tx, ticket["id"], by, told, {}))
    ticket |= {"status": status, "updated_at": max(ticket["updated_at"], solved)}
