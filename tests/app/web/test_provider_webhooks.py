"""The doors for Stripe and Toss: what they keep, what they refuse, and that nothing makes them fall over."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import stripe
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app.bell import SilentBell
from app.db import db
from app.facts import Fact
from app.gateways import Gateway
from app.inbox.model import InboxState, WebhookEvent
from app.web import provider_webhooks
from tests.marketplace import a_booking

SECRET = "whsec_a-secret-for-tests-only"
PAYMENT = "pi_3Test"
STRIPES = {
    "id": "evt_1",
    "object": "event",
    "type": "refund.updated",
    "data": {"object": {"id": "re_1", "object": "refund", "payment_intent": PAYMENT, "charge": "ch_3Test"}},
}
TOSSES = {
    "eventType": "PAYMENT_STATUS_CHANGED",
    "createdAt": "2026-11-22T12:00:00.000",
    "data": {"paymentKey": "tkey1"},
}


def open_to(office: Flask) -> Flask:
    settings = office.extensions["opsroom.settings"]
    gateways = {name: Gateway("http://127.0.0.1:1", "sk_test", SECRET) for name in ("stripe", "toss")}
    office.extensions["opsroom.settings"] = replace(settings, gateways=gateways)
    return office


@pytest.fixture
def house(office: Flask) -> Flask:
    return open_to(office)


@pytest.fixture
def lone_house(lone_office: Flask) -> Flask:
    return open_to(lone_office)


def by_stripe(
    house: Flask, event: Any, *, secret: str = SECRET, at: float | None = None, signature: str | None = None
) -> TestResponse:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    stamp = int(time.time() if at is None else at)
    if signature is None:
        signature = stripe.WebhookSignature.generate_signature_header(body.decode("utf-8", "replace"), secret, stamp)
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    return house.test_client().post("/webhooks/stripe", data=body, headers=headers)


def by_toss(house: Flask, event: Any, *, key: str | None = SECRET, sent: str = "tx-1") -> TestResponse:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    headers = {"tosspayments-webhook-transmission-id": sent, "Content-Type": "application/json"}
    return house.test_client().post(
        "/webhooks/toss", data=body, headers=headers, query_string=None if key is None else {"key": key}
    )


def rows() -> list[WebhookEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(WebhookEvent).order_by(WebhookEvent.id)))


@pytest.fixture
def heard(lone_house: Flask) -> SilentBell:
    bell = lone_house.extensions["opsroom.bell"]
    assert isinstance(bell, SilentBell)
    return bell


def test_what_rings_is_kept_before_the_answer_and_wakes_the_payout(lone_house: Flask, heard: SilentBell) -> None:
    assert by_stripe(lone_house, STRIPES).status_code == 200
    assert by_toss(lone_house, TOSSES).status_code == 200
    assert [(row.source, row.invocation_id, row.payment_ref, row.state) for row in rows()] == [
        ("stripe", "evt_1", PAYMENT, InboxState.new),
        ("toss", "tx-1", "tkey1", InboxState.new),
    ]
    assert Fact.refund_approved in heard.rung


def test_one_event_fifty_times_at_once_is_one_row(house: Flask) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: by_stripe(house, STRIPES).status_code, range(25)))
        answers += pool.map(lambda _: by_toss(house, TOSSES).status_code, range(25))
    assert set(answers) == {200}
    assert sorted(row.source for row in rows()) == ["stripe", "toss"]


def test_the_payment_is_named_as_our_booking_names_it(lone_house: Flask) -> None:
    a_booking(gateway="stripe", payment_ref="ch_3Test")
    by_stripe(lone_house, STRIPES)
    assert [row.payment_ref for row in rows()] == ["ch_3Test"]


def test_a_bad_a_stale_and_a_missing_signature_leave_no_row(lone_house: Flask) -> None:
    refused = [
        by_stripe(lone_house, STRIPES, secret="whsec_of_somebody_else"),
        by_stripe(lone_house, STRIPES, at=time.time() - 301),
        by_stripe(lone_house, STRIPES, signature=""),
        by_stripe(lone_house, STRIPES, signature="t=1,v1=x,v0=y"),
        by_stripe(lone_house, STRIPES, signature="v1=\u00e9"),
        by_stripe(lone_house, b"\xff\xfe"),
        by_toss(lone_house, TOSSES, key="of_somebody_else"),
        by_toss(lone_house, TOSSES, key=""),
        by_toss(lone_house, TOSSES, key="\u00e9" * 24),
        by_toss(lone_house, TOSSES, key=None),
    ]
    assert [answer.status_code for answer in refused] == [401] * len(refused)
    assert rows() == []


def test_a_body_changed_on_the_way_is_not_kept(lone_house: Flask) -> None:
    """The guard's control: the very same request unchanged is kept."""
    body = json.dumps(STRIPES).encode()
    signature = stripe.WebhookSignature.generate_signature_header(body.decode(), SECRET)
    client = lone_house.test_client()
    for sent, status in ((body.replace(b"re_1", b"re_2"), 401), (body, 200)):
        answer = client.post("/webhooks/stripe", data=sent, headers={"Stripe-Signature": signature})
        assert answer.status_code == status


def test_without_a_secret_in_the_settings_nobody_may_ring(lone_office: Flask) -> None:
    assert by_stripe(lone_office, STRIPES).status_code == 401
    assert by_toss(lone_office, TOSSES).status_code == 401
    assert rows() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"null", b'{"id": 7}', b'{"id": "evt\\u0000"}', b"{" * 3000, b'"x"', b'{"id": "\xc3\xa9"}'],
)
def test_what_is_no_event_is_told_so(lone_house: Flask, body: bytes) -> None:
    assert by_stripe(lone_house, body).status_code == 400
    assert by_toss(lone_house, body, sent="").status_code in {200, 400}
    assert all(row.state is InboxState.ignored for row in rows())


def test_a_body_too_large_is_not_read(lone_house: Flask) -> None:
    large = b" " * (provider_webhooks.BODY_LIMIT + 1)
    assert by_stripe(lone_house, large).status_code == by_toss(lone_house, large).status_code == 413


def test_what_is_not_about_a_refund_is_kept_as_ignored(lone_house: Flask) -> None:
    by_stripe(lone_house, STRIPES | {"type": "customer.created"})
    by_toss(lone_house, TOSSES | {"eventType": "METHOD_UPDATED"})
    assert [(row.state, row.why) for row in rows()] == [(InboxState.ignored, provider_webhooks.NOT_ABOUT_REFUNDS)] * 2


def test_when_the_database_does_not_answer_the_provider_is_to_try_again(
    lone_house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("insert", {}, Exception("gone"))

    monkeypatch.setattr(provider_webhooks, "keep", away)
    answer = by_stripe(lone_house, STRIPES)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
