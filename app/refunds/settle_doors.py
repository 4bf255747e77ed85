"""The refund desk's doors for settling by hand. What was typed stays where it was when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session

from app import clock
from app.actor import NOBODY, Actor, acting, acting_as
from app.audit.trail import because
from app.bookings.model import Booking
from app.db import db
from app.desk.saving import SEEN
from app.desk.view import needs
from app.errors import Refusal
from app.refunds.both import as_kept
from app.refunds.by_hand import BY_HAND, FREES, RIGHT, confirm, let_go, may_settle, send_back, take, write_down
from app.refunds.model import Refund, RefundState
from app.refunds.refund import lock, void_approval
from app.refunds.settlement import Settlement, SettlementState, open_settlement, taking
from app.settings import Settings
from app.words import Words, say

TYPED = "settle_typed"
PAYOUT_STOPPED = "opsroom.payout_stopped"
TAKEN = say("맡았습니다. 지급한 뒤 확인 번호를 적어 주세요.", "It is yours. Pay it, then write down the reference.")
WRITTEN = say("적었습니다. 다른 사람이 확인하면 끝납니다.", "Written down. It ends when another person confirms it.")
CONFIRMED = say("확인했습니다. 고객에게 안내합니다.", "Confirmed. The customer is told.")
LET_GO = say("내려놓았습니다. 다른 사람이 맡을 수 있습니다.", "Given back. Somebody else may take it now.")
SENT_BACK = say("돌려보냈습니다. 금액은 잡아 둡니다.", "Sent back. The money stays held.")


def paying() -> frozenset[str]:
    settings: Settings = current_app.extensions["opsroom.settings"]
    return settings.paying


def provider_pays(refund: Refund) -> bool:
    """Whether workers refund this payment by themselves; else finance does."""
    return refund.booking.gateway in paying()


def waits_for_finance(actor: Actor) -> ColumnElement[bool]:
    """What this person may pay by hand or confirm, whoever has taken it: never what they asked for, nor what they have
    written down.
    """
    written = Settlement.state == SettlementState.written
    by_hand = Refund.state.in_((RefundState.approved, RefundState.paying)) & ~Refund.booking.has(
        Booking.gateway.in_(paying())
    )
    to_pay = (by_hand & ~_settled(written)) | _settled(Settlement.state == SettlementState.taken)
    to_confirm = Refund.state.in_(BY_HAND) & _settled(written, Settlement.written_by_id.is_distinct_from(actor.id))
    return Refund.requested_by_id.is_distinct_from(actor.id) & (to_pay | to_confirm)


def _settled(*so: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Settlement.refund_id == Refund.id, *so).correlate(Refund)


class SettleDoors:
    """Of a DeskView of refunds."""

    def settlement_of(self, refund: Refund) -> Settlement | None:
        """What waits for a second person."""
        return open_settlement(db.session(), refund)

    def may_settle(self, refund: Refund) -> bool:
        """Whether finance sees the buttons that settle it by hand."""
        mine = acting().may(RIGHT) and refund.requested_by_id != acting().id
        return mine and may_settle(refund, clock.now(), provider_pays=provider_pays(refund))

    def typed(self, refund: Refund) -> str:
        """What was typed into the form that was refused just now."""
        kept = session.pop(TYPED, None)
        return str(kept[1]) if kept and kept[0] == refund.id else ""

    def taken_by(self, refund: Refund) -> Settlement | None:
        """Who pays it by hand now."""
        return taking(db.session(), refund)

    def may_let_go(self, settlement: Settlement) -> bool:
        """Whether the one who acts may give back what was taken."""
        return acting().may(RIGHT if settlement.written_by_id == acting().id else FREES)

    def must_be_taken(self, refund: Refund) -> bool:
        """Where no provider pays, one of finance takes it before paying it."""
        return not provider_pays(refund)

    @expose("/settle-take/", methods=("POST",))
    @needs(RIGHT)
    def settle_take_view(self) -> ResponseReturnValue:
        """Claimed before the money leaves: two people never transfer it both."""
        why = request.form.get("why", "")
        return self._settled(
            TAKEN,
            lambda refund: take(refund, why, provider_pays=provider_pays(refund), stopped=_stopped()),
        )

    @expose("/settle/", methods=("POST",))
    @needs(RIGHT)
    def settle_view(self) -> ResponseReturnValue:
        paid, reference = request.form.get("outcome") == "paid", request.form.get("why", "")
        return self._settled(
            WRITTEN,
            lambda refund: write_down(refund, paid=paid, reference=reference, provider_pays=provider_pays(refund)),
        )

    @expose("/settle-confirm/", methods=("POST",))
    @needs(RIGHT)
    def settle_confirm_view(self) -> ResponseReturnValue:
        return self._settled(CONFIRMED, lambda refund: confirm(refund, provider_pays=provider_pays(refund)))

    @expose("/settle-back/", methods=("POST",))
    @needs(RIGHT)
    def settle_back_view(self) -> ResponseReturnValue:
        why = request.form.get("why", "")
        return self._settled(SENT_BACK, lambda refund: send_back(refund, why, provider_pays=provider_pays(refund)))

    @expose("/settle-let-go/", methods=("POST",))
    @needs(FREES)
    def settle_let_go_view(self) -> ResponseReturnValue:
        """By whoever has taken it, or by somebody who approves refunds."""
        why = request.form.get("why", "")
        return self._settled(LET_GO, lambda refund: let_go(refund, why))

    def _settled(self, done: Words, settle: Any) -> ResponseReturnValue:
        view: Any = self
        refund: Refund = view.get_one(request.form.get("id", ""))
        number, why = refund.id, request.form.get("why", "").strip()
        try:
            lock(refund, seen=request.form.get(SEEN, ""))
            because(db.session(), why[:500])
            settle(refund)
            db.session.commit()
            flash(str(done), "success")
        except Refusal as refusal:
            db.session.rollback()
            session[TYPED] = (number, why[:500])
            flash(str(refusal), "error")
            _back_to_approval(refund, refusal)
        return redirect(get_redirect_target() or view.get_url(".details_view", id=number))


def _stopped() -> Words | None:
    """Why no money goes out now: the room that compares stands above this one, and the site tells us."""
    asked: Callable[[Session], Words | None] = current_app.extensions[PAYOUT_STOPPED]
    return asked(db.session())


def _back_to_approval(refund: Refund, refusal: Refusal) -> None:
    """Where no worker pays, nobody else finds out that what was approved does not stand any more."""
    with acting_as(NOBODY):
        lock(refund)
        if refund.state is RefundState.approved and not refund.stands:
            void_approval(refund, as_kept(refusal.words))
    db.session.commit()
