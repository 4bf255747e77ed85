"""The screen of what we owe the outside."""

from __future__ import annotations

from typing import ClassVar

from app.desk.view import DeskView
from app.outbox.model import Push
from app.words import Words, say


class OutboxView(DeskView):
    model = Push
    subject: ClassVar[str] = "outbox"
    endpoint_name: ClassVar[str] = "outbox"
    label: ClassVar[Words] = say("보낼함", "Outbox")
    icon: ClassVar[str] = "send"
    can_create = False
    can_edit = False
