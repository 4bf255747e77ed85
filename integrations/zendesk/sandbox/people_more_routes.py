"""Users beyond one at a time: deleted ones, merging, what belongs to one, passwords and sessions."""

import hashlib
import secrets
import sqlite3

from . import jobs, merging, people, records, rights
from .call import Call, Route
from .paging import InTable
from .replies import Reply, forbidden, invalid_attribute, not_found, record_invalid, too_many
from .shape import Json, decode, ident
from .ticket_routes import MOST, ids_of

SHORTEST_PASSWORD = 5
GONE = "Permanently Deleted User"
_DELETED_KEYS = ("id", "name", "email", "created_at", "updated_at", "time_zone", "phone", "shared_phone_number",
                 "photo", "locale_id", "locale", "organization_id", "role", "active")  # fmt: skip


def _user(db: sqlite3.Connection, user_id: object) -> Json:
    user = people.one(db, ident(user_id))
    if user is None:
        raise not_found()
    return user


def _deleted(row: Json, base: str) -> Json:
    shown = {key: row[key] for key in _DELETED_KEYS}
    return {"url": f"{base}/api/v2/deleted_users/{row['id']}.json", **shown}


def _is_kept(db: sqlite3.Connection, user: Json) -> bool:
    return not user["active"] and records.one(db, "gone_user", user["id"]) is None


_KEPT = "active = 0 and id not in (select id from records where kind = 'gone_user')"


def deleted_users(call: Call) -> Reply:
    with call.state.read() as db:

        def render(row: sqlite3.Row) -> object:
            return _deleted(decode(row["body"]), call.base)

        return call.page("deleted_users", InTable(db, "users", _KEPT, (), render))


def count_deleted(call: Call) -> Reply:
    with call.state.read() as db:
        return call.counted(db.execute(f"select count(*) from users where {_KEPT}").fetchone()[0])  # noqa: S608 - our own words


def show_deleted(call: Call, user_id: str) -> Reply:
    with call.state.read() as db:
        user = _user(db, user_id)
        if not _is_kept(db, user):
            raise not_found()
    return Reply({"deleted_user": _deleted(user, call.base)})


def destroy_for_good(call: Call, user_id: str) -> Reply:
    """What was known of her is gone; her id stays, inactive, so that her tickets still point somewhere."""
    call.need_admin()
    with call.write() as tx:
        user = _user(tx.db, user_id)
        if not _is_kept(tx.db, user):
            raise not_found()
        told = _deleted(user, call.base)
        blank = people.complete({"name": GONE, "role": user["role"]})
        kept = {key: user[key] for key in ("id", "created_at", "role")}
        people.save(tx, blank | kept | {"active": False, "updated_at": tx.stamp, "permanently_deleted": True})
        for row in records.every(tx.db, "identity"):
            if row["user_id"] == user["id"]:
                records.drop(tx, "identity", row["id"])
        gone = {"id": user["id"], "at": tx.stamp, "executer_id": call.user["id"]}
        records.put(tx, "gone_user", gone)
        tx.note("user", user["id"], ["permanently_deleted"])
    return Reply({"deleted_user": told})


def compliance(call: Call, user_id: str) -> Reply:
    """How far the deletion for good has come. Here it is complete as soon as it is asked for."""
    call.need_admin()
    with call.state.read() as db:
        user, gone = _user(db, user_id), records.one(db, "gone_user", ident(user_id))
        subdomain = records.kept(db, "subdomain")
    if gone is None:
        return Reply({"compliance_deletion_statuses": []})
    start = {"user_id": user["id"], "account_subdomain": subdomain, "created_at": gone["at"]}
    rows = [
        {"action": "request_deletion", "application": "all", "executer_id": gone["executer_id"], **start},
        {"action": "started", "application": "support", "executer_id": None, **start},
        {"action": "complete", "application": "support", "executer_id": None, **start},
    ]
    only = call.arg("application")
    return Reply({"compliance_deletion_statuses": [row for row in rows if only in (None, "all", row["application"])]})


def related(call: Call, user_id: str) -> Reply:
    with call.state.read() as db:
        number = _user(db, user_id)["id"]
        ways = {
            "assigned_tickets": "assignee_id = ?", "requested_tickets": "requester_id = ?",
            "ccd_tickets": "exists (select 1 from json_each(body, '$.email_cc_ids') where value = ?)",
            "followed_tickets": "exists (select 1 from json_each(body, '$.follower_ids') where value = ?)",
        }  # fmt: skip
        found: Json = {
            key: db.execute(f"select count(*) from tickets where deleted = 0 and {where}", (number,)).fetchone()[0]  # noqa: S608
            for key, where in ways.items()
        }
        mine = [row for row in records.every(db, "organization_subscription") if row["user_id"] == number]
    found |= {"organization_subscriptions": len(mine), "topics": 0, "topic_comments": 0, "votes": 0,
              "subscriptions": 0, "entry_subscriptions": 0, "forum_subscriptions": 0}  # fmt: skip
    return Reply({"user_related": found})


def merge(call: Call, user_id: str) -> Reply:
    """Answers with the one who is left. She is named by id or by e-mail address."""
    wanted = call.wanted("user")
    with call.write() as tx:
        loser = _user(tx.db, user_id)
        winner = people.one(tx.db, ident(wanted.get("id")))
        winner = winner or people.by_email(tx.db, str(wanted.get("email") or ""))
        if winner is None or not winner["active"]:
            raise record_invalid("id", "Id: is invalid", "InvalidValue")
        rights.refuse_touching(call.user, loser)
        rights.refuse_touching(call.user, winner)
        row = merging.merge_users(tx, loser, winner, call.by())
    return Reply({"user": {"id": row["id"], "url": f"{call.base}/api/v2/users/{row['id']}.json", **row}})


