"""Which agent of routing the one who acts is."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.actor import Actor, ActorKind
from app.people.model import User
from app.routing.model import RoutingAgent
from app.tickets.model import ZendeskUser


def agent_of_actor(session: Session, actor: Actor) -> RoutingAgent | None:
    """By the Zendesk id of their sign-in, else by its e-mail. None for machines and for people who are no agents."""
    if actor.kind is not ActorKind.person or actor.id is None:
        return None
    asked = (
        select(RoutingAgent)
        .join(ZendeskUser, ZendeskUser.zendesk_id == RoutingAgent.zendesk_id, isouter=True)
        .join(User, or_(User.zendesk_id == RoutingAgent.zendesk_id, User.email == func.lower(ZendeskUser.email)))
        .where(User.id == actor.id, RoutingAgent.is_active.is_(True))
        .order_by(User.zendesk_id != RoutingAgent.zendesk_id)
        .limit(1)
    )
    return session.scalars(asked).first()
