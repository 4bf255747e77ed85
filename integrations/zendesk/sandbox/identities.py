"""The addresses and accounts by which a user is known. Her e-mail address is the primary one; others stand beside it.

The primary address needs no row of its own until it stops being the primary one: its id is then what it always was.
"""

import sqlite3

from . import people, records
from .replies import not_found, record_invalid
from .shape import Json, ident
from .state import Tx

TYPES = ("email", "phone_number", "twitter", "facebook", "google", "agent_forwarding", "any_channel", "sdk",
         "messaging", "foreign")  # fmt: skip


def of(db: sqlite3.Connection, user: Json) -> list[Json]:
    """The primary e-mail address first, then the others in the order in which they came."""
    rows = [row for row in records.every(db, "identity") if row["user_id"] == user["id"]]
    email = user["email"]
    own = [_told(row | {"primary": row["value"] == email}) if row["type"] == "email" else _told(row) for row in rows]
    if email and not any(row["type"] == "email" and row["primary"] for row in own):
        own.insert(0, _told(_derived(user)))
    return sorted(own, key=lambda row: not (row["type"] == "email" and row["primary"]))


def one(db: sqlite3.Connection, user: Json, identity_id: object) -> Json:
    found = next((row for row in of(db, user) if row["id"] == ident(identity_id)), None)
    if found is None:
        raise not_found()
    return found


def add(tx: Tx, user: Json, wanted: Json) -> Json:
    """An address that anybody has already is refused; `primary` makes it hers at once."""
    kind, value = str(wanted.get("type")), str(wanted.get("value") or "").strip()
    if kind not in TYPES:
        raise record_invalid("type", f"Type: {kind} is not included in the list", "InvalidValue")
    if not value:
        raise record_invalid("value", "Value: cannot be blank", "BlankValue")
    if kind == "email":
        people.refuse_email(tx, value)
    taken = (row for row in records.every(tx.db, "identity") if (row["type"], row["value"]) == (kind, value))
    if kind == "email" and (people.by_email(tx.db, value) or next(taken, None)):
        words = f"Email: {value} is already being used by another user"
        raise record_invalid("email", words, "DuplicateValue")
    if any(row["user_id"] == user["id"] for row in taken):
        raise record_invalid("value", f"Value: {value} has already been taken", "DuplicateValue")
    row: Json = {
        "id": tx.new_id(), "user_id": user["id"], "type": kind, "value": value, "created_at": tx.stamp,
        "verified": wanted.get("verified") in (True, "true") or wanted.get("skip_verify_email") in (True, "true"),
        "primary": False, "updated_at": tx.stamp,
    }  # fmt: skip
    records.put(tx, "identity", row)
    tx.note("identity", row["id"], ["created"])
    if kind == "phone_number" and not user["phone"]:
        people.save(tx, user | {"phone": value, "updated_at": tx.stamp})
        row = _keep(tx, row | {"primary": True})
    if wanted.get("primary") in (True, "true"):
        make_primary(tx, user, row)
        return row | {"primary": True}
    return row


def make_primary(tx: Tx, user: Json, row: Json) -> None:
    if row["type"] == "email":
        if row["value"] == user["email"]:
            return
        if user["email"] and not any(
            one["type"] == "email" and one["value"] == user["email"] and one["user_id"] == user["id"]
            for one in records.every(tx.db, "identity")
        ):
            records.put(tx, "identity", _derived(user) | {"primary": False, "updated_at": tx.stamp})
        people.save(tx, user | {"email": row["value"], "verified": row["verified"], "updated_at": tx.stamp})
        tx.note("user", user["id"], ["email"])
        return
    for other in records.every(tx.db, "identity"):
        if other["user_id"] == user["id"] and other["type"] == row["type"] and other["primary"]:
            records.put(tx, "identity", other | {"primary": False, "updated_at": tx.stamp})
    _keep(tx, row | {"primary": True, "updated_at": tx.stamp})


def change(tx: Tx, user: Json, row: Json, wanted: Json) -> Json:
    """Its value or whether it is verified; the value of the primary e-mail address is the user's own."""
    after = row | {key: wanted[key] for key in ("verified",) if key in wanted}
    if wanted.get("value") and wanted["value"] != row["value"]:
        if row["type"] == "email":
            people.refuse_email(tx, str(wanted["value"]))
        after["value"] = str(wanted["value"])
    after["verified"] = after["verified"] in (True, "true")
    if row["type"] == "email" and row["primary"]:
        people.save(tx, user | {"email": after["value"], "verified": after["verified"], "updated_at": tx.stamp})
        tx.note("user", user["id"], ["email", "verified"])
        if records.one(tx.db, "identity", row["id"]) is None:
            return after
    return _keep(tx, after | {"updated_at": tx.stamp})


def remove(tx: Tx, row: Json) -> None:
    if row["type"] == "email" and row["primary"]:
        raise record_invalid("base", "The primary e-mail address cannot be deleted", "InvalidValue")
    records.drop(tx, "identity", row["id"])
    tx.note("identity", row["id"], ["deleted"])


def take(tx: Tx, user: Json, wanted: Json) -> Json:
    """What a new user's body names beside her own keys: more identities, and an organization by its name."""
    given = wanted.get("identities")
    for row in given if isinstance(given, list) else []:
        if isinstance(row, dict) and row.get("value") != user["email"]:
            add(tx, people.one(tx.db, user["id"]) or user, row)
    named = wanted.get("organization")
    name = str(named.get("name") or "").strip().lower() if isinstance(named, dict) else ""
    for row in records.every(tx.db, "organization") if name else []:
        if str(row["name"]).lower() == name:
            return people.change(tx, people.one(tx.db, user["id"]) or user, {"organization_id": row["id"]})
    return people.one(tx.db, user["id"]) or user


def _derived(user: Json) -> Json:
    return {
        "id": user["id"] + 1, "user_id": user["id"], "type": "email", "value": user["email"],
        "verified": user["verified"], "primary": True, "created_at": user["created_at"],
        "updated_at": user["updated_at"],
    }  # fmt: skip


def _told(row: Json) -> Json:
    if row["type"] == "email":
        return row | {"undeliverable_count": 0, "deliverable_state": "deliverable"}
    return row


def _keep(tx: Tx, row: Json) -> Json:
    kept = {key: value for key, value in row.items() if key not in ("undeliverable_count", "deliverable_state")}
    records.put(tx, "identity", kept)
    tx.note("identity", row["id"], ["changed"])
    return kept
