"""What the provider did is compared with what we know; while anything differs nothing is paid, and then it goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

import tests.bank
from app import clock
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, AlarmState
from app.db import db
from app.errors import Forbidden, Refusal
from app.ledger.bearers import Bearer
from app.ledger.model import Account, EntryKind, LedgerEntry
from app.money import Money
from app.reconcile.check import ledger_faults, payout_stopped
from app.reconcile.match import GRACE
from app.reconcile.model import Difference, DifferenceKind, DifferenceState, ProviderRefund
from app.reconcile.reconcile import check_ledger, reconcile, resolve
from app.refunds.model import Refund, RefundState
from automations import alerts, payout
from automations import reconcile as night
from integrations.payments.port import Refunded
from integrations.payments.sandbox import Fault, SandboxProvider
from tests.marketplace import a_booking, a_refund, a_user, acting_for

LATER = timedelta(hours=1)
LONG_AGO = timedelta(days=30)
# A machine's clock is set back at times, by a little; what was just done is then still to come.
SKEW = timedelta(minutes=1)


def an_approved(bank: SandboxProvider, **change: Any) -> Refund:
    return tests.bank.an_approved(bank, **{"amount_minor": 100_000, **change})


def a_paid(bank: SandboxProvider, **change: Any) -> Refund:
    refund = an_approved(bank, **change)
    payout.drain()
    assert state_of(refund) is RefundState.paid
    return refund


def state_of(refund: Refund) -> RefundState:
    db.session.rollback()
    return db.session.get_one(Refund, refund.id).state


def compared(at: datetime | None = None) -> list[DifferenceKind]:
    """By the job, a while later; gives what is open."""
    with clock.stopped(at or clock.now() + LATER):
        night.run()
    return [one.kind for one in opened()]


def opened() -> list[Difference]:
    asked = select(Difference).where(Difference.state == DifferenceState.open).order_by(Difference.id)
    return list(db.session.scalars(asked))


def from_the_console(bank: SandboxProvider, minor: int = 5_000) -> None:
    """Somebody refunds at the provider's desk, past us."""
    booking = a_booking()
    bank.take_payment(booking.payment_ref or "", Money(booking.paid_minor, booking.currency))
    bank.refund(f"console-{booking.ref}", booking.payment_ref or "", Money(minor, "KRW"))


def test_what_agrees_is_matched_once_and_stops_nothing(bank: SandboxProvider) -> None:
    refund = a_paid(bank)
    for _ in range(2):
        assert compared() == []
    kept = db.session.scalars(select(ProviderRefund)).one()
    assert (kept.refund_id, kept.reference) == (refund.id, refund.provider_ref)
    assert payout_stopped(db.session()) is None


def test_a_refund_past_us_stops_payout_until_a_person_resolves_it(bank: SandboxProvider) -> None:
    from_the_console(bank)
    assert compared() == [DifferenceKind.unknown_here]
    waiting = an_approved(bank)
    payout.drain()
    assert state_of(waiting) is RefundState.approved
    told = payout_stopped(db.session())
    assert told is not None
    assert "1건" in told.ko
    with acting_for(a_user(), "differences.resolve"):
        resolve(db.session(), opened()[0], "결제사 콘솔에서 처리한 건, 담당자 확인")
        db.session.commit()
    payout.drain()
    assert state_of(waiting) is RefundState.paid
    assert compared() == [], "what a person resolved is not opened anew"


