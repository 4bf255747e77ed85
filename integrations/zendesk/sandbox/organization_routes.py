"""Organizations beyond one at a time: many at once, found by name or external_id, merged."""

import sqlite3

from . import jobs, people, plain_rows, records
from .call import Call, Route
from .kinds import BY_ONE
from .paging import InMemory
from .replies import Reply, invalid_attribute, not_found, record_invalid, too_many
from .shape import Json, decode, ident, ulid
from .sideloads import plain
from .state import Tx
from .ticket_routes import MOST, ids_of
from .tickets import save

KIND = BY_ONE["organization"]


def _listed(call: Call, rows: list[Json]) -> Reply:
    return call.page("organizations", InMemory([(row["id"], plain("organization", row, call.base)) for row in rows]))


def _one(db: sqlite3.Connection, organization_id: object) -> Json:
    row = records.one(db, "organization", ident(organization_id))
    if row is None:
        raise not_found()
    return row


def _named(call: Call) -> list[Json]:
    """The rows that ids= or external_ids= name, as {"id"} or {"external_id"}."""
    external = [part for part in (call.arg("external_ids") or "").split(",") if part]
    if len(external) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    return [{"external_id": part} for part in external] or [{"id": number} for number in ids_of(call)]


def show_many(call: Call) -> Reply:
    with call.state.read() as db:
        found = [
            records.one(db, "organization", one["id"]) if "id" in one
            else records.with_external_id(db, "organization", one) for one in _named(call)
        ]  # fmt: skip
    return _listed(call, [row for row in found if row is not None])


def search(call: Call) -> Reply:
    """By external_id or by the exact name, without regard to case; one of the two is needed."""
    external, name = call.arg("external_id"), call.arg("name")
    if external is None and name is None:
        raise invalid_attribute("external_id", "given, or name")
    with call.state.read() as db:
        rows = records.every(db, "organization")
    if external is not None:
        return _listed(call, [row for row in rows if row["external_id"] == external])
    return _listed(call, [row for row in rows if str(row["name"]).lower() == str(name).lower()])


def autocomplete(call: Call) -> Reply:
    start = (call.arg("name") or "").strip().lower()
    with call.state.read() as db:
        return _listed(call, [row for row in records.every(db, "organization") if _starts(row, start)])


def _starts(row: Json, start: str) -> bool:
    name = str(row["name"]).lower()
    return bool(start) and (name.startswith(start) or f" {start}" in name)


def related(call: Call, organization_id: str) -> Reply:
    with call.state.read() as db:
        number = _one(db, organization_id)["id"]
        sql = "select count(*) from tickets where deleted = 0 and organization_id = ?"
        tickets = db.execute(sql, (number,)).fetchone()[0]
        sql = "select id from users where active = 1 and json_extract(body, '$.organization_id') = ?"
        users = {row["id"] for row in db.execute(sql, (number,))}
        users |= {row["user_id"] for row in records.every(db, "organization_membership")
                  if row["organization_id"] == number}  # fmt: skip
    return Reply({"organization_related": {"tickets_count": tickets, "users_count": len(users)}})


def create_or_update(call: Call) -> Reply:
    """Known by id, then by external_id. 201 for a new one, 200 for a known one."""
    call.need_admin()
    wanted = call.wanted("organization")
    call.warn("organizations", "create_or_update", "organization", wanted, KIND.writable() | {"id"})
    given = {key: value for key, value in wanted.items() if key in KIND.writable()}
    with call.write() as tx:
        known = records.one(tx.db, "organization", ident(wanted.get("id")))
        known = known or records.with_external_id(tx.db, "organization", wanted)
        row = plain_rows.amend(tx, KIND, known, given) if known else plain_rows.make(tx, KIND, given)
    shown = plain("organization", row, call.base)
    return Reply({"organization": shown}, 200 if known else 201, {"location": shown["url"]})


def _rows(call: Call) -> list[Json]:
    rows = call.body().get("organizations")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid_attribute("organizations", "an array")
    if len(rows) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    return rows


