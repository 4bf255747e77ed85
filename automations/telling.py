"""The outcome of a refund, and what was given as goodwill, told once on its ticket, by the macro made for it, in the
customer's language."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from app import clock
from app.desk.states import named
from app.errors import Refusal
from app.language.facts_of_ticket import GoodwillFacts, RefundFacts, TicketFacts
from app.macros.languages import language_for
from app.macros.macro import definition_of as macro_of
from app.macros.model import Macro, MacroState
from app.outbox.outbox import owe
from app.refunds.both import as_kept
from app.refunds.goodwill.model import Goodwill, GoodwillKind, GoodwillState
from app.refunds.model import Refund, RefundMove, RefundState
from app.refunds.told_lines import fee_back_of, told_lines
from app.rules.facts_of import facts_at, read_record
from app.words import say
from automations.change import letters

log = logging.getLogger(__name__)

MACROS = {
    RefundState.paid: "refund_paid",
    RefundState.failed: "refund_failed",
    RefundState.rejected: "refund_rejected",
}
GIVEN = "goodwill_given"
# What ended longer ago is history: a macro made today does not answer last month's tickets.
FRESH = timedelta(days=3)


def untold(now: datetime) -> ColumnElement[bool]:
    """Refunds whose customers are still to be told how they ended, however long before it they were approved."""
    ended = exists().where(RefundMove.refund_id == Refund.id, RefundMove.now.in_(MACROS), RefundMove.at >= now - FRESH)
    return and_(
        Refund.state.in_(MACROS),
        Refund.told_at.is_(None),
        Refund.untold_why.is_(None),
        Refund.ticket_id.is_not(None),
        ended,
    )


def ungiven(now: datetime) -> ColumnElement[bool]:
    """Goodwill whose customers are still to be told. What goes out as a refund is told as refunds are."""
    return and_(
        Goodwill.state == GoodwillState.given,
        Goodwill.refund_id.is_(None),
        Goodwill.told_at.is_(None),
        Goodwill.untold_why.is_(None),
        Goodwill.ticket_id.is_not(None),
        Goodwill.decided_at >= now - FRESH,
    )


@dataclass(frozen=True, slots=True)
class Failed:
    """What could not be told in this run: it is left for the next, and holds up nothing else."""

    refunds: set[int] = field(default_factory=set)
    goodwill: set[int] = field(default_factory=set)


def tell_next(session: Session, failed: Failed) -> bool:
    """Owes a ticket what is not told yet: the outcome of a refund, else what was given. False when there is none but
    what `failed`. Commits.
    """
    return tell_refund(session, failed.refunds) or tell_goodwill(session, failed.goodwill)


def tell_refund(session: Session, failed: set[int]) -> bool:
    """Owes the ticket the outcome of the oldest refund that is not told yet. False when there is none but those that
    `failed`, which takes this one if it does. Commits.

    A refund is told or set aside in the same transaction as its Push is written, so it is told once.
    """
    waiting = (untold(clock.now()), Refund.id.not_in(failed))
    oldest = select(Refund).where(*waiting).order_by(Refund.id).limit(1)
    refund = session.scalars(oldest.with_for_update(skip_locked=True, of=Refund)).first()
    if refund is None:
        session.rollback()
        return False
    _told_alone(session, refund, failed, "refund_untold")
    return True


def tell_goodwill(session: Session, failed: set[int]) -> bool:
    """As `tell_refund`, for what was given as goodwill."""
    waiting = (ungiven(clock.now()), Goodwill.id.not_in(failed))
    oldest = select(Goodwill).where(*waiting).order_by(Goodwill.id).limit(1)
    goodwill = session.scalars(oldest.with_for_update(skip_locked=True, of=Goodwill)).first()
    if goodwill is None:
        session.rollback()
        return False
    _told_alone(session, goodwill, failed, "goodwill_untold")
    return True


def _told_alone(session: Session, told: Refund | Goodwill, failed: set[int], event: str) -> None:
    key = told.id
    try:
        try:
            _tell(session, told)
        except Refusal as refusal:
            told.untold_why = as_kept(refusal.words)
            log.warning(event, extra={"row": key})
        session.commit()
    except Exception:
        session.rollback()
        failed.add(key)
        log.exception("telling_failed", extra={"row": key, "event": event})


def _tell(session: Session, told: Refund | Goodwill) -> None:
    """Leaves `untold_why` where there is nothing to tell with."""
    ticket, key = told.ticket, MACROS[told.state] if isinstance(told, Refund) else GIVEN
    macro = session.scalar(select(Macro).where(Macro.key == key, Macro.state == MacroState.live))
    if ticket is None or macro is None:
        told.untold_why = as_kept(say(f"켜진 매크로가 없습니다: {key}", f"There is no live macro: {key}"))
        return
    facts = facts_at(read_record(session, ticket), None)
    language = language_for(facts)
    known = with_refund(facts, told, language) if isinstance(told, Refund) else with_goodwill(facts, told)
    plan, _ = macro_of(macro).apply(known, clock.now(), language)
    written = letters(plan, facts, {str(macro.id): macro.zendesk_id} if macro.zendesk_id else {})
    if not written:
        told.untold_why = as_kept(say(f"매크로에 보낼 말이 없습니다: {key}", f"The macro says nothing: {key}"))
        return
    origin = f"{'refund' if isinstance(told, Refund) else 'goodwill'}:{told.ref}"
    owe(session, ticket=ticket, change=written[0].change, before=written[0].before, origin=origin)
    told.told_at = clock.now()


def with_goodwill(facts: TicketFacts, goodwill: Goodwill) -> TicketFacts:
    """The ticket's facts with what was given in them; a re-clean and a gift have no amount that one would tell."""
    told = GoodwillFacts(
        number=goodwill.ref,
        name={"ko": goodwill.name_ko, "en": goodwill.name_en},
        amount=goodwill.amount_minor if goodwill.kind in {GoodwillKind.credit, GoodwillKind.voucher} else None,
        currency=goodwill.currency,
        reason=goodwill.reason.value,
    )
    return replace(facts, goodwill=told)


def with_refund(facts: TicketFacts, refund: Refund, language: str) -> TicketFacts:
    """The ticket's facts with this refund in them, whichever is the booking's newest."""
    told = RefundFacts(
        number=refund.ref,
        state=refund.state.value,
        amount=refund.amount_minor,
        currency=refund.currency,
        reason=named(refund.reason).words.in_language(language),
        policy=refund.quoted_minor,
        service_fee=fee_back_of(refund.quote),
        lines={language: told_lines(refund.quote, refund.amount_minor, language)},
    )
    return replace(facts, refund=told)
