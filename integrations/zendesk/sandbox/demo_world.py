"""The world of `--world demo`: a house of home cleaning and mid-term housing, its people, rules and tickets."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from . import letters
from .shape import Json, stamp

TICKETS = 60
CHUNK = 5000
SPAN = timedelta(days=90)
# Ids far below those an account gives out itself, so that a world made twice is the same world.
_GROUPS = {"cleaning": 7_100_001, "stay": 7_100_002, "billing": 7_100_003}
_AGENT, _CUSTOMER, _FIELD, _VIEW, _MACRO, _RULE = 7_200_001, 7_500_000, 7_300_001, 7_400_001, 7_410_001, 7_420_001
_AGENTS = (("이하늘", "haneul"), ("박새봄", "saebom"), ("Daniel Yoo", "daniel"))
_STATUSES = ("new", "open", "open", "pending", "hold", "solved", "solved", "closed")
_OPEN = {"field": "status", "operator": "less_than", "value": "solved"}


def people_and_rules(customers: int, seed: int) -> Json:
    """Everything but the tickets, as reply bodies have it."""
    dice = random.Random(f"{seed} people")  # noqa: S311 - a repeatable world, not a secret
    names = {"cleaning": "청소 Cleaning", "stay": "숙박 Stays", "billing": "결제 Billing"}
    places = list(_GROUPS.values())
    return {
        "groups": [{"id": number, "name": names[key]} for key, number in _GROUPS.items()],
        "users": [
            {"id": _AGENT + place, "name": name, "email": f"{word}@demo.example", "role": "agent", "locale": "ko",
             "default_group_id": places[place]}
            for place, (name, word) in enumerate(_AGENTS)
        ] + [customer(number, dice) for number in range(customers)],
        "group_memberships": [
            {"id": 7_210_001 + place, "user_id": _AGENT + place, "group_id": places[place], "default": True}
            for place in range(len(_AGENTS))
        ],
        "ticket_fields": [
            {"id": _FIELD, "type": "text", "title": "예약번호 Booking", "position": 20, "active": True},
            {"id": _FIELD + 1, "type": "tagger", "title": "사유 Reason", "position": 21, "active": True,
             "custom_field_options": [
                 {"id": 7_310_001 + place, "name": value, "raw_name": value, "value": value}
                 for place, value in enumerate(("late", "refund", "damage", "repair", "receipt"))]},
        ],
        "macros": _macros(), "views": _views(), "triggers": _triggers(), "automations": _automations(),
    }  # fmt: skip


def customer(number: int, dice: random.Random) -> Json:
    is_korean = dice.random() < 0.7
    name = dice.choice(letters.KOREAN_NAMES if is_korean else letters.ENGLISH_NAMES)
    return {
        "id": _CUSTOMER + number, "name": name, "email": f"customer{number}@customer.example", "role": "end-user",
        "locale": "ko" if is_korean else "en-US",
    }  # fmt: skip


def _macros() -> list[Json]:
    rows = (
        ("늦은 도착 사과 · Late arrival", "pending", letters.ANSWERS[0]),
        ("처리 완료 안내 · Done", "solved", letters.ANSWERS[1]),
    )
    return [
        {"id": _MACRO + place, "title": title, "active": True, "restriction": None, "position": place,
         "actions": [{"field": "status", "value": status},
                     {"field": "comment_value", "value": f"{{{{ticket.requester.name}}}}님, {said[0]}\n\n{said[1]}"}]}
        for place, (title, status, said) in enumerate(rows)
    ]  # fmt: skip


def _views() -> list[Json]:
    unassigned = {"field": "assignee_id", "operator": "is", "value": ""}
    rows: list[tuple[str, list[Json]]] = [
        ("담당 없는 티켓 · Unassigned", [_OPEN, unassigned]),
        ("급한 티켓 · Urgent", [_OPEN, {"field": "priority", "operator": "is", "value": "urgent"}]),
        *(
            (name, [_OPEN, {"field": "group_id", "operator": "is", "value": str(number)}])
            for name, number in zip(
                ("청소 · Cleaning", "숙박 · Stays", "결제 · Billing"), _GROUPS.values(), strict=True
            )
        ),
    ]
    return [
        {"id": _VIEW + place, "title": title, "active": True, "position": place, "restriction": None,
         "conditions": {"all": conditions, "any": []}}
        for place, (title, conditions) in enumerate(rows)
    ]  # fmt: skip


def _triggers() -> list[Json]:
    is_new = {"field": "update_type", "operator": "is", "value": "Create"}
    entry = {"field": "current_tags", "operator": "includes", "value": "urgent_entry"}
    greeting = (
        "{{ticket.requester.name}}님, 문의를 받았습니다. We have received your request.\n\n{{ticket.description}}"
    )
    rows: list[tuple[str, list[Json], list[Json]]] = [
        ("문 앞에 있는 고객은 급함 · Waiting at the door", [is_new, entry], [{"field": "priority", "value": "urgent"}]),
        ("접수 안내 · Received", [is_new],
         [{"field": "notification_user", "value": ["requester_id", "문의를 받았습니다 · Received", greeting]}]),
    ]  # fmt: skip
    return [
        {"id": _RULE + place, "title": title, "active": True, "position": place,
         "conditions": {"all": conditions, "any": []}, "actions": actions}
        for place, (title, conditions, actions) in enumerate(rows)
    ]  # fmt: skip


def _automations() -> list[Json]:
    solved = [{"field": "status", "operator": "is", "value": "solved"},
              {"field": "SOLVED", "operator": "greater_than", "value": "96"}]  # fmt: skip
    return [
        {"id": _RULE + 100, "title": "해결 나흘 뒤 종료 · Close after four days", "active": True, "position": 0,
         "conditions": {"all": solved, "any": []}, "actions": [{"field": "status", "value": "closed"}]}
    ]  # fmt: skip


def tickets(count: int, customers: int, seed: int, now: datetime) -> Iterator[list[Json]]:
    """In chunks, oldest first, over ninety days that end an hour before `now`. Same seed, same tickets."""
    dice = random.Random(f"{seed} tickets")  # noqa: S311 - a repeatable world, not a secret
    people = random.Random(f"{seed} people")  # noqa: S311 - as above: the languages of people_and_rules
    is_korean = [customer(number, people)["locale"] == "ko" for number in range(customers)]
    start = now - timedelta(hours=1) - SPAN
    for first in range(0, count, CHUNK):
        yield [_ticket(number, count, start, is_korean, dice) for number in range(first, min(first + CHUNK, count))]


def _ticket(number: int, count: int, start: datetime, is_korean: list[bool], dice: random.Random) -> Json:
    who = dice.randrange(len(is_korean))
    tongue = 0 if is_korean[who] else 1
    subject = dice.choice(letters.SUBJECTS)
    at = start + SPAN * (number / count)
    status = dice.choice(_STATUSES)
    group = _GROUPS[subject.tags[0]]
    agent = None if status == "new" else _AGENT + list(_GROUPS.values()).index(group)
    said = [(_CUSTOMER + who, letters.filled(subject.letter[tongue], dice, is_korean=tongue == 0))]
    if agent is not None:
        said.append((agent, dice.choice(letters.ANSWERS)[tongue]))
        if dice.random() < 0.3:
            said.append((_CUSTOMER + who, subject.again[tongue]))
    comments = [
        {"author_id": author, "body": body, "public": True, "created_at": stamp(at + timedelta(minutes=20 * place))}
        for place, (author, body) in enumerate(said)
    ]
    row: Json = {
        "id": number + 1, "subject": subject.title[tongue], "status": status, "priority": subject.priority,
        "requester_id": _CUSTOMER + who, "group_id": group, "assignee_id": agent, "tags": list(subject.tags),
        "created_at": stamp(at), "comments": comments, "custom_fields": [
            {"id": _FIELD, "value": f"{dice.choice('CS')}{dice.randrange(100_000, 999_999)}"},
            {"id": _FIELD + 1, "value": next((tag for tag in subject.tags if tag in {"late", "refund", "damage",
                                                                                    "repair", "receipt"}), None)}],
        "via": {"channel": dice.choice(("web", "email", "chat")), "source": {"from": {}, "to": {}, "rel": None}},
    }  # fmt: skip
    if status in {"solved", "closed"} and dice.random() < 0.4:
        is_good = dice.random() < 0.8
        praise = dice.choice(letters.PRAISE if is_good else letters.COMPLAINT)
        row["satisfaction_rating"] = {"score": "good" if is_good else "bad", "comment": praise[tongue]}
    return row
