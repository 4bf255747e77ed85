"""Routing in a rehearsal: who was there then, by the moves of presence, and among those an even draw.

How loaded each agent was, and whose turn it was, is not simulated: of those who could have taken the ticket, one is
drawn by its number. Both sets draw the same, so a difference comes from the rules and not from the draw.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from app.language.facts_of_ticket import TicketFacts
from app.routing.past import PastDesk
from app.routing.reasons import Routed
from app.routing.router import Router


def drawing_router(desk: PastDesk) -> Router:
    """What `decide` takes as its router at any moment of the past: pure, and the same for the same ticket."""

    def router(facts: TicketFacts, key: str, now: datetime) -> Routed | None:
        turns = {(key, one.id): _drawn(key, facts.id, one.id) for one in desk.agents}
        return desk.router(now, turns=turns)(facts, key, now)

    return router


def _drawn(*of: str) -> int:
    return int.from_bytes(hashlib.sha256("/".join(of).encode()).digest()[:6], "big")
