"""The buttons of the refund desk that decide: one refund, or several at once, each told how it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app.actor import acting
from app.desk.states import named
from app.desk.view import desk_action, needs
from app.errors import Refusal
from app.people.model import User
from app.refunds.approving import Standing, standing_of, why_not
from app.refunds.deciding import decided
from app.refunds.model import MOVES, Refund, RefundState
from app.refunds.reading import consequence
from app.refunds.refund import approve, cancel, lock, reject
from app.refunds.settle_doors import provider_pays
from app.words import Words, say

PAID_NOW = say("승인했습니다. 지급이 시작됩니다.", "Approved. It is being paid.")
ONE_MORE = say("승인을 적어 두었습니다. {missing}", "Your approval is noted. {missing}")
DONE: dict[Callable[..., None], Words] = {
    reject: say("거절했습니다.", "Rejected."),
    cancel: say("취소했습니다.", "Cancelled."),
}
NOT_WAITING = say("지금 ‘{state}’ 상태라 승인할 것이 없습니다.", "It is “{state}” now: there is nothing to approve.")
MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """How one of several went."""

    refund: Refund
    done: bool
    words: Words


class Deciding:
    """Mixed into the screen of refunds."""

    # ------------------------------------------------------------------------------------------- what templates ask
    def consequence_of(self, refund: Refund) -> Words:
        return consequence(refund, provider_pays=provider_pays(refund))

    def standing_of(self: Any, refund: Refund) -> Standing:
        standing: Standing = standing_of(self.session.session, refund)
        return standing

    def why_not_approve(self: Any, refund: Refund) -> Words | None:
        """Why the one who acts sees no button; None where there is one."""
        if RefundState.approved not in MOVES[refund.state]:
            return NOT_WAITING.fill(state=named(refund.state).words)
        user = self.session.session.get(User, acting().id)
        return why_not(self.standing_of(refund), refund, user) if user is not None else say("", "")

    def may_decide(self: Any, refund: Refund, now: str) -> bool:
        """Whether the button for it is shown; who asked may take it back and decides nothing else."""
        state = RefundState(now)
        if not refund.may_move_to(state):
            return False
        if state is RefundState.approved:
            return self.why_not_approve(refund) is None
        return state is RefundState.cancelled or refund.requested_by_id != acting().id

    # ----------------------------------------------------------------------------------------------------- deciding
    @expose("/approve/", methods=("POST",))
    @needs("refunds.approve")
    def approve_view(self) -> ResponseReturnValue:
        return self._decided(approve)

    @expose("/reject/", methods=("POST",))
    @needs("refunds.approve")
    def reject_view(self) -> ResponseReturnValue:
        return self._decided(reject)

    @expose("/cancel/", methods=("POST",))
    @needs("refunds.request")
    def cancel_view(self) -> ResponseReturnValue:
        return self._decided(cancel)

    def _decided(self: Any, decide: Callable[..., None]) -> ResponseReturnValue:
        said = self._approved_words if decide is approve else lambda _refund: DONE[decide]
        return decided(self, lock, decide, said)

    def _approved_words(self: Any, refund: Refund) -> Words:
        if refund.state is not RefundState.requested:
            return PAID_NOW
        return ONE_MORE.fill(missing=self.standing_of(refund).missing or "")

    @desk_action("approve", say("승인…", "Approve…"), right="refunds.approve")
    def action_approve(self: Any, ids: list[str]) -> ResponseReturnValue:
        """Shows each with its lines, and each that one may not approve with the reason; nothing is approved until that
        page says so.
        """
        refunds, left_out = [], []
        for one in self.chosen(ids[:MOST]):
            reason = self.why_not_approve(one)
            if reason is None:
                refunds.append(one)
            else:
                left_out.append(Line(one, done=False, words=reason))
        return self.render("refunds/approve_many.html", refunds=refunds, left_out=left_out, told=None)

    @expose("/approve-many/", methods=("POST",))
    @needs("refunds.approve")
    def approve_many_view(self: Any) -> ResponseReturnValue:
        """Each that was shown, by itself: one that cannot be keeps no other from being approved, and every line tells
        how it went. `seen` is id:version of each.
        """
        seen = dict(pair.split(":", 1) for pair in request.form.getlist("seen")[:MOST] if ":" in pair)
        told = [self._approved_line(one, seen[str(one.id)]) for one in self.chosen(list(seen))]
        return self.render("refunds/approve_many.html", refunds=[], left_out=[], told=told)

    def _approved_line(self: Any, refund: Refund, seen: str) -> Line:
        session = self.session.session
        try:
            lock(refund, seen=seen)
            approve(refund)
            session.commit()
        except Refusal as refusal:
            session.rollback()
            return Line(refund, done=False, words=refusal.words)
        return Line(refund, done=True, words=self._approved_words(refund))