def test_without_the_check_a_red_lane_pays(lone_bank: SandboxProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    from_the_console(lone_bank)
    assert compared() == [DifferenceKind.unknown_here]
    waiting = an_approved(lone_bank)
    monkeypatch.setattr(payout, "payout_stopped", lambda _session: None)
    payout.drain()
    assert state_of(waiting) is RefundState.paid


def test_what_the_provider_forgot_is_found_and_is_over_when_it_tells(lone_bank: SandboxProvider) -> None:
    refund = a_paid(lone_bank)
    lone_bank.date_back(refund.provider_key, clock.now() - LONG_AGO)
    assert compared() == [DifferenceKind.unknown_there]
    later = clock.now() + LONG_AGO
    assert compared(later) == [DifferenceKind.unknown_there], "it does not go away by growing old"
    lone_bank.date_back(refund.provider_key, later - LATER)
    assert compared(later + LATER) == []
    assert [one.state for one in db.session.scalars(select(Difference))] == [DifferenceState.over]


def test_what_was_paid_only_just_now_is_not_missed_yet(lone_bank: SandboxProvider) -> None:
    refund = a_paid(lone_bank)
    lone_bank.date_back(refund.provider_key, clock.now() - LONG_AGO)
    assert compared(clock.now()) == []


def test_while_payout_is_stopped_what_was_sent_is_looked_up_and_nothing_is_sent(lone_bank: SandboxProvider) -> None:
    lost, done = (an_approved(lone_bank, amount_minor=minor) for minor in (111, 222))
    lone_bank.break_next(Fault.no_answer_before, minor=111)
    lone_bank.break_next(Fault.no_answer_after, minor=222)
    payout.drain()
    from_the_console(lone_bank)
    assert compared(clock.now() + SKEW) == [DifferenceKind.unknown_here]
    with clock.stopped(clock.now() + LATER):
        payout.drain()
    assert (state_of(lost), state_of(done)) == (RefundState.unknown, RefundState.paid)
    assert len(lone_bank.journal()) == 2, "the console's, and the one whose answer was lost"


def test_an_unknown_outcome_that_the_provider_paid_turns_green_by_itself(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank)
    lone_bank.break_next(Fault.no_answer_after)
    payout.drain()
    assert compared(clock.now() + GRACE + SKEW) == [DifferenceKind.not_paid_here]
    with clock.stopped(clock.now() + LATER):
        payout.drain()
    assert state_of(refund) is RefundState.paid
    assert compared(clock.now() + LATER) == []


def test_a_provider_that_does_not_answer_changes_nothing(
    lone_bank: SandboxProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_the_console(lone_bank)
    assert compared() == [DifferenceKind.unknown_here]
    lone_bank._path.rename(lone_bank._path.with_suffix(".away"))
    lone_bank._path.mkdir()
    monkeypatch.setattr(night, "providers_of_app", lambda: {"toss": lone_bank})
    assert compared() == [DifferenceKind.unknown_here]


def test_people_are_told_once_and_that_it_is_over(lone_bank: SandboxProvider) -> None:
    from_the_console(lone_bank)
    compared()
    for _ in range(3):
        alerts.look(db.session())
        db.session.commit()
    alarm = db.session.scalars(select(Alarm).where(Alarm.kind == AlarmKind.payout_stopped)).one()
    assert (alarm.state, alarm.count) == (AlarmState.open, 1)
    with acting_for(a_user(), "differences.resolve"):
        resolve(db.session(), opened()[0], "확인함")
    alerts.look(db.session())
    db.session.commit()
    assert alarm.state is AlarmState.over


def test_resolving_asks_for_a_right_and_a_reason(lone_bank: SandboxProvider) -> None:
    from_the_console(lone_bank)
    compared()
    with acting_for(a_user()), pytest.raises(Forbidden):
        resolve(db.session(), opened()[0], "확인함")
    with acting_for(a_user(), "differences.resolve"), pytest.raises(Refusal) as refused:
        resolve(db.session(), opened()[0], " ")
    assert refused.value.field == "why"


def told_of(refund: Refund, **change: Any) -> Refunded:
    reference, payment = refund.provider_ref or "", refund.booking.payment_ref or ""
    one = Refunded(refund.provider_key, reference, payment, refund.amount_minor, "KRW", clock.now())
    return replace(one, **change)


def by_file(*rows: Refunded) -> list[DifferenceKind]:
    now = clock.now()
    reconcile(db.session(), rows, since=now - LATER, until=now, source="CSV", only_sent=False)
    db.session.commit()
    return [one.kind for one in opened()]


def test_another_amount_twice_and_put_right(lone_bank: SandboxProvider) -> None:
    refund = a_paid(lone_bank)
    assert by_file(told_of(refund, minor=99_999)) == [DifferenceKind.other_amount]
    again = told_of(refund, reference="re_again", at=clock.now())
    assert by_file(again) == [DifferenceKind.other_amount, DifferenceKind.twice]
    assert by_file(told_of(refund)) == [DifferenceKind.twice]


# ----------------------------------------------------------------------------------------------- the ledger's own check


def test_a_ledger_that_says_what_the_refunds_say_is_green(bank: SandboxProvider) -> None:
    a_paid(bank)
    an_approved(bank)
    a_refund()
    lone = an_approved(bank)
    with acting_for(a_user()):
        lone.move_to(RefundState.cancelled)
        db.session.commit()
    assert ledger_faults(db.session()) == []


def test_a_refund_changed_behind_the_ledger_stops_payout(bank: SandboxProvider) -> None:
    refund = an_approved(bank)
    for name, value in (("amount_minor", 90_000), ("state", RefundState.paid), ("currency", "USD")):
        was = getattr(refund, name)
        db.session.execute(update(Refund).where(Refund.id == refund.id).values(**{name: value}))
        assert check_ledger(db.session()) == 1
        assert [one.kind for one in opened()] == [DifferenceKind.ledger_off]
        assert payout_stopped(db.session()) is not None
        db.session.execute(update(Refund).where(Refund.id == refund.id).values(**{name: was}))
        assert check_ledger(db.session()) == 0
        assert payout_stopped(db.session()) is None


def test_an_entry_that_no_move_made_is_found(lone_bank: SandboxProvider) -> None:
    refund = a_paid(lone_bank)
    facts = {"at": clock.now(), "by": "?", "why": "", "booking_id": refund.booking_id, "refund_id": refund.id}
    extra = LedgerEntry(
        kind=EntryKind.paid, debit=Account.payable, credit=Account.provider, amount_minor=1, currency="KRW", **facts
    )
    db.session.add(extra)
    assert check_ledger(db.session()) == 1


def test_a_corrected_cost_is_no_fault(lone_bank: SandboxProvider) -> None:
    refund = a_paid(lone_bank)
    assert refund.bearing.of(Bearer.platform) is not None
    facts = {"at": clock.now(), "by": "재무", "why": "보험", "booking_id": refund.booking_id, "refund_id": refund.id}
    moved = {"kind": EntryKind.moved, "debit": Account.insurer, "credit": Account.platform}
    db.session.add(LedgerEntry(amount_minor=100_000, currency="KRW", **moved, **facts))
    assert check_ledger(db.session()) == 0


def test_what_was_resolved_is_told_anew_once_its_amount_is_another(office: Flask) -> None:
    now = clock.now()

    def told(minor: int) -> list[Difference]:
        one = Refunded(None, "re_console", "pay_console", minor, "KRW", now - LATER)
        reconcile(db.session(), [one], since=now - LATER, until=now, source="CSV", gateways=[])
        db.session.commit()
        return opened()

    told(5_000)
    (first,) = told(6_000)
    assert "₩6,000" in first.detail_ko, "while it is open it tells the newest"
    with acting_for(a_user(), "differences.resolve"):
        resolve(db.session(), first, "콘솔에서 확인한 6,000원")
        db.session.commit()
    assert told(6_000) == []
    (second,) = told(70_000)
    assert ("₩70,000" in second.detail_ko, str(first) in second.detail_en) == (True, True)
    assert (first.state, first.open_key) == (DifferenceState.resolved, None)
    assert payout_stopped(db.session()) is not None
    assert told(70_000) == [second]


def test_what_was_resolved_before_figures_were_kept_is_not_told_anew_by_that(lone_bank: SandboxProvider) -> None:
    from_the_console(lone_bank)
    compared()
    with acting_for(a_user(), "differences.resolve"):
        resolve(db.session(), opened()[0], "확인함")
    db.session.execute(update(Difference).values(facts=None))
    db.session.commit()
    assert compared() == []
    assert db.session.scalars(select(Difference.facts)).one() == "5000 KRW"
