"""A webhook is believed when Zendesk's secret signed exactly these bytes a short while ago, and never otherwise."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from integrations.zendesk.signature import BadSignature, Flaw, signed, verify
from tests.integrations.zendesk.recorded import recorded

SECRET = "dGhlLWtleS1vZi10aGlzLXRlc3Q="
OTHER = "YW5vdGhlci1rZXktb2YtdGhpcy10ZXN0"
TIMESTAMP = "2026-03-02T01:02:03Z"
NOW = datetime(2026, 3, 2, 1, 2, 5, tzinfo=UTC)
BODY = '{"subject":"청소가 늦었어요"}'.encode()


def flaw_of(
    *,
    secrets: tuple[str, ...] = (SECRET,),
    timestamp: str | None = TIMESTAMP,
    signature: str | None = signed(SECRET, TIMESTAMP, BODY),
    body: bytes = BODY,
    now: datetime = NOW,
) -> Flaw | None:
    try:
        verify(secrets, timestamp, signature, body, now)
    except BadSignature as bad:
        return bad.flaw
    return None


def test_the_formula_is_base64_of_hmac_sha256_over_timestamp_and_raw_body() -> None:
    by_hand = hmac.new(SECRET.encode(), TIMESTAMP.encode() + BODY, hashlib.sha256).digest()
    assert signed(SECRET, TIMESTAMP, BODY) == base64.b64encode(by_hand).decode()


def test_a_fixed_vector_holds() -> None:
    # Made with: printf '2026-03-02T01:02:03Z{"a":1}' | openssl dgst -sha256 -hmac key -binary | base64
    assert signed("key", TIMESTAMP, b'{"a":1}') == "j1VX7ElsbIQ11Gh1yegepEvsGIA4hAmvTdVshsKvAvQ="


def test_what_zendesk_signed_just_now_is_believed() -> None:
    assert flaw_of() is None


def test_an_empty_body_is_signed_over_the_timestamp_alone() -> None:
    assert flaw_of(body=b"", signature=signed(SECRET, TIMESTAMP, b"")) is None


def test_bytes_that_are_no_utf8_are_verified_as_they_are() -> None:
    body = b"\xff\xfe\x00\x80{"
    assert flaw_of(body=body, signature=signed(SECRET, TIMESTAMP, body)) is None


@pytest.mark.parametrize(
    "changed",
    [BODY + b" ", BODY[:-1], BODY.replace(b'"', b"'", 1), b"", BODY.upper()],
    ids=["a byte more", "a byte less", "a byte changed", "emptied", "case"],
)
def test_a_body_changed_by_a_byte_is_not_believed(changed: bytes) -> None:
    assert flaw_of(body=changed) is Flaw.mismatch


@pytest.mark.parametrize(
    "secrets",
    [(), ("",), (OTHER,), (base64.b64decode(SECRET).decode("latin-1"),), (SECRET + " ",)],
    ids=["none", "empty", "wrong", "base64-decoded", "with a blank"],
)
def test_another_secret_or_none_is_not_believed(secrets: tuple[str, ...]) -> None:
    assert flaw_of(secrets=secrets) is Flaw.mismatch


def test_an_empty_secret_does_not_make_anybodys_signature_good() -> None:
    assert flaw_of(secrets=("",), signature=signed("", TIMESTAMP, BODY)) is Flaw.mismatch


@pytest.mark.parametrize("secrets", [(SECRET, OTHER), (OTHER, SECRET), (OTHER, "", SECRET)])
def test_while_secrets_are_rotated_both_are_good(secrets: tuple[str, ...]) -> None:
    assert flaw_of(secrets=secrets) is None
    assert flaw_of(secrets=secrets, signature=signed(OTHER, TIMESTAMP, BODY)) is None


@pytest.mark.parametrize(("timestamp", "signature"), [(None, "x"), ("", "x"), (TIMESTAMP, None), (TIMESTAMP, "")])
def test_a_missing_header_is_not_believed(timestamp: str | None, signature: str | None) -> None:
    assert flaw_of(timestamp=timestamp, signature=signature) is Flaw.missing


@pytest.mark.parametrize(
    ("seconds", "flaw"),
    [(0, None), (300, None), (301, Flaw.outside_window), (-300, None), (-301, Flaw.outside_window)],
)
def test_the_window_is_300_seconds_both_ways(seconds: int, flaw: Flaw | None) -> None:
    moment = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
    assert flaw_of(now=moment + timedelta(seconds=seconds)) is flaw


def test_the_window_can_be_narrowed() -> None:
    with pytest.raises(BadSignature):
        verify((SECRET,), TIMESTAMP, signed(SECRET, TIMESTAMP, BODY), BODY, NOW + timedelta(seconds=10), 5)


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-03-02T01:02:03Z",
        "2026-03-02t01:02:03z",
        "2026-03-02T01:02:03.5Z",
        "2026-03-02T01:02:03.672717030Z",
        "2026-03-02T10:02:03+09:00",
        "2026-03-01T20:02:03.001-05:00",
        "2026-03-02 01:02:03Z",
    ],
)
def test_every_way_to_write_the_moment_is_read(timestamp: str) -> None:
    assert flaw_of(timestamp=timestamp, signature=signed(SECRET, timestamp, BODY)) is None


@pytest.mark.parametrize(
    "timestamp",
    ["1772413323", "yesterday", "2026-03-02T01:02:03", "2026-13-02T01:02:03Z", "0001-01-01T00:00:00+23:59", "２０２６"],
)
def test_a_moment_that_cannot_be_read_is_not_believed_even_when_signed(timestamp: str) -> None:
    assert flaw_of(timestamp=timestamp, signature=signed(SECRET, timestamp, BODY)) is Flaw.unreadable_time


@pytest.mark.parametrize("header", ["서명", "\xff\xfe", "\ud800", "x" * 100_000, "=" * 44, "\x00"])
def test_a_strange_header_is_refused_and_breaks_nothing(header: str) -> None:
    assert flaw_of(signature=header) is Flaw.mismatch
    assert flaw_of(timestamp=header) is Flaw.mismatch


def test_the_words_of_the_refusal_hold_neither_secret_nor_signature() -> None:
    with pytest.raises(BadSignature) as bad:
        verify((SECRET,), TIMESTAMP, "forged", BODY, NOW)
    assert SECRET not in repr(bad.value)
    assert "forged" not in repr(bad.value)


@pytest.mark.recorded
def test_the_recorded_vectors_hold() -> None:
    vectors = json.loads((recorded() / "webhook_signatures.json").read_bytes())["vectors"]
    assert vectors
    for vector in vectors:
        assert signed(vector["secret"], vector["timestamp"], vector["body"].encode()) == vector["signature"]
