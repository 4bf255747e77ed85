"""Whether money may go out: not while what was paid, what is written and what the ledger says differ."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from app.ledger.model import COSTS, Account, LedgerEntry
from app.reconcile.match import Found
from app.reconcile.model import Difference, DifferenceKind, DifferenceState
from app.refunds.model import Refund, RefundState
from app.words import Words, say

OWED = (RefundState.approved, RefundState.paying, RefundState.unknown)


def payout_stopped(session: Session) -> Words | None:
    """Why nothing is paid out now; None when all is green. One query of an index, asked before each payment."""
    count = session.scalar(select(func.count()).select_from(Difference).where(Difference.state == DifferenceState.open))
    if not count:
        return None
    return say(
        f"결제사·원장과 맞지 않는 것이 {count}건 있어 환불 지급을 멈췄습니다. 「대조」에서 확인해 주세요. "
        "모두 풀리면 저절로 다시 시작합니다.",
        f"Payout of refunds is stopped: {count} {'thing does' if count == 1 else 'things do'} not agree with the "
        "provider or the ledger. See “Reconcile”. It starts again by itself once all are resolved.",
    )


def ledger_faults(session: Session) -> list[Found]:
    """Refunds whose entries do not say what their state says: owed while it is on its way, cleared and borne when it is
    paid, nothing otherwise.
    """
    return [
        Found(
            DifferenceKind.ledger_off,
            None,
            refund_id,
            say(
                f"{ref}: 환불 상태와 원장의 분개가 맞지 않습니다.",
                f"{ref}: its ledger entries do not say what its state says.",
            ),
            f"{state.value} {payable} {provider} {borne}",
        )
        for refund_id, ref, state, payable, provider, borne in session.execute(_disagreeing()).all()
    ]


def _disagreeing() -> Select[int, str, RefundState, int, int, int]:
    payable, provider = _net(LedgerEntry.credit, [Account.payable]), _net(LedgerEntry.credit, [Account.provider])
    borne = _net(LedgerEntry.debit, list(COSTS))
    foreign = func.count(case((LedgerEntry.currency != Refund.currency, 1)))
    amount = Refund.amount_minor
    agrees = or_(
        and_(Refund.state.in_(OWED), payable == amount, provider == 0, borne == amount),
        and_(Refund.state == RefundState.paid, payable == 0, provider == amount, borne == amount),
        and_(Refund.state.not_in((*OWED, RefundState.paid)), payable == 0, provider == 0, borne == 0),
    )
    return (
        select(Refund.id, Refund.ref, Refund.state, payable, provider, borne)
        .outerjoin(LedgerEntry, LedgerEntry.refund_id == Refund.id)
        .group_by(Refund.id, Refund.ref, Refund.state, Refund.amount_minor)
        .having(or_(not_(agrees), foreign > 0))
        .order_by(Refund.id)
    )


def _net(side: Any, accounts: list[Account]) -> Any:
    """What stands on `side` of the accounts, less what stands on the other."""
    other = LedgerEntry.debit if side is LedgerEntry.credit else LedgerEntry.credit
    plus = case((side.in_(accounts), LedgerEntry.amount_minor), else_=0)
    minus = case((other.in_(accounts), LedgerEntry.amount_minor), else_=0)
    return func.coalesce(func.sum(plus - minus), 0)
