"""/api/v1: the doors for programs. Each is opened by a token and answers in JSON, whatever happens."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.actor import act_as
from app.api.once import Answer, once
from app.api.openapi import document
from app.api.operations import BOOKINGS, EVENTS, OPERATIONS, QUOTES, Operation
from app.api.reading import read_body, too_large
from app.api.shapes import Failed, Problem, encoded
from app.api.tokens import admitted
from app.api.troubles import CHANGED, NOTHING, TRY_AGAIN, WRONG_METHOD, Trouble, of_refusal
from app.db import db
from app.desk.errors import SAID
from app.errors import Refusal

log = logging.getLogger(__name__)
api = Blueprint("api", __name__)
JSON = "application/json; charset=utf-8"
RETRY_AFTER_SECONDS = "10"
CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 500: "our_fault"}


@api.post("/api/v1/quotes")
def quotes() -> Response:
    return answer(QUOTES)


@api.post("/api/v1/bookings")
def bookings() -> Response:
    return answer(BOOKINGS)


@api.post("/api/v1/bookings/<ref>/events")
def events(ref: str) -> Response:
    return answer(EVENTS, ref=ref)


@api.get("/api/v1/openapi.json")
def openapi() -> Response:
    """Open to all: it tells no more than docs/api.md."""
    return Response(msgspec.json.encode(document()), mimetype=JSON, headers={"Access-Control-Allow-Origin": "*"})


@api.route("/api/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing(rest: str) -> Response:
    """Whatever else is asked below /api is told so in the API's own shape."""
    path = f"/api/{rest}"
    if path == "/api/v1/openapi.json" or any(operation.is_at(path) for operation in OPERATIONS):
        return told(Trouble(405, "method_not_allowed", WRONG_METHOD.fill(method=request.method)))
    return told(Trouble(404, "not_found", NOTHING))


def answer(operation: Operation, **named: str) -> Response:
    """Who asks, what was sent, what is done, one commit. Whatever is wrong comes back as Failed."""
    session = db.session()
    try:
        token_id, actor = admitted(session, request.headers.get("Authorization"), operation.scope)
        act_as(actor)
        done = _done(operation, token_id, named)
        session.commit()
    except Trouble as trouble:
        session.rollback()
        return told(trouble)
    except Refusal as refusal:
        session.rollback()
        return told(of_refusal(refusal))
    except (StaleDataError, IntegrityError):
        session.rollback()
        return told(Trouble(409, "changed_meanwhile", CHANGED))
    except (DataError, OverflowError):
        session.rollback()
        return told(Trouble(422, "invalid", SAID[422][1]))
    except SQLAlchemyError:
        session.rollback()
        log.exception("api_database_unavailable")
        return told(Trouble(503, "try_again", TRY_AGAIN, headers={"Retry-After": RETRY_AFTER_SECONDS}))
    repeated = {"Idempotency-Replayed": "true"} if done.is_repeated else {}
    return Response(done.body, done.status, mimetype=JSON, headers=repeated)


def _done(operation: Operation, token_id: int, named: dict[str, str]) -> Answer:
    session = db.session()
    sent: Any = read_body(operation.takes)
    if not operation.is_once:
        status, told_back = operation.act(session, sent, **named)
        return Answer(status, encoded(told_back))
    place = "/".join((operation.name, *named.values()))[:80]
    key = request.headers.get("Idempotency-Key")
    return once(session, token_id, key, place, sent, lambda: operation.act(session, sent, **named))


def told(trouble: Trouble) -> Response:
    problem = Problem(trouble.code, trouble.words.ko, trouble.words.en, trouble.field)
    return Response(encoded(Failed(problem)), trouble.status, mimetype=JSON, headers=dict(trouble.headers))


@api.errorhandler(HTTPException)
def other(error: HTTPException) -> Response:
    """What Flask itself refuses on our addresses: a NUL in the address, a body past the limit, a fault of ours."""
    status = error.code or 500
    if status == 413:
        return told(too_large())
    words = SAID.get(status, SAID[500 if status >= 500 else 400])[1]
    return told(Trouble(status, CODES.get(status, "refused"), words))
