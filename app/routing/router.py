"""What the action `route` asks: a ticket and a queue's key in, a person out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from app.errors import Refusal
from app.language.facts_of_ticket import TicketFacts
from app.routing.desk import Desk, Queue
from app.routing.reasons import Routed
from app.routing.route import route_on
from app.words import say

Router = Callable[[TicketFacts, str, datetime], Routed | None]
"""Gives None where nobody routes: the action is then kept as held. Refuses, in words, a queue that is not there."""

UNKNOWN_QUEUE = say("배정 방식 {key}이(가) 없거나 꺼져 있습니다.", "The routing plan {key} does not exist or is off.")


def no_router(_facts: TicketFacts, _key: str, _now: datetime) -> Routed | None:
    return None


NO_ROUTER: Router = no_router


def router_over(queues: Mapping[str, Queue], desk: Desk) -> Router:
    """Pure: routes by these queues over this desk, which nothing given by it changes (see `Desk.given`)."""

    def router(facts: TicketFacts, key: str, now: datetime) -> Routed:
        if key not in queues:
            raise Refusal(UNKNOWN_QUEUE.fill(key=key))
        return route_on(facts, key, queues, desk, now)

    return router
