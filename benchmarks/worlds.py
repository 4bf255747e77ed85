"""Made-up rules and tickets that the benchmarks of rules share: shaped like an account of 200 triggers.

200 rules have about 850 conditions: a broad one first ("status less than solved"), as rules of real accounts do, two
or three more in "all", and in a third of the rules two or three in "any". Those after the first are drawn from 177,
however many rules there are: 50 on tags (one to three of 60), 50 on words of the subject (one Korean, none to two
English), 44 on status, priority, channel and group, 21 on three custom fields, 12 on hours since the ticket was made.
A ticket meets about 6 of 200. Tickets have up to five tags (one of 4,000 sets) and a subject in one of eight frames,
all at random.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.language.account import PLAIN_ACCOUNT
from app.language.conditions import Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.language.values import folded

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("", "low", "normal", "high", "urgent")
CHANNELS = ("0", "4", "5", "16", "17", "29", "30", "48")
GROUPS = tuple(str(3600 + number) for number in range(14))
TAGS = tuple(f"{word}_{number}" for word in ("city", "refund", "vip", "late", "key") for number in range(12))
KOREAN = (
    "환불",
    "취소",
    "지각",
    "변경",
    "파손",
    "청소",
    "영수증",
    "비밀번호",
    "입실",
    "퇴실",
    "쿠폰",
    "예약",
    "분실",
    "소음",
)
ENGLISH = ("refund", "cancel", "late", "change", "broken", "cleaning", "receipt", "password", "check-in", "checkout",
           "coupon", "booking", "lost", "noise")  # fmt: skip
CITIES = ("seoul", "busan", "jeju", "incheon", "daegu", "sokcho", "")
PLANS = ("gold", "silver", "basic", "")
LIMITS = (1, 2, 4, 8, 12, 24, 36, 48, 72, 96, 120, 168)
CITY, PLAN, NIGHTS = "custom_fields_501", "custom_fields_502", "custom_fields_503"


@dataclass(frozen=True)
class BenchRule:
    conditions: Conditions
    position: int


def rows(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Rules in Zendesk's JSON. More rules share the same conditions."""
    chance = random.Random(seed)
    pool = [_condition(chance, kind) for kind in _KINDS for _ in range(_KINDS[kind])]
    found = []
    for _ in range(count):
        every = [dict(chance.choice(_BROAD))]
        every += chance.sample(pool, chance.choice((2, 2, 3, 3)))
        some = chance.sample(pool, chance.choice((0, 0, 0, 0, 2, 3)))
        found.append({"all": every, "any": some})
    return found


_BROAD = (
    {"field": "status", "operator": "less_than", "value": "solved"},
    {"field": "status", "operator": "less_than", "value": "solved"},
    {"field": "status", "operator": "less_than", "value": "closed"},
    {"field": "status", "operator": "is_not", "value": "closed"},
    {"field": "priority", "operator": "is_not", "value": "urgent"},
    {"field": "via_id", "operator": "is_not", "value": "30"},
)
_INCLUDES = ("includes", "includes", "includes", "includes", "includes", "not_includes")
_KINDS = {"status": 12, "priority": 10, "channel": 8, "group": 14, "tags": 50, "words": 50, "city": 8, "plan": 5,
          "nights": 8, "hours": 12}  # fmt: skip


def _condition(chance: random.Random, kind: str) -> dict[str, Any]:
    field, operators, value = {
        "status": ("status", ("is", "is", "is", "is_not", "less_than"), chance.choice(STATUSES)),
        "priority": ("priority", ("is", "is", "is_not", "less_than", "greater_than"), chance.choice(PRIORITIES)),
        "channel": ("via_id", ("is", "is", "is", "is_not"), chance.choice(CHANNELS)),
        "group": ("group_id", ("is", "is", "is", "is_not"), chance.choice(GROUPS)),
        "tags": ("current_tags", _INCLUDES, " ".join(chance.sample(TAGS, chance.randint(1, 3)))),
        "words": ("subject_includes_word", _INCLUDES, _words(chance)),
        "city": (CITY, ("is", "is", "is", "is_not"), chance.choice(CITIES)),
        "plan": (PLAN, ("is", "is", "is_not"), chance.choice(PLANS)),
        "nights": (NIGHTS, ("less_than", "greater_than"), str(chance.randint(1, 12))),
        "hours": ("NEW", ("less_than", "greater_than", "is", "is"), str(chance.choice(LIMITS))),
    }[kind]  # fmt: skip
    return {"field": field, "operator": chance.choice(operators), "value": value}


def _words(chance: random.Random) -> str:
    return " ".join(chance.sample(KOREAN, 1) + chance.sample(ENGLISH, chance.randint(0, 2)))


def compiled(found: list[dict[str, Any]]) -> RuleSet[BenchRule]:
    return RuleSet.compile([BenchRule(Conditions.parse(row), place) for place, row in enumerate(found)])


@dataclass(frozen=True)
class Past:
    """Stored tickets as columns."""

    status: list[str]
    priority: list[str]
    via_id: list[str]
    group_id: list[str]
    tags: list[frozenset[str]]
    subject: list[str]
    city: list[str]
    plan: list[str]
    nights: list[int]
    created_at: list[datetime]


def past(count: int, seed: int = 11) -> Past:
    chance = random.Random(seed)
    tag_sets = [frozenset(chance.sample(TAGS, chance.randint(0, 5))) for _ in range(4000)]
    return Past(
        chance.choices(STATUSES, (1, 3, 2, 1, 4, 2), k=count),
        chance.choices(PRIORITIES, (4, 1, 4, 2, 1), k=count),
        chance.choices(CHANNELS, k=count),
        chance.choices(GROUPS, k=count),
        chance.choices(tag_sets, k=count),
        [_subject(chance, number) for number in range(count)],
        chance.choices(CITIES, k=count),
        chance.choices(PLANS, (1, 2, 4, 4), k=count),
        chance.choices(range(14), k=count),
        [NOW - timedelta(minutes=chance.randrange(60 * 200)) for _ in range(count)],
    )


_FRAMES = (
    "[예약 {number}] {ko} 문의드립니다", "{ko} 관련해서 확인 부탁드려요 ({number})", "Re: {en} request #{number}",
    "Question about my {en} - order {number}", "{number}번 예약 {ko} 요청의 건", "Urgent: {en} and {en2}, {ko}",
    "안녕하세요, 문의가 있어 글 남깁니다 {number}", "Hello, I need some help with {number}",
)  # fmt: skip


def _subject(chance: random.Random, number: int) -> str:
    frame = chance.choice(_FRAMES)
    return frame.format(
        number=100_000 + number, ko=chance.choice(KOREAN), en=chance.choice(ENGLISH), en2=chance.choice(ENGLISH)
    )


def facts_of(stored: Past) -> list[TicketFacts]:
    return [
        TicketFacts(
            status=stored.status[row],
            priority=stored.priority[row],
            via_id=stored.via_id[row],
            group_id=stored.group_id[row],
            tags=stored.tags[row],
            subject=stored.subject[row],
            custom_fields={"501": stored.city[row], "502": stored.plan[row], "503": stored.nights[row]},
            created_at=stored.created_at[row],
        )
        for row in range(len(stored.status))
    ]


def seen(facts: TicketFacts) -> Sight:
    return Sight(facts, NOW, PLAIN_ACCOUNT)


def hours_of(stored: Past) -> list[int]:
    return [(NOW - at) // timedelta(hours=1) for at in stored.created_at]


def folded_subjects(stored: Past) -> list[str]:
    return [folded(one) for one in stored.subject]
