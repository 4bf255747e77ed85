"""Tickets beyond one at a time: deleted ones, spam, merging, importing, problems and incidents, and whose they are."""

import sqlite3

from . import deleted, finding, jobs, links, ticket_import, tickets
from .call import Call, Route
from .paging import InTable
from .replies import Refusal, Reply, invalid_attribute, too_many
from .shape import Json, decode, ident
from .ticket_routes import MOST, ids_of, listing

_ON_PERSON = {
    "ccd": finding.ON_COPY, "followed": finding.FOLLOWED,
    "requested": "requester_id = ?", "assigned": "assignee_id = ?",
}  # fmt: skip


def deleted_tickets(call: Call) -> Reply:
    column = {"subject": "subject", "deleted_at": "updated_at"}.get(call.arg("sort_by") or "", "id")
    way = "desc" if call.arg("sort_order") == "desc" else "asc"
    with call.state.read() as db:

        def render(row: sqlite3.Row) -> object:
            return deleted.told(db, decode(row["body"]))

        source = InTable(db, "tickets", "deleted = 1", (), render, ordered=f"{column} {way}, id {way}")
        return call.page("deleted_tickets", source)


def restore(call: Call, ticket_id: str) -> Reply:
    with call.write() as tx:
        deleted.restore(tx, ident(ticket_id), call.by())
    return Reply(None, 200)


def restore_many(call: Call) -> Reply:
    """All of them or none: one that is not deleted is a 404."""
    with call.write() as tx:
        for number in ids_of(call):
            deleted.restore(tx, number, call.by())
    return Reply(None, 200)


def scrub(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        number = deleted.kept(db, ident(ticket_id))["id"]
    return jobs.start(call, "ticket scrub", [{"id": number}])


def scrub_many(call: Call) -> Reply:
    return jobs.start(call, "ticket scrub", [{"id": number} for number in ids_of(call)])


def mark_as_spam(call: Call, ticket_id: str) -> Reply:
    with call.write() as tx:
        deleted.mark_as_spam(tx, ident(ticket_id), call.by())
    return Reply(None, 200)


def mark_many_as_spam(call: Call) -> Reply:
    return jobs.start(call, "ticket spam", [{"id": number} for number in ids_of(call)])


def merge(call: Call, ticket_id: str) -> Reply:
    """A job a call; each source that cannot be merged fails in its own row."""
    body = call.body()
    sources = body.get("ids")
    if not isinstance(sources, list) or not sources:
        raise invalid_attribute("ids", "an array of ticket ids")
    if len(sources) > MOST:
        raise too_many("Parameter ids cannot specify more than 100 values", MOST)
    with call.state.read() as db:
        target = tickets.one(db, ident(ticket_id))
    tickets.refuse_if_closed(target)
    if target["id"] in [ident(number) for number in sources]:
        words = f"You selected the same ticket as source and target: #{target['id']}."
        words += " You cannot merge a ticket into itself."
        raise Refusal(400, {"error": "SourceInvalid", "description": words})
    keys = ("source_comment", "target_comment", "source_comment_is_public", "target_comment_is_public")
    told = {key: body[key] for key in keys if key in body}
    return jobs.start(call, "ticket merge", [{"id": number, "target_id": target["id"], **told} for number in sources])


def take_import(call: Call) -> Reply:
    call.need_admin()
    wanted = call.wanted("ticket")
    call.warn("ticket_imports", "create", "ticket", wanted, ticket_import.TAKEN_IN_IMPORTS)
    with call.write() as tx:
        ticket = ticket_import.take(tx, wanted, call.by())
    shown = tickets.shown(ticket, call.base)
    return Reply({"ticket": shown}, 201, {"location": shown["url"]})


def take_imports(call: Call) -> Reply:
    call.need_admin()
    rows = call.body().get("tickets")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid_attribute("tickets", "an array")
    if len(rows) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    return jobs.start(call, "ticket import", rows)


def incidents(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        problem = tickets.one(db, ident(ticket_id))
        return listing(call, db, links.INCIDENT, (problem["id"],))


def problems(call: Call) -> Reply:
    with call.state.read() as db:
        return listing(call, db, "type = 'problem'", ordered="updated_at desc, id desc")


def problems_like(call: Call) -> Reply:
    text = call.body().get("text") or call.arg("text") or ""
    if not isinstance(text, str):
        raise invalid_attribute("text", "a string")
    with call.state.read() as db:
        return listing(call, db, "type = 'problem' and instr(lower(subject), lower(?)) > 0", (text,))


def recent(call: Call) -> Reply:
    """The five tickets that she changed last. Zendesk tells those that she looked at last in its own pages."""
    with call.state.read() as db:
        rows = db.execute("select ticket_id, body from audits order by id desc limit 1000")
        mine = (row["ticket_id"] for row in rows if decode(row["body"])["author_id"] == call.user["id"])
        last = list(dict.fromkeys(mine))[:5]
        return listing(
            call, db, f"id in ({','.join('?' * len(last))})", tuple(last), ordered="updated_at desc, id desc"
        )


def of_user(call: Call, user_id: str, way: str) -> Reply:
    with call.state.read() as db:
        return listing(call, db, _ON_PERSON[way], (ident(user_id),))


def count_of_user(call: Call, user_id: str, way: str) -> Reply:
    return _counted(call, _ON_PERSON[way], user_id)


def count_of_organization(call: Call, organization_id: str) -> Reply:
    return _counted(call, "organization_id = ?", organization_id)


def _counted(call: Call, where: str, number: str) -> Reply:
    with call.state.read() as db:
        sql = f"select count(*) from tickets where deleted = 0 and ({where})"  # noqa: S608 - our own words
        return call.counted(db.execute(sql, (ident(number),)).fetchone()[0])


def _of_user_routes() -> list[Route]:
    found: list[Route] = []
    for way in _ON_PERSON:
        options: Json = {"way": way}
        found.append(Route(["GET"], f"/users/<user_id>/tickets/{way}/count", count_of_user, options))
        if way in ("ccd", "followed"):
            found.append(Route(["GET"], f"/users/<user_id>/tickets/{way}", of_user, options))
    return found


ROUTES = (
    Route(["GET"], "/deleted_tickets", deleted_tickets),
    Route(["PUT"], "/deleted_tickets/restore_many", restore_many),
    Route(["DELETE"], "/deleted_tickets/destroy_many", scrub_many),
    Route(["PUT"], "/deleted_tickets/<ticket_id>/restore", restore),
    Route(["DELETE"], "/deleted_tickets/<ticket_id>", scrub),
    Route(["PUT"], "/tickets/mark_many_as_spam", mark_many_as_spam),
    Route(["PUT"], "/tickets/<ticket_id>/mark_as_spam", mark_as_spam),
    Route(["POST"], "/tickets/<ticket_id>/merge", merge),
    Route(["POST"], "/imports/tickets", take_import),
    Route(["POST"], "/imports/tickets/create_many", take_imports),
    Route(["GET"], "/tickets/<ticket_id>/incidents", incidents),
    Route(["GET"], "/tickets/recent", recent),
    Route(["GET"], "/problems", problems),
    Route(["POST"], "/problems/autocomplete", problems_like),
    Route(["GET"], "/organizations/<organization_id>/tickets/count", count_of_organization),
    *_of_user_routes(),
)
