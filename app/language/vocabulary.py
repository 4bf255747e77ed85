"""The whole vocabulary: every field a condition may ask about, every action, every operator, with ko and en labels.

`FIELDS` and `ACTIONS` hold what has a fixed name; an account's own fields belong to a family, found by `field_of` and
`action_of`, e.g. "custom_fields_360012345678".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from app.language.actions import ACTION_TABLE, CUSTOM_ACTIONS
from app.language.fields import CUSTOM_FIELDS, TICKET_FIELDS, TIME_FIELDS
from app.language.kinds import Action, Choice, Field, Use, ValueKind
from app.language.operators import OPERATORS
from app.language.own import OWN_ACTIONS, OWN_FAMILIES, OWN_FIELDS
from app.words import Words, say

__all__ = [
    "ACTIONS", "ACTION_FAMILIES", "FIELDS", "FIELD_FAMILIES", "OPERATORS", "SECTIONS", "Action", "Choice", "Field",
    "Use", "ValueKind", "action_of", "actions_for", "family_key", "field_of", "fields_for",
]  # fmt: skip

FIELDS: Mapping[str, Field] = MappingProxyType({one.key: one for one in TICKET_FIELDS + TIME_FIELDS + OWN_FIELDS})
ACTIONS: Mapping[str, Action] = MappingProxyType({one.key: one for one in ACTION_TABLE + OWN_ACTIONS})
FIELD_FAMILIES: Mapping[str, Field] = MappingProxyType({one.key: one for one in CUSTOM_FIELDS + OWN_FAMILIES})
ACTION_FAMILIES: Mapping[str, Action] = MappingProxyType({one.key: one for one in CUSTOM_ACTIONS})

SECTIONS: Mapping[str, Words] = MappingProxyType(
    {
        "ticket": say("티켓", "Ticket"),
        "requester": say("요청자", "Requester"),
        "organization": say("조직", "Organization"),
        "booking": say("예약", "Booking"),
        "partner": say("파트너", "Partner"),
        "customer": say("고객", "Customer"),
        "refund": say("환불", "Refund"),
        "text": say("글의 내용", "Text"),
        "time": say("시간", "Time"),
        "notifications": say("알림", "Notifications"),
        "other": say("기타", "Other"),
    }
)

_FAMILY = re.compile(
    r"(?:(custom_fields_|ticket_fields_)([0-9]+)"
    r"|(requester\.custom_fields\.|organization\.custom_fields\.)([A-Za-z0-9_.-]+)"
    r"|(customer\.contacts_|customer\.refunds_)([1-9][0-9]{0,2})d)"
)
MOST_DAYS = 365


def family_key(key: str) -> tuple[str, str] | None:
    """The family of a field whose name holds an id, a key or a number, and that part of it:
    ("custom_fields_{id}", "123"). Days are 1 to 365.
    """
    found = _FAMILY.fullmatch(key)
    if found is None:
        return None
    by_id, digits, by_key, name, by_days, days = found.groups()
    if by_days:
        return (f"{by_days}{{n}}d", days) if int(days) <= MOST_DAYS else None
    return (f"{by_id}{{id}}", digits) if by_id else (f"{by_key}{{key}}", name)


@lru_cache(maxsize=4096)
def field_of(key: str) -> Field | None:
    """The field of that name, fixed or of the account's own; None when the language does not know it."""
    if key in FIELDS:
        return FIELDS[key]
    family = family_key(key)
    if family is None:
        return None
    field = FIELD_FAMILIES[family[0]]
    return replace(field, key=key, label=field.label.fill(key=family[1]))


@lru_cache(maxsize=4096)
def action_of(key: str) -> Action | None:
    """The action of that name, fixed or on an account's own field; None when the language does not know it."""
    if key in ACTIONS:
        return ACTIONS[key]
    family = family_key(key)
    if family is None or family[0] not in ACTION_FAMILIES:
        return None
    action = ACTION_FAMILIES[family[0]]
    return replace(action, key=key, label=action.label.fill(key=family[1]))


def fields_for(use: Use) -> tuple[Field, ...]:
    """What a condition there may ask about, in the order an editor shows it."""
    return tuple(one for one in FIELDS.values() if use in one.valid_for)


def actions_for(use: Use) -> tuple[Action, ...]:
    return tuple(one for one in ACTIONS.values() if use in one.valid_for)
