"""What a job does to each of its rows: one step, in a transaction of its own, and the result that it tells."""

from collections.abc import Callable

from . import (
    custom_objects,
    deleted,
    identities,
    merging,
    people,
    plain_rows,
    records,
    resource_collections,
    rights,
    ticket_import,
    tickets,
)
from .kinds import BY_ONE
from .replies import not_found
from .shape import Json, ident, stamp
from .state import Tx
from .tickets import By

# The id that a ticket was promised when its job was queued.
GIVEN = "given_id"
Step = Callable[[Tx, By, int, Json], Json]
DOING = {"create": "Creating", "update": "Updating", "delete": "Deleting", "create_or_update": "Updating",
         "merge": "Merging", "scrub": "Deleting", "spam": "Updating", "import": "Creating"}  # fmt: skip
# Jobs that tell one result for all of their rows.
WHOLE = frozenset(
    {
        "ticket scrub",
        "resource_collection create",
        "resource_collection update",
        "resource_collection delete",
    }
)


def _create_ticket(tx: Tx, by: By, index: int, row: Json) -> Json:
    ticket, _ = tickets.create(tx, row, by, ident(row.get(GIVEN)))
    return {"index": index, "id": ticket["id"], "account_id": int(records.kept(tx.db, "account_id") or 0)}


def _update_ticket(tx: Tx, by: By, _index: int, row: Json) -> Json:
    ticket, _ = tickets.update(tx, ident(row.get("id")), row, by)
    return {"id": ticket["id"], "action": "update", "status": "Updated", "success": True}


def _delete_ticket(tx: Tx, by: By, _index: int, row: Json) -> Json:
    tickets.delete(tx, ident(row.get("id")), by)
    return {"id": row.get("id"), "action": "delete", "status": "Deleted", "success": True}


def _create_user(tx: Tx, by: By, _index: int, row: Json) -> Json:
    rights.refuse_change(by.user, None, row)
    user = people.create(tx, {key: value for key, value in row.items() if key != "id"})
    identities.take(tx, user, row)
    return {"id": user["id"], "status": "Created"}


def _update_user(tx: Tx, by: By, _index: int, row: Json) -> Json:
    user = people.one(tx.db, ident(row["id"])) if "id" in row else people.known(tx.db, row)
    if user is None:
        raise not_found()
    rights.refuse_change(by.user, user, row)
    people.change(tx, user, row)
    return {"id": user["id"], "action": "update", "status": "Updated", "success": True}


def _delete_user(tx: Tx, by: By, _index: int, row: Json) -> Json:
    user = people.one(tx.db, ident(row.get("id")))
    if user is None:
        raise not_found()
    rights.refuse_touching(by.user, user)
    people.refuse_if_busy(tx.db, user)
    people.save(tx, user | {"active": False, "updated_at": stamp(tx.now)})
    tx.note("user", user["id"], ["active"])
    return {"id": user["id"], "action": "delete", "status": "Deleted", "success": True}


def _create_or_update_user(tx: Tx, by: By, _index: int, row: Json) -> Json:
    before = people.known(tx.db, row)
    rights.refuse_change(by.user, before, row)
    user, made = people.create_or_change(tx, row, before)
    told = {"email": user["email"], "external_id": user["external_id"]}
    status = "Created" if made else "Updated"
    return {"id": user["id"], "action": status.lower()[:-1], "status": status, "success": True} | told


def _import_ticket(tx: Tx, by: By, index: int, row: Json) -> Json:
    ticket = ticket_import.take(tx, row, by)
    return {"index": index, "id": ticket["id"], "account_id": int(records.kept(tx.db, "account_id") or 0)}


def _scrub_ticket(tx: Tx, by: By, _index: int, row: Json) -> Json:
    deleted.scrub(tx, ident(row.get("id")), by)
    return {"success": True}


def _spam_ticket(tx: Tx, by: By, _index: int, row: Json) -> Json:
    deleted.mark_as_spam(tx, ident(row.get("id")), by)
    return {"id": row.get("id"), "action": "update", "status": "Updated", "success": True}


def _merge_ticket(tx: Tx, by: By, _index: int, row: Json) -> Json:
    ticket = merging.merge(tx, row, by)
    return {"id": ticket["id"], "action": "update", "status": "Updated", "success": True}


