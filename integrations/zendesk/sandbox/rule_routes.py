"""Rules, forms and fields many at once: found by words, changed together, put in another order."""

from dataclasses import dataclass

from . import plain_rows, records, revisions, settling
from .call import Call, Route
from .kinds import BY_MANY
from .paging import InMemory
from .picking import picked
from .replies import Reply, invalid_attribute, not_found, too_many
from .shape import Json, ident
from .sideloads import plain
from .state import Tx
from .ticket_routes import MOST, ids_of


@dataclass(frozen=True, slots=True)
class Order:
    """How a kind is put in order: the key of the ids in the body or the query, and what the reply is named.

    A reply by the name of one shows the row that is first now; without a name it is empty.
    """

    key: str
    reply: str = ""


SEARCHED = ("macros", "triggers", "automations", "views")
ORDERS = {
    "triggers": Order("trigger_ids", "trigger"), "ticket_forms": Order("ticket_form_ids", "ticket_forms"),
    "ticket_fields": Order("ticket_field_ids"), "user_fields": Order("user_field_ids"),
    "organization_fields": Order("organization_field_ids"), "sla_policies": Order("sla_policy_ids"),
    "group_sla_policies": Order("group_sla_policy_ids"), "workspaces": Order("ids"),
}  # fmt: skip


def search(call: Call, kind: str) -> Reply:
    """Each word of the query stands in the title; without a query all of them are found."""
    words = (call.arg("query") or "").lower().split()
    with call.state.read() as db:
        rows = picked(call, BY_MANY[kind], plain_rows.ordered(db, BY_MANY[kind]))
    return _page(call, kind, [row for row in rows if all(word in str(row["title"]).lower() for word in words)])


def show_many(call: Call, kind: str) -> Reply:
    wanted = ids_of(call)
    with call.state.read() as db:
        rows = picked(call, BY_MANY[kind], plain_rows.ordered(db, BY_MANY[kind]))
    return _page(call, kind, [row for row in rows if row["id"] in wanted])


def update_many(call: Call, kind: str) -> Reply:
    """All of them or none; answers with those that were changed."""
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    rows = call.body().get(kind)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid_attribute(kind, "an array")
    if len(rows) > MOST:
        raise too_many("Parameter  cannot specify more than 100 values", MOST)
    with call.write() as tx:
        changed = [_amend(tx, call, kind, row) for row in rows]
    return _page(call, kind, changed)


def _amend(tx: Tx, call: Call, kind: str, wanted: Json) -> Json:
    definition = BY_MANY[kind]
    before = records.one(tx.db, definition.one, ident(wanted.get("id")))
    if before is None:
        raise not_found()
    given = {key: value for key, value in wanted.items() if key in definition.writable()}
    row = plain_rows.amend(tx, definition, before, given)
    if kind == "triggers":
        revisions.keep(tx, row, before, call.user["id"])
    return row


def reorder(call: Call, kind: str) -> Reply:
    """The named ones come first, in the order given; the others keep theirs, behind."""
    definition, order = BY_MANY[kind], ORDERS[kind]
    call.need_admin()
    given = call.body().get(order.key, call.arg(order.key))
    named = given.split(",") if isinstance(given, str) else given
    if not isinstance(named, list) or not named:
        raise invalid_attribute(order.key, "an array of ids")
    wanted = [value if definition.ids == "ulid" else ident(value) for value in named]
    with call.write() as tx:
        rows = {row["id"]: row for row in plain_rows.ordered(tx.db, definition)}
        if any(number not in rows for number in wanted):
            raise not_found()
        numbers = [*dict.fromkeys(wanted), *(number for number in rows if number not in wanted)]
        for position, number in enumerate(numbers, start=1):
            if rows[number]["position"] != position:
                records.put(tx, definition.one, rows[number] | {"position": position, "updated_at": tx.stamp})
                tx.note(definition.one, number, ["position"])
        after = plain_rows.ordered(tx.db, definition)
    if not order.reply:
        return Reply(None, 200)
    told = [plain(definition.one, row, call.base) for row in after]
    return Reply({order.reply: told if order.reply == definition.many else told[0]})


def clone_form(call: Call, form_id: str) -> Reply:
    call.need_admin()
    definition = BY_MANY["ticket_forms"]
    with call.write() as tx:
        source = records.one(tx.db, "ticket_form", ident(form_id))
        if source is None:
            raise not_found()
        wanted = {key: source[key] for key in definition.writable() if key in source and key != "default"}
        row = plain_rows.make(tx, definition, wanted | {"name": f"{source['name']} (clone)"})
    return Reply({"ticket_form": plain("ticket_form", row, call.base)})


def default_statuses(call: Call) -> Reply:
    """Each named status becomes the default one of its category."""
    call.need_admin()
    given = call.body().get("ids")
    named = given.split(",") if isinstance(given, str) else given
    if not isinstance(named, list) or not named:
        raise invalid_attribute("ids", "ids, divided by commas")
    with call.write() as tx:
        for number in named:
            row = records.one(tx.db, "custom_status", ident(number))
            if row is None:
                raise not_found()
            chosen = row | {"default": True, "updated_at": tx.stamp}
            settling.settle(tx, "custom_status", chosen, row)
            records.put(tx, "custom_status", chosen)
            tx.note("custom_status", row["id"], ["default"])
    return Reply({})


def _page(call: Call, kind: str, rows: list[Json]) -> Reply:
    one = BY_MANY[kind].one
    return call.page(kind, InMemory([(row["id"], plain(one, row, call.base)) for row in rows]))


def _routes() -> list[Route]:
    found: list[Route] = []
    for kind in SEARCHED:
        place = BY_MANY[kind].place
        found += [
            Route(["GET"], f"/{place}/search", search, {"kind": kind}),
            Route(["PUT"], f"/{place}/update_many", update_many, {"kind": kind}),
            Route(["GET"], f"/{place}/show_many", show_many, {"kind": kind}),
        ]
    found += [Route(["PUT"], f"/{BY_MANY[kind].place}/reorder", reorder, {"kind": kind}) for kind in ORDERS]
    return found


ROUTES = (
    *_routes(),
    Route(["GET"], "/ticket_forms/show_many", show_many, {"kind": "ticket_forms"}),
    Route(["POST"], "/ticket_forms/<form_id>/clone", clone_form),
    Route(["PUT"], "/custom_status/default", default_statuses),
)
