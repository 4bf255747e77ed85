"""/api/v2/requests: tickets as their customers see them: their own, what was said in public, nothing of the inside."""

import sqlite3

from . import attachments, finding, links, people, records, tickets
from .call import Call, Route
from .paging import InMemory, InTable
from .replies import Reply, not_found, record_invalid
from .shape import Json, decode, ident, moment
from .thread_routes import comment_rows
from .ticket_change import wanted_fields

_KEYS = ("id", "status", "priority", "type", "subject", "description", "organization_id", "via", "custom_status_id",
         "requester_id", "email_cc_ids", "is_public", "due_at", "created_at", "updated_at", "recipient", "assignee_id",
         "ticket_form_id", "group_id", "collaborator_ids")  # fmt: skip
_TAKEN = frozenset({"subject", "comment", "priority", "type", "custom_fields", "fields", "requester", "ticket_form_id",
                    "recipient", "due_at", "collaborators", "collaborator_ids", "additional_collaborators",
                    "email_ccs", "solved", "via_followup_source_id", "custom_status_id"})  # fmt: skip
_OPEN = "status in ('new', 'open', 'pending', 'hold')"
_DONE = "status in ('solved', 'closed')"
_MINE = "requester_id = ?"
_CCD = finding.ON_COPY
_PUBLIC = "json_extract(body, '$.is_public') = 1"
# What a customer may say of her request; everything else in her body is left out.
_HERS = _TAKEN - {"requester", "collaborator_ids", "custom_status_id", "solved"}
_SAID = ("body", "html_body", "value", "uploads")
_SORTS = {"updated_at": "updated_at", "created_at": "created_at"}


def _shown(db: sqlite3.Connection, ticket: Json, base: str) -> Json:
    """Only fields that customers may see; a held ticket is open to its customer."""
    seen = {row["id"] for row in records.every(db, "ticket_field") if row["visible_in_portal"] and row["active"]}
    fields = [row for row in ticket["custom_fields"] if row["id"] in seen]
    told = {key: ticket[key] for key in _KEYS}
    status = "open" if ticket["status"] == "hold" else ticket["status"]
    return {
        "url": f"{base}/api/v2/requests/{ticket['id']}.json", **told, "status": status, "custom_fields": fields,
        "can_be_solved_by_me": status != "closed" and ticket["assignee_id"] is not None,
        "solved": status in ("solved", "closed"), "followup_source_id": links.source_of(ticket),
    }  # fmt: skip


def _is_customer(call: Call) -> bool:
    return bool(call.user["role"] == "end-user")


def _listing(call: Call, where: str, values: list[object]) -> Reply:
    """What is internal is no customer's to see, be it about her or in copy to her."""
    if _is_customer(call):
        where = f"{_PUBLIC} and ({where})"
    column = _SORTS.get(call.arg("sort_by") or "", "id")
    way = "desc" if call.arg("sort_order") == "desc" else "asc"
    with call.state.read() as db:

        def render(row: sqlite3.Row) -> object:
            return _shown(db, decode(row["body"]), call.base)

        source = InTable(db, "tickets", f"deleted = 0 and ({where})", values, render, ordered=f"{column} {way}, id")
        return call.page("requests", source)


def index(call: Call) -> Reply:
    statuses = [part for part in (call.arg("status") or "").split(",") if part]
    where, values = _MINE, [call.user["id"]]
    if statuses:
        where += f" and status in ({','.join('?' * len(statuses))})"
    return _listing(call, where, [*values, *statuses])


def some(call: Call, which: str) -> Reply:
    where = {"open": f"{_MINE} and {_OPEN}", "solved": f"{_MINE} and {_DONE}", "ccd": _CCD}[which]
    return _listing(call, where, [call.user["id"]])


def of_user(call: Call, user_id: str) -> Reply:
    return _listing(call, _MINE, [ident(user_id)])


def of_organization(call: Call, organization_id: str) -> Reply:
    return _listing(call, "organization_id = ?", [ident(organization_id)])


def search(call: Call) -> Reply:
    """Among her own, by words in the subject or in what was said in public."""
    words = (call.arg("query") or "").split()
    said = "(subject like ? or id in (select ticket_id from comments where public = 1 and text like ?))"
    where = " and ".join([_MINE, *([said] * len(words))])
    return _listing(call, where, [call.user["id"], *(f"%{word}%" for word in words for _ in range(2))])


def _one(call: Call, db: sqlite3.Connection, request_id: str) -> Json:
    """Her own, or one that she is in copy of, and never an internal one; staff see every one."""
    ticket = tickets.one(db, ident(request_id))
    persons = {ticket["requester_id"], *ticket["email_cc_ids"], *ticket["collaborator_ids"]}
    if _is_customer(call) and (call.user["id"] not in persons or not ticket["is_public"]):
        raise not_found()
    return ticket


def show(call: Call, request_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"request": _shown(db, _one(call, db, request_id), call.base)})


