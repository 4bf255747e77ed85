"""Who is in which group and organization: the default place of a user, and memberships many at once."""

import sqlite3

from . import jobs, people, plain_routes, plain_rows, records, settling
from .call import Call, Route
from .kinds import BY_MANY, BY_ONE
from .replies import Reply, invalid_attribute, not_found, too_many
from .shape import Json, ident
from .sideloads import plain
from .ticket_routes import MOST, ids_of

_PLACE = {"group_memberships": "group_id", "organization_memberships": "organization_id"}


def of(call: Call, kind: str, key: str, owner_id: str) -> Reply:
    with call.state.read() as db:
        return _page(call, db, kind, key, ident(owner_id))


def show_of_user(call: Call, kind: str, user_id: str, membership_id: str) -> Reply:
    one = BY_MANY[kind].one
    with call.state.read() as db:
        return Reply({one: plain(one, _mine(db, kind, user_id, membership_id), call.base)})


def create_of_user(call: Call, kind: str, user_id: str) -> Reply:
    call.need_admin()
    one = BY_MANY[kind].one
    wanted = call.wanted(one) | {"user_id": ident(user_id)}
    with call.write() as tx:
        row = plain_rows.make(tx, BY_ONE[one], wanted)
    shown = plain(one, row, call.base)
    return Reply({one: shown}, 201, {"location": shown["url"]})


def destroy_of_user(call: Call, kind: str, user_id: str, membership_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        plain_rows.remove(tx, BY_MANY[kind], _mine(tx.db, kind, user_id, membership_id))
    return Reply(None, 204)


def make_default(call: Call, kind: str, user_id: str, membership_id: str) -> Reply:
    """Answers with all memberships of the user, as Zendesk does."""
    with call.write() as tx:
        settling.make_default(tx, BY_MANY[kind].one, _mine(tx.db, kind, user_id, membership_id))
    with call.state.read() as db:
        return _page(call, db, kind, "user_id", ident(user_id))


def assignable(call: Call) -> Reply:
    """Memberships of people who can be given tickets: staff who are neither gone nor suspended."""
    with call.state.read() as db:
        rows = [row for row in plain_rows.ordered(db, BY_MANY["group_memberships"])
                if people.is_staff(people.one(db, row["user_id"]))]  # fmt: skip
    return plain_routes.page(call, BY_MANY["group_memberships"], rows)


def assignable_of_group(call: Call, group_id: str) -> Reply:
    with call.state.read() as db:
        rows = [row for row in plain_rows.ordered(db, BY_MANY["group_memberships"])
                if row["group_id"] == ident(group_id) and people.is_staff(people.one(db, row["user_id"]))]  # fmt: skip
    return plain_routes.page(call, BY_MANY["group_memberships"], rows)


def create_many(call: Call, kind: str) -> Reply:
    call.need_admin()
    rows = call.body().get(kind)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid_attribute(kind, "an array")
    if len(rows) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    return jobs.start(call, f"{BY_MANY[kind].one} create", rows)


def destroy_many(call: Call, kind: str) -> Reply:
    call.need_admin()
    return jobs.start(call, f"{BY_MANY[kind].one} delete", [{"id": number} for number in ids_of(call)])


def default_organization(call: Call, user_id: str, organization_id: str) -> Reply:
    with call.write() as tx:
        row = _of_organization(tx.db, user_id, organization_id)
        chosen = settling.make_default(tx, "organization_membership", row)
    return Reply({"organization_membership": plain("organization_membership", chosen, call.base)})


def leave_organization(call: Call, user_id: str, organization_id: str) -> Reply:
    with call.write() as tx:
        row = _of_organization(tx.db, user_id, organization_id)
        plain_rows.remove(tx, BY_ONE["organization_membership"], row)
    return Reply(None, 204)


def _of_organization(db: sqlite3.Connection, user_id: str, organization_id: str) -> Json:
    for row in records.every(db, "organization_membership"):
        if (row["user_id"], row["organization_id"]) == (ident(user_id), ident(organization_id)):
            return row
    raise not_found()


def organizations_of_user(call: Call, user_id: str) -> Reply:
    with call.state.read() as db:
        mine = {row["organization_id"] for row in records.every(db, "organization_membership")
                if row["user_id"] == ident(user_id)}  # fmt: skip
        user = people.one(db, ident(user_id))
        mine |= {user["organization_id"]} if user else set()
        return plain_routes.page(
            call, BY_MANY["organizations"], [row for row in records.every(db, "organization") if row["id"] in mine]
        )


def _mine(db: sqlite3.Connection, kind: str, user_id: str, membership_id: str) -> Json:
    row = records.one(db, BY_MANY[kind].one, ident(membership_id))
    if row is None or row["user_id"] != ident(user_id):
        raise not_found()
    return row


def _page(call: Call, db: sqlite3.Connection, kind: str, key: str, value: int | None) -> Reply:
    return plain_routes.page(
        call, BY_MANY[kind], [row for row in plain_rows.ordered(db, BY_MANY[kind]) if row.get(key) == value]
    )


def _routes() -> list[Route]:
    found: list[Route] = []
    for kind, key in _PLACE.items():
        options, mine = {"kind": kind}, f"/users/<user_id>/{kind}"
        owner = key.removesuffix("_id") + "s"
        short = "memberships" if kind == "group_memberships" else kind
        found += [
            Route(["POST"], f"/{kind}/create_many", create_many, options),
            Route(["DELETE"], f"/{kind}/destroy_many", destroy_many, options),
            Route(["GET"], "/users/<owner_id>/" + kind, of, options | {"key": "user_id"}),
            Route(["POST"], mine, create_of_user, options),
            Route(["GET"], f"{mine}/<membership_id>", show_of_user, options),
            Route(["DELETE"], f"{mine}/<membership_id>", destroy_of_user, options),
            Route(["PUT"], f"{mine}/<membership_id>/make_default", make_default, options),
            Route(["GET"], f"/{owner}/<owner_id>/{short}", of, options | {"key": key}),
        ]
    return found


ROUTES = (
    *_routes(),
    Route(["GET"], "/group_memberships/assignable", assignable),
    Route(["GET"], "/groups/<group_id>/memberships/assignable", assignable_of_group),
    Route(["GET"], "/users/<user_id>/organizations", organizations_of_user),
    Route(["PUT"], "/users/<user_id>/organizations/<organization_id>/make_default", default_organization),
    Route(["DELETE"], "/users/<user_id>/organizations/<organization_id>", leave_organization),
)
