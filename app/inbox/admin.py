"""The screen of what came in."""

from __future__ import annotations

from typing import ClassVar

from app.desk.view import DeskView
from app.inbox.model import WebhookEvent
from app.words import Words, say


class InboxView(DeskView):
    model = WebhookEvent
    subject: ClassVar[str] = "inbox"
    endpoint_name: ClassVar[str] = "inbox"
    label: ClassVar[Words] = say("받은함", "Inbox")
    icon: ClassVar[str] = "inbox"
    can_create = False
    can_edit = False
