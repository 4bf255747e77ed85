"""What the demo's desk promises: chat and emergencies fast and around the clock, the rest within business hours."""

from __future__ import annotations

from typing import Any

from app.demo import numbers

FIRST, NEXT, WAIT = "first_reply_time", "next_reply_time", "requester_wait_time"
CHAT = "29"


def _targets(metric: str, *, business_hours: bool, **minutes: int) -> list[dict[str, Any]]:
    return [
        {"priority": priority, "metric": metric, "target": minutes_of_it, "business_hours": business_hours}
        for priority, minutes_of_it in minutes.items()
    ]


FAST: dict[str, Any] = {
    "id": numbers.SLA_POLICIES,
    "title": "채팅·긴급",
    "description": "채팅과 긴급팀: 밤낮없이 빠르게",
    "position": 1,
    "filter": {
        "all": [],
        "any": [
            {"field": "via_id", "operator": "is", "value": CHAT},
            {"field": "group_id", "operator": "is", "value": str(numbers.URGENT)},
        ],
    },
    "policy_metrics": [
        *_targets(FIRST, business_hours=False, urgent=15, high=30, normal=60, low=120),
        *_targets(NEXT, business_hours=False, urgent=15, high=60, normal=120, low=240),
        *_targets(WAIT, business_hours=False, urgent=240, high=720, normal=1440, low=2880),
    ],
}
USUAL: dict[str, Any] = {
    "id": numbers.SLA_POLICIES + numbers.STEP,
    "title": "그 밖의 문의",
    "description": "영업시간 안에서",
    "position": 2,
    "filter": {"all": [], "any": []},
    "policy_metrics": [
        *_targets(FIRST, business_hours=True, urgent=60, high=240, normal=540, low=1080),
        *_targets(NEXT, business_hours=True, urgent=60, high=240, normal=540, low=1080),
        *_targets(WAIT, business_hours=True, urgent=540, high=1080, normal=2160, low=2700),
    ],
}
POLICIES = (FAST, USUAL)
