"""/api/v2/users: list, show, create, update, find, and who asks (me)."""

import secrets
import sqlite3
from typing import Any

from . import identities, jobs, people, rights
from .call import Call, Route
from .paging import InMemory, InTable
from .people_loads import PeopleLoads
from .replies import Reply, invalid_attribute, not_found, too_many
from .shape import Json, decode, ident
from .sideloads import user
from .ticket_routes import MOST, external_ids_of, ids_of


def _found(db: sqlite3.Connection, user_id: str) -> Json:
    found = people.one(db, ident(user_id))
    if found is None:
        raise not_found()
    return found


def index(call: Call) -> Reply:
    external = call.arg("external_id")
    if external is not None:
        return _listing(call, "active = 1 and external_id = ?", [external])
    roles = [*call.request.args.getlist("role"), *call.request.args.getlist("role[]")]
    where, values = "active = 1", []
    if roles:
        where += f" and role in ({','.join('?' * len(roles))})"
        values = list(roles)
    return _listing(call, where, values)


def of_group(call: Call, group_id: str) -> Reply:
    members = "select json_extract(body, '$.user_id') from records where kind = 'group_membership'"
    where = f"id in ({members} and json_extract(body, '$.group_id') = ?)"
    return _listing(call, where, [ident(group_id)])


def of_organization(call: Call, organization_id: str) -> Reply:
    """Everybody who has a membership in it, her default one or not."""
    members = (
        "id in (select json_extract(body, '$.user_id') from records where kind = 'organization_membership'"
        " and json_extract(body, '$.organization_id') = ?)"
    )
    number = ident(organization_id)
    return _listing(call, f"json_extract(body, '$.organization_id') = ? or {members}", [number, number])


def _listing(call: Call, where: str, values: list[Any]) -> Reply:
    loads = PeopleLoads(call)
    with call.state.read() as db:

        def render(row: sqlite3.Row) -> object:
            found = decode(row["body"])
            loads.see(found)
            return user(found, call.base)

        reply = call.page("users", InTable(db, "users", where, values, render))
        if isinstance(reply.body, dict):
            reply.body.update(loads.beside(db, call.base))
        return reply


def show(call: Call, user_id: str) -> Reply:
    loads = PeopleLoads(call)
    with call.state.read() as db:
        found = _found(db, user_id)
        loads.see(found)
        return Reply({"user": user(found, call.base)} | loads.beside(db, call.base))


def show_many(call: Call) -> Reply:
    with call.state.read() as db:
        external = [part for part in (call.arg("external_ids") or "").split(",") if part]
        rows = [found for part in external if (found := people.by_external_id(db, part)) is not None]
        rows = rows or people.many(db, set(ids_of(call)))
        loads = PeopleLoads(call)
        for row in rows:
            loads.see(row)
        entries = [(row["id"], user(row, call.base)) for row in rows]
        return call.page("users", InMemory(entries), beside=loads.beside(db, call.base))


def me(call: Call) -> Reply:
    return Reply({"user": user(call.user, call.base) | {"authenticity_token": secrets.token_urlsafe(40)}})


def count(call: Call) -> Reply:
    with call.state.read() as db:
        number = db.execute("select count(*) from users where active = 1").fetchone()[0]
    return call.counted(number)


def create(call: Call) -> Reply:
    wanted = call.wanted("user")
    rights.refuse_change(call.user, None, wanted)
    call.warn("users", "create", "user", wanted, people.WRITABLE)
    with call.write() as tx:
        made = people.create(tx, {key: value for key, value in wanted.items() if key != "id"})
        made = identities.take(tx, made, wanted)
    shown = user(made, call.base)
    return Reply({"user": shown}, 201, {"location": shown["url"]})


def create_or_update(call: Call) -> Reply:
    """Known by external_id first, then by e-mail. 201 for a new one, 200 for a known one."""
    wanted = call.wanted("user")
    call.warn("users", "create_or_update", "user", wanted, people.WRITABLE)
    with call.write() as tx:
        before = people.known(tx.db, wanted)
        rights.refuse_change(call.user, before, wanted)
        row, made = people.create_or_change(tx, wanted, before)
    shown = user(row, call.base)
    return Reply({"user": shown}, 201 if made else 200, {"location": shown["url"]})


