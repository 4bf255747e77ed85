"""The door for Zendesk: what it keeps, what it refuses, and that nothing makes it fall over."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app import clock
from app.bell import SilentBell
from app.db import db
from app.inbox.model import InboxState, WebhookEvent
from app.link.link import the_link
from app.vault import seal
from app.web import webhooks
from integrations.zendesk.signature import signed
from tests.conftest import SECRET

KEY, OLD_KEY = "the-signing-secret", "the-one-before"
ENVELOPE = {
    "type": "zen:event-type:ticket.created",
    "subject": "zen:ticket:5158",
    "time": "2026-11-22T10:12:07.672717030Z",
    "detail": {"id": "5158", "status": "NEW"},
    "event": {},
}


@pytest.fixture
def door(office: Flask) -> FlaskClient:
    link = the_link(db.session())
    link.sealed_secret, link.sealed_secret_before = seal(KEY, SECRET), seal(OLD_KEY, SECRET)
    db.session.commit()
    return office.test_client()


def deliver(
    door: FlaskClient,
    body: bytes,
    *,
    key: str = KEY,
    minutes: int = 0,
    invocation: str = "inv-1",
    **more: Any,
) -> TestResponse:
    stamp = f"{clock.now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
    headers = {
        "X-Zendesk-Webhook-Signature": signed(key, stamp, body),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        "X-Zendesk-Webhook-Invocation-Id": invocation,
        "X-Zendesk-Webhook-Id": "01HANA2B5D5W9XSJS3NE5SQA1J",
        "Content-Type": "application/json; charset=utf-8",
    } | more
    return door.post("/webhooks/zendesk", data=body, headers=headers)


def rows() -> list[WebhookEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(WebhookEvent)))


def test_a_signed_delivery_is_kept_and_rung_for(door: FlaskClient, office: Flask) -> None:
    assert deliver(door, json.dumps(ENVELOPE).encode()).status_code == 200
    (row,) = rows()
    assert (row.ticket_zendesk_id, row.state, row.invocation_id) == (5158, InboxState.new, "inv-1")
    bell = office.extensions["opsroom.bell"]
    assert isinstance(bell, SilentBell)
    assert bell.rung == ["inbox_filled"]


def test_the_secret_before_still_opens_while_it_is_being_changed(door: FlaskClient) -> None:
    assert deliver(door, json.dumps(ENVELOPE).encode(), key=OLD_KEY).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "somebody else's"},
        {"minutes": -6},
        {"minutes": 6},
        {"X-Zendesk-Webhook-Signature": ""},
        {"X-Zendesk-Webhook-Signature": "é" * 40},
        {"X-Zendesk-Webhook-Signature-Timestamp": "yesterday"},
    ],
)
def test_a_bad_or_stale_signature_leaves_no_row(door: FlaskClient, wrong: dict[str, Any]) -> None:
    assert deliver(door, json.dumps(ENVELOPE).encode(), **wrong).status_code == 401
    assert rows() == []


def test_before_connect_nothing_is_accepted(office: Flask) -> None:
    assert deliver(office.test_client(), b"{}", key="").status_code == 401


HOSTILE = {
    "not json": b"<xml/>",
    "nothing": b"",
    "nul bytes": b'{"detail": {"id": "1\x00"}}',
    "a list": b"[1, 2]",
    "not utf-8": b'{"type": "\xff\xfe"}',
    "deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "deep lists": b"[" * 200_000,
    "a huge number": b'{"type":"zen:event-type:ticket.created","detail":{"id":' + b"9" * 5000 + b"}}",
    "a huge id": b'{"type":"zen:event-type:ticket.created","detail":{"id":"' + b"9" * 19 + b'"}}',
    "a negative id": b'{"type":"zen:event-type:ticket.created","detail":{"id":-4}}',
    "a true id": b'{"type":"zen:event-type:ticket.created","detail":{"id":true}}',
    "no detail": b'{"type":"zen:event-type:ticket.created","detail":7}',
    "another kind": b'{"type":"zen:event-type:user.created","detail":{"id":"7"}}',
    "a kind of 1 MB": b'{"type":"' + b"x" * 500_000 + b'"}',
    "half a surrogate pair": rb'{"type":"\ud800"}',
    "an escaped nul": rb'{"type":"user\u0000created"}',
    "NaN": b'{"detail":{"id":NaN}}',
    "arabic digits": '{"type":"zen:event-type:ticket.created","detail":{"id":"٤٢"}}'.encode(),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bodies_are_refused_or_kept_as_ignored(door: FlaskClient, body: bytes) -> None:
    reply = deliver(door, body)
    assert reply.status_code == 200 or 400 <= reply.status_code < 500
    assert {row.state for row in rows()} <= {InboxState.ignored}


def test_a_resident_number_in_a_body_is_not_kept(door: FlaskClient) -> None:
    told = {**ENVELOPE, "event": {"comment": {"body": "번호는 900101-1234567 입니다"}}}
    assert deliver(door, json.dumps(told, ensure_ascii=False).encode()).status_code == 200
    (row,) = rows()
    assert json.loads(row.body or b"")["event"]["comment"]["body"] == "번호는 900101-******* 입니다"


def test_five_megabytes_are_too_much(door: FlaskClient) -> None:
    assert deliver(door, b'{"a":"' + b"x" * 5_000_000 + b'"}').status_code == 413
    assert rows() == []


@pytest.mark.parametrize("invocation", ["", "x" * 129, "日本"])
def test_a_delivery_without_a_usable_name_is_refused(door: FlaskClient, invocation: str) -> None:
    reply = deliver(door, json.dumps(ENVELOPE).encode(), invocation=invocation.encode().decode("latin-1"))
    assert reply.status_code == 400
    assert rows() == []


def test_fifty_at_once_are_one_row(door: FlaskClient, office: Flask) -> None:
    body, together = json.dumps(ENVELOPE).encode(), threading.Barrier(10)

    def send(number: int) -> int:
        if number < 10:
            together.wait()
        return deliver(office.test_client(), body).status_code

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(send, range(50))) == [200] * 50
    assert len(rows()) == 1


def test_check_then_insert_would_have_kept_more_than_one(door: FlaskClient, office: Flask) -> None:
    """The control: the unique constraint is what does it, so without it fifty deliveries are many rows."""
    table = db.metadata.tables["webhook_events"]
    unique = next(one for one in table.constraints if isinstance(one, UniqueConstraint))
    if db.engine.dialect.name == "sqlite":
        return  # its writers stand in line: there is no race to show
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f'ALTER TABLE webhook_events DROP CONSTRAINT "{unique.name}"')
    together = threading.Barrier(8)

    def check_then_insert(number: int) -> None:
        with office.app_context():
            seen = db.session.scalar(select(func.count()).select_from(WebhookEvent))
            together.wait()
            if not seen:
                now = clock.now()
                db.session.add(WebhookEvent(source="webhook", invocation_id="inv-1", due_at=now, received_at=now))
                db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(check_then_insert, range(8)))
    assert len(rows()) > 1


def test_a_database_that_does_not_answer_is_a_try_again(door: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise OperationalError("insert", {}, Exception("gone"))

    monkeypatch.setattr(webhooks, "keep", down)
    reply = deliver(door, json.dumps(ENVELOPE).encode())
    assert reply.status_code == 503
    assert 5 <= int(reply.headers["Retry-After"]) <= 30


def test_a_get_is_not_a_delivery(door: FlaskClient) -> None:
    assert door.get("/webhooks/zendesk").status_code == 405
