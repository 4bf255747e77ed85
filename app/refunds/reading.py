"""How a refund reads on the desk: its steps, what a button will do, how far it is from the policy."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from app.desk.shown import chip_as
from app.desk.states import PLAIN, WARN, Named, named, named_as
from app.money import shown
from app.refunds.model import Refund, RefundState
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Step:
    """`tone`: "done", "now", "bad" or "" for what is to come."""

    words: Words
    tone: str


_DECIDED = frozenset(
    {RefundState.approved, RefundState.paying, RefundState.unknown, RefundState.paid, RefundState.failed}
)
_STOPPED = frozenset({RefundState.rejected, RefundState.cancelled})
_PAYS = say("승인하면 {gateway}에서 {amount} 지급이 시작", "Approved, {amount} is paid out through {gateway}")
_BY_HAND = say("승인하면 재무 담당자가 {amount}을(를) 직접 지급", "Approved, finance pays {amount} out by hand")
_UNTOLD = say("됩니다. 연결된 티켓이 없어 고객 안내는 나가지 않습니다.", ". No ticket is linked, so nobody is told.")
_TOLD = say(
    "되고, 고객에게 티켓으로 {tongue} 안내가 나갑니다.", ", and the customer is told on the ticket in {tongue}."
)


def steps(refund: Refund) -> list[Step]:
    """Asked, approved, paid, told: where it stands."""
    state = refund.state
    approval = "now" if state is RefundState.requested else "bad" if state in _STOPPED else "done"
    payment = {RefundState.paid: "done", RefundState.failed: "bad"}.get(state, "now" if state in _DECIDED else "")
    told = "done" if refund.told_at else "bad" if refund.untold_why else "now" if payment in {"done", "bad"} else ""
    decided = named(state).words if state in _STOPPED else say("승인", "Approved")
    paid = named(state).words if state in _DECIDED - {RefundState.approved} else say("지급", "Paid")
    return [
        Step(say("요청", "Asked"), "done"),
        Step(decided, approval),
        Step(paid, payment),
        Step(say("고객 안내", "Customer told"), told if refund.ticket_id else ""),
    ]


def consequence(refund: Refund, *, provider_pays: bool) -> Words:
    """What approving will do, before it is pressed."""
    booking = refund.booking
    pays = (_PAYS if provider_pays else _BY_HAND).fill(
        gateway=booking.gateway, amount=shown(refund.amount_minor, refund.currency)
    )
    if refund.ticket_id is None:
        return pays + _UNTOLD
    return pays + _TOLD.fill(tongue=named_as("Language", booking.customer.language).words)


def difference(refund: Refund) -> Markup:
    """Against what the policy said when it was asked for."""
    gap = refund.amount_minor - refund.quoted_minor
    if not gap:
        return chip_as(Named(say("정책대로", "As the policy"), PLAIN), "0")
    text = ("+" if gap > 0 else "") + shown(gap, refund.currency)
    return chip_as(Named(say(text, text), WARN), str(gap))


def customer_of(refund: Refund) -> Markup:
    booking = refund.booking
    return Markup('{} <span class="who">{} · {}</span>').format(
        booking.customer.name, booking.ref, str(named(booking.product).words)
    )
