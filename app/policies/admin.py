"""The screen of policies and their versions."""

from __future__ import annotations

from app.desk.view import DeskView
from app.policies.model import Policy
from app.words import say


class PolicyView(DeskView):
    model = Policy
    subject = "policies"
    label = say("정책", "Policies")
    icon = "scroll-text"
