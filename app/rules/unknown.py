"""Which ids a rule names that are not here: those of the account, and those of ours that only rules name."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alarms.model import OutgoingWebhook
from app.language.ids import NamedId
from app.language.kinds import ValueKind
from app.macros.known import unknown_here
from app.routing.plans import RoutingPlan


def unknown_of(session: Session, named: Iterable[NamedId]) -> list[NamedId]:
    """As `unknown_here`; but a webhook is known once one of ours bears its id, a routing plan while it is active."""
    ids = tuple(named)
    missing = {(one.kind, one.value) for one in unknown_here(session, ids)}
    webhooks = [one.value for one in ids if one.kind is ValueKind.webhook]
    if webhooks:
        ours = select(OutgoingWebhook.zendesk_id).where(OutgoingWebhook.zendesk_id.in_(webhooks))
        missing -= {(ValueKind.webhook, str(one)) for one in session.scalars(ours)}
    plans = {one.value for one in ids if one.kind is ValueKind.routing_plan}
    if plans:
        active = select(RoutingPlan.key).where(RoutingPlan.key.in_(plans), RoutingPlan.is_active.is_(True))
        missing |= {(ValueKind.routing_plan, one) for one in plans - set(session.scalars(active))}
    return [one for one in ids if (one.kind, one.value) in missing]
