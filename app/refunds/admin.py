"""The refund desk."""

from __future__ import annotations

from app.desk.view import DeskView
from app.refunds.model import Refund
from app.words import say


class RefundView(DeskView):
    model = Refund
    subject = "refunds"
    label = say("환불", "Refunds")
    icon = "banknote"
