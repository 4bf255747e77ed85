"""What finance has still to pay by hand, and what one of them has written down for another to confirm."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actor import Actor
from app.desk.scope import limits
from app.desk.shown import ago, money
from app.desk.states import WARN
from app.insights.told import Todo
from app.refunds.by_hand import RIGHT
from app.refunds.model import Refund
from app.refunds.settle_doors import waits_for_finance
from app.refunds.settlement import Settlement, SettlementState
from app.words import say

SHOWN = 3


def settle_todos(session: Session, actor: Actor) -> Iterator[Todo]:
    """One query, whatever waits; none for whoever may not pay. The longest waiting first."""
    if not actor.may(RIGHT):
        return
    conditions = [waits_for_finance(actor), *limits(Refund, actor, city="booking.city", vendor=None)]
    written = select(Settlement).where(Settlement.state == SettlementState.written).subquery()
    rows = session.execute(
        select(Refund, written.c.reference, func.count().over())
        .outerjoin(written, written.c.refund_id == Refund.id)
        .where(*conditions)
        .order_by(Refund.decided_at, Refund.id)
        .limit(SHOWN)
    ).all()
    for refund, reference, _ in rows:
        amount = money(refund.amount_minor, refund.currency)
        sentence = (
            say(
                f"환불 {refund.ref} · {amount} · 직접 지급하고 확인 번호를 적어 주세요",
                f"Refund {refund.ref} · {amount} · pay it by hand and write down the reference",
            )
            if reference is None
            else say(
                f"환불 {refund.ref} · {amount} · 적힌 정산 「{reference}」을 확인해 주세요",
                f"Refund {refund.ref} · {amount} · confirm the settlement “{reference}”",
            )
        )
        yield Todo(
            WARN,
            say("직접 정산", "By hand"),
            sentence,
            None,
            ago(refund.decided_at or refund.requested_at),
            say("열기", "Open"),
            "refunds.details_view",
            {"id": refund.id},
        )
    left = rows[0][2] - len(rows) if rows else 0
    if left > 0:
        yield Todo(
            WARN,
            say("직접 정산", "By hand"),
            say(f"정산할 환불이 {left}건 더 있습니다.", f"{left} more to settle by hand."),
            None,
            "",
            say("모두 보기", "See all"),
            "refunds.index_view",
            {"tab": "hand"},
        )
