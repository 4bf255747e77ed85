"""Whatever Stripe or Toss does, an approved refund goes back exactly once: told by the books of their doubles.

Office, connector, double and the double's webhooks are real; time is moved by hand where a look-up waits its turn.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from app import clock
from app.actor import NOBODY, acting_as
from app.db import db
from app.gateways import Gateway
from app.inbox.model import InboxState, WebhookEvent
from app.refunds.both import as_read
from app.refunds.model import Refund, RefundState
from automations import payout, rung
from automations.providers import KEY_LIVES
from integrations.payments.port import Provider
from tests.integrations.payments.till import GATEWAYS, HOOK_SECRET, SECRET, Till, a_till
from tests.integrations.sandbox.client import until
from tests.marketplace import a_booking, a_refund, a_user

LATER = timedelta(minutes=2)
MINOR = 1_200_000


@dataclass(frozen=True, slots=True)
class Shift:
    """An office whose payments go through one double, and its night shift."""

    till: Till
    office: Flask

    def approved(self, minor: int = MINOR) -> Refund:
        payment = self.till.take(minor)
        booking = a_booking(gateway=self.till.gateway, payment_ref=payment, total_minor=minor)
        return a_refund(booking=booking, approved_by=a_user())

    def work(self, *, minutes: int = 0) -> None:
        with clock.stopped(clock.now() + timedelta(minutes=minutes)):
            payout.drain()
        db.session.expire_all()

    def until_over(self, refund: Refund) -> RefundState:
        """Look-ups at their times, until the refund has ended."""
        for round_ in range(1, 8):
            self.work(minutes=2 * round_)
            if state_of(refund) in {RefundState.paid, RefundState.failed}:
                break
        return state_of(refund)

    def rung(self, count: int) -> list[WebhookEvent]:
        def came() -> list[WebhookEvent] | None:
            db.session.rollback()
            rows = list(db.session.scalars(select(WebhookEvent).order_by(WebhookEvent.id)))
            return rows if len(rows) >= count else None

        return until(came)


def state_of(refund: Refund) -> RefundState:
    db.session.refresh(refund)
    return refund.state


def opened(office: Flask, gateway: str, folder: Path) -> Iterator[Shift]:
    server = make_server("127.0.0.1", 0, office, threaded=True)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    serving.start()
    hook_url = f"http://127.0.0.1:{server.server_port}/webhooks"
    with a_till(gateway, folder, hook_url) as till, acting_as(NOBODY):
        settings = office.extensions["opsroom.settings"]
        office.extensions["opsroom.settings"] = replace(
            settings, gateways={gateway: Gateway(till.url, SECRET, HOOK_SECRET)}
        )
        office.extensions["opsroom.providers"] = (os.getpid(), {gateway: till.provider})
        yield Shift(till, office)
        db.session.remove()
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture(params=GATEWAYS)
def shift(request: pytest.FixtureRequest, lone_office: Flask, tmp_path: Path) -> Iterator[Shift]:
    yield from opened(lone_office, request.param, tmp_path)


@pytest.fixture(params=GATEWAYS)
def shift_anywhere(request: pytest.FixtureRequest, office: Flask, tmp_path: Path) -> Iterator[Shift]:
    """As `shift`, on both databases."""
    yield from opened(office, request.param, tmp_path)


def once(shift: Shift, refund: Refund) -> None:
    """The oracle: one refund in the provider's books, of this amount, under this key, and our row says the same."""
    booked = shift.till.booked()
    assert [(one.minor, one.state, refund.provider_key in one.note) for one in booked] == [
        (refund.amount_minor, "paid", True)
    ]
    assert (state_of(refund), refund.provider_ref) == (RefundState.paid, booked[0].reference)
    assert {line["key"] for line in shift.till.sent()} == {refund.provider_key}, "never under a new key"
    assert refund.booking.held_minor == refund.amount_minor


def test_it_is_paid_and_the_webhook_that_follows_changes_nothing(shift_anywhere: Shift) -> None:
    refund = shift_anywhere.approved()
    shift_anywhere.work()
    once(shift_anywhere, refund)
    (row,) = shift_anywhere.rung(1)
    assert row.payment_ref == refund.booking.payment_ref
    shift_anywhere.work()
    db.session.refresh(row)
    assert (row.state, row.why) == (InboxState.done, rung.NO_REFUND)
    once(shift_anywhere, refund)


