"""Until when a booking can be cancelled on which terms: what people ask on the telephone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.policies.extra_sentences import Sentence
from app.policies.moments import edges, tier_at
from app.policies.sentences import tier_sentence
from app.policies.terms import read_terms


@dataclass(frozen=True, slots=True)
class Deadline:
    """`until` is the last second, in Seoul. `is_now`: what holds at the moment; `is_over`: what held."""

    sentence: Sentence
    until: datetime
    is_now: bool
    is_over: bool


def deadlines(terms: Mapping[str, Any], starts_at: datetime, now: datetime) -> list[Deadline]:
    """Each tier, from far to near."""
    read = read_terms(terms)
    current = tier_at(read, starts_at, now)
    second = now.replace(microsecond=0)
    return [
        Deadline(tier_sentence(read, tier), until, is_now=tier is current, is_over=until < second)
        for tier, until in edges(read, starts_at)
    ]
