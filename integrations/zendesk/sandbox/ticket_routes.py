"""/api/v2/tickets: list, show, create, update, delete, one by one and (as jobs) many at once."""

import sqlite3
from collections.abc import Callable

from . import attachments, idempotency, jobs, links, tickets
from .call import Call, Route
from .job_steps import GIVEN
from .paging import InMemory, InTable
from .ranks import ranked
from .replies import Reply, bad_page, invalid_attribute, not_found, record_invalid, too_many
from .shape import Json, decode, ident
from .sideloads import Sideloads
from .state import Tx
from .ticket_change import TAKEN, TAKEN_IN_BULK, tags_of
from .ticket_loads import Loads

MOST = 100
EVERY = "1"
_SORTS = {"created_at": "created_at", "updated_at": "updated_at", "id": "id", "status": "status", "subject": "subject"}
_CURSOR_SORTS = ("id", "updated_at", "status")


def listing(
    call: Call, db: sqlite3.Connection, where: str, values: tuple[object, ...] = (), ordered: str | None = None
) -> Reply:
    """Live tickets that `where` picks (our own SQL, never the client's), paged and with their sideloads.

    `ordered` is the order of offset pages where nobody asks for another one.
    """
    loads, within = Sideloads(call.arg("include")), Loads.of(db, call.state.clock(), call.base, call.arg("include"))
    cursor = call.by_cursor
    shown: list[int] = []

    def render(row: sqlite3.Row) -> object:
        shown.append(row["id"])
        loads.take(decode(row["body"]) if loads.wanted else {})
        return within.row(row, fields=not cursor)

    ordered = _order(call, ordered, cursor=cursor)
    source = InTable(db, "tickets", f"deleted = 0 and ({where})", values, render, ordered=ordered, order="nice_id",
                     counted=tickets.LIVE if where == EVERY else None)  # fmt: skip
    reply = call.page("tickets", source)
    if isinstance(reply.body, dict):
        reply.body.update(loads.beside(db, call.base) | _last_audits(call, db, shown))
    return reply


def _order(call: Call, ordered: str | None, *, cursor: bool) -> str:
    """Cursors know a sort of their own, by few keys; offset pages sort_by and sort_order."""
    text = call.arg("sort")
    if cursor and text:
        if text.lstrip("-") not in _CURSOR_SORTS:
            raise bad_page("sort is not valid")
        way = "desc" if text.startswith("-") else "asc"
        return f"{ranked(text.lstrip('-'))} {way}, id {way}"
    if ordered is not None and (cursor or call.arg("sort_by") not in _SORTS):
        return ordered
    column = "id" if cursor else _SORTS.get(call.arg("sort_by") or "", "id")
    way = "desc" if call.arg("sort_order") == "desc" and not cursor else "asc"
    return f"{ranked(column)} {way}, id {way}"


def _last_audits(call: Call, db: sqlite3.Connection, ticket_ids: list[int]) -> Json:
    """What include=last_audits puts beside tickets: the newest audit of each. Exports do not have it, as in Zendesk."""
    if "last_audits" not in (call.arg("include") or "").split(","):
        return {}
    sql = "select body from audits where ticket_id = ? order by id desc limit 1"
    rows = [row for number in ticket_ids if (row := db.execute(sql, (number,)).fetchone())]
    return {"last_audits": [attachments.placed_audit(decode(row["body"]), call.base) for row in rows]}


def index(call: Call) -> Reply:
    with call.state.read() as db:
        external = call.arg("external_id")
        if external is not None:
            return listing(call, db, "external_id = ?", (external,))
        return listing(call, db, EVERY)


def of_user(call: Call, user_id: str, column: str) -> Reply:
    with call.state.read() as db:
        return listing(call, db, f"{column} = ?", (ident(user_id),))


def requested(call: Call, user_id: str) -> Reply:
    return of_user(call, user_id, "requester_id")


def assigned(call: Call, user_id: str) -> Reply:
    return of_user(call, user_id, "assignee_id")


def of_organization(call: Call, organization_id: str) -> Reply:
    return of_user(call, organization_id, "organization_id")


