"""The refund desk's door for who bears a refund."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target

from app.actor import acting
from app.audit.trail import because
from app.desk.gate import needs
from app.desk.saving import SEEN
from app.errors import Refusal
from app.ledger.bearers import Bearer, typed_bearing
from app.refunds.bearing import OPEN, lay_on
from app.refunds.model import Refund
from app.refunds.refund import lock
from app.words import say

LAID_ON = say("부담하는 쪽을 정했습니다.", "Who bears it is set.")


class BearerDoor:
    """Mixed into the screen of refunds."""

    def bearers(self) -> Sequence[Bearer]:
        return list(Bearer)

    def may_lay_on(self, refund: Refund) -> bool:
        return refund.state in OPEN and acting().may("refunds.request")

    @expose("/bearers/", methods=("POST",))
    @needs("refunds.request")
    def bearers_view(self: Any) -> ResponseReturnValue:
        """Sets who bears the refund, as it was seen. What was typed wrong is told, and nothing changes."""
        refund, session = self.get_one(request.form.get("id", "")), self.session.session
        try:
            lock(refund, seen=request.form.get(SEEN, ""))
            because(session, request.form.get("why", "").strip()[:500])
            typed = {bearer: request.form.get(bearer.value, "")[:40] for bearer in Bearer}
            lay_on(refund, typed_bearing(typed, request.form.get("claim", "")))
            session.commit()
            flash(str(LAID_ON), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(get_redirect_target() or self.get_url(".details_view", id=refund.id))
