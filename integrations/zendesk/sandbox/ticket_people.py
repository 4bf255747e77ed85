"""Whom a change of a ticket names by e-mail: requesters, copies and followers become users, assignees must be some."""

from . import people
from .replies import record_invalid
from .shape import Json, ident
from .state import Tx

_BY_ROW = ("email_ccs", "followers")
_WHOLE = ("collaborators", "additional_collaborators")


def with_people(tx: Tx, wanted: Json) -> Json:
    """The same change with ids in it. An address that nobody has makes a user of it."""
    found = dict(wanted)
    requester = wanted.get("requester")
    if isinstance(requester, str) and "@" in requester:
        requester = {"email": requester}
    if isinstance(requester, dict):
        found["requester_id"] = people.find_or_create(tx, requester)["id"]
    if isinstance(wanted.get("assignee_email"), str):
        agent = people.by_email(tx.db, wanted["assignee_email"])
        found["assignee_id"] = agent["id"] if agent else -1
    for key in _BY_ROW:
        if isinstance(rows := wanted.get(key), list):
            found[key] = [_row(tx, row) for row in rows]
    for key in _WHOLE:
        if isinstance(rows := wanted.get(key), list):
            found[key] = [number for row in rows if (number := _person(tx, row)) is not None]
    return found


def _row(tx: Tx, row: object) -> Json:
    """{user_id or user_email, action}: to come unless it says to go."""
    given = row if isinstance(row, dict) else {"user_id": row}
    going = given.get("action") == "delete"
    number = ident(given.get("user_id"))
    email = given.get("user_email")
    if number is None and isinstance(email, str) and email.strip():
        known = people.by_email(tx.db, email)
        if known is None and not going:
            known = _made(tx, email, given.get("user_name"))
        number = known["id"] if known else None
    return {"user_id": number, "action": "delete" if going else "put"}


def _person(tx: Tx, row: object) -> int | None:
    """An id, an address, or a name with an address."""
    name, email = (row.get("name"), row.get("email")) if isinstance(row, dict) else (None, row)
    if isinstance(email, str) and "@" in email:
        return int((people.by_email(tx.db, email) or _made(tx, email, name))["id"])
    number = ident(row.get("id") or row.get("user_id")) if isinstance(row, dict) else ident(row)
    if number is not None and people.one(tx.db, number) is None:
        raise record_invalid("collaborators", f"Collaborators: {number} is invalid", "InvalidValue")
    return number


def _made(tx: Tx, email: str, name: object) -> Json:
    return people.find_or_create(tx, {"email": email, "name": name if isinstance(name, str) else None})