def show(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        loads = Sideloads(call.arg("include"))
        loads.take(ticket)
        within = Loads.of(db, call.state.clock(), call.base, call.arg("include"))
        beside = loads.beside(db, call.base) | _last_audits(call, db, [ticket["id"]])
        return Reply({"ticket": within.into(tickets.shown(ticket, call.base))} | beside)


def show_many(call: Call) -> Reply:
    wanted = ids_of(call)
    with call.state.read() as db:
        marks = ",".join("?" * len(wanted))
        rows = list(db.execute(f"select * from tickets where deleted = 0 and id in ({marks}) order by id", wanted))  # noqa: S608
        loads = Sideloads(call.arg("include"))
        for row in rows:
            loads.take(decode(row["body"]) if loads.wanted else {})
        within = Loads.of(db, call.state.clock(), call.base, call.arg("include"))
        entries = [(row["id"], within.row(row)) for row in rows]
        beside = loads.beside(db, call.base) | _last_audits(call, db, [row["id"] for row in rows])
        return call.page("tickets", InMemory(entries), beside=beside)


def count(call: Call) -> Reply:
    with call.state.read() as db:
        number = db.execute(f"select {tickets.LIVE}").fetchone()[0]
    return call.counted(number)


def create(call: Call) -> Reply:
    """With an Idempotency-Key the same body of the same user gives the same reply and no second ticket, for two hours.
    With async=true the ticket has its id at once and is made by a job; until then there is none of this id."""
    wanted = call.wanted("ticket")
    call.warn("tickets", "create", "ticket", wanted, TAKEN)
    make = _created_later if call.arg("async") == "true" else _created
    key = call.request.headers.get("Idempotency-Key")
    with call.write() as tx:
        if key is None:
            return make(tx, call, wanted)
        return idempotency.once(tx, call, key, lambda: make(tx, call, wanted))


def _created(tx: Tx, call: Call, wanted: Json) -> Reply:
    ticket, audit = tickets.create(tx, {name: wanted[name] for name in wanted if name in TAKEN}, call.by())
    shown = tickets.shown(ticket, call.base)
    body = {"ticket": shown, "audit": attachments.placed_audit(audit, call.base)}
    return Reply(body, 201, {"location": shown["url"]})


def _created_later(tx: Tx, call: Call, wanted: Json) -> Reply:
    number = tx.new_ticket_id()
    row = {name: wanted[name] for name in wanted if name in TAKEN} | {GIVEN: number}
    reply = jobs.queue(tx, call, "ticket create", [row], 202)
    return Reply(reply.body, reply.status, {"location": f"{call.base}/api/v2/tickets/{number}.json"})


def update(call: Call, ticket_id: str) -> Reply:
    """With async=true it is a job of one row."""
    wanted = call.wanted("ticket")
    call.warn("tickets", "update", "ticket", wanted, TAKEN_IN_BULK - {"id"})
    if call.arg("async") == "true":
        with call.state.read() as db:
            number = tickets.one(db, ident(ticket_id))["id"]
        return jobs.start(call, "ticket update", [wanted | {"id": number}], 202)
    with call.write() as tx:
        ticket, audit = tickets.update(tx, ident(ticket_id), wanted, call.by())
    return Reply({"ticket": tickets.shown(ticket, call.base), "audit": attachments.placed_audit(audit, call.base)})


def destroy(call: Call, ticket_id: str) -> Reply:
    sent = call.body()
    call.warn("tickets", "destroy", "ticket", sent.get("ticket") or {}, ())
    with call.write() as tx:
        tickets.delete(tx, ident(ticket_id), call.by())
    return Reply(None, 204)


def create_many(call: Call) -> Reply:
    rows = _rows(call)
    if len(rows) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    return jobs.start(call, "ticket create", [{key: row[key] for key in row if key != GIVEN} for row in rows])


def update_many(call: Call) -> Reply:
    """Both of Zendesk's forms: a list of tickets with their ids, or one change for the ids of the query."""
    if call.arg("ids") or call.arg("external_ids"):
        change = call.wanted("ticket")
        return jobs.start(call, "ticket update", [change | {"id": number} for number in _aimed(call)])
    rows = _rows(call)
    if len(rows) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    return jobs.start(call, "ticket update", rows)


def destroy_many(call: Call) -> Reply:
    return jobs.start(call, "ticket delete", [{"id": number} for number in ids_of(call)])


def ids_of(call: Call) -> list[int]:
    """The ids= of the query: at most 100, words that are no ids left out."""
    parts = [part for part in (call.arg("ids") or "").split(",") if part.strip()]
    if len(parts) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    return [number for part in parts if (number := ident(part)) is not None]


def _aimed(call: Call) -> list[int | None]:
    """The tickets that ids= or external_ids= names; None for each external id that no ticket has."""
    external = external_ids_of(call)
    if not external:
        return [*ids_of(call)]
    found: list[int | None] = []
    with call.state.read() as db:
        for part in external:
            sql = "select id from tickets where external_id = ? and deleted = 0 order by id"
            found += [row["id"] for row in db.execute(sql, (part,))] or [None]
    return found


def external_ids_of(call: Call) -> list[str]:
    parts = [part.strip() for part in (call.arg("external_ids") or "").split(",") if part.strip()]
    if len(parts) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    return parts


def _rows(call: Call) -> list[Json]:
    rows = call.body().get("tickets")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid_attribute("tickets", "an array")
    return rows


def tags(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"tags": tickets.one(db, ident(ticket_id))["tags"]})