def create_or_update_many(call: Call) -> Reply:
    rows = call.body().get("users")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid_attribute("users", "an array")
    if len(rows) > MOST:
        raise too_many("Maximum 100 users may be created per call")
    with call.state.read() as db:
        rights.refuse_rows(db, call.user, [{key: row[key] for key in row if key != "id"} for row in rows])
    return jobs.start(call, "user create_or_update", rows)


def request_create(call: Call) -> Reply:
    """An agent who may not make users asks the account's owner to. The wish is kept; no letter leaves this account."""
    wanted = call.wanted("user")
    if not wanted.get("name") or not wanted.get("email"):
        raise record_invalid("base", "Name and e-mail: cannot be blank", "BlankValue")
    with call.write() as tx:
        row: Json = {"id": tx.new_id(), "name": wanted["name"], "email": wanted["email"], "by": call.user["id"]}
        records.put(tx, "user_request", row)
        tx.note("user_request", row["id"], ["created"])
    return Reply(None, 200)


def set_password(call: Call, user_id: str) -> Reply:
    call.need_admin()
    return _put_password(call, ident(user_id), call.body().get("password"))


def change_password(call: Call, user_id: str) -> Reply:
    """One's own alone, and only with the old one where there is one."""
    if ident(user_id) != call.user["id"]:
        raise forbidden()
    body = call.body()
    with call.state.read() as db:
        kept = records.one(db, "password", call.user["id"])
    if kept is not None and kept["hash"] != _hash(kept["salt"], str(body.get("previous_password") or "")):
        raise record_invalid("previous_password", "Previous password: is incorrect", "InvalidValue")
    return _put_password(call, call.user["id"], body.get("password"))


def _put_password(call: Call, user_id: int | None, password: object) -> Reply:
    text = password if isinstance(password, str) else ""
    if len(text) < SHORTEST_PASSWORD:
        words = f"Password: must be at least {SHORTEST_PASSWORD} characters"
        raise record_invalid("password", words, "ValueTooShort")
    with call.write() as tx:
        user = _user(tx.db, user_id)
        if text == user["email"]:
            words = "Password: must be different from email address"
            raise record_invalid("password", words, "InvalidValue")
        salt = secrets.token_hex(8)
        records.put(tx, "password", {"id": user["id"], "salt": salt, "hash": _hash(salt, text)})
        tx.note("user", user["id"], ["password"])
    return Reply(None, 200)


def _hash(salt: str, password: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()


def password_requirements(call: Call, user_id: str) -> Reply:
    with call.state.read() as db:
        _user(db, user_id)
    told = [f"must be at least {SHORTEST_PASSWORD} characters", "must be different from email address"]
    return Reply({"requirements": told})


def no_sessions(call: Call, user_id: str | None = None) -> Reply:
    """Tokens open no session, and nobody signs in here in another way."""
    call.need_admin()
    if user_id is not None:
        with call.state.read() as db:
            _user(db, user_id)
    return Reply({"sessions": [], "next_page": None, "previous_page": None, "count": 0})


def no_session(_call: Call, **_given: str) -> Reply:
    raise not_found()


def end_sessions(call: Call, user_id: str) -> Reply:
    call.need_admin()
    with call.state.read() as db:
        _user(db, user_id)
    return Reply(None, 204)


def my_session(_call: Call) -> Reply:
    return Reply({"session": []})


def renew(_call: Call) -> Reply:
    return Reply({"authenticity_token": secrets.token_urlsafe(40)})


def log_out(_call: Call) -> Reply:
    return Reply(None, 204)


def log_out_many(call: Call) -> Reply:
    call.need_admin()
    if not ids_of(call):
        raise invalid_attribute("ids", "a list of user ids")
    return Reply(None, 202)


ROUTES = (
    Route(["GET"], "/deleted_users", deleted_users),
    Route(["GET"], "/deleted_users/count", count_deleted),
    Route(["GET"], "/deleted_users/<user_id>", show_deleted),
    Route(["DELETE"], "/deleted_users/<user_id>", destroy_for_good),
    Route(["GET"], "/users/<user_id>/compliance_deletion_statuses", compliance),
    Route(["GET"], "/users/<user_id>/related", related),
    Route(["PUT"], "/users/<user_id>/merge", merge),
    Route(["POST"], "/users/create_or_update_many", create_or_update_many),
    Route(["POST"], "/users/request_create", request_create),
    Route(["POST"], "/users/<user_id>/password", set_password),
    Route(["PUT"], "/users/<user_id>/password", change_password),
    Route(["GET"], "/users/<user_id>/password/requirements", password_requirements),
    Route(["GET"], "/sessions", no_sessions),
    Route(["GET"], "/users/<user_id>/sessions", no_sessions),
    Route(["DELETE"], "/users/<user_id>/sessions", end_sessions),
    Route(["GET", "DELETE"], "/users/<user_id>/sessions/<session_id>", no_session),
    Route(["GET"], "/users/me/session", my_session),
    Route(["GET"], "/users/me/session/renew", renew),
    Route(["DELETE"], "/users/me/logout", log_out),
    Route(["POST"], "/users/logout_many", log_out_many),
)
