"""The ledger on screens: who bears it is chosen, entries and balances are read, a claw-back ends."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app.db import db
from app.ledger.admin import entries
from app.ledger.bearers import Bearer
from app.ledger.model import Account, Clawback, ClawbackState, LedgerEntry
from app.ledger.posting import move_cost
from app.people.model import Role
from app.refunds.model import Refund, RefundState
from tests.app.desk.shop import a_partner
from tests.app.ledger.test_ledger import an_approved, moved
from tests.marketplace import a_booking, a_refund, a_user
from tests.seat import Seat, hidden


def seat(app: Flask, role: Role, **change: object) -> Seat:
    return Seat(app, a_user(role, **change))


def paid() -> Refund:
    return moved(an_approved(amount_minor=100_000), RefundState.paying, RefundState.paid)


def test_who_bears_it_is_set_on_the_refund(lone_office: Flask) -> None:
    refund = a_refund(booking=a_booking(partner=a_partner(name="김하늘")), amount_minor=100_000)
    desk = seat(lone_office, Role.ops_manager)
    page = desk.read("/admin/refunds/details/", id=refund.id)
    assert "누가 부담하나요" in page
    assert "김하늘" in page
    form = {"id": refund.id, "version_seen": refund.version, "partner": "60", "insurer": "40", "claim": "DB-1"}
    page = desk.press("/admin/refunds/bearers/", form)
    assert "₩60,000" in page
    assert "DB-1" in page
    wrong = {**form, "version_seen": db.session.get_one(Refund, refund.id).version, "insurer": "30"}
    assert "90.00%" in desk.press("/admin/refunds/bearers/", wrong)
    db.session.expire_all()
    insurer = db.session.get_one(Refund, refund.id).bearing.of(Bearer.insurer)
    assert insurer is not None
    assert insurer.points == 4000


def test_entries_balances_and_statements_are_read_and_taken_as_files(lone_office: Flask) -> None:
    refund = paid()
    booking, partner = refund.booking, refund.booking.partner
    assert partner is not None
    desk = seat(lone_office, Role.finance)
    assert "₩70,000" in desk.read("/admin/ledger/")
    assert booking.ref in desk.read("/admin/ledger/", flt0_debit_is="partner")
    by_account = desk.read("/admin/ledger/balances/")
    assert "₩100,000" in by_account
    assert partner.name in desk.read("/admin/ledger/balances/", by="partner", q=partner.name)
    assert booking.ref in desk.read("/admin/ledger/balances/", by="booking")
    assert "찾는 것이 없습니다" in desk.read("/admin/ledger/balances/", by="booking", q="없는 예약")
    statement = desk.read("/admin/ledger/statement/", booking=booking.id)
    assert re.findall(r"<b>(₩[\d,]+)</b>", statement) == ["₩70,000", "₩100,000", "₩0"]
    assert "C-000001" in desk.read("/admin/ledger/statement/", partner=partner.id)
    file = desk.send("/admin/ledger/export/csv/", {"reason": "월 마감"}, tab="all")
    assert "파트너" in file.text
    sums = desk.send("/admin/ledger/balances/file/csv/", {"reason": "월 마감"}, by="partner")
    assert f"{partner.name},KRW,70000,0,70000" in sums.text
    assert desk.send("/admin/ledger/balances/file/xlsx/", {"reason": "월 마감"}).data[:2] == b"PK"
    assert desk.send("/admin/ledger/balances/file/csv/", {"reason": ""}).status_code in {302, 422}
    assert desk.see("/admin/ledger/statement/").status_code == 404
    assert desk.see("/admin/ledger/statement/", booking="9" * 30).status_code == 404


def test_the_pages_of_booking_and_partner_tell_it_to_whom_may_know(lone_office: Flask) -> None:
    refund = paid()
    finance, agent = seat(lone_office, Role.finance), seat(lone_office, Role.agent)
    pages = (
        f"/admin/bookings/details/?id={refund.booking_id}",
        f"/admin/partners/details/?id={refund.booking.partner_id}",
    )
    for page, mark in zip(pages, ("data-statement", "data-clawbacks"), strict=True):
        assert mark in finance.read(page)
        assert mark not in agent.read(page)


def test_a_claw_back_is_settled_by_finance_and_waived_by_the_manager(lone_office: Flask) -> None:
    paid()
    paid()
    first, second = db.session.scalars(select(Clawback).order_by(Clawback.id))
    finance, manager = seat(lone_office, Role.finance), seat(lone_office, Role.ops_manager)
    assert (
        finance.send("/admin/clawbacks/waive/", {"id": first.id, "version_seen": 1, "why": "면제"}).status_code == 403
    )
    finance.press("/admin/clawbacks/settle/", {"id": first.id, "version_seen": 1, "why": "12월 정산에서 차감"})
    assert "그사이" in finance.press("/admin/clawbacks/settle/", {"id": first.id, "version_seen": 1, "why": "또"})
    manager.press("/admin/clawbacks/waive/", {"id": second.id, "version_seen": 1, "why": "첫 실수"})
    db.session.expire_all()
    assert [one.state for one in (first, second)] == [ClawbackState.settled, ClawbackState.waived]
    assert "12월 정산에서 차감" in manager.read("/admin/clawbacks/", tab="settled", id=first.id)


@pytest.mark.parametrize("to", ["insurer", "nobody"])
def test_a_correction_is_entered_from_the_entry(lone_office: Flask, to: str) -> None:
    paid()
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.debit == Account.platform)).one()
    desk = seat(lone_office, Role.finance)
    page = desk.read("/admin/ledger/details/", id=entry.id)
    assert "data-correct" in page
    form = {"id": entry.id, "to": to, "why": "보험 접수 DB-9", "seen": hidden(page, "seen")}
    desk.press("/admin/ledger/correct/", form)
    made = db.session.scalars(select(LedgerEntry).where(LedgerEntry.credit == Account.platform)).all()
    assert [one.debit for one in made] == ([Account.insurer] if to == "insurer" else [])


def test_before_it_is_paid_no_correction_is_offered_and_none_is_entered(lone_office: Flask) -> None:
    an_approved(amount_minor=100_000)
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.debit == Account.platform)).one()
    desk = seat(lone_office, Role.finance)
    assert "data-correct" not in desk.read("/admin/ledger/details/", id=entry.id)
    form = {"id": entry.id, "to": "insurer", "why": "보험 접수 DB-9", "seen": 2}
    assert "지급되지 않아" in desk.press("/admin/ledger/correct/", form)
    assert len(db.session.scalars(select(LedgerEntry)).all()) == 2


def test_the_same_correction_sent_twice_is_entered_once(lone_office: Flask) -> None:
    """Also where as much is borne there again, by another entry."""
    paid()
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.debit == Account.platform)).one()
    desk = seat(lone_office, Role.finance)
    form = {"id": entry.id, "to": "insurer", "why": "보험 접수 DB-9", "seen": 3}
    desk.press("/admin/ledger/correct/", form)
    back = db.session.scalars(select(LedgerEntry).where(LedgerEntry.debit == Account.insurer)).one()
    desk.press("/admin/ledger/correct/", {**form, "id": back.id, "to": "platform", "seen": back.id})
    assert "새 분개가 더해졌습니다" in desk.press("/admin/ledger/correct/", form)
    assert [one.debit for one in db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))][3:] == [
        Account.insurer,
        Account.platform,
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_while_a_correction_is_entered_the_refund_is_held(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that of two presses at once the second one sees the entry of the first. On SQLite one writes at a time."""
    refund = paid()
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.debit == Account.platform)).one()
    ask = "SELECT id FROM refunds WHERE id = :id FOR UPDATE NOWAIT"
    held: list[bool] = []

    def watched(*args: Any) -> LedgerEntry:
        with db.engine.connect() as other:
            try:
                other.execute(text(ask), {"id": refund_id})
            except OperationalError:
                held.append(True)
        return move_cost(*args)

    refund_id, entry_id = refund.id, entry.id
    monkeypatch.setattr(entries, "move_cost", watched)
    form = {"id": entry_id, "to": "insurer", "why": "보험 접수 DB-9", "seen": 3}
    seat(office, Role.finance).press("/admin/ledger/correct/", form)
    assert held == [True]


def test_another_citys_money_is_not_seen(lone_office: Flask) -> None:
    refund = paid()
    desk = seat(lone_office, Role.finance, cities=["부산"])
    assert refund.booking.ref not in desk.read("/admin/ledger/", tab="all")
    assert "₩100,000" not in desk.read("/admin/ledger/balances/")
    assert desk.see("/admin/ledger/statement/", booking=refund.booking_id).status_code == 404
    assert refund.ref not in desk.read("/admin/clawbacks/", tab="all")
