"""/api/v2/webhooks: the webhooks, their signing secrets, what was sent through them and how it went."""

import base64
import secrets
import sqlite3

from . import deliveries, records
from .call import Call, Route
from .events import NAMES, PREFIX
from .paging import InMemory, listed
from .replies import Refusal, Reply, not_found
from .sending import send
from .shape import Json, decode, fine_stamp, moment, ulid
from .state import State

TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - Zendesk's published secret for tests
TRIGGERED = "conditional_ticket_events"
BLANK: Json = {
    "name": None, "description": None, "status": "active", "subscriptions": [], "endpoint": None,
    "http_method": "POST", "request_format": "json", "authentication": None,
}  # fmt: skip
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_FORMATS = ("json", "xml", "form_encoded")
_TAKEN = ("name", "description", "status", "subscriptions", "endpoint", "http_method", "request_format",
          "authentication", "custom_headers")  # fmt: skip


# The kinds of authentication, and the words each of them is made of.
_SIGN_INS = {"basic_auth": ("username", "password"), "bearer_token": ("token",), "api_key": ("name", "value")}
_KINDS_OF_VALUES: dict[str, type] = {
    "name": str, "description": str, "status": str, "endpoint": str, "http_method": str, "request_format": str,
    "subscriptions": list, "authentication": dict, "custom_headers": dict,
}  # fmt: skip


def _shown(row: Json) -> Json:
    shown = {key: row[key] for key in ("id", "name", "description", "status", "subscriptions", "created_at",
                                       "created_by", "endpoint", "http_method", "request_format")
             if key != "description" or row[key] is not None}  # fmt: skip
    for key in ("updated_at", "updated_by"):
        if row.get(key):
            shown[key] = row[key]
    if row.get("authentication"):
        told = {"data": known} if (known := _without_secrets(row["authentication"])) else {}
        shown["authentication"] = {key: value for key, value in row["authentication"].items() if key != "data"} | told
    if row.get("custom_headers"):
        shown["custom_headers"] = row["custom_headers"]
    return shown


def _without_secrets(authentication: Json) -> Json:
    told = authentication.get("data") or {}
    return {key: told[key] for key in ("username", "name") if key in told}


def _refused(title: str, code: str = "InvalidWebhook") -> Refusal:
    return Refusal(400, {"errors": [{"code": code, "title": title}]})


def _refuse_wrong_kinds(row: Json) -> None:
    for key, kinds in _KINDS_OF_VALUES.items():
        if row.get(key) is not None and not isinstance(row[key], kinds):
            raise _refused(f"{key} is not valid")
    if not all(isinstance(name, str) for name in row.get("subscriptions") or []):
        raise _refused("subscriptions is not valid")
    if not all(isinstance(value, str) for value in (row.get("custom_headers") or {}).values()):
        raise _refused("custom_headers is not valid")
    given = row.get("authentication")
    if not given:
        return
    told, words = given.get("data") or {}, _SIGN_INS.get(str(given.get("type")))
    if words is None or not isinstance(told, dict) or not all(isinstance(told.get(word, ""), str) for word in words):
        raise _refused("authentication is not valid")


def _checked(row: Json) -> Json:
    _refuse_wrong_kinds(row)
    if not row.get("name"):
        raise _refused("name is required")
    if row["status"] not in ("active", "inactive"):
        raise _refused("status must be active or inactive")
    if not str(row.get("endpoint") or "").startswith(("http://", "https://")):
        raise _refused("endpoint must be an http or https address")
    if row["http_method"] not in _METHODS or row["request_format"] not in _FORMATS:
        raise _refused("http_method or request_format is not supported")
    subscriptions = row["subscriptions"] or []
    if TRIGGERED in subscriptions and len(subscriptions) > 1:
        raise _refused("a webhook is connected to triggers or subscribed to events, not both")
    known = {PREFIX + name for name in NAMES} | {TRIGGERED}
    unknown = [name for name in subscriptions if name not in known and not name.startswith("zen:event-type:")]
    if unknown:
        raise _refused(f"unknown subscription: {unknown[0]}")
    by_event = subscriptions and TRIGGERED not in subscriptions
    if by_event and (row["http_method"], row["request_format"]) != ("POST", "json"):
        raise _refused("event subscriptions are sent as POST and json only")
    return row | {"subscriptions": subscriptions}


