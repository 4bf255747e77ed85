"""What a plain row brings about elsewhere when it comes, changes or goes: one table of rules, by kind."""

from collections.abc import Callable

from . import people, records
from .replies import record_invalid
from .shape import Json, ident
from .state import Tx
from .ticket_change import tags_of

CATEGORIES = ("new", "open", "pending", "hold", "solved")
Settle = Callable[[Tx, Json, Json | None], None]
Leave = Callable[[Tx, Json], None]


def settle(tx: Tx, kind: str, row: Json, before: Json | None) -> None:
    """Before the row is kept: refuses what cannot be, completes the row, and changes who leans on it."""
    if kind in _SETTLE:
        _SETTLE[kind](tx, row, before)


def leave(tx: Tx, kind: str, row: Json) -> None:
    if kind in _LEAVE:
        _LEAVE[kind](tx, row)


def make_default(tx: Tx, kind: str, row: Json, owner: str = "user_id") -> Json:
    """This row is its owner's default one from now on, and no other is."""
    for other in records.every(tx.db, kind):
        if other[owner] == row[owner] and other["id"] != row["id"] and other.get("default"):
            records.put(tx, kind, other | {"default": False, "updated_at": tx.stamp})
    chosen = row | {"default": True, "updated_at": tx.stamp}
    records.put(tx, kind, chosen)
    user = people.one(tx.db, row["user_id"])
    if user is not None:
        key, value = _POINTS[kind], row[_PLACES[kind]]
        if user[key] != value:
            people.save(tx, user | {key: value, "updated_at": tx.stamp})
            tx.note("user", user["id"], [key])
    tx.note(kind, row["id"], ["default"])
    return chosen


_POINTS = {"group_membership": "default_group_id", "organization_membership": "organization_id"}
_PLACES = {"group_membership": "group_id", "organization_membership": "organization_id"}


def _membership(kind: str, place: str) -> Settle:
    """One row a user and place; a user's first one is the default one."""

    def settled(tx: Tx, row: Json, before: Json | None) -> None:
        if before is not None:
            return
        user, where = people.one(tx.db, ident(row["user_id"])), records.one(tx.db, place, ident(row[_PLACES[kind]]))
        if user is None:
            raise record_invalid("user", "User: is invalid", "InvalidValue")
        if where is None or (kind == "group_membership" and not people.is_staff(user)):
            raise record_invalid(place, f"{place.capitalize()}: is invalid", "InvalidValue")
        row |= {"user_id": user["id"], _PLACES[kind]: where["id"]}
        mine = [one for one in records.every(tx.db, kind) if one["user_id"] == user["id"]]
        if any(one[_PLACES[kind]] == where["id"] for one in mine):
            words = f" This user is already a member of this {place}."
            raise record_invalid("user_id", words, "DuplicateValue")
        if "organization_name" in row:
            row["organization_name"] = where["name"]
        row["default"] = bool(row.get("default")) or not mine
        if row["default"]:
            make_default(tx, kind, row)

    return settled


def _membership_ends(kind: str) -> Leave:
    """Whoever loses her default place has the next one, or none."""

    def left(tx: Tx, row: Json) -> None:
        if not row.get("default"):
            return
        others = [
            one for one in records.every(tx.db, kind) if one["user_id"] == row["user_id"] and one["id"] != row["id"]
        ]
        if others:
            make_default(tx, kind, others[0])
            return
        user = people.one(tx.db, row["user_id"])
        if user is not None and user[_POINTS[kind]] == row[_PLACES[kind]]:
            people.save(tx, user | {_POINTS[kind]: None, "updated_at": tx.stamp})
            tx.note("user", user["id"], [_POINTS[kind]])

    return left


def _ends_memberships(membership: str) -> Leave:
    def left(tx: Tx, row: Json) -> None:
        for one in records.every(tx.db, membership):
            if one[_PLACES[membership]] == row["id"]:
                leave(tx, membership, one)
                records.drop(tx, membership, one["id"])
                tx.note(membership, one["id"], ["deleted"])

    return left


