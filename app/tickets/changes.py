"""What changed in a ticket, in words: fields by their labels, values by their names. The names come from the mirror."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk.shown import NOTHING, plain
from app.language.vocabulary import field_of
from app.tickets.model import ZendeskField, ZendeskGroup, ZendeskUser
from app.words import Words, say

GROUPS, PEOPLE = "group_id", frozenset({"assignee_id", "requester_id", "submitter_id"})
_LABELS: Mapping[str, Words] = MappingProxyType({
    "subject": say("제목", "Subject"),
    "description": say("설명", "Description"),
    "tags": say("태그", "Tags"),
    "additional_tags": say("태그 추가", "Add tags"),
    "remove_tags": say("태그 삭제", "Remove tags"),
    "custom_fields": say("사용자 정의 필드", "Custom fields"),
    "macro_ids": say("매크로", "Macros"),
    "followers": say("팔로워", "Followers"),
    "email_ccs": say("참조", "CCs"),
    "is_public": say("공개 여부", "Public"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """Groups, people and custom fields by their ids as text."""

    groups: Mapping[str, str]
    people: Mapping[str, str]
    fields: Mapping[str, str]

    def label(self, key: str) -> str:
        """A field of a ticket as a person calls it; a custom one is named by its id."""
        if key in self.fields:
            return self.fields[key]
        known = _LABELS.get(key) or getattr(field_of(key), "label", None)
        return str(known) if known is not None else key

    def value(self, key: str, value: Any) -> str:
        """What a field holds, ids by their names. Custom fields in a list are told each with its title."""
        if value in (None, "", []):
            return NOTHING
        if key == GROUPS:
            return self.groups.get(str(value), str(value))
        if key in PEOPLE:
            return self.people.get(str(value), str(value))
        if key == "custom_fields" and isinstance(value, list):
            return " · ".join(f"{self.label(str(one.get('id')))}: {plain(one.get('value'))}" for one in _rows(value))
        if key in {"followers", "email_ccs"} and isinstance(value, list):
            return ", ".join(self.value("requester_id", one.get("user_id")) for one in _rows(value))
        field = field_of(key)
        chosen = next((one.label for one in field.choices if one.value == str(value)), None) if field else None
        return str(chosen) if chosen is not None else plain(value)


def names_in(session: Session, changes: Iterable[Mapping[str, Any]]) -> Names:
    """The names of what is in `changes` ({field: value}, or {field: [before, after]}). At most three queries."""
    groups: set[int] = set()
    people: set[int] = set()
    fields: set[int] = set()
    for change in changes:
        for key, value in change.items():
            values = value if isinstance(value, list) else [value]
            if key == GROUPS:
                groups |= _numbers(values)
            elif key in PEOPLE:
                people |= _numbers(values)
            elif key in {"followers", "email_ccs"}:
                people |= _numbers(one.get("user_id") for one in _rows(values))
            elif key == "custom_fields":
                fields |= _numbers(one.get("id") for one in _rows(values))
            elif key.isdecimal() and len(key) < 19:
                fields.add(int(key))
    return Names(
        groups=_found(session, ZendeskGroup.zendesk_id, ZendeskGroup.name, groups),
        people=_found(session, ZendeskUser.zendesk_id, ZendeskUser.name, people),
        fields=_found(session, ZendeskField.zendesk_id, ZendeskField.title, fields),
    )


def _rows(values: list[Any]) -> list[dict[str, Any]]:
    return [one for one in values if isinstance(one, dict)]


def _numbers(values: Iterable[Any]) -> set[int]:
    return {int(one) for one in values if str(one).isascii() and str(one).isdigit() and len(str(one)) < 19}


def _found(session: Session, key: Any, name: Any, wanted: set[int]) -> dict[str, str]:
    if not wanted:
        return {}
    return {str(number): text for number, text in session.execute(select(key, name).where(key.in_(wanted)))}
