"""Whatever people, workers and the provider do to refunds, in whatever order: a machine takes thousands of steps on a
real PostgreSQL, and after each the money is where it should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, update

from app import clock
from app.actor import NOBODY, acting_as
from app.bell import SilentBell
from app.bookings.model import Booking
from app.db import db
from app.errors import Refusal
from app.factory import create_app
from app.people.model import Role, User
from app.reconcile.check import ledger_faults
from app.refunds import refund as refunds
from app.refunds.by_hand import confirm, take, write_down
from app.refunds.model import LETS_GO, Refund, RefundMove, RefundState
from app.refunds.reasons import Reason
from app.refunds.settlement import ever_paid_by_hand
from automations import came_back, payout
from integrations.errors import Unavailable, Unknown
from integrations.payments.port import Amount, Outcome, OutcomeState, Refunded, Why
from tests.conftest import settings_for
from tests.marketplace import PAID_AT, a_booking, a_user, a_version, acting_for, number
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.pg, pytest.mark.slow]
PAID = 1000
PEOPLE = 3
BOOKINGS = 2
EXAMPLES, STEPS = 40, 50


class Luck(StrEnum):
    """What the provider makes of the next request."""

    paid = "paid"
    declined = "declined"
    pending = "pending"
    away = "away"
    lost_before = "lost_before"
    lost_after = "lost_after"


class Bank:
    """A provider whose luck is told to it, with the books that a real one keeps: one outcome for a key, for ever."""

    def __init__(self) -> None:
        self.luck = Luck.paid
        self.books: dict[str, Outcome] = {}
        self.given: dict[str, tuple[str, int]] = {}

    def refund(self, key: str, payment: str, amount: Amount) -> Outcome:
        if self.luck is Luck.away:
            raise Unavailable("away")
        if self.luck is Luck.lost_before:
            raise Unknown("lost")
        if key not in self.books:
            self._decide(key)
            self.given[key] = (payment, amount.minor)
        if self.luck is Luck.lost_after:
            raise Unknown("lost")
        return self.books[key]

    def lookup(self, key: str, payment: str = "") -> Outcome | None:
        if self.luck is Luck.away:
            raise Unavailable("away")
        found = self.books.get(key)
        if found is not None and found.state is OutcomeState.pending:
            self._decide(key)
        return self.books.get(key)

    def refunded(self, since: datetime, until: datetime) -> Iterator[Refunded]:
        for key, (payment, minor) in self.given.items():
            if self.books[key].state is OutcomeState.paid:
                yield Refunded(key, self.books[key].reference, payment, minor, "KRW", since)

    def _decide(self, key: str) -> None:
        if self.luck is Luck.declined:
            self.books[key] = Outcome(OutcomeState.failed, f"re_{key}", Why.declined)
        elif self.luck is Luck.pending:
            self.books[key] = Outcome(OutcomeState.pending, f"re_{key}")
        else:
            self.books[key] = Outcome(OutcomeState.paid, f"re_{key}")

    def carried_out(self, payment: str) -> int:
        return sum(
            minor
            for key, (of, minor) in self.given.items()
            if of == payment and self.books[key].state is OutcomeState.paid
        )


class Desk(RuleBasedStateMachine):
    """Two bookings, three people who may all do everything, one night shift, one provider."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        db.session.remove()
        version = a_version()
        people = [a_user(Role.ops_manager) for _ in range(PEOPLE)]
        self.people = [person.id for person in people]
        self.bookings = [a_booking(bound=version, total_minor=PAID).id for _ in range(BOOKINGS)]
        self.bank = Bank()
        self.at = clock.now()

    def teardown(self) -> None:
        """What is left lies still: nobody's next example is to work it."""
        db.session.rollback()
        later = clock.now() + timedelta(days=3650)
        db.session.execute(update(Refund).where(Refund.booking_id.in_(self.bookings)).values(lease_until=later))
        db.session.commit()
        db.session.remove()

    # ---------------------------------------------------------------------------------------------------- what is done
    @rule(place=some.integers(0, BOOKINGS - 1), who=some.integers(0, PEOPLE - 1), minor=some.integers(1, PAID + 200))
    def ask(self, place: int, who: int, minor: int) -> None:
        booking = self._booking(place)
        left = booking.left_minor
        with self._acting(who) as person:
            try:
                refunds.request_refund(
                    db.session(), booking, Reason.partner_cancelled, at=PAID_AT, by_user=person, amount_minor=minor,
                    form_token=f"form-{number()}",
                )  # fmt: skip
            except Refusal:
                assert minor > left
            else:
                assert minor <= left

    @precondition(lambda self: self._any())
    @rule(choice=some.integers(0, 99), who=some.integers(0, PEOPLE - 1), minor=some.integers(1, PAID + 200))
    def amend(self, choice: int, who: int, minor: int) -> None:
        refund = self._refund(choice)
        was, before = refund.state, refund.amount_minor
        left = refund.booking.left_minor + before
        with self._acting(who):
            try:
                refunds.amend(refund, amount_minor=minor, note="고침")
            except Refusal:
                assert was not in {RefundState.requested, RefundState.approved} or minor > left
            else:
                assert minor == before or refund.state is RefundState.requested, "an approval does not survive an edit"

    @precondition(lambda self: self._any())
    @rule(choice=some.integers(0, 99), who=some.integers(0, PEOPLE - 1))
    def approve(self, choice: int, who: int) -> None:
        refund = self._refund(choice)
        was, own = refund.state, refund.requested_by_id == self.people[who]
        with self._acting(who):
            try:
                refunds.approve(refund)
            except Refusal:
                assert own or was is not RefundState.requested
            else:
                assert not own
                assert was is RefundState.requested

    @precondition(lambda self: self._any())
    @rule(choice=some.integers(0, 99), who=some.integers(0, PEOPLE - 1), kindly=some.booleans())
    def stop(self, choice: int, who: int, kindly: bool) -> None:
        refund = self._refund(choice)
        with self._acting(who):
            try:
                if kindly:
                    refunds.cancel(refund, "그만")
                else:
                    refunds.reject(refund, "정책과 다름")
            except Refusal:
                pass
            else:
                assert refund.state in {RefundState.cancelled, RefundState.rejected}

    @precondition(lambda self: self._any())
    @rule(choice=some.integers(0, 99), who=some.integers(0, PEOPLE - 1), provider_pays=some.booleans())
    def settle_by_hand(self, choice: int, who: int, provider_pays: bool) -> None:
        """As finance does: one writes down what the provider has really done, or has paid by transfer, and the other,
        who did not ask for it either, confirms it.
        """
        refund = self._refund(choice)
        known = self.bank.books.get(refund.provider_key)
        with self._acting(who):
            try:
                transferred = refund.state is RefundState.approved
                truth = transferred or (known is not None and known.state is OutcomeState.paid)
                undecided = known is None or known.state is OutcomeState.pending
                if undecided and not transferred:
                    return
                if not provider_pays:
                    take(refund, provider_pays=False, stopped=None)
                write_down(refund, paid=truth, reference="T-1", provider_pays=provider_pays)
            except Refusal:
                return
            asker = refund.requested_by_id
            assert asker != self.people[who]
        other = next(one for one in range(PEOPLE) if one != who and self.people[one] != asker)
        with self._acting(other):
            confirm(self._refund(choice), provider_pays=provider_pays)

    @rule(luck=some.sampled_from(Luck), minutes=some.integers(1, 30))
    def work(self, luck: Luck, minutes: int) -> None:
        """The night shift comes by after a while, and the provider has this luck."""
        self.at += timedelta(minutes=minutes)
        self.bank.luck = luck
        with clock.stopped(self.at), acting_as(NOBODY):
            claim = payout.claim_one(db.session())
            if claim is not None:
                payout.work(claim, self.bank)

    @precondition(lambda self: self._any())
    @rule(choice=some.integers(0, 99), luck=some.sampled_from(Luck))
    def go_through(self, choice: int, luck: Luck) -> None:
        """The usual way: approved by another at once, and sent."""
        asker = self._refund(choice).requested_by_id
        self.approve(choice, next(who for who in range(PEOPLE) if self.people[who] != asker))
        self.work(luck, 1)

    @precondition(lambda self: self._any())
    @rule(choice=some.integers(0, 99))
    def the_bank_sends_it_back(self, choice: int) -> None:
        """Days after it was paid; the next look tells us."""
        refund = self._refund(choice)
        known = self.bank.books.get(refund.provider_key)
        if refund.state is not RefundState.paid or known is None or known.state is not OutcomeState.paid:
            return
        if ever_paid_by_hand(db.session(), refund):
            return
        self.bank.books[refund.provider_key] = Outcome(OutcomeState.failed, known.reference, Why.declined)
        with clock.stopped(self.at), acting_as(NOBODY):
            came_back._record(db.session(), refund.id, self.bank.lookup(refund.provider_key))
            db.session.commit()

    @rule()
    def look_up_all(self) -> None:
        """A good hour: all that is due is worked, and the provider answers."""
        self.at += timedelta(hours=1)
        self.bank.luck = Luck.paid
        with clock.stopped(self.at), acting_as(NOBODY):
            while (claim := payout.claim_one(db.session())) is not None:
                payout.work(claim, self.bank)

    # ----------------------------------------------------------------------------------------------- what always holds
    @invariant()
    def the_money_is_where_it_should_be(self) -> None:
        Desk.steps += 1
        db.session.rollback()
        db.session.expire_all()
        found = db.session.scalars(select(Refund).where(Refund.booking_id.in_(self.bookings))).all()
        for booking in (self._booking(place) for place in range(BOOKINGS)):
            mine = [one for one in found if one.booking_id == booking.id]
            live = sum(one.amount_minor for one in mine if one.state not in LETS_GO)
            assert booking.held_minor == live
            assert 0 <= booking.held_minor <= booking.paid_minor
            assert self.bank.carried_out(booking.payment_ref or "") <= booking.paid_minor
        assert not {fault.ours for fault in ledger_faults(db.session())} & {one.id for one in found}
        for refund in found:
            assert refund.approved_by_id is None or refund.approved_by_id != refund.requested_by_id
            self._agrees_with_the_bank(refund)

    def _agrees_with_the_bank(self, refund: Refund) -> None:
        known = self.bank.books.get(refund.provider_key)
        if known is None:
            return
        assert self.bank.given[refund.provider_key] == (refund.booking.payment_ref, refund.amount_minor)
        if known.state is OutcomeState.paid:
            assert refund.state in {RefundState.paying, RefundState.unknown, RefundState.paid}
        if known.state is OutcomeState.failed:
            assert refund.state in {RefundState.paying, RefundState.unknown, RefundState.failed}

    # ----------------------------------------------------------------------------------------------------- whom, which
    @contextmanager
    def _acting(self, who: int) -> Iterator[User]:
        """Commits what was done, or forgets it where it was refused."""
        person = db.session.get_one(User, self.people[who])
        rights = ("refunds.request", "refunds.approve", "refunds.pay")
        with clock.stopped(self.at), acting_for(person, *rights):
            yield person
            db.session.commit()

    def _booking(self, place: int) -> Booking:
        return db.session.get_one(Booking, self.bookings[place])

    def _any(self) -> bool:
        return bool(self._ids())

    def _refund(self, choice: int) -> Refund:
        ids = self._ids()
        return db.session.get_one(Refund, ids[choice % len(ids)])

    def _ids(self) -> list[int]:
        asked = select(Refund.id).where(Refund.booking_id.in_(self.bookings)).order_by(Refund.id)
        return list(db.session.scalars(asked))


