"""What earlier decisions of a dispute have led to: decided again, it is not refunded again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.disputes.entries import DisputeEntry
from app.disputes.model import Dispute
from app.disputes.offers import Remedy
from app.disputes.sides import EntryKind
from app.disputes.texts import STANDS_AND_MORE, STANDS_AS_IT_IS, STANDS_THOUGH_MORE
from app.ledger.bearers import Bearer
from app.money import shown
from app.refunds.model import LETS_GO, Refund
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Earlier:
    """Refunds that earlier decisions asked for and nobody has let go of."""

    refunds: Sequence[Refund]

    @property
    def minor(self) -> int:
        return sum(one.amount_minor for one in self.refunds)

    def rest(self, remedy: Remedy) -> int:
        """What is still to be asked for, so that all of them are what `remedy` gives."""
        return max(0, remedy.refund_minor - self.minor)

    def borne_by(self, bearer: Bearer) -> int:
        parts = (part for one in self.refunds for part in one.bearing.parts(one.amount_minor))
        return sum(minor for share, minor in parts if share.bearer is bearer)

    def told(self, remedy: Remedy, currency: str) -> Words:
        """What becomes of them, for the record and both sides; empty where there are none."""
        if not self.refunds:
            return say("", "")
        more = self.rest(remedy)
        text = STANDS_AND_MORE if more else STANDS_AS_IT_IS
        if self.minor > remedy.refund_minor:
            text = STANDS_THOUGH_MORE
        refs = ", ".join(one.ref for one in self.refunds)
        return text.fill(refs=refs, amount=shown(self.minor, currency), rest=shown(more, currency))


def earlier_of(session: Session, dispute: Dispute) -> Earlier:
    """As they are now, and held so until this transaction ends."""
    asked = (
        select(Refund)
        .join(DisputeEntry, DisputeEntry.refund_id.in_((Refund.id, Refund.again_of_id)))
        .where(
            DisputeEntry.dispute_id == dispute.id,
            DisputeEntry.kind.in_((EntryKind.agreed, EntryKind.ruled)),
            Refund.state.not_in(LETS_GO),
        )
        .order_by(Refund.id)
    )
    held = asked.with_for_update(of=Refund).execution_options(populate_existing=True)
    return Earlier(session.scalars(held).all())