def _organization(tx: Tx, row: Json, before: Json | None) -> None:
    """Names are told apart without regard to case, as Zendesk does."""
    row["tags"] = tags_of(row["tags"])
    row["organization_fields"] = {
        key: value
        for key, value in (row["organization_fields"] or {}).items()
        if any(key == one["key"] for one in records.every(tx.db, "organization_field"))
        and not isinstance(value, dict | list)
    }
    if before is not None and before["name"] == row["name"]:
        return
    name = str(row["name"]).strip().lower()
    if any(str(one["name"]).strip().lower() == name and one["id"] != row["id"]
           for one in records.every(tx.db, "organization")):  # fmt: skip
        words = f"Name: {row['name']} has already been taken"
        raise record_invalid("name", words, "DuplicateValue")


def _one_default(kind: str, within: str | None = None) -> Settle:
    """A row that becomes the default takes it from the one that was."""

    def settled(tx: Tx, row: Json, before: Json | None) -> None:
        if not row.get("default") or (before is not None and before.get("default")):
            return
        for other in records.every(tx.db, kind):
            same = within is None or other[within] == row[within]
            if same and other.get("default") and other["id"] != row["id"]:
                records.put(tx, kind, other | {"default": False, "updated_at": tx.stamp})

    return settled


def _custom_status(tx: Tx, row: Json, before: Json | None) -> None:
    if row["status_category"] not in CATEGORIES:
        words = f"Status category: {row['status_category']} is not included in the list"
        raise record_invalid("status_category", words, "InvalidValue")
    _one_default("custom_status", "status_category")(tx, row, before)


def refuse_variant(others: list[Json], row: Json) -> None:
    """A text of dynamic content has one variant a language, and says something in it."""
    if row["locale_id"] not in people.LOCALES:
        raise record_invalid("locale_id", "Locale: is invalid", "InvalidValue")
    if not row["content"]:
        raise record_invalid("content", "Content: cannot be blank", "BlankValue")
    if any(other["locale_id"] == row["locale_id"] and other["id"] != row["id"] for other in others):
        raise record_invalid("locale_id", "Locale: has already been taken", "DuplicateValue")


def _item(tx: Tx, row: Json, _before: Json | None) -> None:
    """Variants that come with their text are whole rows of their own."""
    rows: list[Json] = []
    for given in row["variants"]:
        if not isinstance(given, dict):
            raise record_invalid("variants", "Variants: are invalid", "InvalidValue")
        fresh: Json = {"id": tx.new_id(), "content": None, "locale_id": None, "default": False, "active": True,
                       "outdated": False, "created_at": tx.stamp, "updated_at": tx.stamp}  # fmt: skip
        variant = fresh | {key: given[key] for key in fresh if key in given}
        variant["locale_id"] = ident(variant["locale_id"])
        refuse_variant(rows, variant)
        rows.append(variant)
    row["variants"] = rows


def _trigger(_tx: Tx, row: Json, _before: Json | None) -> None:
    """A category's id is a text wherever it stands."""
    row["category_id"] = None if row["category_id"] is None else str(row["category_id"])


_SETTLE: dict[str, Settle] = {
    "trigger": _trigger,
    "item": _item,
    "group_membership": _membership("group_membership", "group"),
    "organization_membership": _membership("organization_membership", "organization"),
    "organization": _organization,
    "ticket_form": _one_default("ticket_form"),
    "custom_status": _custom_status,
    "recipient_address": _one_default("recipient_address", "brand_id"),
}
_LEAVE: dict[str, Leave] = {
    "group_membership": _membership_ends("group_membership"),
    "organization_membership": _membership_ends("organization_membership"),
    "group": _ends_memberships("group_membership"),
    "organization": _ends_memberships("organization_membership"),
}
