"""Each move of a refund is in the ledger, balanced, in the same transaction, and nothing there is ever changed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from app.actor import NOBODY, acting_as
from app.db import db
from app.errors import Forbidden, Refusal
from app.ledger.balances import By, balances, lines
from app.ledger.bearers import Bearer, Bearing, Share, typed_bearing
from app.ledger.model import Account, Clawback, ClawbackState, EntryKind, LedgerEntry
from app.ledger.posting import costs, move_cost
from app.people.model import Role
from app.refunds.bearing import lay_on
from app.refunds.model import Refund, RefundState
from app.refunds.refund import amend, approve, cancel
from tests.app.desk.shop import a_partner
from tests.marketplace import a_booking, a_refund, a_user, acting_for

TWO_SIDES = typed_bearing({Bearer.partner: "70", Bearer.platform: "30"}, "")


def entries() -> list[tuple[EntryKind, Account, Account, int]]:
    asked = select(LedgerEntry).order_by(LedgerEntry.id)
    return [(one.kind, one.debit, one.credit, one.amount_minor) for one in db.session.scalars(asked)]


def an_approved(bearing: Bearing = TWO_SIDES, **change: Any) -> Refund:
    refund = a_refund(booking=a_booking(partner=a_partner()), **change)
    with acting_for(a_user()):
        lay_on(refund, bearing)
        db.session.commit()
    for approver in (a_user(), a_user(Role.finance)):
        if refund.state is RefundState.requested:
            with acting_for(approver):
                approve(refund)
                db.session.commit()
    return refund


def moved(refund: Refund, *states: RefundState) -> Refund:
    with acting_as(NOBODY):
        for state in states:
            refund.move_to(state)
        db.session.commit()
    return refund


def test_approved_it_is_owed_by_each_bearer_and_paid_it_is_cleared(office: Flask) -> None:
    refund = an_approved(amount_minor=100_001)
    assert entries() == [
        (EntryKind.owed, Account.partner, Account.payable, 70_001),
        (EntryKind.owed, Account.platform, Account.payable, 30_000),
    ]
    moved(refund, RefundState.paying, RefundState.paid)
    assert entries()[2:] == [(EntryKind.paid, Account.payable, Account.provider, 100_001)]
    by_account = {str(one.name): one.left for one in balances(db.session(), By.account, ())}
    assert by_account == {"고객에게 줄 돈": 0, "결제사 정산": -100_001, "파트너": 70_001, "플랫폼": 30_000}
    assert sum(one.first for one in balances(db.session(), By.account, ())) == sum(
        one.second for one in balances(db.session(), By.account, ())
    )


@pytest.mark.parametrize("ends", [(RefundState.cancelled,), (RefundState.paying, RefundState.failed)])
def test_what_ends_without_payment_is_taken_off_again(lone_office: Flask, ends: tuple[RefundState, ...]) -> None:
    refund = moved(an_approved(amount_minor=100), *ends)
    assert entries()[2:] == [
        (EntryKind.released, Account.payable, Account.partner, 70),
        (EntryKind.released, Account.payable, Account.platform, 30),
    ]
    assert costs(db.session(), refund.id) == []
    assert db.session.scalars(select(Clawback)).all() == []


def test_what_was_never_approved_is_in_no_ledger(lone_office: Flask) -> None:
    refund = a_refund()
    with acting_for(a_user()):
        cancel(refund)
        db.session.commit()
    assert entries() == []


def test_an_edit_after_approval_takes_the_old_amount_off_and_the_new_one_is_owed_anew(lone_office: Flask) -> None:
    refund = an_approved(amount_minor=100)
    with acting_for(a_user()):
        amend(refund, amount_minor=200, note="")
        db.session.commit()
    with acting_for(a_user()):
        approve(refund)
        db.session.commit()
    assert [minor for _, _, _, minor in entries()] == [70, 30, 70, 30, 140, 60]
    assert sorted(cost.minor for cost in costs(db.session(), refund.id)) == [60, 140]


def test_a_move_that_is_rolled_back_leaves_no_entry(lone_office: Flask) -> None:
    refund = a_refund(amount_minor=1000)
    with acting_for(a_user()):
        approve(refund)
        db.session.flush()
    assert entries()
    db.session.rollback()
    assert entries() == []


# ---------------------------------------------------------------------------------------------- what the database keeps


def test_the_database_changes_and_deletes_no_entry(office: Flask) -> None:
    an_approved(amount_minor=100)
    before = entries()
    changes: list[Any] = [
        update(LedgerEntry).values(amount_minor=1),
        update(LedgerEntry).values(why="나중에 고침"),
        delete(LedgerEntry),
    ]
    if db.session.get_bind().dialect.name == "postgresql":
        changes.append(text("TRUNCATE ledger_entries"))
    for change in changes:
        with pytest.raises(DatabaseError, match="never changed"):
            db.session.execute(change)
        db.session.rollback()
        assert entries() == before


ONE_SIDED: list[tuple[dict[str, Any], str]] = [
    ({"amount_minor": 0}, "amount_positive"),
    ({"amount_minor": -5}, "amount_positive"),
    ({"debit": Account.payable, "credit": Account.payable}, "two_accounts"),
    ({"debit": Account.partner}, "partner_is_named"),
    ({"credit": None}, "(?i)null"),
]


def test_an_entry_with_one_side_or_of_nothing_is_refused(office: Flask) -> None:
    first = db.session.scalars(select(LedgerEntry).where(LedgerEntry.refund_id == an_approved().id)).first()
    assert first is not None
    facts = {
        name: getattr(first, name)
        for name in ("at", "kind", "credit", "amount_minor", "currency", "booking_id", "refund_id", "by", "why")
    }
    db.session.rollback()
    for change, refuses in ONE_SIDED:
        with pytest.raises(IntegrityError, match=refuses):
            db.session.execute(insert(LedgerEntry).values(**{**facts, "debit": Account.platform, **change}))
        db.session.rollback()


# --------------------------------------------------------------------------------------------------- who bears a refund


def test_who_bears_it_is_part_of_what_was_approved(lone_office: Flask) -> None:
    refund = an_approved(amount_minor=100)
    setter = a_user()
    with acting_for(setter):
        lay_on(refund, typed_bearing({Bearer.platform: "100"}, ""))
        db.session.commit()
        with pytest.raises(Forbidden):
            approve(refund)
    db.session.rollback()
    assert (refund.state, refund.approved_sum, refund.requested_by) == (RefundState.requested, None, setter)
    assert costs(db.session(), refund.id) == []


def test_what_was_laid_on_somebody_behind_the_approval_is_not_paid(lone_office: Flask) -> None:
    refund = an_approved(amount_minor=100)
    db.session.execute(update(Refund).values(shares=[["customer", 10_000, ""]]))
    db.session.commit()
    with acting_as(NOBODY), pytest.raises(Refusal, match=refund.ref):
        refund.move_to(RefundState.paying)


def test_a_partner_bears_nothing_of_a_booking_without_one(lone_office: Flask) -> None:
    refund = a_refund()
    assert refund.bearing.of(Bearer.platform) is not None
    with acting_for(a_user()), pytest.raises(Refusal, match=refund.booking.ref):
        lay_on(refund, TWO_SIDES)


def test_once_it_is_being_paid_nobody_else_bears_it(lone_office: Flask) -> None:
    refund = moved(an_approved(), RefundState.paying)
    with acting_for(a_user()), pytest.raises(Refusal, match=refund.ref):
        lay_on(refund, typed_bearing({Bearer.platform: "100"}, ""))


def test_the_insurers_part_names_its_claim(lone_office: Flask) -> None:
    an_approved(Bearing((Share(Bearer.platform, 4000), Share(Bearer.insurer, 6000, "DB-77"))), amount_minor=1000)
    kept = db.session.scalars(select(LedgerEntry).where(LedgerEntry.debit == Account.insurer)).one()
    assert (kept.amount_minor, kept.why) == (600, "DB-77")


# ----------------------------------------------------------------------------------------------------------- claw-backs


def a_clawback() -> Clawback:
    moved(an_approved(amount_minor=1000), RefundState.paying, RefundState.paid)
    return db.session.scalars(select(Clawback)).one()


def test_paid_the_partner_owes_their_part(office: Flask) -> None:
    clawback = a_clawback()
    assert (clawback.state, clawback.amount_minor, clawback.partner) == (
        ClawbackState.owed,
        700,
        clawback.booking.partner,
    )
    assert [move.now for move in clawback.moves] == [ClawbackState.owed]


@pytest.mark.parametrize(
    ("now", "account"), [(ClawbackState.settled, Account.settlement), (ClawbackState.waived, Account.platform)]
)
def test_a_claw_back_ends_once_with_a_reason_and_an_entry(
    lone_office: Flask, now: ClawbackState, account: Account
) -> None:
    clawback = a_clawback()
    rights = ("clawbacks.settle", "clawbacks.waive")
    with acting_for(a_user(), *rights):
        with pytest.raises(Refusal) as refused:
            clawback.move_to(now, "  ")
        assert refused.value.field == "why"
        clawback.move_to(now, "12월 정산에서 차감")
        db.session.commit()
        for again in (ClawbackState.settled, ClawbackState.waived):
            with pytest.raises(Refusal):
                clawback.move_to(again, "또")
    assert entries()[-1][1:] == (account, Account.partner, 700)
    told = lines(db.session(), (), partner=clawback.partner_id)
    assert [left for _, left in told] == [700, 0]


def test_ending_a_claw_back_is_a_right_of_its_own(lone_office: Flask) -> None:
    clawback = a_clawback()
    with acting_for(a_user(), "clawbacks.settle"), pytest.raises(Forbidden):
        clawback.move_to(ClawbackState.waived, "면제")
    with acting_for(a_user(), "clawbacks.waive"), pytest.raises(Forbidden):
        clawback.move_to(ClawbackState.settled, "정산")


# ---------------------------------------------------------------------------------------------------------- corrections


def platforms(refund: Refund) -> LedgerEntry:
    asked = select(LedgerEntry).where(LedgerEntry.refund_id == refund.id, LedgerEntry.debit == Account.platform)
    return db.session.scalars(asked).one()


def test_a_correction_is_another_entry_and_laid_on_the_partner_it_is_owed(lone_office: Flask) -> None:
    refund = moved(an_approved(amount_minor=1000), RefundState.paying, RefundState.paid)
    with acting_for(a_user(), "ledger.correct"):
        made = move_cost(db.session(), refund.owing, platforms(refund), Bearer.partner, "사진으로 확인됨")
        db.session.commit()
        assert (made.kind, made.debit, made.credit) == (EntryKind.moved, Account.partner, Account.platform)
        with pytest.raises(Refusal):
            move_cost(db.session(), refund.owing, platforms(refund), Bearer.insurer, "두 번째")
    assert [cost.minor for cost in costs(db.session(), refund.id)] == [1000]
    assert [one.amount_minor for one in db.session.scalars(select(Clawback).order_by(Clawback.id))] == [700, 300]


def test_a_correction_needs_a_right_and_a_reason_and_takes_nothing_off_a_partner(lone_office: Flask) -> None:
    refund = moved(an_approved(amount_minor=1000), RefundState.paying, RefundState.paid)
    with acting_for(a_user()), pytest.raises(Forbidden):
        move_cost(db.session(), refund.owing, platforms(refund), Bearer.insurer, "까닭")
    of_partner = db.session.scalars(select(LedgerEntry).where(LedgerEntry.debit == Account.partner)).one()
    with acting_for(a_user(), "ledger.correct"):
        with pytest.raises(Refusal):
            move_cost(db.session(), refund.owing, platforms(refund), Bearer.insurer, " ")
        with pytest.raises(Refusal, match="구상"):
            move_cost(db.session(), refund.owing, of_partner, Bearer.platform, "까닭")


@pytest.mark.parametrize("ends", [RefundState.paid, RefundState.failed])
def test_nothing_is_corrected_before_it_is_paid_so_that_a_partner_is_asked_once(
    lone_office: Flask, ends: RefundState
) -> None:
    refund = an_approved(typed_bearing({Bearer.platform: "100"}, ""), amount_minor=1000)
    for state in (None, RefundState.paying, RefundState.failed if ends is RefundState.failed else None):
        if state is not None:
            moved(refund, state)
        with acting_for(a_user(), "ledger.correct"), pytest.raises(Refusal, match=f"{refund.ref}은.* 지급되지 않아"):
            move_cost(db.session(), refund.owing, platforms(refund), Bearer.partner, "사진으로 확인됨")
    assert db.session.scalars(select(Clawback)).all() == []
    if ends is RefundState.paid:
        moved(refund, RefundState.paid)
        with acting_for(a_user(), "ledger.correct"):
            move_cost(db.session(), refund.owing, platforms(refund), Bearer.partner, "사진으로 확인됨")
            db.session.commit()
        assert [one.amount_minor for one in db.session.scalars(select(Clawback))] == [1000]
