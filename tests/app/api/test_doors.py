"""The doors for programs: who may enter, how often, and that nothing sent makes them fall over."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from openapi_schema_validator import OAS31Validator

from app import clock
from app.api import tokens
from app.api.model import ApiToken, Scope
from app.api.openapi import document
from app.api.operations import OPERATIONS
from app.api.tokens import revoke
from app.db import db
from tests.app.api.calls import Program, a_token, code
from tests.app.api.test_bookings import SENT
from tests.marketplace import a_booking

QUOTES, BOOKINGS = "/api/v1/quotes", "/api/v1/bookings"
ASKED = {"booking": "B-1", "reason": "customer_cancelled", "at": "2026-09-05T12:00:00+09:00"}


def test_without_a_token_that_is_good_now_nothing_opens(office: Flask) -> None:
    row, secret = a_token(expires_at=clock.now() + timedelta(hours=1))
    program = Program(office, secret)
    for header, wanted in (
        ("", "token_missing"),
        ("Basic YTpi", "token_missing"),
        ("Bearer ", "token_missing"),
        ("Bearer " + "x" * 5000, "token_missing"),
        (f"Bearer {secret[:-1]}", "token_unknown"),
        ("Bearer é", "token_unknown"),
    ):
        answer = program.post(QUOTES, ASKED, Authorization=header)
        assert (answer.status_code, code(answer)) == (401, wanted), header
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    with clock.stopped(clock.now() + timedelta(hours=2)):
        assert code(program.post(QUOTES, ASKED)) == "token_expired"
    revoke(row)
    db.session.commit()
    assert code(program.post(QUOTES, ASKED)) == "token_revoked"


def test_a_token_opens_what_it_is_for_and_nothing_else(lone_office: Flask) -> None:
    booking = a_booking()
    reads, writes = (Program(lone_office, a_token(scope)[1]) for scope in ("quotes:read", "bookings:write"))
    asked = {**ASKED, "booking": booking.ref}
    assert reads.post(QUOTES, asked).status_code == 200
    assert code(reads.post(BOOKINGS, SENT)) == "scope_missing"
    assert code(writes.post(QUOTES, asked)) == "scope_missing"
    assert writes.post(BOOKINGS, SENT).status_code == 201


def test_no_session_of_a_person_opens_a_door_for_programs(lone_office: Flask) -> None:
    answer = Program(lone_office, "").ask("POST", BOOKINGS, json=SENT)
    assert answer.status_code == 401


def test_a_token_is_used_no_more_often_than_its_minute_allows(office: Flask) -> None:
    row, secret = a_token(per_minute=3)
    program = Program(office, secret)
    moment = clock.now().replace(second=20, microsecond=0)
    with clock.stopped(moment):
        assert [program.post(QUOTES, ASKED).status_code for _ in range(5)] == [404, 404, 404, 429, 429]
        answer = program.post(QUOTES, ASKED)
        assert (code(answer), answer.headers["Retry-After"]) == ("too_many_requests", "40")
        assert Program(office, a_token()[1]).post(QUOTES, ASKED).status_code == 404
    with clock.stopped(moment + timedelta(seconds=41)):
        assert program.post(QUOTES, ASKED).status_code == 404
    db.session.rollback()
    assert db.session.get(ApiToken, row.id).minute_count == 1  # type: ignore[union-attr]


def test_without_the_count_it_would_be(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(tokens, "_count", lambda *_: None)
    program = Program(lone_office, a_token(per_minute=1)[1])
    assert [program.post(QUOTES, ASKED).status_code for _ in range(3)] == [404] * 3


def test_the_secret_is_kept_nowhere(lone_office: Flask) -> None:
    row, secret = a_token()
    kept = [getattr(row, column.key) for column in ApiToken.__table__.columns]
    assert secret not in map(str, kept)
    assert secret.startswith(row.prefix)


def test_what_is_no_address_is_told_in_the_same_shape(lone_office: Flask) -> None:
    program = Program(lone_office, a_token()[1])
    for method, path, status, wanted in (
        ("GET", "/api/v1/none", 404, "not_found"),
        ("POST", "/api/", 404, None),
        ("GET", QUOTES, 405, "method_not_allowed"),
        ("DELETE", BOOKINGS, 405, "method_not_allowed"),
        ("POST", "/api/v1/openapi.json", 405, "method_not_allowed"),
        ("GET", "/api/v1/%00", 400, "bad_request"),
    ):
        answer = program.ask(method, path)
        assert answer.status_code == status, (method, path)
        if wanted:
            assert answer.json is not None
            assert code(answer) == wanted
            assert set(answer.json["error"]) == {"code", "ko", "en", "field"}


def test_a_fault_of_ours_is_told_in_the_same_shape(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr("app.api.doors.admitted", fail)
    lone_office.config["TESTING"] = False
    answer = Program(lone_office, "x").ask("POST", QUOTES, json=ASKED)
    assert (answer.status_code, code(answer)) == (500, "our_fault")
    assert "secret" not in answer.text


def test_the_document_is_openapi_and_open_to_all(lone_office: Flask) -> None:
    answer = Program(lone_office, "").ask("GET", "/api/v1/openapi.json")
    assert answer.status_code == 200
    told = answer.json
    assert told == json.loads(json.dumps(document()))
    assert told is not None
    assert told["openapi"].startswith("3.1")
    assert set(told["paths"]) == {one.path for one in OPERATIONS}
    rules = {str(rule).replace("<", "{").replace(">", "}") for rule in lone_office.url_map.iter_rules()}
    assert set(told["paths"]) <= rules
    for schema in told["components"]["schemas"].values():
        OAS31Validator.check_schema(schema)
    named = {scope.value for scope in Scope}
    assert {word for path in told["paths"].values() for word in named if word in path["post"]["description"]} == named


DEEP = b'{"a":' * 40_000 + b"1" + b"}" * 40_000
BROKEN: tuple[bytes, ...] = (
    *(b"", b"{", b"nul", b"\xff\xfe", b"\x00", b'"text"', b"[]", b"3", b"NaN", b"{}", b"null"),
    *(b"[" * 100_000, DEEP, b'{"reason":' + b"[" * 90_000, b'{"total_minor": ' + b"9" * 100_000 + b"}"),
    *(b'{"ref": "\\ud800"}', b'{"ref": "a\\u0000b"}', b'{"ref": 1e999}', b'{"at": "9999-12-31T23:59:59-23:59"}'),
    b'{"ref": "' + b"x" * 200_000 + b'"}',
)


@pytest.mark.parametrize("path", [one.path.replace("{ref}", "B-1") for one in OPERATIONS])
def test_broken_bodies_are_refused_in_words(lone_office: Flask, path: str) -> None:
    program = Program(lone_office, a_token()[1])
    for body in BROKEN:
        answer = program.post(path, body)
        assert answer.status_code in {400, 422}, body[:40]
    answer = program.post(path, b" " * (256 * 1024 + 1))
    assert (answer.status_code, code(answer)) == (413, "too_large")


def test_no_shake_of_a_good_body_is_a_fault_of_ours(office: Flask) -> None:
    """A few hundred bodies, each a good one with some of its values taken out or replaced; the seed is fixed."""
    rng = Random(20)
    program = Program(office, a_token()[1])
    odd: tuple[Any, ...] = (None, "", "\x00", 0, -1, 2**63, 2**80, 1e308, True, [], {}, [[]], "x" * 500, "0000-00-00",
           "2026-02-30T00:00:00Z", "서울", "=1+1", "' OR 1=1 --", "900101-1234567", {"name": "가"})  # fmt: skip
    statuses = set()
    for _ in range(200):
        body: dict[str, Any] = {**SENT, "customer": dict(SENT["customer"])}
        for _change in range(rng.randint(1, 3)):
            place = rng.choice([body, body["customer"]] if isinstance(body.get("customer"), dict) else [body])
            name = rng.choice([*place, "more"])
            if rng.random() < 0.3:
                place.pop(name, None)
            else:
                place[name] = rng.choice(odd)
        statuses.add(program.post(BOOKINGS, body).status_code)
    assert statuses <= {200, 201, 422, 403, 409}
    assert 422 in statuses
