"""Which of the ids that a rule or a macro names the account has, as far as it is mirrored here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.language.ids import NamedId
from app.language.kinds import ValueKind
from app.macros.model import Macro, MacroState
from app.tickets.account_names import NameKind, ZendeskName
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
_NAMED: Mapping[ValueKind, NameKind] = MappingProxyType({
    kind: NameKind(kind.value)
    for kind in (
        ValueKind.brand, ValueKind.form, ValueKind.custom_status, ValueKind.organization, ValueKind.locale,
    )
})  # fmt: skip
"""Looked for only where the account has told of any of the kind: not every plan has them."""
NEVER_KNOWN = (ValueKind.webhook, ValueKind.target)
"""Not mirrored, and they send things: who names one keeps a draft."""

_KIND_WORDS: Mapping[ValueKind, Words] = MappingProxyType({
    ValueKind.group: say("그룹", "group"),
    ValueKind.agent: say("상담원", "agent"),
    ValueKind.user: say("사용자", "user"),
    ValueKind.custom: say("티켓 필드", "ticket field"),
    ValueKind.macro: say("매크로", "macro"),
    ValueKind.brand: say("브랜드", "brand"),
    ValueKind.form: say("티켓 양식", "ticket form"),
    ValueKind.custom_status: say("맞춤 상태", "custom status"),
    ValueKind.organization: say("조직", "organization"),
    ValueKind.locale: say("언어", "language"),
    ValueKind.webhook: say("웹훅", "webhook"),
    ValueKind.target: say("알림 대상", "target"),
    ValueKind.routing_plan: say("배정 방식", "routing plan"),
})  # fmt: skip


def unknown_here(session: Session, named: Iterable[NamedId]) -> list[NamedId]:
    """Those of `named` that are not here. One query for each kind that is named, two for names of the account."""
    ids = tuple(named)
    kinds = {one.kind for one in ids}
    told_of = _told_of(session) if kinds & _NAMED.keys() else frozenset()
    found = {kind: _known(session, kind, ids) for kind in kinds & (_LOOKUPS.keys() | told_of)}
    return [one for one in ids if one.kind in NEVER_KNOWN or (one.kind in found and one.value not in found[one.kind])]


def _known(session: Session, kind: ValueKind, ids: Sequence[NamedId]) -> frozenset[str]:
    column, alive = _LOOKUPS[kind] if kind in _LOOKUPS else _name(_NAMED[kind])
    numbers = {int(one.value) for one in ids if one.kind is kind and one.value.isdecimal() and len(one.value) < 20}
    wanted = [number for number in numbers if number <= BIGGEST_ID]
    return frozenset(str(number) for number in session.scalars(select(column).where(column.in_(wanted), alive)))


def _told_of(session: Session) -> frozenset[ValueKind]:
    kinds = set(session.scalars(select(ZendeskName.kind).where(ZendeskName.is_active.is_(True)).distinct()))
    return frozenset(kind for kind, name in _NAMED.items() if name in kinds)


def _name(kind: NameKind) -> _Lookup:
    return ZendeskName.zendesk_id, and_(ZendeskName.kind == kind, ZendeskName.is_active.is_(True))


def told(unknown: Sequence[NamedId]) -> Words:
    """ "그룹 999, 매크로 12"."""
    words = say("", "")
    for index, one in enumerate(dict.fromkeys((one.kind, one.value) for one in unknown)):
        kind, value = one
        words = words + (", " if index else "") + _KIND_WORDS.get(kind, say("번호", "id")) + f" {value}"
    return words
