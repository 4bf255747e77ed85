"""Users: how a row looks, where it is found, how it is made and changed. One e-mail address, one user."""

import sqlite3

from . import records
from .kinds import BY_ONE
from .replies import record_invalid
from .shape import Json, decode, ident, text_of
from .state import Tx
from .ticket_change import tags_of

ROLES = ("end-user", "agent", "admin")
LOCALES: dict[int, tuple[str, str]] = {
    1: ("en-US", "English"),
    69: ("ko", "한국어 (Korean)"),
    67: ("ja", "日本語 (Japanese)"),
    10: ("zh-CN", "简体中文 (Simplified Chinese)"),
    1176: ("en-GB", "English (United Kingdom)"),
}
_LOCALE_IDS = {code.lower(): number for number, (code, _) in LOCALES.items()} | {"en": 1, "ko-kr": 69}

_EVERYONE: Json = {
    "name": None, "email": None, "created_at": None, "updated_at": None, "time_zone": "Seoul",
    "iana_time_zone": "Asia/Seoul", "phone": None, "shared_phone_number": None, "photo": None, "locale_id": 1,
    "locale": "en-US", "organization_id": None, "role": "end-user", "verified": False, "external_id": None, "tags": [],
    "alias": None, "active": True, "shared": False, "shared_agent": False, "last_login_at": None,
    "two_factor_auth_enabled": False, "signature": None, "details": None, "notes": None, "role_type": None,
    "custom_role_id": None, "moderator": False, "ticket_restriction": "requested", "only_private_comments": False,
    "restricted_agent": True, "suspended": False, "default_group_id": None, "report_csv": False, "user_fields": {},
}  # fmt: skip
_BY_ROLE: dict[str, Json] = {
    "agent": {"ticket_restriction": None, "restricted_agent": False, "role_type": 0, "moderator": True},
    "admin": {"ticket_restriction": None, "restricted_agent": False, "role_type": 4, "moderator": True,
              "report_csv": True},
}  # fmt: skip
_FIXED = frozenset({"created_at", "updated_at", "active", "shared", "shared_agent", "last_login_at", "role_type",
                    "iana_time_zone", "photo"})  # fmt: skip
WRITABLE = (frozenset(_EVERYONE) - _FIXED) | {
    "id", "remote_photo_url", "identities", "organization", "skip_verify_email", "agent_brand_ids", "password",
}  # fmt: skip


def one(db: sqlite3.Connection, user_id: object) -> Json | None:
    row = db.execute("select body from users where id = ?", (user_id,)).fetchone()
    return None if row is None else decode(row["body"])


def by_email(db: sqlite3.Connection, email: str) -> Json | None:
    """Whoever has this address and is not deleted; another address than the primary one counts as well."""
    sql = "select body from users where email = ? and active = 1 order by id limit 1"
    row = db.execute(sql, (email.strip(),)).fetchone()
    if row is not None:
        return decode(row["body"])  # type: ignore[no-any-return]
    sql = "select body from records where kind = 'identity' and lower(json_extract(body, '$.value')) = ?"
    others = [decode(found["body"]) for found in db.execute(sql, (email.strip().lower(),))]
    owners = [one(db, other["user_id"]) for other in others if other["type"] == "email"]
    return next((owner for owner in owners if owner is not None and owner["active"]), None)


def by_external_id(db: sqlite3.Connection, external_id: object) -> Json | None:
    row = db.execute("select body from users where external_id = ? order by id limit 1", (str(external_id),)).fetchone()
    return None if row is None else decode(row["body"])


def many(db: sqlite3.Connection, ids: set[int]) -> list[Json]:
    """The known ones among these ids, in order of id."""
    found = (one(db, user_id) for user_id in sorted(ids))
    return [user for user in found if user is not None]


def is_staff(user: Json | None) -> bool:
    return user is not None and user["role"] in {"agent", "admin"} and user["active"]


def save(tx: Tx, user: Json) -> None:
    tx.keep_above("id", user["id"])
    tx.db.execute(
        "insert or replace into users(id, email, role, external_id, name, active, generated_timestamp, body)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (user["id"], user["email"], user["role"], user["external_id"], user["name"], int(user["active"]),
         tx.generated(), text_of(user)),
    )  # fmt: skip


def complete(wanted: Json) -> Json:
    """A whole row from what is given: the defaults of its role, then what was said."""
    role = wanted.get("role") or "end-user"
    given = {key: value for key, value in wanted.items() if key in _EVERYONE and value is not None}
    user = {"id": wanted.get("id"), **_EVERYONE, **_BY_ROLE.get(role, {}), **given}
    _put_locale(user, wanted)
    return user


def refuse_if_busy(db: sqlite3.Connection, user: Json) -> None:
    """Nobody is deleted whose requests are not closed."""
    sql = "select count(*) from tickets where requester_id = ? and deleted = 0 and status != 'closed'"
    number = db.execute(sql, (user["id"],)).fetchone()[0]
    if number:
        words = f"{user['name']} is requester on {number} ticket(s) that are not closed."
        raise record_invalid("base", words, "InvalidValue")


def create(tx: Tx, wanted: Json) -> Json:
    user = complete({})
    user |= {"id": tx.new_id(), "created_at": tx.stamp}
    return change(tx, user, wanted)


