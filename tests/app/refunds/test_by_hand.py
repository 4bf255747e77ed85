"""What no worker can settle, finance settles: one person writes it down with a reference, another confirms it, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.audit.model import AuditEntry
from app.db import db
from app.errors import Forbidden, Refusal
from app.gateways import Gateway
from app.people.model import Role, User
from app.reconcile.model import Difference, DifferenceKind, DifferenceState
from app.refunds.by_hand import confirm, may_settle, send_back, take, write_down
from app.refunds.model import Refund, RefundState
from app.refunds.refund import amend, cancel
from app.refunds.settlement import Settlement, SettlementState
from tests.marketplace import a_booking, a_refund, a_user, acting_for, kept
from tests.seat import Seat


def an_approved(gateway: str = "manual") -> Refund:
    return a_refund(booking=a_booking(gateway=gateway), approved_by=a_user(Role.ops_manager))


def an_unknown() -> Refund:
    """Sent to the provider, and no answer came."""
    refund = an_approved("toss")
    refund.move_to(RefundState.paying)
    refund.move_to(RefundState.unknown)
    db.session.commit()
    return refund


def two_of_finance() -> tuple[User, User]:
    return a_user(Role.finance), a_user(Role.finance)


def written(refund: Refund, by: User, *, paid: bool = True, provider_pays: bool = False) -> Settlement:
    with acting_for(by, "refunds.pay"):
        if not provider_pays:
            take(refund, provider_pays=False, stopped=None)
        made = write_down(refund, paid=paid, reference="이체 7", provider_pays=provider_pays)
        db.session.commit()
    return made


def state_of(refund: Refund) -> str:
    db.session.refresh(refund)
    return refund.state.value


def form_of(refund: Refund, **more: str) -> dict[str, str]:
    db.session.refresh(refund)
    return {"id": str(refund.id), "version_seen": str(refund.version), **more}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_finance_writes_down_what_it_paid_and_another_confirms_it(lone_office: Flask, language: str) -> None:
    refund, (one, other) = an_approved(), two_of_finance()
    writer, checker = Seat(lone_office, one, language), Seat(lone_office, other, language)
    assert ("직접 정산" if language == "ko" else "Settle by hand") in writer.read(
        "/admin/refunds/details/", id=refund.id
    )
    took = writer.press("/admin/refunds/settle-take/", form_of(refund))
    assert ("지급하고 번호를 적어 주세요" if language == "ko" else "write down the reference") in took
    reference = "이체 2026-11-22-0017"
    page = writer.press("/admin/refunds/settle/", form_of(refund, why=reference, outcome="paid"))
    assert reference in page
    assert state_of(refund) == "paying", "it can be neither cancelled nor changed any more"
    own = writer.press("/admin/refunds/settle-confirm/", form_of(refund))
    assert ("다른 사람이 확인해야 합니다" if language == "ko" else "Another person must confirm it") in own
    assert state_of(refund) == "paying"
    checker.press("/admin/refunds/settle-confirm/", form_of(refund))
    assert state_of(refund) == "paid"
    assert (refund.provider_ref, refund.paid_at is not None) == (reference, True)
    assert refund.booking.held_minor >= refund.amount_minor
    assert [move.now.value for move in refund.moves][-2:] == ["paying", "paid"]
    kept_of_it = select(AuditEntry.actor_id).where(AuditEntry.subject == "refund_settlements").order_by(AuditEntry.id)
    assert list(db.session.scalars(kept_of_it)) == [one.id, one.id, other.id], "who did which step is in the audit"


def test_what_was_typed_is_not_lost_when_it_is_refused(lone_office: Flask) -> None:
    refund, (one, other) = an_unknown(), two_of_finance()
    typed = "신한 110-22 이체 확인"
    stale = form_of(refund) | {"why": typed, "outcome": "paid", "version_seen": "0"}
    assert f'value="{typed}"' in Seat(lone_office, one).press("/admin/refunds/settle/", stale)
    written(refund, one)
    seat = Seat(lone_office, other)
    page = seat.press("/admin/refunds/settle-back/", form_of(refund) | {"why": typed, "version_seen": "0"})
    assert f'value="{typed}"' in page
    assert f'value="{typed}"' not in seat.read("/admin/refunds/details/", id=refund.id), "it is told once"


def test_the_database_keeps_the_two_people_apart(office: Flask) -> None:
    """The second guard, with the first walked around."""
    refund, (one, other) = an_approved(), two_of_finance()
    made = written(refund, one)
    for person in (one.id, None):
        with pytest.raises(IntegrityError):
            db.session.execute(
                update(Settlement)
                .where(Settlement.id == made.id)
                .values(state=SettlementState.confirmed, decided_by_id=person)
            )
        db.session.rollback()
    with pytest.raises(IntegrityError):
        kept(Settlement(refund_id=refund.id, paid=False, reference="8", written_by_id=other.id, written_at=clock.now()))
    db.session.rollback()
    db.session.execute(update(Settlement).values(state=SettlementState.confirmed, decided_by_id=other.id))
    db.session.commit()


def test_what_does_not_stand_any_more_is_not_settled_and_waits_for_another_approval(office: Flask) -> None:
    office.extensions["opsroom.settings"] = replace(office.extensions["opsroom.settings"], demo=False)
    manager = a_user(Role.ops_manager)
    refund, finance = a_refund(amount_minor=1000, approved_by=manager), Seat(office, a_user(Role.finance))
    manager.is_enabled = False
    db.session.commit()
    form = {"id": str(refund.id), "version_seen": str(refund.version), "why": "이체 2026-11-22-0017", "outcome": "paid"}
    page = finance.press("/admin/refunds/settle-take/", form)
    assert f"{manager.name} 님의 사용이 중지되었습니다" in page
    assert state_of(refund) == "requested"
    assert 'name="approve"' in page


def test_an_unknown_outcome_that_failed_lets_go_of_the_money(office: Flask) -> None:
    refund, (one, other) = an_unknown(), two_of_finance()
    held = refund.booking.held_minor
    written(refund, one, paid=False, provider_pays=True)
    assert state_of(refund) == "unknown"
    assert refund.booking.held_minor == held, "one person's word lets go of nothing"
    with acting_for(other, "refunds.pay"):
        confirm(refund, provider_pays=True)
    db.session.commit()
    assert state_of(refund) == "failed"
    assert refund.booking.held_minor == held - refund.amount_minor


def test_what_is_not_so_goes_back_with_its_reason_and_is_written_down_anew(lone_office: Flask) -> None:
    refund, (one, other) = an_approved(), two_of_finance()
    made = written(refund, one)
    with acting_for(other, "refunds.pay"):
        with pytest.raises(Refusal, match="까닭"):
            send_back(refund, " ", provider_pays=False)
        send_back(refund, "은행에 이체가 없음", provider_pays=False)
        db.session.commit()
    assert (made.state, made.why, made.decided_by) == (SettlementState.sent_back, "은행에 이체가 없음", other)
    assert state_of(refund) == "unknown"
    again = written(refund, other)
    with acting_for(one, "refunds.pay"):
        confirm(refund, provider_pays=False)
        db.session.commit()
    assert (again.state, state_of(refund)) == (SettlementState.confirmed, "paid")


def test_who_wrote_it_down_may_take_it_back_without_a_word(lone_office: Flask) -> None:
    refund, (one, _) = an_approved(), two_of_finance()
    written(refund, one)
    with acting_for(one, "refunds.pay"):
        send_back(refund, "", provider_pays=False)
        db.session.commit()
    assert state_of(refund) == "unknown"


def test_money_that_may_have_left_can_be_neither_cancelled_nor_changed(lone_office: Flask) -> None:
    refund, (one, other) = an_approved(), two_of_finance()
    written(refund, one)
    with acting_for(other, "refunds.request", "refunds.approve"):
        with pytest.raises(Refusal):
            cancel(refund)
        with pytest.raises(Refusal):
            amend(refund, amount_minor=1, note="")


def test_it_needs_a_reference_the_right_and_another_person(lone_office: Flask) -> None:
    refund, (one, other) = an_unknown(), two_of_finance()
    with acting_for(one, "refunds.pay"), pytest.raises(Refusal, match="번호"):
        write_down(refund, paid=True, reference="  ", provider_pays=True)
    with acting_for(one), pytest.raises(Forbidden):
        write_down(refund, paid=True, reference="x", provider_pays=True)
    assert refund.requested_by is not None
    with acting_for(refund.requested_by, "refunds.pay"), pytest.raises(Forbidden):
        write_down(refund, paid=True, reference="x", provider_pays=True)
    written(refund, one, provider_pays=True)
    with acting_for(refund.requested_by, "refunds.pay"), pytest.raises(Forbidden):
        confirm(refund, provider_pays=True)
    with acting_for(other), pytest.raises(Forbidden):
        confirm(refund, provider_pays=True)
    assert state_of(refund) == "unknown"


def test_it_is_not_offered_while_a_worker_asks_or_where_a_provider_pays(lone_office: Flask) -> None:
    now = clock.now()
    approved, unknown = an_approved(), an_unknown()
    assert not may_settle(approved, now, provider_pays=True)
    assert may_settle(approved, now, provider_pays=False)
    unknown.token, unknown.lease_until = "somebody's", now + timedelta(seconds=20)
    assert not may_settle(unknown, now, provider_pays=True)
    assert may_settle(unknown, now + timedelta(seconds=21), provider_pays=True)


def test_whether_a_provider_pays_is_the_matter_of_the_bookings_gateway(lone_office: Flask) -> None:
    settings = lone_office.extensions["opsroom.settings"]
    lone_office.extensions["opsroom.settings"] = replace(
        settings, demo=False, gateways={"stripe": Gateway("https://api.stripe.com", "sk_test_1")}
    )
    seat = Seat(lone_office, a_user(Role.finance))
    for gateway, by_hand in (("stripe", False), ("toss", True), ("manual", True)):
        page = seat.read("/admin/refunds/details/", id=an_approved(gateway).id)
        assert ("직접 정산" in page) is by_hand, gateway


def test_settled_twice_is_refused(lone_office: Flask) -> None:
    refund, (one, other) = an_unknown(), two_of_finance()
    written(refund, one, provider_pays=True)
    with acting_for(other, "refunds.pay"):
        with pytest.raises(Refusal, match="이미 적었습니다"):
            write_down(refund, paid=False, reference="2", provider_pays=True)
        confirm(refund, provider_pays=True)
        db.session.commit()
        for again in (confirm, lambda refund, **more: write_down(refund, paid=True, reference="3", **more)):
            with pytest.raises(Refusal):
                again(refund, provider_pays=True)
    assert refund.provider_ref == "이체 7"
    assert len(db.session.scalars(select(Settlement)).all()) == 1


def test_only_who_has_taken_it_pays_it(lone_office: Flask) -> None:
    refund, (one, other) = an_approved(), two_of_finance()
    with acting_for(one, "refunds.pay"), pytest.raises(Refusal, match="먼저 맡아"):
        write_down(refund, paid=True, reference="이체 7", provider_pays=False)
    first, second = Seat(lone_office, one), Seat(lone_office, other)
    assert 'name="outcome"' not in first.read("/admin/refunds/details/", id=refund.id), "taken before it is paid"
    first.press("/admin/refunds/settle-take/", form_of(refund))
    assert state_of(refund) == "paying"
    assert 'name="outcome"' in first.read("/admin/refunds/details/", id=refund.id)
    page = second.read("/admin/refunds/details/", id=refund.id)
    assert f"{one.name} 님이 맡아 지급하고 있습니다" in page
    assert 'name="outcome"' not in page
    told = second.press("/admin/refunds/settle/", form_of(refund, why="이체 8", outcome="paid"))
    assert f"{one.name} 님이 맡았습니다" in told
    assert "넘겨받는 까닭을 적어 주세요" in second.press("/admin/refunds/settle-take/", form_of(refund, why=" "))
    second.press("/admin/refunds/settle-take/", form_of(refund, why="병가, 이체하지 않았다고 함"))
    second.press("/admin/refunds/settle/", form_of(refund, why="이체 8", outcome="paid"))
    rows = db.session.scalars(select(Settlement).order_by(Settlement.id)).all()
    assert [(row.written_by_id, row.state.value, row.why) for row in rows] == [
        (one.id, "sent_back", "병가, 이체하지 않았다고 함"),
        (other.id, "written", ""),
    ]


def test_nothing_is_taken_while_payout_is_stopped_but_what_is_paid_is_written_down(lone_office: Flask) -> None:
    refund, later, (one, other) = an_approved(), an_approved(), two_of_finance()
    seat = Seat(lone_office, one)
    seat.press("/admin/refunds/settle-take/", form_of(refund))
    kept(
        Difference(
            kind=DifferenceKind.unknown_here,
            state=DifferenceState.open,
            open_key="x",
            detail_ko="다름",
            detail_en="differs",
            found_at=clock.now(),
        )
    )
    assert "환불 지급을 멈췄습니다" in seat.press("/admin/refunds/settle-take/", form_of(later))
    assert state_of(later) == "approved"
    seat.press("/admin/refunds/settle/", form_of(refund, why="이체 9", outcome="paid"))
    with acting_for(other, "refunds.pay"):
        confirm(refund, provider_pays=False)
        db.session.commit()
    assert state_of(refund) == "paid"


def test_what_a_provider_pays_is_not_taken(lone_office: Flask) -> None:
    refund, (one, _) = an_unknown(), two_of_finance()
    with acting_for(one, "refunds.pay"), pytest.raises(Refusal, match="결제사가 지급합니다"):
        take(refund, provider_pays=True, stopped=None)


def test_what_was_taken_can_be_ended_when_its_gateway_has_a_provider_since(lone_office: Flask) -> None:
    refund, (one, other) = an_approved(), two_of_finance()
    with acting_for(one, "refunds.pay"):
        take(refund, provider_pays=False, stopped=None)
        write_down(refund, paid=True, reference="이체 7", provider_pays=True)
    with acting_for(other, "refunds.pay"):
        confirm(refund, provider_pays=True)
        db.session.commit()
    assert state_of(refund) == "paid"


def test_a_worker_that_finds_out_first_leaves_nothing_to_confirm(lone_office: Flask) -> None:
    refund, (one, other) = an_unknown(), two_of_finance()
    written(refund, one, paid=False, provider_pays=True)
    refund.move_to(RefundState.paid)
    db.session.commit()
    with acting_for(other, "refunds.pay"), pytest.raises(Refusal):
        confirm(refund, provider_pays=True)
    assert state_of(refund) == "paid"
