"""The board of routing, and the switch of presence."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from sqlalchemy import select

from app import clock
from app.actor import acting
from app.db import db
from app.desk.fields import id_in
from app.desk.scope import limits
from app.desk.view import DeskPage, needs
from app.errors import Forbidden, Refusal
from app.facts import Fact, announce
from app.routing.board import board_of
from app.routing.desk import PresenceState
from app.routing.mine import agent_of_actor
from app.routing.model import RoutingAgent
from app.tickets.scope import seen
from app.words import say

EDIT = "routing.edit"


def agents_seen() -> Any:
    """The agents that the one who acts may see: a vendor's people only their vendor's."""
    return select(RoutingAgent).where(*limits(RoutingAgent, acting(), city=None, vendor="vendor_id"))


class RoutingView(DeskPage):
    subject = "routing"
    label = say("배정판", "Board")
    icon = "route"

    @expose("/")
    def index(self) -> str:
        return self.render("routing/board.html", **self._board())

    @expose("/now/")
    def now_view(self) -> str:
        """The part of the board that moves, asked for every few seconds."""
        return self.render("routing/_board.html", **self._board())

    @expose("/presence/", methods=("POST",))
    @needs("routing.present")
    def presence_view(self) -> ResponseReturnValue:
        """One's own presence; a manager's for others. Who comes online is given what waits."""
        session = db.session()
        agent = self._meant()
        try:
            wanted = _state(request.form.get("presence", ""))
            if wanted is not agent.presence.state:
                agent.presence.move_to(wanted)
                announce(session, Fact.routing_due)
            session.commit()
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(get_redirect_target() or self.get_url(".index"))

    def _meant(self) -> RoutingAgent:
        session, typed = db.session(), request.form.get("agent", "")
        mine = agent_of_actor(session, acting())
        if mine is not None and typed in {"", str(mine.id)}:
            return mine
        if not typed:
            raise Refusal(say("배정에 참여하는 상담사가 아닙니다.", "You are no agent of routing."))
        if not acting().may(EDIT):
            raise Forbidden(say("다른 사람의 상태는 매니저만 바꿉니다.", "Only managers switch other people."))
        found = session.scalars(agents_seen().where(RoutingAgent.id == (id_in(typed) or 0))).first()
        if found is None:
            raise Refusal(say("그 상담사가 없습니다.", "There is no such agent."))
        agent: RoutingAgent = found
        return agent

    def _board(self) -> dict[str, Any]:
        session = db.session()
        rows = session.scalars(agents_seen()).all()
        mine = agent_of_actor(session, acting())
        board = board_of(session, clock.now(), rows, mine, seen())
        return {"board": board, "states": list(PresenceState), "may_edit": acting().may(EDIT), "mine": mine}


def _state(text: str) -> PresenceState:
    try:
        return PresenceState(text)
    except ValueError:
        raise Refusal(say("그런 상태는 없습니다.", "There is no such state.")) from None


def my_presence() -> RoutingAgent | None:
    """For the rail of every page: the agent that the one who acts is, where they may switch."""
    return agent_of_actor(db.session(), acting()) if acting().may("routing.present") else None
