"""Requests go out once, to one host, within a time; every answer that is no success becomes one of our errors."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from integrations.errors import Conflict, Refused, Unavailable, Unknown
from integrations.zendesk.client import Zendesk
from integrations.zendesk.wire import Rate, base_of
from tests.integrations.zendesk.box import EMAIL, TOKEN
from tests.integrations.zendesk.stand_in import Answer, Heard, StandIn, cut, head, reply
from tests.integrations.zendesk.test_types import AUDIT, TICKET

WORDS = "환불이 왜 이렇게 늦나요"
WRITTEN = reply(200, {"ticket": TICKET, "audit": AUDIT})


def read(zendesk: Zendesk) -> Any:
    return zendesk.ticket(7)


def write(zendesk: Zendesk) -> Any:
    return zendesk.update_ticket(7, {"comment": {"body": WORDS}}, updated_stamp="2026-03-02T04:05:06Z", marker="m-1")


def failing(call: Callable[[Zendesk], Any], zendesk: Zendesk) -> Unavailable | Refused:
    with pytest.raises((Unavailable, Refused)) as caught:
        call(zendesk)
    error = caught.value
    assert isinstance(error, Unavailable | Refused)
    return error


def silence(heard: Heard, connection: socket.socket) -> None:
    """No answer, and the connection stays."""


def half(heard: Heard, connection: socket.socket) -> None:
    """An answer that ends in its middle."""
    connection.sendall(head(200, {"Content-Length": "500", "Content-Type": "application/json"}) + b'{"ticket": {')
    connection.shutdown(socket.SHUT_RDWR)


def drip(heard: Heard, connection: socket.socket) -> None:
    """A byte now and then, each in time, the whole never."""
    connection.sendall(head(200, {"Content-Length": "500", "Content-Type": "application/json"}))
    for _ in range(100):
        connection.sendall(b" ")
        threading.Event().wait(0.1)


def test_the_token_is_sent_as_zendesk_wants_it(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body={"ticket": TICKET}))
    read(zendesk)
    wanted = base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
    assert stand_in.heard[0].headers["authorization"] == f"Basic {wanted}"
    assert stand_in.heard[0].headers["user-agent"] == "Opsroom"
    assert stand_in.heard[0].headers["host"] == stand_in.url.removeprefix("http://")


def test_a_next_page_on_another_host_is_asked_of_our_own(stand_in: StandIn, zendesk: Zendesk) -> None:
    # Recorded accounts name their canonical host in links. The token must not follow a link to anywhere.
    link = "https://somewhere-else.example/api/v2/groups.json?page%5Bafter%5D=x"
    stand_in.then(
        reply(body={"groups": [{"id": 1, "name": "A"}], "meta": {"has_more": True}, "links": {"next": link}}),
        reply(body={"groups": [{"id": 2, "name": "B"}], "meta": {"has_more": False}, "links": {"next": None}}),
    )
    assert [group.id for group in zendesk.groups()] == [1, 2]
    assert [heard.path.partition("?")[0] for heard in stand_in.heard] == ["/api/v2/groups.json"] * 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("call", [read, write])
def test_a_redirect_is_not_followed(
    stand_in: StandIn, zendesk: Zendesk, status: int, call: Callable[[Zendesk], Any]
) -> None:
    stand_in.then(reply(status, headers={"Location": "https://somewhere-else.example/"}))
    assert failing(call, zendesk).status == status  # type: ignore[union-attr]
    assert len(stand_in.heard) == 1


@pytest.mark.parametrize("answer", [cut, silence, half, drip], ids=["cut", "silence", "half an answer", "drip"])
def test_a_read_without_an_answer_may_be_tried_again(stand_in: StandIn, zendesk: Zendesk, answer: Answer) -> None:
    stand_in.then(answer)
    assert type(failing(read, zendesk)) is Unavailable


@pytest.mark.parametrize("answer", [cut, silence, half, drip], ids=["cut", "silence", "half an answer", "drip"])
def test_a_write_without_an_answer_is_unknown_and_was_sent_once(
    stand_in: StandIn, zendesk: Zendesk, answer: Answer
) -> None:
    stand_in.then(answer)
    assert type(failing(write, zendesk)) is Unknown
    assert len(stand_in.heard) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_on_a_write_is_unknown_and_was_sent_once(
    stand_in: StandIn, zendesk: Zendesk, status: int
) -> None:
    stand_in.then(reply(status, b"<html>", {"Retry-After": "7"}))
    error = failing(write, zendesk)
    assert type(error) is Unknown
    assert error.retry_after == 7
    assert len(stand_in.heard) == 1


def test_with_the_retries_that_zenpy_brings_the_comment_would_be_sent_again(
    stand_in: StandIn, zendesk: Zendesk
) -> None:
    """The negative control: the same write with Zenpy's own adapter arguments behind our session."""
    theirs = HTTPAdapter(**type(zendesk._zenpy).http_adapter_kwargs())
    assert isinstance(theirs.max_retries, Retry)
    zendesk._wire.max_retries = theirs.max_retries
    stand_in.then(reply(503, b""))
    assert type(failing(write, zendesk)) is Unknown
    assert len(stand_in.heard) == 4


