"""`flask payments`, as it is typed: it asks and lists, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app.cli import register_commands
from app.db import db
from app.gateways import Gateway
from app.refunds.model import Refund, RefundState
from automations.payment_commands import payments
from tests.automations.test_provider_faults import Shift, opened, state_of
from tests.marketplace import a_booking, a_refund, a_user
from wsgi import MORE_COMMANDS


@pytest.fixture
def shift(lone_office: Flask, tmp_path: Path) -> Iterator[Shift]:
    yield from opened(lone_office, "stripe", tmp_path)


def typed(office: Flask, *words: str, language: str = "en") -> tuple[int, str]:
    db.session.rollback()
    register_commands(office, MORE_COMMANDS)
    done = office.test_cli_runner().invoke(payments, words, env={"LC_ALL": f"{language}_XX.UTF-8"})
    return done.exit_code, done.output


def lost(shift: Shift) -> Refund:
    """Carried out, and the answer never came."""
    shift.till.fault(kind="drop")
    refund = shift.approved()
    shift.till.fault(kind="cut", when="after")
    shift.work()
    assert state_of(refund) is RefundState.unknown
    return refund


def test_a_look_up_tells_what_the_provider_knows_and_moves_nothing(shift: Shift) -> None:
    refund = lost(shift)
    ref, sent = refund.ref, len(shift.till.sent())
    code, said = typed(shift.office, "lookup", "--refund", ref)
    assert (code, "Provider: paid · re_" in said) == (0, True), said
    _, korean = typed(shift.office, "lookup", "--refund", ref, language="ko")
    assert "결제사: 지급됨" in korean
    _, told = typed(shift.office, "lookup", "--refund", ref, "--json")
    assert json.loads(told)["here"] == "unknown"
    assert json.loads(told)["there"]["state"] == "paid"
    assert (state_of(refund), len(shift.till.sent())) == (RefundState.unknown, sent)


def test_what_waits_is_listed_and_nothing_else(shift: Shift) -> None:
    refund = lost(shift)
    other = a_refund()
    code, said = typed(shift.office, "unknown")
    assert (code, refund.ref in said, other.ref in said) == (0, True, False)
    assert "The provider has not answered yet." in said
    shift.until_over(refund)
    assert typed(shift.office, "unknown") == (0, "No refund waits for its outcome.\n")


def test_the_journal_of_a_double_is_read_and_of_nothing_else(shift: Shift) -> None:
    refund = lost(shift)
    code, said = typed(shift.office, "journal", "--gateway", "stripe")
    assert (code, "POST /v1/refunds" in said, refund.provider_key in said) == (0, True, True)
    _, told = typed(shift.office, "journal", "--gateway", "stripe", "--last", "1", "--json")
    assert len(json.loads(told)) == 1
    settings = shift.office.extensions["opsroom.settings"]
    real = {"stripe": Gateway("https://api.stripe.com", "sk_test_x")}
    shift.office.extensions["opsroom.settings"] = replace(settings, gateways=real)
    for gateway in ("stripe", "toss"):
        code, said = typed(shift.office, "journal", "--gateway", gateway)
        assert (code, "is no double on this machine" in said) == (1, True)


def test_what_cannot_be_asked_is_refused_in_words(shift: Shift) -> None:
    assert "There is no refund R-404" in typed(shift.office, "lookup", "--refund", "R-404")[1]
    by_hand = a_refund(booking=a_booking(gateway="bank"), approved_by=a_user())
    assert "No provider is set for bank" in typed(shift.office, "lookup", "--refund", by_hand.ref)[1]
    refund = lost(shift)
    shift.till.fault(kind="status", when="before", method="GET", times=9, status=503)
    code, said = typed(shift.office, "lookup", "--refund", refund.ref)
    assert (code, "stripe does not answer" in said) == (1, True)
