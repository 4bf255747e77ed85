"""The screen of tickets: to look at, since Zendesk owns them."""

from __future__ import annotations

from typing import ClassVar

from app.desk.view import DeskView
from app.tickets.model import Ticket
from app.words import Words, say


class TicketView(DeskView):
    model = Ticket
    subject: ClassVar[str] = "tickets"
    endpoint_name: ClassVar[str] = "tickets"
    label: ClassVar[Words] = say("티켓", "Tickets")
    icon: ClassVar[str] = "ticket"
    can_create = False
    can_edit = False