def change(tx: Tx, user: Json, wanted: Json) -> Json:
    """Refused whole (422) where one value cannot be. Keys that no one may write are left as they are."""
    own_way = {"email", "locale", "locale_id", "user_fields", "tags"}
    plain = {key for key in wanted if key in WRITABLE and key in _EVERYONE} - own_way
    after = user | {key: wanted[key] for key in plain}
    _put_locale(after, wanted)
    if wanted.get("role") and wanted["role"] != user["role"]:
        after |= _BY_ROLE.get(str(wanted["role"]), {})
    if "user_fields" in wanted and isinstance(wanted["user_fields"], dict):
        after["user_fields"] = {**user["user_fields"], **wanted["user_fields"]}
    if "tags" in wanted:
        after["tags"] = tags_of(wanted["tags"])
    if "email" in wanted:
        after["email"] = _email(tx, user["id"], wanted["email"])
    _check(after)
    after["updated_at"] = tx.stamp
    save(tx, after)
    if after["organization_id"] != user["organization_id"]:
        _belong(tx, after)
    changed = sorted(key for key in after if after[key] != user.get(key) and key != "updated_at")
    tx.note("user", after["id"], changed)
    return after


def _belong(tx: Tx, user: Json) -> None:
    """The organization in a user's row is that of her default membership: it comes, moves and goes with it."""
    for row in records.every(tx.db, "organization_membership"):
        if row["user_id"] == user["id"] and row["default"] and row["organization_id"] != user["organization_id"]:
            if user["organization_id"] is None:
                records.drop(tx, "organization_membership", row["id"])
            else:
                records.put(tx, "organization_membership", row | {"default": False, "updated_at": tx.stamp})
    organization = records.one(tx.db, "organization", user["organization_id"])
    if organization is None:
        return
    mine = [row for row in records.every(tx.db, "organization_membership")
            if (row["user_id"], row["organization_id"]) == (user["id"], organization["id"])]  # fmt: skip
    kept: Json = mine[0] if mine else {
        "id": tx.new_id(), **BY_ONE["organization_membership"].row, "user_id": user["id"], "created_at": tx.stamp,
        "organization_id": organization["id"], "organization_name": organization["name"],
    }  # fmt: skip
    records.put(tx, "organization_membership", kept | {"default": True, "updated_at": tx.stamp})


def find_or_create(tx: Tx, wanted: Json) -> Json:
    """The requester as clients name one: {name, email}. An address that is known stays the user it is."""
    email = wanted.get("email")
    owner = by_email(tx.db, email) if isinstance(email, str) and email.strip() else None
    if owner is not None:
        return owner
    name = wanted.get("name") or (str(email).split("@")[0] if email else None)
    return create(tx, {**wanted, "name": name, "role": "end-user"})


def known(db: sqlite3.Connection, wanted: Json) -> Json | None:
    """Whom a body means: known by external_id first, then by e-mail."""
    found = by_external_id(db, wanted["external_id"]) if wanted.get("external_id") else None
    return found or (by_email(db, str(wanted["email"])) if wanted.get("email") else None)


def create_or_change(tx: Tx, wanted: Json, before: Json | None) -> tuple[Json, bool]:
    """Tells whether the user is new: she is where `before`, whom the body means, is nobody."""
    if before is None:
        return create(tx, {key: value for key, value in wanted.items() if key != "id"}), True
    return change(tx, before, wanted), False


def _put_locale(after: Json, wanted: Json) -> None:
    number = ident(wanted.get("locale_id"))
    if number is None and isinstance(wanted.get("locale"), str):
        number = _LOCALE_IDS.get(wanted["locale"].lower())
    if number in LOCALES:
        after |= {"locale_id": number, "locale": LOCALES[number][0]}


def _email(tx: Tx, user_id: int, value: object) -> str | None:
    if value is None or value == "":
        return None
    return refuse_email(tx, str(value), user_id)


def refuse_email(tx: Tx, value: str, user_id: int | None = None) -> str:
    """The address as it is kept. Refused where it is none, or belongs to somebody else than this user."""
    email = value.strip()
    if "@" not in email[1:-1] or any(letter.isspace() for letter in email):
        raise record_invalid("email", f"Email:  {email} is not properly formatted", "InvalidFormat")
    owner = by_email(tx.db, email)
    if owner is not None and owner["id"] != user_id:
        raise record_invalid("email", f"Email: {email} is already being used by another user", "DuplicateValue")
    return email


def _check(user: Json) -> None:
    if not isinstance(user["name"], str) or not user["name"].strip():
        raise record_invalid("name", "Name: is too short (minimum one character)", "ValueTooShort")
    if user["role"] not in ROLES:
        raise record_invalid("role", "Role: is invalid", "InvalidValue")
    user["external_id"] = None if user["external_id"] in (None, "") else str(user["external_id"])
    for key in ("organization_id", "default_group_id", "custom_role_id"):
        if user[key] not in (None, "") and ident(user[key]) is None:
            name = key.removesuffix("_id").replace("_", " ").capitalize()
            raise record_invalid(key, f"{name}: is invalid", "InvalidValue")
        user[key] = ident(user[key])
