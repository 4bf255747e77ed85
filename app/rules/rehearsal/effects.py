"""What a plan comes to, as plain effects that can be counted, compared and kept: no customer's words among them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.language.plan import Plan
from app.language.values import text_of
from app.rules.decide import Decision

DIGEST_LENGTH = 12


@dataclass(frozen=True, slots=True, order=True)
class Effect:
    """`value` is short; a text stands as its language (or receiver) with a `digest` that tells two texts apart."""

    field: str
    value: str
    digest: str = ""

    def to_json(self) -> list[str]:
        return [self.field, self.value, self.digest] if self.digest else [self.field, self.value]

    @classmethod
    def from_json(cls, raw: list[str]) -> Effect:
        return cls(*raw)


def effects_of(plan: Plan) -> Iterator[Effect]:
    for key, value in plan.sets.items():
        yield Effect(key, _short(value))
    for tag in sorted(plan.add_tags):
        yield Effect("current_tags", tag)
    for tag in sorted(plan.remove_tags):
        yield Effect("remove_tags", tag)
    for one in plan.followers:
        yield Effect("follower", one)
    for one in plan.ccs:
        yield Effect("cc", one)
    for said in plan.comments:
        yield Effect("comment" if said.public else "note", said.language, digest_of(said.body))
    for notice in plan.notices:
        told = f"{notice.subject}\n{notice.body}\n{notice.sender}"
        yield Effect(notice.kind, _short(",".join(notice.to)), digest_of(told))
    for wish in plan.refunds:
        yield Effect("request_refund", wish.reason)
    for held in plan.held:
        yield Effect(held.field, _short(held.value))


def refusals_of(decisions: Iterable[Decision]) -> Iterator[Effect]:
    """A rule whose conditions were met and whose actions cannot be made."""
    return (Effect("refused", one.rule.id) for one in decisions if one.refused)


def difference(before: Iterable[Effect], after: Iterable[Effect]) -> tuple[list[Effect], list[Effect]]:
    """What would no longer happen, and what would happen instead."""
    was, now = Counter(before), Counter(after)
    return sorted((was - now).elements()), sorted((now - was).elements())


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def to_rows(effects: Iterable[Effect]) -> list[list[str]]:
    return [one.to_json() for one in effects]


def from_rows(rows: Iterable[list[str]]) -> list[Effect]:
    return [Effect.from_json(row) for row in rows]


def _short(value: object) -> str:
    if isinstance(value, Mapping):
        return digest_of(str(sorted(value.items())))
    told = ",".join(map(text_of, value)) if isinstance(value, list | tuple | frozenset | set) else text_of(value)
    return told if len(told) <= 80 else f"{told[:60]}… {digest_of(told)}"


def as_told(effects: Iterable[Effect]) -> list[dict[str, Any]]:
    """For a JSON that people read."""
    return [{"field": one.field, "value": one.value} | ({"text": one.digest} if one.digest else {}) for one in effects]
