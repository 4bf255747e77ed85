"""What of the account an editor can offer by name, read from the mirror."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Base
from app.desk.states import named
from app.language.vocabulary import Choice, ValueKind
from app.macros.controls import NAMED, OWN_KINDS, AccountField, Pickers
from app.macros.model import Macro, MacroState
from app.tickets.account_names import NameKind, ZendeskName
from app.tickets.model import ZendeskField, ZendeskGroup, ZendeskUser
from app.words import say

AGENT_ROLES = ("agent", "admin")
AGENTS_OFFERED = 1000
NAMES_OFFERED = 3000


def pickers_of(session: Session, *, also_people: Iterable[int] = ()) -> Pickers:
    """Six queries. `also_people`: users who are no agents and are named all the same, since a rule names them."""
    return Pickers(
        lists=MappingProxyType(
            {
                ValueKind.group: _groups(session),
                ValueKind.agent: _people(session, frozenset(also_people)),
                ValueKind.macro: macro_choices(session),
                ValueKind.routing_plan: _plans(session),
                **_names(session),
            }
        ),
        fields=MappingProxyType({one.key: one for one in _fields(session)}),
    )


def _groups(session: Session) -> tuple[Choice, ...]:
    rows = select(ZendeskGroup).where(ZendeskGroup.is_deleted.is_(False)).order_by(ZendeskGroup.name)
    return tuple(Choice(str(one.zendesk_id), say(one.name, one.name)) for one in session.scalars(rows))


def _people(session: Session, also: frozenset[int]) -> tuple[Choice, ...]:
    agents = ZendeskUser.role.in_(AGENT_ROLES) & ZendeskUser.is_active.is_(True)
    wanted = agents | ZendeskUser.zendesk_id.in_(also) if also else agents
    rows = select(ZendeskUser).where(wanted).order_by(ZendeskUser.name).limit(AGENTS_OFFERED)
    return tuple(Choice(str(one.zendesk_id), say(one.name, one.name)) for one in session.scalars(rows))


def macro_choices(session: Session) -> tuple[Choice, ...]:
    rows = select(Macro).where(Macro.state != MacroState.retired).order_by(Macro.title)
    return tuple(
        Choice(
            str(one.id),
            say(one.title, one.title)
            if one.state is MacroState.live
            else say("{title} ({state})", "{title} ({state})").fill(title=one.title, state=named(one.state).words),
        )
        for one in session.scalars(rows)
    )


def _plans(session: Session) -> tuple[Choice, ...]:
    # By its name: routing stands above the macros.
    plans = Base.metadata.tables["routing_plans"].c
    rows = session.execute(select(plans.key, plans.title).where(plans.is_active.is_(True)).order_by(plans.title))
    return tuple(Choice(key, say(title, title)) for key, title in rows)


def _names(session: Session) -> dict[ValueKind, tuple[Choice, ...]]:
    """Brands, forms, statuses, languages and organizations, as far as the account has told of them."""
    rows = (
        select(ZendeskName.kind, ZendeskName.zendesk_id, ZendeskName.name)
        .where(ZendeskName.kind.in_([NameKind(kind.value) for kind in NAMED]), ZendeskName.is_active.is_(True))
        .order_by(ZendeskName.name)
        .limit(NAMES_OFFERED)
    )
    found: dict[ValueKind, list[Choice]] = {kind: [] for kind in NAMED}
    for kind, number, name in session.execute(rows):
        found[ValueKind(kind.value)].append(Choice(str(number), say(name, name)))
    return {kind: tuple(some) for kind, some in found.items()}


def _fields(session: Session) -> list[AccountField]:
    rows = select(ZendeskField).where(ZendeskField.is_active.is_(True), ZendeskField.kind.in_(OWN_KINDS))
    return [
        AccountField(
            key=f"custom_fields_{one.zendesk_id}",
            kind=one.kind,
            title=one.title,
            options=tuple(
                Choice(str(option["value"]), say(str(option["name"]), str(option["name"])))
                for option in one.options
                if isinstance(option, dict) and "value" in option and "name" in option
            ),
        )
        for one in session.scalars(rows.order_by(ZendeskField.title))
    ]
