"""Rules and tickets made up from the whole vocabulary by a seed: every field, every operator, odd values among them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, get_type_hints

from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import (
    BookingFacts,
    Change,
    Comment,
    CustomerFacts,
    Organization,
    PartnerFacts,
    Person,
    RefundFacts,
    TicketFacts,
    Update,
)
from app.language.kinds import ID_KINDS, Field, ValueKind
from app.language.vocabulary import FIELD_FAMILIES, FIELDS, field_of
from tests.app.language.semantics.cases import NOW

IDS = ("11", "12", "77", "88", "500")
TEXTS = (
    "", "환불", "전액환불을 원해요", "Refund please", "refunds", "re-fund", "Partner is late: 지각",
    "ＲＥＦＵＮＤ ｌａｔｅ", "STRASSE straße", "\u1112\u116a\u11ab\u1107\u116e\u11af 문의",
    "늦었어요. 환불(refund) late!", "late_fee", "naïve İstanbul", "no-show 취소", "시끄러워요 🙂 noise",
    "gold", "vip late", "12", "1.0", "2026-11-23", "true", "false",
)  # fmt: skip
WORDS = (
    "환불",
    "refund",
    "late",
    "지각 no-show",
    "straße",
    "취소 cancel",
    "re-fund",
    "naïve",
    "late!",
    "",
    "문의",
    "i",
    "🙂",
)
NUMBERS = ("0", "1", "2", "2.5", "3", "-1", "24", "95", "1e2", "abc", "", 5, 2.0, True, "12345678901234567890")
ODD: tuple[Any, ...] = (None, "", "vip", ["a", "b"], [], [""], True, False, 0, 1.5, {"a": 1}, "  ", "GOLD", "Ⅻ")
TAGS = ("vip", "late", "refund", "city_seoul", "gold", "환불", "Vip")
FAMILY_KEYS = {
    "custom_fields_{id}": ("custom_fields_360", "custom_fields_361", "custom_fields_362"),
    "ticket_fields_{id}": ("ticket_fields_360", "ticket_fields_361"),
    "requester.custom_fields.{key}": ("requester.custom_fields.plan", "requester.custom_fields.since"),
    "organization.custom_fields.{key}": ("organization.custom_fields.plan",),
}
OWN_VALUES: tuple[Any, ...] = (
    "gold", "Gold", "500", "silver", "12", "12.0", 12, 3.5, "2026-11-23", "2026-11-20", "2026-12-01", True, False, "",
    None, ["a", "gold"], ["500"], [], (),
    "환불 문의", "late refund", "2026-11-22 23:59", "true", "-4", "x" * 60, {"a": 1},
    [""], "a b", 0,
)  # fmt: skip


@dataclass(frozen=True)
class MadeRule:
    conditions: Conditions
    position: int


def every_field() -> list[str]:
    """All names of the vocabulary; of families as many as there are here, numbers of days among them."""
    own = [
        name for family in FIELD_FAMILIES for name in FAMILY_KEYS.get(family, (_named(family, 8), _named(family, 45)))
    ]
    return [*FIELDS, *own]


def _named(family: str, number: int) -> str:
    return family.replace("{n}", str(number)).replace("{id}", "360").replace("{key}", "plan")


def a_rule(chance: random.Random, position: int, names: list[str]) -> MadeRule:
    """Each field and operator comes up by turns; most rules have few rows, so that many are met."""
    every = tuple(
        a_row(chance, names[(position + turn * 7) % len(names)]) for turn in range(chance.choice((0, 1, 1, 2)))
    )
    some = tuple(a_row(chance, chance.choice(names)) for _ in range(chance.choice((0, 0, 1, 2, 3))))
    return MadeRule(Conditions(every, some), position)


def a_row(chance: random.Random, name: str) -> Condition:
    field = field_of(name)
    assert field is not None, name
    operator = chance.choice(field.operators)
    return Condition(name, operator, _wanted(chance, field, operator))


def _wanted(chance: random.Random, field: Field, operator: str) -> Any:  # noqa: PLR0911 - a case a kind of value
    if chance.random() < 0.08:
        return chance.choice(ODD)
    if field.choices and chance.random() < 0.7:
        return chance.choice(field.choices).value
    kind = field.value_kind
    if kind is ValueKind.custom:
        return _wanted_of_own(chance, operator)
    if kind in ID_KINDS:
        return chance.choice((*IDS, "", "11 12"))
    if kind is ValueKind.tags:
        return chance.choice(("vip", "late,refund", "city_seoul Vip", "", "gold 환불", ["vip", "x"], "none_has_it"))
    if kind is ValueKind.words:
        return chance.choice(WORDS)
    if kind in {ValueKind.number, ValueKind.hours}:
        return chance.choice(NUMBERS)
    if kind is ValueKind.datetime:
        return chance.choice(("2026-11-22 09:30", "2026-11-23T01:30:00+00:00", "2026-01-01", "soon"))
    return chance.choice((*TEXTS, "seoul", "Seoul", "BK-1", "help@example.com"))


def _wanted_of_own(chance: random.Random, operator: str) -> Any:
    if "words" in operator or "string" in operator:
        return chance.choice(WORDS)
    if "days" in operator:
        return chance.choice(NUMBERS)
    if "than" in operator:
        return chance.choice((*NUMBERS, "2026-11-22", "2026-11-23 10:00"))
    return chance.choice(OWN_VALUES)


def a_ticket(chance: random.Random) -> TicketFacts:
    changes = {}
    for key in chance.sample(_CHANGING, chance.randint(0, 5)):
        changes[key] = Change(_value_of(chance, key), _value_of(chance, key))
    comment = Comment(chance.choice(TEXTS), public=chance.random() < 0.5, attachments=chance.randint(0, 1))
    update = Update(
        chance.choice(("Create", "Change")),
        _person(chance),
        chance.choice((None, "0", "4", "29")),
        chance.choice((None, comment)),
        changes,
    )
    plain: dict[str, Any] = {name: _value_of(chance, name) for name in _FIXED}
    plain |= {name: _time(chance) for name in _TIMES}
    return TicketFacts(
        **plain,
        subject=" ".join(chance.sample(TEXTS, 2)),
        description=chance.choice(TEXTS),
        tags=frozenset(chance.sample(TAGS, chance.randint(0, 3))),
        requester=_person(chance),
        organization=chance.choice((None, Organization("5", custom_fields=_own(chance, "plan")))),
        custom_fields=_own(chance, "360", "361", "362"),
        update=chance.choice((None, update, update)),
        viewer=chance.choice((None, _person(chance))),
        cc_ids=chance.choice(((), ("9",))),
        booking=_record(chance, BookingFacts),
        partner=_record(chance, PartnerFacts),
        customer=_record(chance, CustomerFacts),
        refund=_record(chance, RefundFacts),
    )


_FIXED = (
    "status", "custom_status_id", "type", "priority", "group_id", "assignee_id", "requester_id", "organization_id",
    "via_id", "recipient", "brand_id", "ticket_form_id", "satisfaction_score", "satisfaction_reason_code",
    "schedule_id", "is_public", "reopens", "replies", "agent_stations", "group_stations", "incidents",
)  # fmt: skip
_TIMES = (
    "created_at", "updated_at", "due_at", "status_since", "assigned_at", "requester_updated_at", "assignee_updated_at",
    "sla_next_breach_at", "sla_last_breach_at",
)  # fmt: skip
_CHANGING = [name for name in every_field() if "changed" in (field_of(name) or FIELDS["status"]).operators]
_SCORES = ("unoffered", "offered", "good", "good_with_comment", "bad", "bad_with_comment")


def _value_of(chance: random.Random, name: str) -> Any:
    if chance.random() < 0.1:
        return None
    if name.startswith("custom_fields_"):
        return chance.choice(OWN_VALUES)
    if name == "is_public":
        return chance.random() < 0.5
    if name == "satisfaction_score":
        return chance.choice(_SCORES)
    if name == "recipient":
        return chance.choice(("Help@Example.com", "help@example.com", "vip"))
    field = FIELDS.get(name)
    if field is None or field.value_kind is ValueKind.number:
        return chance.randint(0, 4)
    if field.choices and name not in {"group_id", "assignee_id", "requester_id"}:
        return chance.choice(field.choices).value
    return chance.choice((*IDS, "") if field.nullable else IDS)


def _person(chance: random.Random) -> Person | None:
    if chance.random() < 0.15:
        return None
    return Person(
        chance.choice(IDS),
        chance.choice((None, "agent", "admin", "end-user", "end_user", "system")),
        locale_id=chance.choice((None, "1", "69")),
        time_zone=chance.choice((None, "Seoul", "Hawaii")),
        group_ids=chance.choice(((), ("11",), ("12", "11"))),
        custom_fields=_own(chance, "plan", "since"),
        twitter_followers_count=chance.choice((None, 0, 3)),
        twitter_statuses_count=chance.choice((None, 2)),
        twitter_verified=chance.choice((None, True, False)),
    )


def _own(chance: random.Random, *keys: str) -> dict[str, Any]:
    return {key: chance.choice(OWN_VALUES) for key in keys if chance.random() < 0.85}


def _time(chance: random.Random) -> datetime | None:
    """Near the limits that rules name: on the hour, and a microsecond beside it."""
    if chance.random() < 0.1:
        return None
    hours: float = chance.choice((0, 1, 2, 3, 24, 25, 95, 96, chance.uniform(-60, 240)))
    return NOW - timedelta(hours=hours, microseconds=chance.choice((0, 0, 1, -1)))


def _record(chance: random.Random, kind: type[Any]) -> Any:
    """A record of ours, each attribute filled by its type: what is new there comes in by itself."""
    if chance.random() < 0.25:
        return None
    hints = get_type_hints(kind)
    return kind(**{one.name: _of_type(chance, kind, one.name, hints[one.name]) for one in fields(kind)})


def _of_type(chance: random.Random, kind: type[Any], name: str, hint: Any) -> Any:
    said = str(hint)
    if name == "currency":
        return chance.choice(("KRW", "USD"))
    if "None" in said and chance.random() < 0.15:
        return None
    if "tuple" in said:
        return tuple(NOW - timedelta(days=chance.uniform(-1, 100)) for _ in range(chance.randint(0, 4)))
    if "datetime.datetime" in said:
        return _time(chance)
    if "datetime.date" in said:
        return chance.choice(("", NOW.date(), NOW.date() + timedelta(days=3), NOW.date() - timedelta(days=2)))
    if "int" in said:
        return chance.choice((0, 1, 2, 3, 5, 100))
    field = FIELDS.get(f"{_RECORDS[kind]}.{name}")
    return chance.choice(field.choices).value if field and field.choices else chance.choice((*TEXTS, "seoul", "BK-1"))


_RECORDS: Mapping[type[Any], str] = {
    BookingFacts: "booking",
    PartnerFacts: "partner",
    CustomerFacts: "customer",
    RefundFacts: "refund",
}
