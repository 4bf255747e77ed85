"""Reconciling on screens: what differs, what to do, a file with its preview, and that payout is stopped."""

from __future__ import annotations

import io

from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.bell import SilentBell
from app.db import db
from app.facts import Fact
from app.people.model import Role
from app.reconcile.model import Difference, DifferenceState, ProviderRefund
from app.reconcile.reconcile import reconcile
from app.refunds.model import Refund, RefundState
from integrations.payments.port import Refunded
from tests.app.ledger.test_ledger import an_approved, moved
from tests.app.ledger.test_screens import seat
from tests.marketplace import PAID_AT, a_booking

HEAD = "reference,key,payment,amount,currency,time\n"


def a_paid() -> Refund:
    refund = moved(an_approved(amount_minor=100_000), RefundState.paying, RefundState.paid)
    refund.provider_ref, refund.paid_at = "re_1", PAID_AT
    db.session.commit()
    return refund


def a_difference() -> Difference:
    told = [Refunded(None, "re_console", "pay_x", 15_000, "KRW", PAID_AT)]
    reconcile(db.session(), told, since=PAID_AT, until=PAID_AT, source="API")
    db.session.commit()
    return db.session.scalars(select(Difference)).one()


def count(model: type[Difference | ProviderRefund]) -> int | None:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_difference_is_seen_explained_and_resolved_by_finance(lone_office: Flask) -> None:
    one = a_difference()
    finance, manager, agent = (seat(lone_office, role) for role in (Role.finance, Role.ops_manager, Role.agent))
    page = finance.read("/admin/differences/", id=one.id)
    assert "data-stopped" in page
    assert "결제사 콘솔에서 누가 환불했는지" in page
    assert "₩15,000" in page
    assert "풀 권한이 없습니다" in manager.read("/admin/differences/details/", id=one.id)
    assert agent.see("/admin/differences/").status_code == 403
    for who, leads in ((finance, "/admin/differences/"), (agent, "/admin/refunds/")):
        home = who.read("/")
        assert "지급 멈춤" in home
        assert leads in home
    form = {"id": one.id, "version_seen": 1, "why": "콘솔에서 처리한 건"}
    assert manager.send("/admin/differences/resolve/", form).status_code == 403
    assert "까닭" not in finance.press("/admin/differences/resolve/", form).split("flash")[1][:200]
    assert "그사이" in finance.press("/admin/differences/resolve/", form)
    db.session.expire_all()
    assert one.state is DifferenceState.resolved
    assert "data-green" in finance.read("/admin/differences/")
    assert "지급 멈춤" not in finance.read("/")


def test_a_file_is_previewed_and_then_taken(lone_office: Flask) -> None:
    refund = a_paid()
    desk = seat(lone_office, Role.finance)
    at = clock.in_seoul(PAID_AT)
    text = HEAD + f"re_1,{refund.provider_key},{refund.booking.payment_ref},100000,KRW,{at:%Y-%m-%d %H:%M:%S}\n"
    text += f"re_9,,pay_9,7000,KRW,{at:%Y-%m-%d} 23:00:00\n"
    file = (io.BytesIO(text.encode("cp949")), "toss.csv")
    page = desk.send("/admin/differences/file/", {"file": file}).text
    assert "2건 중 1건이 우리 환불과 맞습니다" in page
    assert "re_9" in page
    assert (count(Difference), count(ProviderRefund)) == (0, 0), "a preview keeps nothing"
    taken = desk.press("/admin/differences/file/", {"text": text, "take": "1"})
    assert "우리 기록에 없음" in taken
    assert (count(Difference), count(ProviderRefund)) == (1, 2)


def test_a_refund_of_ours_that_is_not_in_the_file_differs(lone_office: Flask) -> None:
    """Of the provider that the file is from: the one that the payments in it were made with."""
    refund = a_paid()
    desk = seat(lone_office, Role.finance)
    at = clock.in_seoul(PAID_AT)

    def page_for(payment: str | None) -> str:
        rows = [f"re_{hour},,{payment},7000,KRW,{at:%Y-%m-%d} {hour}:00:00" for hour in (10, 23)]
        return desk.send("/admin/differences/file/", {"text": HEAD + "\n".join(rows)}).text

    gateway = refund.booking.gateway
    assert "결제사 기록에 없음" in page_for(a_booking(gateway=gateway).payment_ref)
    other = a_booking(gateway="stripe" if gateway != "stripe" else "toss").payment_ref
    for payment in (other, "pay_nobody_knows"):
        page = page_for(payment)
        assert "우리 기록에 없음" in page
        assert "결제사 기록에 없음" not in page, "another provider's file says nothing of it"


def test_a_file_with_a_bad_line_concludes_nothing(lone_office: Flask) -> None:
    desk = seat(lone_office, Role.finance)
    for text, words in ((HEAD + "re_1,,pay_1,백원,KRW,어제", "2번째 줄"), (HEAD, "한 줄도 없습니다")):
        answer = desk.send("/admin/differences/file/", {"text": text, "take": "1"})
        assert answer.status_code == 422
        assert words in answer.text
    assert count(Difference) == 0


def test_a_file_that_is_too_big_is_refused_whole(lone_office: Flask) -> None:
    desk = seat(lone_office, Role.finance)
    answer = desk.send("/admin/differences/file/", {"text": "x" * 1_500_001})
    assert "1.5 MB" in (desk.read(answer.location) if answer.status_code == 302 else answer.text)


def test_comparing_now_rings_for_it(lone_office: Flask) -> None:
    bell = SilentBell()
    lone_office.extensions["opsroom.bell"] = bell
    seat(lone_office, Role.finance).press("/admin/differences/now/")
    assert bell.rung == [Fact.reconcile_due]
