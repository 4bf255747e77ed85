"""Effects as people read them: what is done, and to what value, ids by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from app.desk.states import named_as
from app.language.vocabulary import action_of, field_of
from app.rules.rehearsal.effects import Effect
from app.rules.rehearsal.tally import OTHER
from app.tickets.changes import Names, names_in
from app.words import Words, say

NOBODY = say("(없음)", "(none)")
REST = say("그 밖", "the rest")
LABELS: Mapping[str, Words] = MappingProxyType({
    "comment": say("고객에게 답변", "Answer to the customer"),
    "note": say("내부 메모", "Internal note"),
    "current_tags": say("태그 추가", "Add tag"),
    "remove_tags": say("태그 삭제", "Remove tag"),
    "follower": say("팔로워 추가", "Add follower"),
    "cc": say("참조 추가", "Add CC"),
    "request_refund": say("환불 요청", "Request a refund"),
    "refused": say("하지 못함", "Could not be done"),
    "group_id": say("그룹 배정", "Assign to group"),
    "assignee_id": say("담당자 배정", "Assign to agent"),
    "status": say("상태", "Set status"),
    "priority": say("우선순위", "Set priority"),
    "type": say("유형", "Set type"),
})  # fmt: skip
LANGUAGES = {"ko": say("한국어", "Korean"), "en": say("영어", "English")}
PEOPLE = frozenset({"follower", "cc", "notification_user"})
CUSTOM = "custom_fields_"


@dataclass(frozen=True, slots=True)
class EffectNames:
    """`rules`: titles by id."""

    names: Names
    rules: Mapping[str, str]

    def label(self, field: str) -> Words:
        known = LABELS.get(field)
        if known is not None:
            return known
        if field.startswith(CUSTOM):
            title = self.names.label(field.removeprefix(CUSTOM))
            return say(title, title)
        found = action_of(field) or field_of(field)
        return found.label if found is not None else say(field, field)

    def value(self, effect: Effect) -> Words:
        field, value = effect.field, effect.value
        if value == OTHER:
            return REST
        if field in {"comment", "note"}:
            return LANGUAGES.get(value, say(value, value))
        if field == "refused":
            return self.rule(value)
        if field == "request_refund":
            return named_as("Reason", value).words
        if not value:
            return NOBODY
        key = "assignee_id" if field in PEOPLE else "group_id" if field == "notification_group" else field
        told = self.names.value(key.removeprefix(CUSTOM), value)
        return say(told, told)

    def rule(self, rule_id: str) -> Words:
        title = self.rules.get(rule_id, rule_id)
        return say(title, title)


def names_of(session: Session, effects: Iterable[Effect], rules: Mapping[str, str]) -> EffectNames:
    """At most three queries."""
    asked = []
    for one in effects:
        if one.field in PEOPLE:
            asked.append({"assignee_id": one.value})
        elif one.field == "notification_group":
            asked.append({"group_id": one.value})
        else:
            asked.append({one.field.removeprefix(CUSTOM): one.value})
    return EffectNames(names_in(session, asked), rules)