FAULTS: dict[str, dict[str, Any]] = {
    "time-out before it is booked": {"kind": "delay", "when": "before", "seconds": 1.5},
    "time-out after it is booked": {"kind": "delay", "when": "after", "seconds": 1.5},
    "5xx before": {"kind": "status", "when": "before", "status": 503},
    "5xx after commit": {"kind": "status", "when": "after", "status": 500},
    "cut before": {"kind": "cut", "when": "before"},
    "cut after": {"kind": "cut", "when": "after"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_without_an_answer_it_is_held_looked_up_and_paid_once(shift: Shift, fault: str) -> None:
    shift.till.fault(kind="drop")  # no webhook comes to help
    refund = shift.approved()
    shift.till.fault(**FAULTS[fault])
    shift.work()
    assert state_of(refund) is RefundState.unknown
    assert refund.booking.held_minor == MINOR
    if "time-out" in fault:
        until(shift.till.booked)
    assert shift.until_over(refund) is RefundState.paid
    once(shift, refund)


def test_several_troubles_in_a_row_are_still_one_refund(shift: Shift) -> None:
    shift.till.fault(kind="drop")
    refund = shift.approved()
    shift.till.fault(kind="cut", when="before")
    shift.till.fault(kind="status", when="before", method="GET", times=3)
    shift.till.fault(kind="status", when="before")
    shift.till.fault(kind="cut", when="after")
    assert shift.until_over(refund) is RefundState.paid
    once(shift, refund)


def test_a_webhook_before_the_answer_and_twice_ends_the_same(shift_anywhere: Shift) -> None:
    shift_anywhere.till.fault(kind="early")
    shift_anywhere.till.fault(kind="double")
    shift_anywhere.till.fault(kind="cut", when="after")
    refund = shift_anywhere.approved()
    shift_anywhere.work()
    (row,) = shift_anywhere.rung(1)
    assert shift_anywhere.until_over(refund) is RefundState.paid
    once(shift_anywhere, refund)
    assert len(shift_anywhere.rung(1)) == 1
    db.session.refresh(row)
    assert row.state is InboxState.done


def test_a_badly_signed_webhook_is_turned_away_and_the_time_of_a_look_up_comes_all_the_same(shift: Shift) -> None:
    shift.till.fault(kind="badly_signed", times=3)
    shift.till.fault(kind="pending")
    refund = shift.approved()
    shift.work()
    assert state_of(refund) is RefundState.paying
    shift.till.door("POST", "settle", reference=shift.till.booked()[0].reference, paid=True)
    until(lambda: sum(row["tries"] for row in rings(shift)) >= 2)
    assert db.session.scalars(select(WebhookEvent)).all() == []
    assert shift.until_over(refund) is RefundState.paid
    once(shift, refund)


def rings(shift: Shift) -> list[dict[str, int]]:
    with shift.till.double.books.open() as books:
        return [dict(row) for row in books.execute("SELECT * FROM rings")]


def test_a_webhook_brings_the_look_up_forward_and_is_not_believed(shift: Shift) -> None:
    """The double rings twice of a pending refund: while it is pending, nothing changes; when it is settled, at once."""
    shift.till.fault(kind="pending")
    refund = shift.approved()
    shift.work()
    shift.rung(1)
    shift.work()
    assert state_of(refund) is RefundState.paying
    with clock.stopped(clock.now()):
        assert refund.lease_until is not None
        assert refund.lease_until > clock.now(), "its next look-up is not yet due"
        shift.till.door("POST", "settle", reference=shift.till.booked()[0].reference, paid=True)
        shift.rung(2)
        shift.work()
    once(shift, refund)


def test_a_pending_refund_that_fails_lets_go_of_the_money(shift: Shift) -> None:
    shift.till.fault(kind="pending")
    refund = shift.approved()
    shift.work()
    shift.till.door("POST", "settle", reference=shift.till.booked()[0].reference, paid=False)
    assert shift.until_over(refund) is RefundState.failed
    assert refund.booking.held_minor == 0


def test_a_declined_refund_fails_in_the_providers_words_and_lets_go_of_the_money(shift: Shift) -> None:
    shift.till.fault(kind="declined")
    refund = shift.approved()
    shift.work()
    assert state_of(refund) is RefundState.failed
    assert refund.booking.held_minor == 0
    assert ("취소 할 수 없는 결제" if shift.till.gateway == "toss" else "거절") in (refund.failure or "")


def test_after_the_life_of_its_key_nothing_is_sent_any_more(shift: Shift) -> None:
    refund = shift.approved()
    shift.till.fault(kind="cut", when="before")
    shift.work()
    life = KEY_LIVES[shift.till.gateway]
    with clock.stopped(clock.now() + life + LATER):
        payout.drain()
    assert state_of(refund) is RefundState.unknown
    assert as_read(refund.failure) == payout.TOO_LATE
    assert len(shift.till.sent()) == 1
    assert shift.till.booked() == []
    assert refund.booking.held_minor == MINOR


def test_a_key_lives_as_long_as_its_own_provider_keeps_it(shift: Shift) -> None:
    """Two days later Stripe would take it for a new one, and Toss still knows it."""
    refund = shift.approved()
    shift.till.fault(kind="cut", when="before")
    shift.work()
    with clock.stopped(clock.now() + timedelta(days=2)):
        payout.drain()
    toss = shift.till.gateway == "toss"
    assert state_of(refund) is (RefundState.paid if toss else RefundState.unknown)
    assert len(shift.till.booked()) == toss


# ----------------------------------------------------------------------------------------------------- negative control


def blind(provider: Provider) -> Provider:
    """The connector with its look-ups taken away, of which there are three: the worker's, and two of its own."""
    kind = type(provider)
    blinded = type(f"Blind{kind.__name__}", (kind,), {"lookup": lambda *_: None})
    made: Provider = object.__new__(blinded)
    made.__dict__.update(provider.__dict__)
    return made


@pytest.mark.parametrize("forgets", [True, False])
def test_without_the_look_up_the_same_oracle_sees_a_second_refund_or_a_wrong_state(shift: Shift, forgets: bool) -> None:
    """With the keys forgotten a second refund goes out; with the keys kept, Stripe's 500 is given again for ever."""
    kept = shift.office.extensions["opsroom.providers"]
    shift.office.extensions["opsroom.providers"] = (kept[0], {shift.till.gateway: blind(shift.till.provider)})
    payment = shift.till.take(2 * MINOR)
    booking = a_booking(gateway=shift.till.gateway, payment_ref=payment, total_minor=2 * MINOR)
    refund = a_refund(booking=booking, approved_by=a_user(), amount_minor=MINOR)
    shift.till.fault(kind="status", when="after", status=500)
    shift.work()
    if forgets:
        shift.till.door("POST", "forget-keys")
    shift.until_over(refund)
    with pytest.raises(AssertionError):
        once(shift, refund)
    assert len(shift.till.booked()) == (2 if forgets else 1)


@pytest.mark.parametrize("look", [True, False])
def test_the_control_of_the_control(shift: Shift, look: bool) -> None:
    """The same story with the look-up in place passes the oracle, keys forgotten or not."""
    payment = shift.till.take(2 * MINOR)
    booking = a_booking(gateway=shift.till.gateway, payment_ref=payment, total_minor=2 * MINOR)
    refund = a_refund(booking=booking, approved_by=a_user(), amount_minor=MINOR)
    shift.till.fault(kind="status", when="after", status=500)
    shift.work()
    if look:
        shift.till.door("POST", "forget-keys")
    shift.until_over(refund)
    once(shift, refund)


def test_two_workers_at_once_are_one_refund(shift: Shift) -> None:
    number = shift.approved().id
    db.session.remove()
    together = threading.Barrier(3)

    def night() -> None:
        with shift.office.app_context(), acting_as(NOBODY):
            together.wait(timeout=20)
            payout.drain()
            db.session.remove()

    crew: list[Callable[[], None]] = [night] * 3
    threads = [threading.Thread(target=one) for one in crew]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    once(shift, db.session.get_one(Refund, number))
