"""What the forms of routing offer: agents, groups and plans as they are when the form is drawn."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.db import db
from app.routing.admin.fields import Offered
from app.routing.model import RoutingAgent
from app.routing.plans import RoutingPlan
from app.tickets.model import ZendeskGroup, ZendeskUser
from app.words import say

AGENT_ROLES = ("agent", "admin")


def agents_offered() -> Offered:
    asked = select(ZendeskUser).where(ZendeskUser.role.in_(AGENT_ROLES), ZendeskUser.is_active.is_(True))
    taken = set(db.session.scalars(select(RoutingAgent.zendesk_id)))
    found = db.session.scalars(asked.order_by(ZendeskUser.name)).all()
    return [("", "")] + [(str(one.zendesk_id), one.name) for one in found if one.zendesk_id not in taken]


def groups_offered() -> Offered:
    asked = select(ZendeskGroup).where(ZendeskGroup.is_deleted.is_(False)).order_by(ZendeskGroup.name)
    return [(str(one.zendesk_id), one.name) for one in db.session.scalars(asked)]


def group_offered() -> Offered:
    return [("", say("(모든 상담사)", "(every agent)")), *groups_offered()]


def no_or_group_offered() -> Offered:
    return [("", say("(없음)", "(none)")), *groups_offered()]


def plans_offered() -> Offered:
    asked = select(RoutingPlan.key, RoutingPlan.title).order_by(RoutingPlan.title)
    return [("", say("(없음)", "(none)")), *((key, title) for key, title in db.session.execute(asked))]


def languages_offered() -> Offered:
    return [("ko", say("한국어", "Korean")), ("en", say("영어", "English"))]


def levels(_view: Any, _context: Any, row: Any, name: str) -> str:
    return ", ".join(f"{key} {level}" for key, level in sorted(getattr(row, name).items()))
