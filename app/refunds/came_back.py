"""Refunds that the provider takes back days after it has paid them, and asking for the money to be paid again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.actor import acting
from app.alarms.alarm import alarm_over, raise_alarm
from app.alarms.kinds import AlarmKind
from app.errors import Refusal
from app.facts import Fact, announce
from app.money import shown
from app.people.model import User
from app.refunds.bearing import lay_on
from app.refunds.both import as_kept
from app.refunds.model import LETS_GO, Refund, RefundState
from app.refunds.quote import Quote
from app.refunds.refund import lock, request_refund
from app.words import say

# A bank may send a refund back for as long as a month. It is asked about on these days, and when the provider rings.
LOOKS = tuple(timedelta(days=days) for days in (1, 3, 7, 14, 30))
CAME_BACK = say(
    "지급된 뒤 결제사에서 되돌아왔습니다. 고객은 돈을 받지 못했습니다.",
    "It came back from the provider after it was paid. The customer does not have the money.",
)
_ALARM = say(
    "환불 {ref}({amount})이 지급된 뒤 결제사에서 되돌아왔습니다. 고객은 돈을 받지 못했습니다. 환불 화면에서 다시 "
    "지급을 요청해 주세요.",
    "Refund {ref} ({amount}) came back from the provider after it was paid. The customer does not have the money. Ask "
    "on its page for it to be paid again.",
)
_NOTE = say("{ref}이(가) 되돌아와 다시 지급", "paid again, since {ref} came back")


def next_look(paid_at: datetime, now: datetime) -> datetime | None:
    """When it is asked about again; None once it is old enough to be final."""
    return next((paid_at + one for one in LOOKS if paid_at + one > now), None)


def fail_late(session: Session, refund: Refund) -> None:
    """The provider says for certain that a refund that was paid has failed. It ends so: its money is let go of, the
    ledger undoes the payment, people are alarmed and the customer is told anew. Nothing is sent again by itself.
    The refund must be locked. The caller commits.
    """
    why = as_kept(CAME_BACK)
    refund.move_to(RefundState.failed, why)
    refund.failure, refund.paid_at, refund.look_again_at = why, None, None
    refund.came_back_at = clock.now()
    refund.told_at = refund.untold_why = None
    words = _ALARM.fill(ref=refund.ref, amount=shown(refund.amount_minor, refund.currency))
    raise_alarm(session, AlarmKind.refund_came_back, words, _about(refund))
    announce(session, Fact.refund_approved)


def paid_again(session: Session, refund: Refund) -> Refund | None:
    """What was asked for in its place, and nobody has let go of."""
    asked = select(Refund).where(Refund.again_of_id == _root(refund), Refund.state.not_in(LETS_GO))
    return session.scalars(asked.order_by(Refund.id.desc()).limit(1)).first()


def not_paid_again() -> ColumnElement[bool]:
    """Of refunds: they came back, and nothing was asked for in their place that is not let go of."""
    other = aliased(Refund)
    same = other.again_of_id == func.coalesce(Refund.again_of_id, Refund.id)
    instead = exists().where(same, other.state.not_in(LETS_GO)).correlate(Refund)
    newer = exists().where(same, other.came_back_at.is_not(None), other.id > Refund.id).correlate(Refund)
    return Refund.came_back_at.is_not(None) & ~instead & ~newer


def may_pay_again(session: Session, refund: Refund) -> bool:
    return refund.came_back_at is not None and paid_again(session, refund) is None


def pay_again(refund: Refund) -> Refund:
    """Asks for the same amount, borne by the same, as a refund of its own: other people approve it anew, and it goes
    out under a key of its own. Right refunds.request. Refuses what did not come back, and a second one in its place.
    """
    acting().must("refunds.request")
    session = lock(refund)
    if refund.came_back_at is None:
        raise Refusal(
            say(
                f"{refund.ref}은(는) 되돌아온 환불이 아닙니다. 화면을 새로 고쳐 확인해 주세요.",
                f"{refund.ref} has not come back. Reload to see it as it is.",
            )
        )
    other = paid_again(session, refund)
    if other is not None:
        raise Refusal(
            say(
                f"{refund.ref} 대신 {other.ref}을(를) 이미 요청했습니다. 그 환불을 봐 주세요.",
                f"{other.ref} was asked for in place of {refund.ref} already. See that one.",
            )
        )
    person = acting().id
    made = request_refund(
        session,
        refund.booking,
        refund.reason,
        at=Quote.from_json(refund.quote).at,
        by_user=session.get_one(User, person) if person is not None else None,
        by_rule=None if person is not None else acting().name,
        amount_minor=refund.amount_minor,
        ticket=refund.ticket,
        note=as_kept(_NOTE.fill(ref=refund.ref)),
    )
    made.again_of_id = _root(refund)
    session.flush()
    lay_on(made, refund.bearing)
    alarm_over(session, AlarmKind.refund_came_back, _about(refund))
    return made


def _root(refund: Refund) -> int:
    """The first of them, however often it has come back."""
    return refund.again_of_id or refund.id


def _about(refund: Refund) -> str:
    return f"refund:{refund.id}"