def _plain_steps(one: str) -> dict[str, Step]:
    """Bulk creates, updates and deletes of a plain kind."""
    kind = BY_ONE[one]

    def create(tx: Tx, _by: By, index: int, row: Json) -> Json:
        return {"index": index, "id": plain_rows.make(tx, kind, row)["id"], "status": "Created", "success": True}

    def update(tx: Tx, _by: By, _index: int, row: Json) -> Json:
        before = _found(tx, one, row)
        plain_rows.amend(tx, kind, before, {key: value for key, value in row.items() if key != "id"})
        return {"id": before["id"], "action": "update", "status": "Updated", "success": True}

    def delete(tx: Tx, _by: By, _index: int, row: Json) -> Json:
        before = _found(tx, one, row)
        plain_rows.remove(tx, kind, before)
        return {"id": before["id"], "action": "delete", "status": "Deleted", "success": True}

    return {f"{one} create": create, f"{one} update": update, f"{one} delete": delete}


def _custom_record(tx: Tx, row: Json) -> Json:
    key = str(row["custom_object_key"])
    if row["by_external_id"]:
        found = custom_objects.by_external_id(tx.db, key, row.get("external_id"))
        if found is None:
            raise not_found()
        return found
    return custom_objects.record(tx.db, key, row.get("id"))


def _create_custom_record(tx: Tx, by: By, index: int, row: Json) -> Json:
    made = custom_objects.put_record(tx, str(row["custom_object_key"]), None, row, by.user["id"])
    return {"index": index, "id": made["id"], "status": "Created", "success": True}


def _update_custom_record(tx: Tx, by: By, index: int, row: Json) -> Json:
    before = _custom_record(tx, row)
    custom_objects.put_record(tx, before["custom_object_key"], before, row, by.user["id"])
    return {"index": index, "id": before["id"], "action": "update", "status": "Updated", "success": True}


def _put_custom_record(tx: Tx, by: By, index: int, row: Json) -> Json:
    before = custom_objects.by_external_id(tx.db, str(row["custom_object_key"]), row.get("external_id"))
    if before is None:
        return _create_custom_record(tx, by, index, row)
    return _update_custom_record(tx, by, index, row | {"by_external_id": True})


def _delete_custom_record(tx: Tx, _by: By, index: int, row: Json) -> Json:
    before = _custom_record(tx, row)
    custom_objects.remove_record(tx, before["custom_object_key"], before)
    return {"index": index, "id": before["id"], "action": "delete", "status": "Deleted", "success": True}


def _make_collection(tx: Tx, _by: By, _index: int, row: Json) -> Json:
    resource_collections.create(tx, row["payload"])
    return {"success": True}


def _change_collection(tx: Tx, _by: By, _index: int, row: Json) -> Json:
    resource_collections.change(tx, ident(row["id"]), row["payload"])
    return {"success": True}


def _remove_collection(tx: Tx, _by: By, _index: int, row: Json) -> Json:
    resource_collections.remove(tx, ident(row["id"]))
    return {"success": True}


def _found(tx: Tx, one: str, row: Json) -> Json:
    number = ident(row.get("id"))
    before = records.one(tx.db, one, number) if number else records.with_external_id(tx.db, one, row)
    if before is None:
        raise not_found()
    return before


STEPS: dict[str, Step] = {
    "ticket create": _create_ticket, "ticket update": _update_ticket, "ticket delete": _delete_ticket,
    "ticket import": _import_ticket, "ticket scrub": _scrub_ticket, "ticket spam": _spam_ticket,
    "ticket merge": _merge_ticket,
    "user create": _create_user, "user update": _update_user, "user delete": _delete_user,
    "user create_or_update": _create_or_update_user,
    "custom_object_record create": _create_custom_record, "custom_object_record update": _update_custom_record,
    "custom_object_record delete": _delete_custom_record, "custom_object_record create_or_update": _put_custom_record,
    "resource_collection create": _make_collection, "resource_collection update": _change_collection,
    "resource_collection delete": _remove_collection,
    **_plain_steps("organization"), **_plain_steps("group_membership"), **_plain_steps("organization_membership"),
}  # fmt: skip
