"""Why an agent was given a ticket, and why each of the others was not: codes that are kept, and their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app.routing.desk import Lane
from app.words import Words, say


class Why(StrEnum):
    # of the one who got it
    turn = "turn"
    least = "least"
    last = "last"
    over = "over"
    stays = "stays"
    # of those who could have
    later = "later"
    # of those who could not
    inactive = "inactive"
    contract = "contract"
    excluded = "excluded"
    skill = "skill"
    language = "language"
    topic = "topic"
    city = "city"
    away = "away"
    on_break = "break"
    offline = "offline"
    off_shift = "off_shift"
    no_shift = "no_shift"
    holiday = "holiday"
    channel_full = "channel_full"
    full = "full"
    # of the ticket when nobody got it
    waits = "waits"
    nobody = "nobody"
    to_group = "to_group"


WORDS: Mapping[Why, Words] = MappingProxyType({
    Why.turn: say("차례입니다", "It is their turn"),
    Why.least: say("가장 여유가 있습니다 ({load}/{capacity})", "Has the most room ({load}/{capacity})"),
    Why.last: say("이 고객의 지난 담당자입니다", "Answered this customer last"),
    Why.over: say("모두 찼지만 긴급이라 배정합니다 ({load}/{capacity})",
                  "All are full, but it is an emergency ({load}/{capacity})"),
    Why.stays: say("이미 담당자입니다", "Has the ticket already"),
    Why.later: say("받을 수 있지만 뒤 순서입니다 ({load}/{capacity})",
                   "Could take it, but comes later ({load}/{capacity})"),
    Why.inactive: say("배정에서 빠져 있습니다", "Takes no part in routing"),
    Why.contract: say("협력사 계약이 지금 유효하지 않습니다", "The contract of their company is not in force"),
    Why.excluded: say("방금까지 맡았던 사람입니다", "Had it until now"),
    Why.skill: say("{skill} 숙련도가 모자랍니다 ({has}/{needs})", "Lacks skill in {skill} ({has}/{needs})"),
    Why.language: say("{language} 상담을 하지 않습니다", "Does not answer in {language}"),
    Why.topic: say("주제 {topic}을(를) 맡지 않습니다", "Does not take the topic {topic}"),
    Why.city: say("도시 {city}을(를) 맡지 않습니다", "Does not take the city {city}"),
    Why.away: say("자리를 비웠습니다", "Is away"),
    Why.on_break: say("쉬는 중입니다", "Is on a break"),
    Why.offline: say("접속하지 않았습니다", "Is offline"),
    Why.off_shift: say("근무 시간이 아닙니다", "Is off shift"),
    Why.no_shift: say("근무표가 없습니다", "Has no shifts"),
    Why.holiday: say("공휴일이라 쉽니다 ({day})", "Is off for the holiday ({day})"),
    Why.channel_full: say("이 채널은 찼습니다 ({load}/{capacity})", "Is full in this channel ({load}/{capacity})"),
    Why.full: say("찼습니다 ({load}/{capacity})", "Is full ({load}/{capacity})"),
    Why.waits: say("받을 사람이 모두 차서 기다립니다", "Waits: everybody who could take it is full"),
    Why.nobody: say("지금 받을 사람이 없어 기다립니다", "Waits: nobody is there to take it"),
    Why.to_group: say("받을 사람이 없어 다른 그룹으로 넘겼습니다", "Nobody was there, so it went to another group"),
})  # fmt: skip
CHOSEN = frozenset({Why.turn, Why.least, Why.last, Why.over, Why.stays})
_LANGUAGES = MappingProxyType({"ko": say("한국어", "Korean"), "en": say("영어", "English")})


@dataclass(frozen=True, slots=True)
class AgentReason:
    """One agent and the first thing that told for or against."""

    agent_id: str
    name: str
    why: Why
    facts: Mapping[str, str | int]

    @property
    def chosen(self) -> bool:
        return self.why in CHOSEN

    @property
    def words(self) -> Words:
        return words_of(self.why, self.facts)

    def to_json(self) -> dict[str, Any]:
        return {"agent": self.agent_id, "name": self.name, "why": self.why.value, "facts": dict(self.facts)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> AgentReason:
        return cls(str(raw["agent"]), str(raw["name"]), Why(raw["why"]), raw["facts"])


@dataclass(frozen=True, slots=True)
class Routed:
    """What routing says of one ticket. No `assignee_id`: it waits in `group_id` ("" leaves the group as it is).

    `queue` is the one that answered; `before` what the queues before it said, which it overflowed from. `others`: how
    many agents were not looked at, since they are not of the queue's group.
    """

    queue: str
    group_id: str
    assignee_id: str | None
    lane: Lane
    why: Why
    agents: tuple[AgentReason, ...] = ()
    others: int = 0
    before: tuple[Routed, ...] = ()

    @property
    def chosen(self) -> AgentReason | None:
        return next((one for one in self.agents if one.chosen), None)

    @property
    def words(self) -> Words:
        return self.chosen.words if self.chosen else words_of(self.why, {})

    def to_json(self) -> dict[str, Any]:
        return {
            "queue": self.queue,
            "group_id": self.group_id,
            "assignee_id": self.assignee_id,
            "lane": self.lane.value,
            "why": self.why.value,
            "agents": [one.to_json() for one in self.agents],
            "others": self.others,
            "before": [one.to_json() for one in self.before],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Routed:
        return cls(
            queue=str(raw["queue"]),
            group_id=str(raw["group_id"]),
            assignee_id=raw["assignee_id"],
            lane=Lane(raw["lane"]),
            why=Why(raw["why"]),
            agents=tuple(AgentReason.from_json(one) for one in raw["agents"]),
            others=int(raw["others"]),
            before=tuple(cls.from_json(one) for one in raw["before"]),
        )


def words_of(why: Why, facts: Mapping[str, str | int]) -> Words:
    named: dict[str, object] = dict(facts)
    if why is Why.language:
        named["language"] = _LANGUAGES.get(str(facts["language"]), facts["language"])
    return WORDS[why].fill(**named)