def test_an_answer_to_a_write_that_cannot_be_read_is_unknown(stand_in: StandIn, zendesk: Zendesk) -> None:
    for body in (b"<html>", b"{}", b'{"ticket": {"id": "x"}}'):
        stand_in.then(reply(200, body))
        assert type(failing(write, zendesk)) is Unknown


def test_a_slow_answer_ends_when_the_whole_time_is_over(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(drip)
    started = time.monotonic()
    failing(read, zendesk)
    assert time.monotonic() - started < 2.0


def test_nobody_at_the_door_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    nobody = Zendesk(f"http://127.0.0.1:{port}", EMAIL, TOKEN)
    assert type(failing(write, nobody)) is Unavailable


def test_an_account_limit_in_plain_text_raises_at_once(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(429, b"Number of allowed API requests per minute exceeded", {"Retry-After": "42"}))
    for call in (read, write):
        started = time.monotonic()
        error = failing(call, zendesk)
        assert type(error) is Unavailable
        assert error.retry_after == 42
        assert time.monotonic() - started < 1
    assert len(stand_in.heard) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({}, None),
        ({"ratelimit-reset": "12"}, 12.0),
        ({"rate-limit-reset": "13"}, 13.0),
        ({"Retry-After": "2", "ratelimit-reset": "12"}, 2.0),
    ],
)
def test_how_long_to_wait_is_read_in_every_spelling(
    stand_in: StandIn, zendesk: Zendesk, headers: dict[str, str], seconds: float | None
) -> None:
    stand_in.then(reply(429, {"error": "APIRateLimitExceeded"}, headers))
    error = failing(read, zendesk)
    assert isinstance(error, Unavailable)
    assert error.retry_after == seconds


def test_how_long_to_wait_may_be_a_date(stand_in: StandIn, zendesk: Zendesk) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    stand_in.then(reply(503, b"", {"Retry-After": until}))
    error = failing(read, zendesk)
    assert isinstance(error, Unavailable)
    assert error.retry_after is not None
    assert 60 < error.retry_after <= 90


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "TooManyValues", "description": "Parameter  cannot specify more than 100 values"}, Refused),
        (401, {"error": "Couldn't authenticate you"}, Refused),
        (403, {"error": "Forbidden"}, Refused),
        (404, {"error": "RecordNotFound", "description": "Not found"}, Refused),
        (404, {"error": {"title": "No help desk", "message": "There is no help desk"}}, Refused),
        (404, b"<html>not here</html>", Refused),
        (409, {"error": "UpdateConflict", "description": "Safe Update prevented the update"}, Conflict),
        (409, {"error": "DatabaseConflict", "description": "Database collision"}, Unavailable),
        (408, b"", Unavailable),
        (413, b"", Refused),
        (422, {"error": "RecordInvalid", "details": {"status": [{"description": "closed"}]}}, Refused),
        (422, ["odd"], Refused),
    ],
)
def test_each_error_becomes_ours(
    stand_in: StandIn, zendesk: Zendesk, status: int, body: Any, kind: type[Exception]
) -> None:
    stand_in.then(reply(status, body))
    for call in (read, write):
        error = failing(call, zendesk)
        assert type(error) is kind
        assert not isinstance(error, Refused) or error.status == status


def test_a_refusal_brings_zendesks_words_and_details(stand_in: StandIn, zendesk: Zendesk) -> None:
    details = {"status": [{"description": "Status: closed prevents ticket update"}]}
    stand_in.then(reply(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details}))
    error = failing(write, zendesk)
    assert isinstance(error, Refused)
    assert (error.status, error.words, error.details) == (422, "Record validation errors", details)
    assert str(error) == "PUT /api/v2/tickets/7.json: Zendesk answered 422 RecordInvalid"


