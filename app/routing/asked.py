"""A router over the desk as it stands when the first rule asks it: where no rule routes, nothing is read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.language.facts_of_ticket import TicketFacts
from app.routing.read import read_desk, read_queues
from app.routing.reasons import Routed
from app.routing.router import Router, router_over
from app.tickets.model import Ticket


class ReadDesk:
    """For one ticket's decision. It holds nothing: nobody is given the ticket."""

    def __init__(self, session: Session, ticket: Ticket) -> None:
        self._session, self._ticket = session, ticket
        self._router: Router | None = None

    def __call__(self, facts: TicketFacts, key: str, now: datetime) -> Routed | None:
        if self._router is None:
            self._router = self._read(now)
        return self._router(facts, key, now)

    def _read(self, now: datetime) -> Router:
        return router_over(read_queues(self._session), read_desk(self._session, now, self._ticket))