def _one(db: sqlite3.Connection, webhook_id: str) -> Json:
    row = records.one(db, "webhook", webhook_id)
    if row is None:
        raise not_found()
    return row


def index(call: Call) -> Reply:
    with call.state.read() as db:
        rows = sorted(records.every(db, "webhook"), key=lambda row: row["id"], reverse=True)
    part = call.arg("filter[name_contains]")
    if part:
        rows = [row for row in rows if part.lower() in row["name"].lower()]
    status = call.arg("filter[status]")
    rows = [row for row in rows if not status or row["status"] == status]
    if not any(key.startswith("page[") for key in call.request.args):
        return Reply({"meta": {"has_more": False}, "webhooks": [_shown(row) for row in rows]})
    found = listed(call.url, call.request.args, InMemory([(row["id"], _shown(row)) for row in rows]))
    return Reply(found.beside | {"webhooks": found.rows})


def show(call: Call, webhook_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"webhook": _shown(_one(db, webhook_id))})


def create(call: Call) -> Reply:
    call.need_admin()
    source = call.arg("clone_webhook_id")
    with call.write() as tx:
        if source:
            original = _one(tx.db, source)
            wanted = {key: original.get(key) for key in _TAKEN} | {"name": f"{original['name']} (copy)"}
        else:
            wanted = call.wanted("webhook")
        row = _checked(BLANK | {key: wanted[key] for key in _TAKEN if wanted.get(key) is not None})
        row |= {"id": ulid(tx.now), "created_at": fine_stamp(tx.now), "created_by": str(call.user["id"]),
                "secret": new_secret()}  # fmt: skip
        records.put(tx, "webhook", row)
        tx.note("webhook", row["id"], ["created"])
    return Reply({"webhook": _shown(row)}, 201)


def update(call: Call, webhook_id: str) -> Reply:
    """PUT and PATCH both change only what is sent; the reply is empty, as Zendesk's is."""
    call.need_admin()
    wanted = call.wanted("webhook")
    with call.write() as tx:
        row = _one(tx.db, webhook_id)
        row = _checked(row | {key: wanted[key] for key in _TAKEN if key in wanted})
        row |= {"updated_at": fine_stamp(tx.now), "updated_by": str(call.user["id"])}
        records.put(tx, "webhook", row)
        tx.note("webhook", row["id"], sorted(set(wanted) & set(_TAKEN)))
    return Reply(None, 204)


