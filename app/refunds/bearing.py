"""Choosing who bears a refund."""

from __future__ import annotations

from app.actor import acting
from app.errors import Refusal
from app.ledger.bearers import Bearer, Bearing
from app.refunds.approving import void_all
from app.refunds.both import as_kept
from app.refunds.model import Refund, RefundState
from app.refunds.refund import lock, void_approval
from app.words import say

OPEN = frozenset({RefundState.requested, RefundState.approved})
_CHANGED = say("부담하는 쪽이 바뀌어 승인이 취소되었습니다.", "Who bears it has changed, so the approval is void.")


def lay_on(refund: Refund, bearing: Bearing) -> None:
    """Changes who bears it, as long as it is not being paid. It is part of what an approval binds: an approval does not
    survive it, and whoever sets it is the one who asks, as with the amount.
    """
    acting().must("refunds.request")
    session = lock(refund)
    if refund.state not in OPEN:
        raise Refusal(
            say(
                f"{refund.ref}은(는) 이미 처리되었습니다. 지급한 뒤의 부담은 원장에서 정정해 주세요.",
                f"{refund.ref} has been dealt with. Who bears it is corrected in the ledger from then on.",
            )
        )
    if bearing.of(Bearer.partner) and refund.booking.partner_id is None:
        raise Refusal(
            say(
                f"{refund.booking.ref}에는 파트너가 없습니다. 다른 쪽이 부담하게 해 주세요.",
                f"{refund.booking.ref} has no partner. Let somebody else bear it.",
            ),
            field="shares",
        )
    if bearing == refund.bearing and refund.shares is not None:
        return
    void_all(refund, _CHANGED)
    session.flush()
    if refund.state is RefundState.approved:
        void_approval(refund, as_kept(_CHANGED))
    setter = acting().id
    if setter is not None:
        refund.requested_by_id = setter
    refund.shares = bearing.to_json()