def create_many(call: Call) -> Reply:
    call.need_admin()
    return jobs.start(call, "organization create", _rows(call))


def update_many(call: Call) -> Reply:
    if call.arg("ids") or call.arg("external_ids"):
        change = call.wanted("organization")
        rows = [{**change, **one} for one in _named(call)]
        return jobs.start(call, "organization update", rows)
    return jobs.start(call, "organization update", _rows(call))


def destroy_many(call: Call) -> Reply:
    call.need_admin()
    return jobs.start(call, "organization delete", _named(call))


def merge(call: Call, organization_id: str) -> Reply:
    """The loser's users, tickets and domains become the winner's, at once; told as new, as a reply of Zendesk's is."""
    call.need_admin()
    wanted = call.wanted("organization_merge")
    with call.write() as tx:
        loser, winner = _one(tx.db, organization_id), records.one(tx.db, "organization", ident(wanted.get("winner_id")))
        if winner is None or winner["id"] == loser["id"]:
            raise record_invalid("winner_id", "Winner: is invalid", "InvalidValue")
        row: Json = {"id": ulid(tx.now), "loser_id": loser["id"], "winner_id": winner["id"], "status": "complete"}
        _move(tx, loser, winner)
        records.put(tx, "organization_merge", row)
        tx.note("organization", loser["id"], ["merged"])
    return Reply({"organization_merge": _merge(row | {"status": "new"}, call.base)})


def _move(tx: Tx, loser: Json, winner: Json) -> None:
    for membership in records.every(tx.db, "organization_membership"):
        if membership["organization_id"] == loser["id"]:
            moved = {"organization_id": winner["id"], "organization_name": winner["name"]}
            records.put(tx, "organization_membership", membership | moved)
    sql = "select body from users where json_extract(body, '$.organization_id') = ?"
    for row in tx.db.execute(sql, (loser["id"],)).fetchall():
        people.save(tx, decode(row["body"]) | {"organization_id": winner["id"], "updated_at": tx.stamp})
    sql = "select body from tickets where organization_id = ? and deleted = 0"
    for row in tx.db.execute(sql, (loser["id"],)).fetchall():
        save(tx, decode(row["body"]) | {"organization_id": winner["id"]})
    domains = [*winner["domain_names"], *(name for name in loser["domain_names"] if name not in winner["domain_names"])]
    records.put(tx, "organization", winner | {"domain_names": domains, "updated_at": tx.stamp})
    records.drop(tx, "organization", loser["id"])


def _merge(row: Json, base: str) -> Json:
    return {"id": row["id"], "url": f"{base}/api/v2/organization_merges/{row['id']}.json", **row}


def show_merge(call: Call, merge_id: str) -> Reply:
    with call.state.read() as db:
        row = records.one(db, "organization_merge", merge_id)
    if row is None:
        raise not_found()
    return Reply({"organization_merge": _merge(row, call.base)})


def merges(call: Call, organization_id: str) -> Reply:
    number = ident(organization_id)
    with call.state.read() as db:
        rows = [row for row in records.every(db, "organization_merge") if number in (row["loser_id"], row["winner_id"])]
    return call.page("organization_merges", InMemory([(row["id"], _merge(row, call.base)) for row in rows]))


ROUTES = (
    Route(["GET"], "/organizations/show_many", show_many),
    Route(["GET"], "/organizations/search", search),
    Route(["GET", "POST"], "/organizations/autocomplete", autocomplete),
    Route(["POST"], "/organizations/create_or_update", create_or_update),
    Route(["POST"], "/organizations/create_many", create_many),
    Route(["PUT"], "/organizations/update_many", update_many),
    Route(["DELETE"], "/organizations/destroy_many", destroy_many),
    Route(["GET"], "/organizations/<organization_id>/related", related),
    Route(["PUT"], "/organizations/<organization_id>/merge", merge),
    Route(["GET"], "/organizations/<organization_id>/merges", merges),
    Route(["GET"], "/organization_merges/<merge_id>", show_merge),
)
