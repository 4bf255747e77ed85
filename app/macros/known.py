"""Which of the ids that a rule or a macro names the account has, as far as it is mirrored here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.language.ids import NamedId
from app.language.kinds import ValueKind
from app.macros.model import Macro, MacroState
from app.tickets.model import ZendeskField, ZendeskGroup, ZendeskUser
from app.words import Words, say

BIGGEST_ID = 2**63 - 1
_Lookup = tuple[InstrumentedAttribute[int], ColumnElement[bool]]
_USERS: _Lookup = (ZendeskUser.zendesk_id, ZendeskUser.is_active.is_(True))
_LOOKUPS: Mapping[ValueKind, _Lookup] = MappingProxyType({
    ValueKind.group: (ZendeskGroup.zendesk_id, ZendeskGroup.is_deleted.is_(False)),
    ValueKind.agent: _USERS,
    ValueKind.user: _USERS,
    ValueKind.custom: (ZendeskField.zendesk_id, ZendeskField.is_active.is_(True)),
    ValueKind.macro: (Macro.id, Macro.state != MacroState.retired),
})  # fmt: skip
NEVER_KNOWN = (ValueKind.webhook, ValueKind.target)
"""Not mirrored, and they send things: who names one keeps a draft. Brands, forms and the like only ask or set."""

_KIND_WORDS: Mapping[ValueKind, Words] = MappingProxyType({
    ValueKind.group: say("그룹", "group"),
    ValueKind.agent: say("상담원", "agent"),
    ValueKind.user: say("사용자", "user"),
    ValueKind.custom: say("티켓 필드", "ticket field"),
    ValueKind.macro: say("매크로", "macro"),
    ValueKind.webhook: say("웹훅", "webhook"),
    ValueKind.target: say("알림 대상", "target"),
    ValueKind.routing_plan: say("배정 방식", "routing plan"),
})  # fmt: skip


def unknown_here(session: Session, named: Iterable[NamedId]) -> list[NamedId]:
    """Those of `named` that are not here. One query for each kind that is named."""
    ids = tuple(named)
    found = {kind: _known(session, kind, ids) for kind in {one.kind for one in ids} & _LOOKUPS.keys()}
    return [one for one in ids if one.kind in NEVER_KNOWN or (one.kind in found and one.value not in found[one.kind])]


def _known(session: Session, kind: ValueKind, ids: Sequence[NamedId]) -> frozenset[str]:
    column, alive = _LOOKUPS[kind]
    numbers = {int(one.value) for one in ids if one.kind is kind and one.value.isdecimal() and len(one.value) < 20}
    wanted = [number for number in numbers if number <= BIGGEST_ID]
    return frozenset(str(number) for number in session.scalars(select(column).where(column.in_(wanted), alive)))


def told(unknown: Sequence[NamedId]) -> Words:
    """ "그룹 999, 매크로 12"."""
    words = say("", "")
    for index, one in enumerate(dict.fromkeys((one.kind, one.value) for one in unknown)):
        kind, value = one
        words = words + (", " if index else "") + _KIND_WORDS.get(kind, say("번호", "id")) + f" {value}"
    return words
