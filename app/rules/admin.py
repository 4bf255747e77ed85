"""The screens of rules and of their runs."""

from __future__ import annotations

from typing import ClassVar

from app.desk.view import DeskView
from app.rules.model import Rule, RuleRun
from app.words import Words, say


class RuleView(DeskView):
    model = Rule
    subject: ClassVar[str] = "rules"
    endpoint_name: ClassVar[str] = "rules"
    label: ClassVar[Words] = say("규칙", "Rules")
    icon: ClassVar[str] = "workflow"


class RuleRunView(DeskView):
    model = RuleRun
    subject: ClassVar[str] = "rules"
    endpoint_name: ClassVar[str] = "runs"
    label: ClassVar[Words] = say("실행 기록", "Rule runs")
    icon: ClassVar[str] = "activity"
    can_create = False
    can_edit = False
