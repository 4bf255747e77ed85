"""A refund that was paid has come back: what its payment meant in the ledger is undone, entry by entry."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.ledger.model import Account, ClawbackState, EntryKind
from app.ledger.moving import back_of_what_was_settled, clawbacks
from app.ledger.posting import Owing, costs, post

_PARTNERS = frozenset({Account.partner, Account.settlement})


def come_back(session: Session, owing: Owing, why: str) -> None:
    """The money is with us again and nobody bears it. What partners owe for it is void; what they have settled is owed
    back to them.
    """
    reason = why.strip() or owing.ref
    post(session, owing, EntryKind.returned, Account.provider, Account.payable, owing.amount_minor, None, reason)
    session.flush()
    for one in clawbacks(session, owing, ClawbackState.owed, gives_back=False):
        one.move_to(ClawbackState.void, reason)
    back_of_what_was_settled(session, owing, owing.amount_minor, reason, Account.payable, EntryKind.released)
    session.flush()
    for cost in costs(session, owing.refund_id):
        if cost.account not in _PARTNERS:
            post(session, owing, EntryKind.released, Account.payable, cost.account, cost.minor, None, reason)