def create(call: Call) -> Reply:
    """A customer's request is her own; an agent names the requester, or it is hers."""
    wanted = call.wanted("request")
    call.warn("requests", "create", "request", wanted, _TAKEN)
    given = {key: value for key, value in wanted.items() if key in _TAKEN and key != "solved"}
    with call.write() as tx:
        if _is_customer(call):
            given = _hers(call, tx.db, given)
        ticket, _ = tickets.create(tx, given, call.by())
        shown = _shown(tx.db, ticket, call.base)
    return Reply({"request": shown}, 201, {"location": shown["url"]})


def _hers(call: Call, db: sqlite3.Connection, given: Json) -> Json:
    """Of a body what a customer may say: in her own name, in public, in fields that she may fill in."""
    kept = {key: value for key, value in given.items() if key in _HERS}
    if isinstance(kept.get("comment"), dict):
        kept["comment"] = {key: kept["comment"][key] for key in _SAID if key in kept["comment"]}
    open_to_her = {row["id"] for row in records.every(db, "ticket_field") if row["editable_in_portal"]}
    values = {number: value for number, value in wanted_fields(kept).items() if number in open_to_her}
    kept = {key: value for key, value in kept.items() if key not in ("fields", "custom_fields")}
    if kept.get("via_followup_source_id") is not None:
        _one(call, db, str(kept["via_followup_source_id"]))
    return kept | {"custom_fields": [{"id": number, "value": value} for number, value in values.items()]}


def update(call: Call, request_id: str) -> Reply:
    """A comment, people in copy, or the word that it is solved, which only an assigned request can be."""
    wanted = call.wanted("request")
    taken = {"comment", "solved", "additional_collaborators", "email_ccs"}
    call.warn("requests", "update", "request", wanted, taken)
    given: Json = {key: wanted[key] for key in taken - {"solved"} if key in wanted}
    with call.write() as tx:
        before = _one(call, tx.db, request_id)
        if _is_customer(call):
            given = _hers(call, tx.db, given)
        if wanted.get("solved") in (True, "true"):
            if before["assignee_id"] is None:
                raise record_invalid("solved", "Solved: an unassigned request cannot be solved", "InvalidValue")
            given["status"] = "solved"
        ticket, _ = tickets.update(tx, before["id"], given, call.by())
        return Reply({"request": _shown(tx.db, ticket, call.base)})


def _comment(row: Json, request_id: int, base: str) -> Json:
    kept = {key: row.get(key) for key in ("id", "type", "body", "html_body", "plain_body", "public", "author_id",
                                          "attachments", "created_at")}  # fmt: skip
    url = f"{base}/api/v2/requests/{request_id}/comments/{row['id']}.json"
    return attachments.placed({"url": url, "request_id": request_id, **kept}, base)


def comments(call: Call, request_id: str) -> Reply:
    """What was said in public, with who said it in short."""
    since, role = moment(call.arg("since")), call.arg("role")
    with call.state.read() as db:
        ticket = _one(call, db, request_id)
        rows = [row for row in comment_rows(db, ticket["id"]) if row["public"]]
        authors = people.many(db, {row["author_id"] for row in rows if row["author_id"]})
    staff = {user["id"] for user in authors if user["role"] != "end-user"}
    if since is not None:
        rows = [row for row in rows if (moment(row["created_at"]) or since) >= since]
    if role in ("agent", "end_user"):
        rows = [row for row in rows if (row["author_id"] in staff) is (role == "agent")]
    users = [{"id": user["id"], "name": user["name"], "photo": user["photo"], "agent": user["id"] in staff,
              "organization_id": user["organization_id"]} for user in authors]  # fmt: skip
    entries = [(row["id"], _comment(row, ticket["id"], call.base)) for row in rows]
    return call.page("comments", InMemory(entries, "created_at,id"), beside={"users": users})


def comment(call: Call, request_id: str, comment_id: str) -> Reply:
    with call.state.read() as db:
        ticket = _one(call, db, request_id)
        rows = [row for row in comment_rows(db, ticket["id"]) if row["public"] and row["id"] == ident(comment_id)]
    if not rows:
        raise not_found()
    return Reply({"comment": _comment(rows[0], ticket["id"], call.base)})


ROUTES = (
    Route(["GET"], "/requests", index),
    Route(["POST"], "/requests", create),
    Route(["GET"], "/requests/search", search),
    *(Route(["GET"], f"/requests/{which}", some, {"which": which}) for which in ("open", "solved", "ccd")),
    Route(["GET"], "/requests/<request_id>", show),
    Route(["PUT"], "/requests/<request_id>", update),
    Route(["GET"], "/requests/<request_id>/comments", comments),
    Route(["GET"], "/requests/<request_id>/comments/<comment_id>", comment),
    Route(["GET"], "/users/<user_id>/requests", of_user),
    Route(["GET"], "/organizations/<organization_id>/requests", of_organization),
)
