"""The account itself: what stands in a new one, who may come in, and the look-ups that tickets need."""

import hashlib
import os
import secrets
import sqlite3
from pathlib import Path

from . import people, records
from .kinds import BY_ONE
from .shape import Json, decode
from .state import State, Tx

ADMIN_EMAIL = "admin@demo.example"
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
JOURNAL_KEPT = 200_000  # lines that outlive a restart
_CATEGORIES = ("new", "open", "pending", "hold", "solved")
_LABELS = {"new": "New", "open": "Open", "pending": "Pending", "hold": "On-hold", "solved": "Solved"}
_SYSTEM_FIELDS = (
    ("subject", "Subject"), ("description", "Description"), ("status", "Status"), ("tickettype", "Type"),
    ("priority", "Priority"), ("group", "Group"), ("assignee", "Assignee"), ("custom_status", "Ticket status"),
)  # fmt: skip


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def set_up(state: State, *, subdomain: str = "demo", email: str = ADMIN_EMAIL, token: str | None = None) -> None:
    """Makes the account on the first start; later starts only let the given token in.

    Without a token one is made and written to the folder's file `token`, readable by its owner alone.
    """
    with state.write() as tx:
        fresh = records.kept(tx.db, "account_id") is None
        tx.db.execute("delete from idempotency where status = 0")  # claimed alone by an older sandbox that was killed
        tx.db.execute("delete from journal where seq < (select max(seq) from journal) - ?", (JOURNAL_KEPT,))
        if fresh:
            _found(tx, subdomain, email)
        admin = people.by_email(tx.db, email) or people.create(tx, {"name": "Admin", "email": email, "role": "admin"})
        known = tx.db.execute("select 1 from tokens").fetchone() is not None
        if token is None and not known:
            token = secrets.token_urlsafe(30)
            _write_secret(state.folder / "token", token)
        if token is not None:
            let_in(tx, token, admin["id"], account_wide=True)


def let_in(tx: Tx, token: str, user_id: int, *, account_wide: bool) -> None:
    """An account-wide token works with any user's e-mail, as Zendesk's API tokens do; another only with its owner's."""
    tx.db.execute(
        "insert or replace into tokens(hash, user_id, account_wide) values (?, ?, ?)",
        (token_hash(token), user_id, int(account_wide)),
    )


def account_id(db: sqlite3.Connection) -> int:
    return int(records.kept(db, "account_id") or 0)


def verification_code(db: sqlite3.Connection) -> str:
    """What the owner of a domain puts into its DNS: one for the whole account."""
    return hashlib.sha256(f"domain of {account_id(db)}".encode()).hexdigest()[:16]


def community_id(tx: Tx) -> int:
    """The one community of the Help Center, there from the first topic on."""
    known = records.kept(tx.db, "community_id")
    if known is None:
        known = str(tx.new_id())
        records.keep(tx, "community_id", known)
    return int(known)


def default_of(db: sqlite3.Connection, kind: str) -> Json | None:
    rows = records.every(db, kind)
    return next((row for row in rows if row.get("default")), rows[0] if rows else None)


def groups_of(db: sqlite3.Connection, user_id: int) -> list[int]:
    """The groups of an agent, the default one first."""
    mine = [row for row in records.every(db, "group_membership") if row["user_id"] == user_id]
    return [row["group_id"] for row in sorted(mine, key=lambda row: (not row["default"], row["id"]))]


def status_default(db: sqlite3.Connection, category: str) -> int | None:
    wanted = "solved" if category == "closed" else category
    mine = [row for row in records.every(db, "custom_status") if row["status_category"] == wanted and row["active"]]
    chosen = next((row for row in mine if row["default"]), mine[0] if mine else None)
    return None if chosen is None else int(chosen["id"])


def _found(tx: Tx, subdomain: str, email: str) -> None:
    records.keep(tx, "account_id", str(tx.new_id() // 1_000_000))
    records.keep(tx, "subdomain", subdomain)
    admin = people.create(tx, {"name": "Admin", "email": email, "role": "admin", "verified": True})
    group = _put(tx, "group", name="Support", default=True)
    _put(tx, "group_membership", user_id=admin["id"], group_id=group["id"], default=True)
    people.change(tx, admin, {"default_group_id": group["id"]})
    records.keep(tx, "founding_admin", str(admin["id"]))
    form = _put(tx, "ticket_form", name="Default Ticket Form", raw_name="Default Ticket Form", default=True,
                display_name="Default Ticket Form", raw_display_name="Default Ticket Form")  # fmt: skip
    _put(tx, "brand", name=subdomain, subdomain=subdomain, default=True, ticket_form_ids=[form["id"]])
    _put(tx, "trigger_category", name="Triggers")
    for category in _CATEGORIES:
        label = _LABELS[category]
        _put(tx, "custom_status", status_category=category, agent_label=label, raw_agent_label=label,
             end_user_label=label, raw_end_user_label=label, default=True)  # fmt: skip
    for place, (kind, title) in enumerate(_SYSTEM_FIELDS):
        _put(tx, "ticket_field", type=kind, title=title, raw_title=title, position=place, removable=False,
             description=title, raw_description=title, title_in_portal=title, raw_title_in_portal=title,
             visible_in_portal=kind in {"subject", "description"})  # fmt: skip


def _put(tx: Tx, kind: str, **values: object) -> Json:
    row: Json = {"id": tx.new_id(), **BY_ONE[kind].row, **values, "created_at": tx.stamp, "updated_at": tx.stamp}
    records.put(tx, kind, row)
    records.put(tx, "founding", {"id": row["id"], "kind": kind, "role": role_of(row)})
    return row


def role_of(row: Json) -> str:
    """What a row is there for: two of one role and kind cannot stand side by side."""
    return str(row.get("type") or row.get("status_category") or "default")


def give_way(tx: Tx, kind: str, row: Json) -> None:
    """A row that comes from a real account takes the place of the one this account was founded with."""
    if kind not in {"brand", "group", "ticket_form", "custom_status", "ticket_field"}:
        return
    if not row.get("default", kind == "ticket_field"):
        return
    for founding in records.every(tx.db, "founding"):
        if founding["kind"] == kind and founding["role"] == role_of(row) and founding["id"] != row["id"]:
            records.drop(tx, kind, founding["id"])
            records.drop(tx, "founding", founding["id"])
            if kind == "group":
                _move(tx, "group_id", founding["id"], row["id"])


def admin_gives_way(tx: Tx, user: Json) -> None:
    """A user who comes with the address of the admin that this account was founded with is that admin from now on."""
    number = int(records.kept(tx.db, "founding_admin") or 0)
    admin = people.one(tx.db, number)
    if admin is None or number == user["id"] or not user["email"] or user["email"].lower() != admin["email"].lower():
        return
    tx.db.execute("delete from users where id = ?", (number,))
    tx.db.execute("update tokens set user_id = ? where user_id = ?", (user["id"], number))
    records.keep(tx, "founding_admin", "0")
    _move(tx, "user_id", number, user["id"])


def _move(tx: Tx, key: str, old: int, new: int) -> None:
    """Whoever was a member of the old group is one of the new; what the old admin was in, the new one is in."""
    for row in records.every(tx.db, "group_membership"):
        if row[key] == old:
            records.put(tx, "group_membership", row | {key: new})
    rows = tx.db.execute("select body from users where json_extract(body, '$.default_group_id') = ?", (old,))
    for user in [decode(row["body"]) for row in rows]:
        people.save(tx, user | {"default_group_id": new})


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