def update(call: Call, user_id: str) -> Reply:
    wanted = call.wanted("user")
    call.warn("users", "update", "user", wanted, people.WRITABLE)
    with call.write() as tx:
        before = _found(tx.db, user_id)
        rights.refuse_change(call.user, before, wanted)
        row = people.change(tx, before, wanted)
    return Reply({"user": user(row, call.base)})


def destroy(call: Call, user_id: str) -> Reply:
    """Zendesk answers with the user, who is no longer active."""
    call.need_admin()
    sent = call.body()
    with call.write() as tx:
        row = _found(tx.db, user_id)
        if not row["active"]:
            raise not_found()
        people.refuse_if_busy(tx.db, row)
        row |= {"active": False, "updated_at": tx.stamp}
        people.save(tx, row)
        tx.note("user", row["id"], ["active"])
    call.warn("users", "destroy", "user", sent.get("user") or {}, ())
    return Reply({"user": user(row, call.base)})


def create_many(call: Call) -> Reply:
    rows = _rows(call)
    if len(rows) > MOST:
        raise too_many("Maximum 100 users may be created per call")
    with call.state.read() as db:
        rights.refuse_rows(db, call.user, rows, known=False)
    return jobs.start(call, "user create", rows)


def update_many(call: Call) -> Reply:
    if call.arg("ids") or call.arg("external_ids"):
        change = call.wanted("user")
        rows = [change | {"id": number} for number in _aimed(call)]
    else:
        rows = _rows(call)
    if len(rows) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    with call.state.read() as db:
        rights.refuse_rows(db, call.user, rows)
    return jobs.start(call, "user update", rows)


def destroy_many(call: Call) -> Reply:
    call.need_admin()
    return jobs.start(call, "user delete", [{"id": number} for number in _aimed(call)])


def search(call: Call) -> Reply:
    external, words = call.arg("external_id"), (call.arg("query") or "").strip()
    if external is not None:
        return _listing(call, "active = 1 and external_id = ?", [external])
    words = words.removeprefix("email:").strip('"')
    with call.state.read() as db:
        owner = people.by_email(db, words) if "@" in words else None
    number = owner["id"] if owner else None
    return _listing(call, "active = 1 and (email = ? or name like ? or id = ?)", [words, f"%{words}%", number])


def autocomplete(call: Call) -> Reply:
    words = (call.arg("name") or "").strip()
    return _listing(call, "active = 1 and (name like ? or email like ?)", [f"{words}%", f"{words}%"])


def _aimed(call: Call) -> list[int | None]:
    """The users whom ids= or external_ids= names; None for each external id that nobody has."""
    external = external_ids_of(call)
    if not external:
        return [*ids_of(call)]
    with call.state.read() as db:
        found = [people.by_external_id(db, part) for part in external]
    return [None if user is None else user["id"] for user in found]


def _rows(call: Call) -> list[Json]:
    rows = call.body().get("users")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid_attribute("users", "an array")
    return rows


ROUTES = (
    Route(["GET"], "/users", index),
    Route(["POST"], "/users", create),
    Route(["GET"], "/users/me", me),
    Route(["GET"], "/users/count", count),
    Route(["GET"], "/users/show_many", show_many),
    Route(["GET"], "/users/search", search),
    Route(["GET"], "/users/autocomplete", autocomplete),
    Route(["POST"], "/users/create_many", create_many),
    Route(["POST"], "/users/create_or_update", create_or_update),
    Route(["PUT"], "/users/update_many", update_many),
    Route(["DELETE"], "/users/destroy_many", destroy_many),
    Route(["GET"], "/users/<user_id>", show),
    Route(["PUT", "PATCH"], "/users/<user_id>", update),
    Route(["DELETE"], "/users/<user_id>", destroy),
    Route(["GET"], "/groups/<group_id>/users", of_group),
    Route(["GET"], "/organizations/<organization_id>/users", of_organization),
)
