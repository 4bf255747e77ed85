"""A hundred thousand past tickets for rehearsals: what a busy desk has behind it, each with its whole history.

They stand in the mirror alone, all closed, as tickets of four months are in Zendesk: nobody changes a closed ticket, so
the sandbox need not hold them. The same seed, moment and place give the same ticket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.bookings.model import Booking, Customer
from app.demo import names, numbers
from app.demo.history import SYSTEM
from app.demo.past import CHANNEL_CHOICES, CHANNELS, CLOSES_AFTER
from app.demo.talks import TALKS, Talk

SEED = 20_260_616
OLDEST, NEWEST = timedelta(days=120), timedelta(days=9)
# Beyond what the sandbox counts up to.
TICKETS_FROM, AUDITS_FROM, ASKERS_FROM = 10_000_000, 480_000_000_000, 470_000_000_000
IDS_A_TICKET = 64
TICKETS_AN_ASKER = 2.5
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Market:
    """Who may ask: our customers by language, and what each has booked, oldest first."""

    customers: Mapping[str, Sequence[Customer]]
    bookings: Mapping[int, Sequence[Booking]]


@dataclass(slots=True)
class Life:
    """One ticket in the making: what it is now, and all that led there."""

    number: int
    at: datetime
    now: Row
    events: list[Row] = field(default_factory=list)
    comments: list[Row] = field(default_factory=list)

    def update(self, by: int, channel: str, body: str = "", *, public: bool = True, **changes: Any) -> None:
        """One audit: what changes with it, and what was said, if anything was."""
        audit_id = AUDITS_FROM + self.number * IDS_A_TICKET + 2 * len(self.events)
        told = {}
        for key, value in changes.items():
            name = key.removeprefix("field_")
            told[name] = [None if not self.events else self.now.get(name), value]
            self.now[name] = value
        self.events.append(
            {
                "audit_id": audit_id,
                "author_id": by,
                "channel": channel,
                "is_creation": not self.events,
                "changes": told,
                "comment_id": audit_id + 1 if body else None,
                "created_at": self.at,
            }
        )
        if body:
            self.comments.append(
                {
                    "zendesk_id": audit_id + 1,
                    "audit_id": audit_id,
                    "author_id": by,
                    "is_public": public,
                    "body": body,
                    "created_at": self.at,
                }
            )

    def later(self, rng: Random, least: int, most: int) -> None:
        """Minutes go by."""
        self.at += timedelta(minutes=rng.randint(least, most))


def asker_row(place: int) -> Row:
    """A requester whom we know from Zendesk alone: no customer of ours."""
    rng = Random(SEED - place)
    english = place % 4 == 3
    name = rng.choice(names.ENGLISH) if english else rng.choice(names.SURNAMES)[0] + rng.choice(names.GIVEN)[0]
    return {
        "zendesk_id": ASKERS_FROM + place,
        "name": name,
        "email": f"guest{place}@example.com",
        "role": "end-user",
        "locale": "en-US" if english else "ko",
        "tags": [],
        "is_active": True,
    }


def askers_for(tickets: int) -> int:
    return max(4, int(tickets / TICKETS_AN_ASKER))


def past_lives(moment: datetime, market: Market, places: range, askers: int) -> Iterator[tuple[Row, Life]]:
    """The ticket's row (without `booking_id` where it has none) and its life, for each place."""
    talks: dict[str, list[Talk]] = {"ko": [], "en": []}
    for talk in TALKS:
        talks[talk.language].append(talk)
    for place in places:
        yield _one(Random(SEED + place), moment, market, talks, place, askers)


def _one(
    rng: Random, moment: datetime, market: Market, talks: Mapping[str, Sequence[Talk]], place: int, askers: int
) -> tuple[Row, Life]:
    asked_at = (moment - NEWEST - (OLDEST - NEWEST) * rng.random()).replace(microsecond=0)
    requester, language, city, booking, name = _asker(rng, market, askers, asked_at)
    talk = rng.choice(talks[language])
    channel = rng.choice(CHANNELS)
    words = {
        "name": name,
        "ref": booking.ref if booking else f"B-{rng.randint(10_000, 99_999)}",
        "place": city,
        "day": f"{asked_at.month}월 {asked_at.day}일" if language == "ko" else f"{asked_at:%B} {asked_at.day}",
    }
    life = Life(TICKETS_FROM + place, asked_at, {})
    _lived(rng, life, talk, words, requester, channel, city)
    now = life.now
    row = {
        "zendesk_id": life.number,
        "subject": now["subject"],
        "description": life.comments[0]["body"],
        "status": now["status"],
        "priority": now["priority"],
        "type": now["type"],
        "tags": now["tags"],
        "group_id": int(now["group_id"]),
        "assignee_id": int(now["assignee_id"]),
        "requester_id": requester,
        "submitter_id": requester,
        "channel": channel,
        "is_public": True,
        "has_incidents": False,
        "custom_fields": {key: value for key, value in now.items() if key.isdecimal()},
        "satisfaction": now.get("satisfaction_score", "unoffered"),
        "created_at": asked_at,
        "updated_at": life.at,
        "generated_at": int(life.at.timestamp()),
        "mirrored_at": moment,
        "decided_audit_id": life.events[-1]["audit_id"],
        "booking_id": booking.id if booking else None,
        "history_through": life.at,
    }
    return row, life


