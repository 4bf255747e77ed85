"""What finance has still to pay by hand, and what one of them has written down for another to confirm."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.actor import Actor
from app.desk.scope import limits
from app.desk.shown import ago, money
from app.desk.states import WARN
from app.insights.told import Todo
from app.people.model import User
from app.refunds.by_hand import RIGHT
from app.refunds.model import Refund
from app.refunds.settle_doors import waits_for_finance
from app.refunds.settlement import IN_HAND, Settlement, SettlementState
from app.words import Words, say

SHOWN = 3


def settle_todos(session: Session, actor: Actor) -> Iterator[Todo]:
    """One query, whatever waits; none for whoever may not pay. The longest waiting first."""
    if not actor.may(RIGHT):
        return
    conditions = [waits_for_finance(actor), *limits(Refund, actor, city="booking.city", vendor=None)]
    in_hand = and_(Settlement.refund_id == Refund.id, Settlement.state.in_(IN_HAND))
    rows = session.execute(
        select(Refund, Settlement.state, Settlement.reference, Settlement.written_by_id, User.name, func.count().over())
        .outerjoin(Settlement, in_hand)
        .outerjoin(User, User.id == Settlement.written_by_id)
        .where(*conditions)
        .order_by(Refund.decided_at, Refund.id)
        .limit(SHOWN)
    ).all()
    for refund, state, reference, person, name, _ in rows:
        amount = money(refund.amount_minor, refund.currency)
        what = _what_to_do(state, reference, name, mine=person == actor.id)
        yield Todo(
            WARN,
            say("직접 정산", "By hand"),
            say(f"환불 {refund.ref} · {amount} · ", f"Refund {refund.ref} · {amount} · ") + what,
            None,
            ago(refund.decided_at or refund.requested_at),
            say("열기", "Open"),
            "refunds.details_view",
            {"id": refund.id},
        )
    left = rows[0][-1] - len(rows) if rows else 0
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


def _what_to_do(state: SettlementState | None, reference: str | None, name: str | None, *, mine: bool) -> Words:
    if state is SettlementState.written:
        return say(f"적힌 정산 「{reference}」을 확인해 주세요", f"confirm the settlement “{reference}”")
    if state is SettlementState.taken and mine:
        return say("맡으셨습니다. 지급하고 확인 번호를 적어 주세요", "it is yours: pay it and write down the reference")
    if state is SettlementState.taken:
        return say(f"{name} 님이 맡아 지급하고 있습니다", f"{name} has taken it and is paying it")
    return say("맡아서 직접 지급해 주세요", "take it, and pay it by hand")
