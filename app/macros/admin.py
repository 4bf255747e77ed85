"""The screen of macros."""

from __future__ import annotations

from typing import ClassVar

from app.desk.view import DeskView
from app.macros.model import Macro
from app.words import Words, say


class MacroView(DeskView):
    model = Macro
    subject: ClassVar[str] = "macros"
    endpoint_name: ClassVar[str] = "macros"
    label: ClassVar[Words] = say("매크로", "Macros")
    icon: ClassVar[str] = "message-square-text"