def _asker(rng: Random, market: Market, askers: int, asked_at: datetime) -> tuple[int, str, str, Booking | None, str]:
    """Who asks, in which language, from where, about what. One in twenty is a customer of ours."""
    if rng.random() < 0.05:
        customer = rng.choice(market.customers["en" if rng.random() < 0.25 else "ko"])
        had = [one for one in market.bookings.get(customer.id, ()) if one.created_at <= asked_at]
        if customer.created_at <= asked_at:
            booking = had[-1] if had else None
            city = booking.city if booking else customer.city or ""
            return customer.zendesk_id or 0, customer.language, city, booking, customer.name
    place = rng.randrange(askers)
    made = "en" if place % 4 == 3 else "ko"
    name = "고객" if made == "ko" else "there"
    return ASKERS_FROM + place, made, rng.choice(tuple(names.CITIES)), None, name


def _lived(
    rng: Random, life: Life, talk: Talk, words: Mapping[str, str], requester: int, channel: str, city: str
) -> None:
    """From the first question to the end: routed, answered, asked again, handed on, solved, opened anew, closed."""
    given: dict[str, Any] = {f"field_{numbers.CHANNEL_FIELD}": CHANNEL_CHOICES[channel]}
    if city in names.CITIES:
        given[f"field_{numbers.CITY_FIELD}"] = f"city_{names.CITIES[city]}"
    tags = sorted(given.values())
    given |= {"subject": talk.subject.format(**words), "requester_id": str(requester), "status": "new", "tags": tags}
    life.update(requester, channel, talk.asked.format(**words), **given, priority=None, type=None)
    urgent = talk.group == numbers.URGENT or rng.random() < 0.03
    group = numbers.URGENT if urgent else talk.group
    agent = rng.choice(numbers.MEMBERS[group])
    life.later(rng, 0, 12)
    priority = "urgent" if urgent else rng.choice(("normal", "normal", "normal", "low", "high"))
    topic = talk.topic.removesuffix("_en")
    life.update(
        SYSTEM, "rule", group_id=str(group), assignee_id=str(agent), status="open", priority=priority, type=talk.type,
        tags=sorted({*tags, topic}),
    )  # fmt: skip
    if rng.random() < 0.08:
        group = rng.choice([one for one in numbers.GROUPS if one != group])
        agent = rng.choice(numbers.MEMBERS[group])
        life.later(rng, 5, 240)
        life.update(
            agent, "web", "이 건은 저희 팀에서 맡겠습니다.", public=False, group_id=str(group), assignee_id=str(agent)
        )
    life.later(rng, 4, 600 if not urgent else 40)
    if rng.random() < 0.55:
        life.update(agent, "web", talk.answered.format(**words), status="pending")
        if rng.random() < 0.8:
            life.later(rng, 10, 2_000)
            life.update(requester, channel, talk.after.format(**words) or _thanks(talk.language), status="open")
        life.later(rng, 5, 500)
        life.update(agent, "web", _solved(talk.language), status="solved")
    else:
        life.update(agent, "web", talk.answered.format(**words), status="solved")
    if rng.random() < 0.07:
        life.later(rng, 60, 3_000)
        life.update(
            requester, channel, _again(talk.language), status="open", tags=sorted({*life.now["tags"], "reopened"})
        )
        life.later(rng, 5, 700)
        life.update(agent, "web", _solved(talk.language), status="solved")
    solved_at = life.at
    if rng.random() < 0.4:
        life.later(rng, 30, 1_500)
        life.update(requester, "email", satisfaction_score="good" if rng.random() < 0.86 else "bad")
    life.at = solved_at + CLOSES_AFTER
    life.update(SYSTEM, "automation", status="closed")


def _thanks(language: str) -> str:
    return "답변 감사합니다. 한 가지만 더 확인 부탁드려요." if language == "ko" else "Thanks! One more thing, please."


def _solved(language: str) -> str:
    return (
        "처리해 두었습니다. 또 필요하시면 말씀해 주세요."
        if language == "ko"
        else "Done. Write again if anything is left."
    )


def _again(language: str) -> str:
    return (
        "아직 해결되지 않았습니다. 다시 봐 주세요." if language == "ko" else "It is not solved yet. Please look again."
    )