def destroy(call: Call, webhook_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        row = _one(tx.db, webhook_id)
        records.drop(tx, "webhook", row["id"])
        sql = "update invocations set done = 1, status = 'failed', completed_at = ? where webhook_id = ? and done = 0"
        tx.db.execute(sql, (fine_stamp(tx.now), row["id"]))
        tx.note("webhook", row["id"], ["deleted"])
    return Reply(None, 204)


def new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def signing_secret(call: Call, webhook_id: str) -> Reply:
    call.need_admin()
    with call.state.read() as db:
        return Reply({"signing_secret": {"secret": _one(db, webhook_id)["secret"], "algorithm": "SHA256"}})


def reset_signing_secret(call: Call, webhook_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        row = _one(tx.db, webhook_id) | {"secret": new_secret()}
        records.put(tx, "webhook", row)
        tx.note("webhook", row["id"], ["secret"])
    return Reply({"signing_secret": {"secret": row["secret"], "algorithm": "SHA256"}}, 201)


def invocation_rows(state: State, webhook_id: str, limit: int = 1000) -> list[Json]:
    """The newest first, with what the page shows beside what the API tells."""
    sql = "select * from invocations where webhook_id = ? order by seq desc limit ?"
    with state.read() as db:
        return [dict(row) for row in db.execute(sql, (webhook_id, limit))]


def invocations(call: Call, webhook_id: str) -> Reply:
    with call.state.read() as db:
        _one(db, webhook_id)
    rows = _filtered(call, invocation_rows(call.state, webhook_id))
    entries = [
        (row["id"], {"id": row["id"], "latest_completed_at": row["completed_at"], "status": row["status"],
                     "status_code": row["status_code"]})
        for row in rows
    ]  # fmt: skip
    args = call.request.args.copy()
    args.setdefault("page[size]", "100")
    found = listed(call.url, args, InMemory(entries))
    return Reply({"invocations": found.rows} | found.beside)


def _filtered(call: Call, rows: list[Json]) -> list[Json]:
    """By status, and by when an invocation ended; oldest first where sort asks for it."""
    status = call.arg("filter[status]")
    first, last = (moment(call.arg(f"filter[{name}]")) for name in ("from_ts", "to_ts"))

    def wanted(row: Json) -> bool:
        ended = moment(row["completed_at"])
        if status and row["status"] != status:
            return False
        if ended is None:
            return first is None and last is None
        return (first is None or ended >= first) and (last is None or ended <= last)

    found = [row for row in rows if wanted(row)]
    return found[::-1] if call.arg("sort") == "latest_completed_at" else found


def attempts(call: Call, webhook_id: str, invocation_id: str) -> Reply:
    with call.state.read() as db:
        rows = db.execute(
            "select a.* from attempts a join invocations i on i.id = a.invocation_id"
            " where a.invocation_id = ? and i.webhook_id = ? order by a.seq",
            (invocation_id, webhook_id),
        ).fetchall()
    told = [
        {"id": row["id"], "invocation_id": row["invocation_id"], "completed_at": row["completed_at"],
         "status": row["status"], "status_code": row["status_code"], "request": decode(row["request"]),
         "response": decode(row["response"])}
        for row in rows
    ]  # fmt: skip
    return Reply({"attempts": told})


def test(call: Call) -> Reply:
    """Sends one request now and tells how it was answered. It leaves no invocation."""
    call.need_admin()
    sent_along = call.body().get("request")
    wanted = sent_along if isinstance(sent_along, dict) else {}
    row: Json = {"http_method": "POST", "request_format": "json", "secret": TEST_SECRET, "id": "test"}
    if call.arg("webhook_id"):
        with call.state.read() as db:
            row = _one(db, call.arg("webhook_id") or "")
    changeable = ("endpoint", "http_method", "request_format", "authentication")
    row |= {key: wanted[key] for key in changeable if wanted.get(key) is not None}
    row.setdefault("endpoint", "")
    _refuse_wrong_kinds(row)
    if row["http_method"] not in _METHODS or row["request_format"] not in _FORMATS:
        raise _refused("http_method or request_format is not supported")
    body = str(wanted.get("payload") or "").encode()
    sent = send(row, ulid(call.state.clock()), body, call.state.clock(), deliveries.account_of(call.state))
    headers = [{"key": key, "value": value} for key, value in sent.headers.items()]
    return Reply({"response": {"headers": headers, "status_code": sent.status_code or 0, "payload": sent.payload}})


ROUTES = (
    Route(["GET"], "/webhooks", index),
    Route(["POST"], "/webhooks", create),
    Route(["POST"], "/webhooks/test", test),
    Route(["GET"], "/webhooks/<webhook_id>", show),
    Route(["PUT", "PATCH"], "/webhooks/<webhook_id>", update),
    Route(["DELETE"], "/webhooks/<webhook_id>", destroy),
    Route(["GET"], "/webhooks/<webhook_id>/signing_secret", signing_secret),
    Route(["POST"], "/webhooks/<webhook_id>/signing_secret", reset_signing_secret),
    Route(["GET"], "/webhooks/<webhook_id>/invocations", invocations),
    Route(["GET"], "/webhooks/<webhook_id>/invocations/<invocation_id>/attempts", attempts),
)
