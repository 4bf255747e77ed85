"""The API's front door: who asks, how often, where to, and what becomes of the reply."""

import base64
import binascii
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from . import account, incremental, journal, people, places
from .attachments import BIGGEST
from .call import BIGGEST_BODY, Call, Endpoint
from .faults import Fault, Plan
from .limits import Limits
from .replies import Refusal, Reply, forbidden, invalid_endpoint, not_authenticated, update_conflict
from .shape import Json, encode
from .state import State

log = logging.getLogger(__name__)
PREFIX = "/api/v2"
_SLOW_PIECES = 10
_FILES = ("/uploads", "/attachments")  # what is sent there is a file


def _too_many(fault: Fault) -> Reply:
    words = "Number of allowed API requests per minute exceeded"
    return Reply(words.encode(), 429, {"retry-after": str(int(fault.seconds) or 1)})


def _conflict(fault: Fault) -> Reply:
    """UpdateConflict says that a safe update was too late, DatabaseConflict that two writes met and may be repeated."""
    if fault.error == "UpdateConflict":
        refusal = update_conflict()
        return Reply(refusal.body, refusal.status, refusal.headers)
    return Reply({"error": "DatabaseConflict", "description": "Database collision"}, 409)


def _any_status(fault: Fault) -> Reply:
    body: Json = {"error": "ServiceUnavailable", "description": "The sandbox was told to answer so"}
    return Reply(body, fault.status, {"retry-after": str(int(fault.seconds))} if fault.seconds >= 1 else {})


_REPLACED: dict[str, Callable[[Fault], Reply]] = {"429": _too_many, "409": _conflict}


class Cut(Exception):
    """The connection is to be cut without a reply."""


class Api:
    """Answers one request at a time on each thread; state, faults and limits are shared and lock themselves."""

    def __init__(self, state: State, faults: Plan, limits: Limits) -> None:
        self.withhold_seconds = incremental.WITHHELD_SECONDS
        self._state = state
        self._faults = faults
        self._limits = limits
        self._map = places.url_map()
        self._lock = threading.Lock()
        self._under_way = 0

    @property
    def under_way(self) -> int:
        """Requests that have come and are not in the journal whole: at 0 it tells all that was done so far."""
        return self._under_way

    def _count(self, step: int) -> None:
        with self._lock:
            self._under_way += step

    def respond(self, request: Request) -> Response:
        """Raises Cut where a fault says so. Every other request is answered and stands in the journal."""
        line = journal.Line(request.method, request.path, request.query_string.decode("ascii", "replace"))
        call = Call(request, self._state, line, self.withhold_seconds)
        response: Response | None = None
        self._count(1)
        try:
            fault = self._faults.draw(request.method, request.path, "before")
            response = self._struck(fault, line, None)
            if response is None:
                response = self._carried_out(call)
                fault = self._faults.draw(request.method, request.path, "after")
                response = self._struck(fault, line, response) or response
        except Cut:
            response = None
            raise
        finally:
            try:
                journal.finish(self._state, line, response.status_code if response is not None else 0)
            finally:
                self._count(-1)
        return response

    def _struck(self, fault: Fault | None, line: journal.Line, response: Response | None) -> Response | None:
        """What a fault makes of the reply; before the request is carried out `response` is None and stays so."""
        if fault is None:
            return None
        line.fault = f"{fault.kind} {fault.when}"
        if fault.kind == "cut":
            raise Cut
        if fault.kind == "delay":
            time.sleep(fault.seconds)
            return None
        if fault.kind == "slow":
            return _slowly(response, fault.seconds) if response is not None else None
        return _response(_REPLACED.get(fault.kind, _any_status)(fault))

    def _carried_out(self, call: Call) -> Response:
        headers = {"x-zendesk-api-version": "v2", "cache-control": "max-age=0, private, must-revalidate"}
        try:
            call.user = self._who(call)
            call.line.user_id = call.user["id"]
            headers |= self._limits.take(call.request.method, _place(call.request.path), call.user["id"])
            endpoint, given = self._where(call.request, call.user["role"])
            call.sent(BIGGEST if _place(call.request.path).endswith(_FILES) else BIGGEST_BODY)
            reply = endpoint(call, **given)
        except Refusal as refusal:
            headers |= call.warnings if refusal.status in (404, 422) else {}
            return _response(Reply(_body_of(refusal), refusal.status, headers | refusal.headers))
        except (OverflowError, RecursionError):
            body = {"error": "InvalidValue", "description": "A value is out of range"}
            return _response(Reply(body, 422, headers))
        except Exception:
            log.exception("sandbox.request_failed", extra={"path": call.request.path})
            return _response(Reply({"error": "InternalError", "description": "The sandbox failed"}, 500, headers))
        return _response(Reply(reply.body, reply.status, headers | call.warnings | dict(reply.headers)))

    def _where(self, request: Request, role: str) -> tuple[Endpoint, Json]:
        place = _place(request.path).removeprefix(PREFIX)
        if role == "end-user" and not places.for_customers(request.method, place):
            raise forbidden()
        adapter: MapAdapter = self._map.bind("sandbox")
        try:
            endpoint, given = adapter.match(place, method=request.method)
        except HTTPException as missing:
            raise invalid_endpoint() from missing
        return endpoint, dict(given)

    def _who(self, call: Call) -> Json:
        with self._state.read() as db:
            found = _authenticated(db, call.request.headers.get("Authorization", ""))
        if found is None or not found["active"] or found["suspended"]:
            raise not_authenticated()
        return found


def _place(path: str) -> str:
    return path.removesuffix(".json")


def _authenticated(db: sqlite3.Connection, header: str) -> Json | None:
    scheme, _, text = header.partition(" ")
    if scheme.lower() == "bearer":
        token = _token(db, text.strip())
        return people.one(db, token["user_id"]) if token else None
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    email, slash, word = name.rpartition("/")
    if not slash or word != "token":
        return None
    token, user = _token(db, secret), people.by_email(db, email)
    if token is None or user is None:
        return None
    return user if token["account_wide"] or token["user_id"] == user["id"] else None


def _token(db: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    """Looked up by hash, so that no comparison of the secret itself can be timed."""
    row: sqlite3.Row | None = db.execute("select * from tokens where hash = ?", (account.token_hash(token),)).fetchone()
    return row


def _body_of(refusal: Refusal) -> object:
    return refusal.body.encode() if isinstance(refusal.body, str) else refusal.body


def _response(reply: Reply) -> Response:
    """Bytes go out as text/plain, as the account-wide 429 does; everything else is JSON."""
    if reply.body is None:
        response = Response(status=reply.status)
        response.headers.remove("content-type")
    elif isinstance(reply.body, bytes):
        response = Response(reply.body, reply.status, content_type="text/plain; charset=utf-8")
    else:
        response = Response(encode(reply.body), reply.status, content_type="application/json; charset=utf-8")
    for name, value in reply.headers.items():
        response.headers[name] = value
    return response


def _slowly(response: Response, seconds: float) -> Response:
    """The same reply in pieces, over `seconds`."""
    whole = response.get_data()
    size = max(1, -(-len(whole) // _SLOW_PIECES))

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(whole), size):
            time.sleep(seconds / _SLOW_PIECES)
            yield whole[start : start + size]

    slow = Response(pieces(), response.status_code, response.headers)
    slow.headers["content-length"] = str(len(whole))
    return slow
