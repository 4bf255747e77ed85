"""How much waits for somebody, by screen: one query, asked on every page for the numbers at the rail."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from app.actor import Actor
from app.alarms.admin import STUCK, LetterView
from app.alarms.model import Alarm, AlarmState, Letter
from app.bookings.imports import Import, ImportState
from app.desk.scope import limits
from app.disputes.emergency.model import Emergency
from app.disputes.model import Dispute
from app.inbox.model import InboxState, WebhookEvent
from app.insights.dispute_todos import going_on, our_turn
from app.insights.rule_todos import for_my_agreement
from app.outbox.model import Push, PushState
from app.partners.admin import uncovered_soon
from app.partners.model import Partner
from app.reconcile.admin import DifferenceView
from app.reconcile.model import Difference, DifferenceState
from app.refunds.approving import waits_for
from app.refunds.goodwill.model import Goodwill, GoodwillApproval, GoodwillState
from app.refunds.model import Refund, RefundState
from app.refunds.settle_doors import waits_for_finance
from app.rules.model import Rule, RuleState, TwinState
from app.rules.publication import Publication

MOST = 99
LETTER_CITY = LetterView.scope_city
DIFFERENCE_CITY = DifferenceView.scope_city
STUCK_REFUNDS = (RefundState.unknown, RefundState.failed)
STUCK_PUSHES = (PushState.dead, PushState.refused)


def for_my_decision(actor: Actor) -> list[ColumnElement[bool]]:
    """Refunds that `actor` may decide: asked for by somebody else, and not approved by `actor` yet."""
    return [
        waits_for(actor),
        *limits(Refund, actor, city="booking.city", vendor=None),
    ]


def goodwill_to_decide(actor: Actor) -> list[ColumnElement[bool]]:
    """Goodwill that `actor` may decide: given by somebody else, and not approved by `actor` yet."""
    mine = exists().where(GoodwillApproval.goodwill_id == Goodwill.id, GoodwillApproval.approver_id == (actor.id or 0))
    waits = (Goodwill.state == GoodwillState.waiting) & (Goodwill.given_by_id != (actor.id or 0)) & ~mine
    return [waits, *limits(Goodwill, actor, city="booking.city", vendor="booking.partner.vendor_id")]


def uncovered(actor: Actor) -> list[ColumnElement[bool]]:
    """Working partners without insurance that lasts, as the screen of partners counts them."""
    return [uncovered_soon(), *limits(Partner, actor, city="city", vendor="vendor_id")]


def twins(actor: Actor) -> list[ColumnElement[bool]]:
    return [Rule.state == RuleState.draft, Rule.twin == TwinState.active, *limits(Rule, actor, city=None, vendor=None)]


def _rules(actor: Actor) -> Select[int]:
    waits = _all(twins(actor))
    if actor.may("rules.publish"):
        waits = or_(waits, Rule.id.in_(select(Publication.rule_id).where(*for_my_agreement(actor))))
    return select(literal(1)).select_from(Rule).where(waits)


def _refunds(actor: Actor) -> Select[int]:
    mine = (
        [*for_my_decision(actor)]
        if actor.may("refunds.approve")
        else [literal(value=False), *limits(Refund, actor, city="booking.city", vendor=None)]
    )
    stuck = [Refund.state.in_(STUCK_REFUNDS), *limits(Refund, actor, city="booking.city", vendor=None)]
    if actor.may("refunds.pay"):
        by_hand = [waits_for_finance(actor), *limits(Refund, actor, city="booking.city", vendor=None)]
        return select(literal(1)).select_from(Refund).where(or_(_all(mine), _all(stuck), _all(by_hand)))
    return select(literal(1)).select_from(Refund).where(or_(_all(mine), _all(stuck)))


def _imports(actor: Actor) -> Select[int]:
    """Those that were stopped; whoever is of some cities or of a vendor sees their own alone."""
    mine = [Import.by_id == actor.id] if actor.cities or actor.vendor_id is not None else []
    return select(literal(1)).select_from(Import).where(Import.state == ImportState.stopped, *mine)


def _all(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *rest = conditions
    for condition in rest:
        first = first & condition
    return first


QUESTIONS: Mapping[str, Callable[[Actor], Select[int]]] = {
    "refunds": _refunds,
    "goodwill": lambda actor: (
        select(literal(1))
        .select_from(Goodwill)
        .where(*(goodwill_to_decide(actor) if actor.may("refunds.approve") else [literal(value=False)]))
    ),
    "partners": lambda actor: select(literal(1)).select_from(Partner).where(*uncovered(actor)),
    "rules": _rules,
    "imports": _imports,
    "inbox": lambda _: select(literal(1)).select_from(WebhookEvent).where(WebhookEvent.state == InboxState.dead),
    "alarms": lambda _: select(literal(1)).select_from(Alarm).where(Alarm.state == AlarmState.open),
    "letters": lambda actor: (
        select(literal(1))
        .select_from(Letter)
        .where(Letter.state.in_(STUCK), *limits(Letter, actor, city=LETTER_CITY, vendor=None))
    ),
    "differences": lambda actor: (
        select(literal(1))
        .select_from(Difference)
        .where(Difference.state == DifferenceState.open, *limits(Difference, actor, city=DIFFERENCE_CITY, vendor=None))
    ),
    "disputes": lambda actor: select(literal(1)).select_from(Dispute).where(*our_turn(actor)),
    "emergencies": lambda actor: select(literal(1)).select_from(Emergency).where(*going_on(actor)),
    "outbox": lambda _: select(literal(1)).select_from(Push).where(Push.state.in_(STUCK_PUSHES)),
}


def waiting(session: Session, actor: Actor) -> dict[str, int]:
    """What needs somebody, of what `actor` may see; counted up to MOST + 1."""
    asked = {name: ask(actor) for name, ask in QUESTIONS.items() if actor.may(f"{name}.view")}
    if not asked:
        return {}
    counts = [
        select(func.count()).select_from(rows.limit(MOST + 1).subquery()).scalar_subquery() for rows in asked.values()
    ]
    return dict(zip(asked, session.execute(select(*counts)).one(), strict=True))
