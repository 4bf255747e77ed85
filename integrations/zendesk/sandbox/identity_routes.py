"""/api/v2/users/{id}/identities: list, show, add, change, verify, make primary, remove."""

import sqlite3

from . import identities, people, rights
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, forbidden, not_found
from .shape import Json, ident


def _user(call: Call, db: sqlite3.Connection, user_id: str) -> Json:
    """An end user may see and change only her own."""
    if call.user["role"] == "end-user" and ident(user_id) != call.user["id"]:
        raise forbidden()
    user = people.one(db, ident(user_id))
    if user is None:
        raise not_found()
    return user


def _mine_to_change(call: Call, db: sqlite3.Connection, user_id: str) -> Json:
    user = _user(call, db, user_id)
    rights.refuse_touching(call.user, user)
    return user


def shown(row: Json, base: str) -> Json:
    return {"url": f"{base}/api/v2/users/{row['user_id']}/identities/{row['id']}.json", **row}


def _listed(call: Call, user_id: str) -> Reply:
    with call.state.read() as db:
        rows = identities.of(db, _user(call, db, user_id))
    return call.page("identities", InMemory([(row["id"], shown(row, call.base)) for row in rows]))


def index(call: Call, user_id: str) -> Reply:
    return _listed(call, user_id)


def show(call: Call, user_id: str, identity_id: str) -> Reply:
    with call.state.read() as db:
        row = identities.one(db, _user(call, db, user_id), identity_id)
    return Reply({"identity": shown(row, call.base)})


def create(call: Call, user_id: str) -> Reply:
    wanted = call.wanted("identity")
    taken = {"type", "value", "verified", "primary", "skip_verify_email"}
    call.warn("identities", "create", "identity", wanted, taken)
    with call.write() as tx:
        made = identities.add(tx, _mine_to_change(call, tx.db, user_id), wanted)
        row = identities.one(tx.db, _user(call, tx.db, user_id), made["id"])
    told = shown(row, call.base)
    return Reply({"identity": told}, 201, {"location": told["url"]})


def update(call: Call, user_id: str, identity_id: str) -> Reply:
    wanted = call.wanted("identity")
    call.warn("identities", "update", "identity", wanted, {"value", "verified"})
    return _changed(call, user_id, identity_id, wanted)


def verify(call: Call, user_id: str, identity_id: str) -> Reply:
    return _changed(call, user_id, identity_id, {"verified": True})


def _changed(call: Call, user_id: str, identity_id: str, wanted: Json) -> Reply:
    with call.write() as tx:
        user = _mine_to_change(call, tx.db, user_id)
        row = identities.one(tx.db, user, identity_id)
        identities.change(tx, user, row, wanted)
        after = identities.one(tx.db, _user(call, tx.db, user_id), identity_id)
    return Reply({"identity": shown(after, call.base)})


def make_primary(call: Call, user_id: str, identity_id: str) -> Reply:
    with call.write() as tx:
        user = _mine_to_change(call, tx.db, user_id)
        identities.make_primary(tx, user, identities.one(tx.db, user, identity_id))
    return _listed(call, user_id)


def request_verification(call: Call, user_id: str, identity_id: str) -> Reply:
    """Zendesk sends a letter; this account sends none."""
    with call.state.read() as db:
        identities.one(db, _user(call, db, user_id), identity_id)
    return Reply({})


def destroy(call: Call, user_id: str, identity_id: str) -> Reply:
    with call.write() as tx:
        identities.remove(tx, identities.one(tx.db, _mine_to_change(call, tx.db, user_id), identity_id))
    return Reply(None, 204)


_PLACE = "/users/<user_id>/identities"
ROUTES = (
    Route(["GET"], _PLACE, index),
    Route(["POST"], _PLACE, create),
    Route(["GET"], f"{_PLACE}/<identity_id>", show),
    Route(["PUT"], f"{_PLACE}/<identity_id>", update),
    Route(["DELETE"], f"{_PLACE}/<identity_id>", destroy),
    Route(["PUT"], f"{_PLACE}/<identity_id>/verify", verify),
    Route(["PUT"], f"{_PLACE}/<identity_id>/make_primary", make_primary),
    Route(["PUT"], f"{_PLACE}/<identity_id>/request_verification", request_verification),
)
