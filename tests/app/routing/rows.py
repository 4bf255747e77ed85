"""Agents, plans and shifts in the database: each maker says only what matters to the test."""

from __future__ import annotations

from datetime import time
from typing import Any

from app.db import db
from app.outbox.model import Push
from app.outbox.outbox import owe
from app.routing.desk import PresenceState
from app.routing.model import Presence, RoutingAgent, Shift
from app.routing.plans import RoutingPlan
from app.tickets.model import Ticket, ZendeskGroup, ZendeskUser
from tests.marketplace import PAID_AT, kept, number

GROUP = 7


def an_agent_row(
    name: str = "", *, zendesk_id: int | None = None, presence: PresenceState = PresenceState.online, **change: Any
) -> RoutingAgent:
    """Online, in the group 7, with room for eight, who works in Korean."""
    own = zendesk_id or 7000 + number()
    if db.session.get(ZendeskUser, own) is None:
        kept(ZendeskUser(zendesk_id=own, name=name or f"상담사{own}", email=f"agent{own}@example.com", role="agent"))
    facts: dict[str, Any] = {"groups": [str(GROUP)], "languages": ["ko"], "created_at": PAID_AT}
    stands = Presence(state=presence, since_at=PAID_AT)
    return kept(RoutingAgent(zendesk_id=own, presence=stands, **{**facts, **change}))


def a_plan_row(key: str = "general", **change: Any) -> RoutingPlan:
    facts: dict[str, Any] = {"title": f"{key} 배정", "group_id": GROUP, "created_at": PAID_AT}
    return kept(RoutingPlan(key=key, **{**facts, **change}))


def a_group(zendesk_id: int = GROUP, name: str = "일반팀") -> ZendeskGroup:
    return kept(ZendeskGroup(zendesk_id=zendesk_id, name=name))


def a_shift(agent: RoutingAgent, weekday: int, starts: str = "09:00", ends: str = "18:00") -> Shift:
    times = {"starts": time.fromisoformat(starts), "ends": time.fromisoformat(ends)}
    return kept(Shift(agent=agent, weekday=weekday, **times))


def an_owed_change(ticket: Ticket, **change: Any) -> Push:
    before = {"assignee_id": ticket.assignee_id} if "assignee_id" in change else {}
    push = owe(db.session(), ticket=ticket, change=change, before=before, origin="test")
    db.session.commit()
    return push