@pytest.fixture
def pg_office(postgres: PostgresServer, postgres_template: str, tmp_path: Path) -> Iterator[Flask]:
    name = postgres.create("t_machine", template=postgres_template)
    app = create_app(settings_for(tmp_path, postgres.url(name)), bell=SilentBell())
    with ExitStack() as stack:
        stack.enter_context(app.app_context())
        stack.callback(postgres.drop, name)
        yield app
        db.session.remove()
        db.engine.dispose()


def played(**change: Any) -> settings:
    facts: dict[str, Any] = {
        "max_examples": EXAMPLES,
        "stateful_step_count": STEPS,
        "deadline": None,
        "database": None,
        # The same walk each time: what is new here is found by whoever raises EXAMPLES.
        "derandomize": True,
        "suppress_health_check": list(HealthCheck),
    }
    return settings(**{**facts, **change})


def test_thousands_of_steps_leave_the_money_where_it_should_be(pg_office: Flask) -> None:
    Desk.steps = 0
    run_state_machine_as_test(Desk, settings=played())
    assert Desk.steps > 1500
    done = set(db.session.scalars(select(RefundMove.now).distinct()))
    assert done == set(RefundState), "every state was come to"


def test_with_the_guard_taken_away_the_machine_finds_it(pg_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(refunds, "hold", lambda *_: None)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(Desk, settings=played(phases=[Phase.generate], max_examples=5))
