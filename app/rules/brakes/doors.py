"""Stopping the chosen rules of the list at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash

from app.db import db
from app.desk.view import desk_action
from app.rules.brakes.brake import STOP, pull
from app.words import say


class BrakeDoors:
    """Mixed into the screen of rules."""

    @desk_action("stop", say("지금 중단", "Stop now"), None, STOP)
    def stop_chosen(self: Any, ids: Sequence[str]) -> None:
        """From the next decision on; what they still owe is held when it would leave."""
        stopped = sum(pull(db.session(), rule) for rule in self.chosen(ids))
        db.session.commit()
        flash(str(say(f"규칙 {stopped}개를 중단했습니다.", f"Rules stopped: {stopped}.")), "success")
