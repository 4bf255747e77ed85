"""The refund desk's doors for who bears a refund, and for paying again what has come back."""

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
from app.refunds.came_back import may_pay_again, paid_again, pay_again
from app.refunds.model import Refund
from app.refunds.refund import lock
from app.words import say

ASKED_AGAIN = say(
    "{ref}(으)로 다시 지급을 요청했습니다. 다른 사람이 승인하면 나갑니다.",
    "Asked for again as {ref}. It goes out once somebody else has approved it.",
)
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


class AgainDoor:
    """Mixed into the screen of refunds."""

    def may_pay_again(self: Any, refund: Refund) -> bool:
        return acting().may("refunds.request") and may_pay_again(self.session.session, refund)

    def paid_again(self: Any, refund: Refund) -> Refund | None:
        """What was asked for in place of one that came back."""
        return paid_again(self.session.session, refund) if refund.came_back_at is not None else None

    @expose("/again/", methods=("POST",))
    @needs("refunds.request")
    def again_view(self: Any) -> ResponseReturnValue:
        """Asks for what came back to be paid again, as a refund of its own; leads to it."""
        refund, session = self.get_one(request.form.get("id", "")), self.session.session
        try:
            lock(refund, seen=request.form.get(SEEN, ""))
            made = pay_again(refund)
            session.commit()
            flash(str(ASKED_AGAIN.fill(ref=made.ref)), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
            return redirect(self.get_url(".details_view", id=refund.id))
        return redirect(self.get_url(".details_view", id=made.id))
