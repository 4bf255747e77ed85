"""The outcome of a refund, told once on its ticket, by the macro made for it, in the customer's language."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.desk.states import named
from app.errors import Refusal
from app.language.facts_of_ticket import RefundFacts, TicketFacts
from app.macros.languages import language_for
from app.macros.macro import definition_of as macro_of
from app.macros.model import Macro, MacroState
from app.outbox.outbox import owe
from app.refunds.both import as_kept
from app.refunds.model import Refund, RefundState
from app.rules.facts_of import facts_at, read_record
from app.words import say
from automations.change import letters

log = logging.getLogger(__name__)

MACROS = {
    RefundState.paid: "refund_paid",
    RefundState.failed: "refund_failed",
    RefundState.rejected: "refund_rejected",
}
# What was decided longer ago is history: a macro made today does not answer last month's tickets.
FRESH = timedelta(days=3)


def untold(now: datetime) -> ColumnElement[bool]:
    """Refunds whose customers are still to be told how they ended."""
    since = now - FRESH
    return and_(
        Refund.state.in_(MACROS),
        Refund.told_at.is_(None),
        Refund.untold_why.is_(None),
        Refund.ticket_id.is_not(None),
        or_(Refund.decided_at >= since, Refund.paid_at >= since),
    )


def tell_next(session: Session) -> bool:
    """Owes the ticket the outcome of the oldest refund that is not told yet. False when there is none. Commits.

    A refund is told or set aside in the same transaction as its Push is written, so it is told once.
    """
    oldest = select(Refund).where(untold(clock.now())).order_by(Refund.id).limit(1)
    refund = session.scalars(oldest.with_for_update(skip_locked=True, of=Refund)).first()
    if refund is None:
        session.rollback()
        return False
    try:
        _tell(session, refund)
    except Refusal as refusal:
        refund.untold_why = as_kept(refusal.words)
        log.warning("refund_untold", extra={"refund": refund.id})
    session.commit()
    return True


def _tell(session: Session, refund: Refund) -> None:
    """Leaves `untold_why` where there is nothing to tell with."""
    ticket, key = refund.ticket, MACROS[refund.state]
    macro = session.scalar(select(Macro).where(Macro.key == key, Macro.state == MacroState.live))
    if ticket is None or macro is None:
        refund.untold_why = as_kept(say(f"켜진 매크로가 없습니다: {key}", f"There is no live macro: {key}"))
        return
    facts = facts_at(read_record(session, ticket), None)
    language = language_for(facts)
    plan, _ = macro_of(macro).apply(with_refund(facts, refund, language), clock.now(), language)
    written = letters(plan, facts, {str(macro.id): macro.zendesk_id} if macro.zendesk_id else {})
    if not written:
        refund.untold_why = as_kept(say(f"매크로에 보낼 말이 없습니다: {key}", f"The macro says nothing: {key}"))
        return
    owe(session, ticket=ticket, change=written[0].change, before=written[0].before, origin=f"refund:{refund.ref}")
    refund.told_at = clock.now()


def with_refund(facts: TicketFacts, refund: Refund, language: str) -> TicketFacts:
    """The ticket's facts with this refund in them, whichever is the booking's newest."""
    told = RefundFacts(
        number=refund.ref,
        state=refund.state.value,
        amount=refund.amount_minor,
        currency=refund.currency,
        reason=named(refund.reason).words.in_language(language),
    )
    return replace(facts, refund=told)