def test_neither_secrets_nor_customers_words_reach_an_error_or_the_log(
    stand_in: StandIn, zendesk: Zendesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = {"error": WORDS, "description": WORDS, "details": {"comment": WORDS}}
    answers = [
        reply(422, said), reply(409, said), reply(500, said), reply(200, f"<b>{WORDS}</b>".encode()),
        reply(200, {"ticket": {"id": WORDS}}), reply(200, {"ticket": {"subject": WORDS}, "audit": WORDS}),
        WRITTEN, cut, half,
    ]  # fmt: skip
    for answer in answers:
        for call in (read, write):
            stand_in.then(answer)
            try:
                call(zendesk)
            except (Unavailable, Refused) as error:
                texts = [
                    str(error),
                    repr(error),
                    str(error.__cause__),
                    str(error.__suppress_context__ or error.__context__),
                ]
                assert not [text for text in texts if WORDS in text or TOKEN in text or EMAIL in text]
    assert TOKEN not in caplog.text
    assert WORDS not in caplog.text
    assert EMAIL not in caplog.text


def test_with_zenpys_log_left_open_the_customers_words_would_be_in_it(
    stand_in: StandIn, zendesk: Zendesk, caplog: pytest.LogCaptureFixture
) -> None:
    """The negative control of the test before."""
    caplog.set_level(logging.DEBUG, logger="zenpy")
    stand_in.then(reply(200, {"ticket": TICKET | {"subject": WORDS}}))
    read(zendesk)
    assert WORDS in caplog.text


@pytest.mark.parametrize(
    ("headers", "rate"),
    [
        ({"x-rate-limit": "700", "x-rate-limit-remaining": "698"}, Rate(700, 698, None)),
        ({"ratelimit-limit": "400", "ratelimit-remaining": "0", "ratelimit-reset": "12"}, Rate(400, 0, 12)),
        ({"rate-limit": "200", "rate-limit-remaining": "5", "rate-limit-reset": "59"}, Rate(200, 5, 59)),
        ({"x-rate-limit": "many"}, None),
    ],
)
def test_the_rate_is_known_from_either_spelling(
    stand_in: StandIn, zendesk: Zendesk, headers: dict[str, str], rate: Rate | None
) -> None:
    stand_in.then(reply(body={"ticket": TICKET}, headers=headers))
    read(zendesk)
    assert zendesk.rate == rate


def test_a_compressed_answer_is_read(stand_in: StandIn, zendesk: Zendesk) -> None:
    packed = gzip.compress(json.dumps({"ticket": TICKET}).encode())
    stand_in.then(reply(200, packed, {"Content-Encoding": "gzip", "Content-Type": "application/json"}))
    assert read(zendesk).id == 7


def test_a_key_that_zendesk_dropped_is_logged_by_its_name(
    stand_in: StandIn, zendesk: Zendesk, caplog: pytest.LogCaptureFixture
) -> None:
    warning = '{:allowed_parameters=>{:controller=>"tickets", :unpermitted_keys=>["ticket.nope"], :invalid_values=>[]}}'
    stand_in.then(reply(200, {"ticket": TICKET, "audit": AUDIT}, {"x-zendesk-api-warn": warning}))
    write(zendesk)
    assert "zendesk_dropped_keys" in caplog.text
    assert "ticket.nope" in caplog.text


def test_no_cookie_is_kept(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body={"ticket": TICKET}, headers={"Set-Cookie": "_zendesk_session=x; Path=/"}))
    read(zendesk)
    read(zendesk)
    assert "cookie" not in stand_in.heard[1].headers


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    stand_in: StandIn, zendesk: Zendesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9")
    stand_in.then(reply(body={"ticket": TICKET}))
    assert read(zendesk).id == 7


@pytest.mark.parametrize(
    "url",
    ["", "acme.zendesk.com", "ftp://acme.zendesk.com", "https://", "https://a:b@acme.zendesk.com",
     "https://acme.zendesk.com/api/v2", "https://acme.zendesk.com?x=1", "http://acme.zendesk.com"],
)  # fmt: skip
def test_an_address_that_cannot_be_zendesk_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(ValueError):
        base_of(url)


@pytest.mark.parametrize(("email", "token"), [("", TOKEN), (EMAIL, ""), ("관리자@b.c", TOKEN), (EMAIL, "톡큰")])
def test_credentials_that_cannot_be_right_are_refused_without_being_told(email: str, token: str) -> None:
    with pytest.raises(ValueError) as refusal:
        Zendesk("https://acme.zendesk.com", email, token)
    assert TOKEN not in str(refusal.value)
    assert "톡큰" not in str(refusal.value)


def test_nothing_of_requests_leaves_the_wire(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(200, b"not gzip at all", {"Content-Encoding": "gzip"}))
    error = failing(read, zendesk)
    assert not isinstance(error, requests.RequestException)