def add_tags(call: Call, ticket_id: str) -> Reply:
    return _tagged(call, ticket_id, lambda was, now: was | now, 200)


def put_tags(call: Call, ticket_id: str) -> Reply:
    return _tagged(call, ticket_id, lambda _was, now: now, 201)


def remove_tags(call: Call, ticket_id: str) -> Reply:
    return _tagged(call, ticket_id, lambda was, now: was - now, 200)


def _tagged(call: Call, ticket_id: str, join: Callable[[set[str], set[str]], set[str]], status: int) -> Reply:
    body = call.body()
    if "tags" not in body:
        raise record_invalid("tags", "Tags: cannot be blank", "BlankValue")
    with call.write() as tx:
        before = tickets.one(tx.db, ident(ticket_id))
        wanted: Json = {key: body[key] for key in ("safe_update", "updated_stamp") if key in body}
        wanted["tags"] = sorted(join(set(before["tags"]), set(tags_of(body["tags"]))))
        ticket, _ = tickets.update(tx, before["id"], wanted, call.by())
    return Reply({"tags": ticket["tags"]}, status)


def related(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        sql = f"select count(*) from tickets where {links.INCIDENT}"  # noqa: S608 - our own words
        incidents = db.execute(sql, (ticket["id"],))
        sources = [number for number in [links.source_of(ticket)] if number]
        found = {"topic_id": None, "jira_issue_ids": [], "followup_source_ids": sources, "from_archive": False,
                 "incidents": incidents.fetchone()[0], "twitter": None}  # fmt: skip
        return Reply({"ticket_related": found})


def people_on(call: Call, ticket_id: str, name: str) -> Reply:
    keys = {"collaborators": "collaborator_ids", "followers": "follower_ids", "email_ccs": "email_cc_ids"}
    if name not in keys:
        raise not_found()
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        loads = Sideloads("users")
        loads.take({"follower_ids": ticket[keys[name]]})
        users = loads.beside(db, call.base)["users"]
        return call.page("users", InMemory([(user["id"], user) for user in users]))


ROUTES = (
    Route(["GET"], "/tickets", index),
    Route(["POST"], "/tickets", create),
    Route(["GET"], "/tickets/count", count),
    Route(["GET"], "/tickets/show_many", show_many),
    Route(["POST"], "/tickets/create_many", create_many),
    Route(["PUT"], "/tickets/update_many", update_many),
    Route(["DELETE"], "/tickets/destroy_many", destroy_many),
    Route(["GET"], "/tickets/<ticket_id>", show),
    Route(["PUT", "PATCH"], "/tickets/<ticket_id>", update),
    Route(["DELETE"], "/tickets/<ticket_id>", destroy),
    Route(["GET"], "/tickets/<ticket_id>/tags", tags),
    Route(["PUT"], "/tickets/<ticket_id>/tags", add_tags),
    Route(["POST"], "/tickets/<ticket_id>/tags", put_tags),
    Route(["DELETE"], "/tickets/<ticket_id>/tags", remove_tags),
    Route(["GET"], "/tickets/<ticket_id>/related", related),
    Route(["GET"], "/tickets/<ticket_id>/collaborators", people_on, {"name": "collaborators"}),
    Route(["GET"], "/tickets/<ticket_id>/followers", people_on, {"name": "followers"}),
    Route(["GET"], "/tickets/<ticket_id>/email_ccs", people_on, {"name": "email_ccs"}),
    Route(["GET"], "/users/<user_id>/tickets/requested", requested),
    Route(["GET"], "/users/<user_id>/tickets/assigned", assigned),
    Route(["GET"], "/organizations/<organization_id>/tickets", of_organization),
)
