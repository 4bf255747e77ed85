"""/api/v2/routing: skills of agents and tickets, and the exports of how they changed."""

import sqlite3
from collections.abc import Callable

from . import people, records, skills, tickets
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, bad_page, invalid_attribute, not_found
from .shape import Json, ident, moment, whole
from .state import Tx

MOST_EXPORTED = 1000


def _skill(row: Json, base: str) -> Json:
    return {"url": f"{base}/api/v2/routing/attributes/{row['id']}.json", **row}


def _value(row: Json, base: str) -> Json:
    place = f"{base}/api/v2/routing/attributes/{row['attribute_id']}/values"
    return {"url": f"{place}/{row['id']}.json", **row}


def index(call: Call) -> Reply:
    with call.state.read() as db:
        rows = sorted(records.every(db, "skill"), key=lambda row: (row["created_at"], row["name"]))
    return call.page("attributes", InMemory([(row["id"], _skill(row, call.base)) for row in rows]))


def show(call: Call, attribute_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"attribute": _skill(skills.attribute(db, attribute_id), call.base)})


def create(call: Call) -> Reply:
    call.need_admin()
    with call.write() as tx:
        row = skills.put(tx, "skill", None, call.wanted("attribute"))
    return Reply({"attribute": _skill(row, call.base)}, 201)


def update(call: Call, attribute_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        row = skills.put(tx, "skill", skills.attribute(tx.db, attribute_id), call.wanted("attribute"))
    return Reply({"attribute": _skill(row, call.base)})


def destroy(call: Call, attribute_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        skills.remove(tx, attribute_id)
    return Reply(None, 204)


def values(call: Call, attribute_id: str) -> Reply:
    with call.state.read() as db:
        rows = skills.values(db, attribute_id)
    return Reply({"attribute_values": [_value(row, call.base) for row in rows]})


def show_value(call: Call, attribute_id: str, value_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"attribute_value": _value(skills.value(db, attribute_id, value_id), call.base)})


def create_value(call: Call, attribute_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        wanted = call.wanted("attribute_value") | {"attribute_id": skills.attribute(tx.db, attribute_id)["id"]}
        row = skills.put(tx, "skill_value", None, wanted)
    return Reply({"attribute_value": _value(row, call.base)}, 201)


def update_value(call: Call, attribute_id: str, value_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        before = skills.value(tx.db, attribute_id, value_id)
        wanted = call.wanted("attribute_value") | {"attribute_id": before["attribute_id"]}
        row = skills.put(tx, "skill_value", before, wanted)
    return Reply({"attribute_value": _value(row, call.base)})


def destroy_value(call: Call, attribute_id: str, value_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        skills.remove_value(tx, skills.value(tx.db, attribute_id, value_id))
    return Reply(None, 204)


def _agent(db: sqlite3.Connection, number: str) -> int:
    user = people.one(db, ident(number))
    if user is None or not people.is_staff(user):
        raise not_found()
    return int(user["id"])


def _ticket(db: sqlite3.Connection, number: str) -> int:
    return int(tickets.one(db, ident(number))["id"])


_SIDES: dict[str, Callable[[sqlite3.Connection, str], int]] = {"agent": _agent, "ticket": _ticket}


def of(call: Call, side: str, instance_id: str) -> Reply:
    with call.state.read() as db:
        rows = skills.of(db, side, _SIDES[side](db, instance_id))
    return Reply({"attribute_values": [_value(row, call.base) for row in rows]})


def put_of(call: Call, side: str, instance_id: str) -> Reply:
    """These and no others from now on."""
    call.need_admin()
    named = call.body().get("attribute_value_ids")
    if not isinstance(named, list):
        raise invalid_attribute("attribute_value_ids", "an array")
    with call.write() as tx:
        rows = _linked(tx, side, _SIDES[side](tx.db, instance_id), [str(one) for one in named])
    return Reply({"attribute_values": [_value(row, call.base) for row in rows]})


def _linked(tx: Tx, side: str, number: int, named: list[str]) -> list[Json]:
    skills.link_to(tx, side, number, named)
    return skills.of(tx.db, side, number)


def fulfilled(call: Call) -> Reply:
    """Those of the named tickets for which the asking agent has every skill."""
    numbers = [number for part in (call.arg("ticket_ids") or "").split(",") if (number := ident(part)) is not None]
    with call.state.read() as db:
        mine = {row["id"] for row in skills.of(db, "agent", call.user["id"])}
        found = [number for number in numbers if {row["id"] for row in skills.of(db, "ticket", number)} <= mine]
    return Reply({"fulfilled_ticket_ids": found})


def export(call: Call, many: str) -> Reply:
    """By cursor from the beginning on; the last page's next_page is where later changes will be found."""
    call.need_admin()
    text = call.arg("cursor") or "0"
    after = whole(text)
    if after is None:
        raise bad_page("cursor is not valid")
    with call.state.read() as db:
        rows = [row for row in records.every(db, "skill_event") if row["many"] == many and row["id"] > after]
    page = rows[:MOST_EXPORTED]
    end = moment(page[-1]["told"]["time"]) if page else call.state.clock()
    cursor = page[-1]["id"] if page else text
    return Reply({many: [row["told"] for row in page], "count": len(page), "next_page": f"{call.url}?cursor={cursor}",
                  "end_time": int(end.timestamp()) if end else 0})  # fmt: skip


_PLACE = "/routing/attributes"
ROUTES = (
    Route(["GET"], _PLACE, index),
    Route(["POST"], _PLACE, create),
    Route(["GET"], f"{_PLACE}/<attribute_id>", show),
    Route(["PUT"], f"{_PLACE}/<attribute_id>", update),
    Route(["DELETE"], f"{_PLACE}/<attribute_id>", destroy),
    Route(["GET"], f"{_PLACE}/<attribute_id>/values", values),
    Route(["POST"], f"{_PLACE}/<attribute_id>/values", create_value),
    Route(["GET"], f"{_PLACE}/<attribute_id>/values/<value_id>", show_value),
    Route(["PATCH", "PUT"], f"{_PLACE}/<attribute_id>/values/<value_id>", update_value),
    Route(["DELETE"], f"{_PLACE}/<attribute_id>/values/<value_id>", destroy_value),
    *(Route(["GET"], f"/routing/{side}s/<instance_id>/instance_values", of, {"side": side}) for side in _SIDES),
    *(Route(["POST"], f"/routing/{side}s/<instance_id>/instance_values", put_of, {"side": side}) for side in _SIDES),
    Route(["GET"], "/routing/requirements/fulfilled", fulfilled),
    *(Route(["GET"], f"/incremental/routing/{many}", export, {"many": many})
      for many in ("attributes", "attribute_values", "instance_values")),
)  # fmt: skip
