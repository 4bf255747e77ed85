"""/api/v2/resource_collections: what apps bring along, each change as a job."""

from . import jobs, records
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, invalid_attribute, not_found
from .shape import Json, ident


def index(call: Call) -> Reply:
    with call.state.read() as db:
        rows = records.every(db, "resource_collection")
    return call.page("resource_collections", InMemory([(row["id"], row) for row in rows]))


def show(call: Call, collection_id: str) -> Reply:
    return Reply({"resource_collection": _one(call, collection_id)})


def _one(call: Call, collection_id: str) -> Json:
    with call.state.read() as db:
        row = records.one(db, "resource_collection", ident(collection_id))
    if row is None:
        raise not_found()
    return row


def create(call: Call) -> Reply:
    call.need_admin()
    return jobs.start(call, "resource_collection create", [{"payload": _payload(call)}])


def update(call: Call, collection_id: str) -> Reply:
    call.need_admin()
    row = {"id": _one(call, collection_id)["id"], "payload": _payload(call)}
    return jobs.start(call, "resource_collection update", [row])


def destroy(call: Call, collection_id: str) -> Reply:
    call.need_admin()
    return jobs.start(call, "resource_collection delete", [{"id": _one(call, collection_id)["id"]}])


def _payload(call: Call) -> Json:
    payload = call.body().get("payload")
    if not isinstance(payload, dict):
        raise invalid_attribute("payload")
    return payload


ROUTES = (
    Route(["GET"], "/resource_collections", index),
    Route(["POST"], "/resource_collections", create),
    Route(["GET"], "/resource_collections/<collection_id>", show),
    Route(["PUT"], "/resource_collections/<collection_id>", update),
    Route(["DELETE"], "/resource_collections/<collection_id>", destroy),
)
