"""The link to Zendesk on one page: how it stands, how far the load is, and the two switches."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app import clock
from app.audit.trail import because
from app.db import db
from app.desk.shown import ago
from app.desk.troubles import told
from app.desk.view import needs
from app.errors import Refusal
from app.facts import Fact, announce
from app.link.history_doors import HistoryDoors, history_of_page
from app.link.link import the_link, turn_pushing, turn_rules
from app.link.model import Link
from app.words import Words, say

SWITCHES = {"pushing": turn_pushing, "rules": turn_rules}
SHORTEST_REASON = 2


class LinkView(HistoryDoors):
    subject = "link"
    label = say("연결", "Connection")
    icon = "plug"

    @expose("/")
    def index(self) -> str:
        link = db.session.get(Link, 1)
        return self.render("link/index.html", link=link, stands=_stands(link), past=history_of_page())

    @expose("/state.json")
    def state(self) -> ResponseReturnValue:
        """What moves while one looks: asked every few seconds by the page."""
        link = db.session.get(Link, 1)
        return jsonify(
            loaded=link.loaded if link else 0,
            loading=is_loading(link),
            synced=ago(link.synced_at) if link and link.synced_at else "",
            stands=str(_stands(link)),
            trouble=str(told(link.trouble)) if link else "",
        )

    @expose("/turn/<switch>/<way>/", methods=("POST",))
    @needs("switches.turn")
    def turn(self, switch: str, way: str) -> ResponseReturnValue:
        """Turns one switch on or off, with the reason that was typed; the audit keeps both."""
        if switch not in SWITCHES or way not in {"on", "off"}:
            raise Refusal(say("그런 스위치는 없습니다.", "There is no such switch."))
        reason = request.form.get("reason", "").strip()
        if len(reason) < SHORTEST_REASON:
            raise Refusal(
                say(
                    "이유를 적어 주세요. 감사 기록에 함께 남습니다.", "Say why. The reason is kept in the audit record."
                )
            )
        session = db.session()
        because(session, reason)
        turn_it: Any = SWITCHES[switch]
        turn_it(the_link(session), on=way == "on")
        if way == "on":
            announce(session, Fact.push_owed if switch == "pushing" else Fact.inbox_filled)
        session.commit()
        flash(str(_turned(switch, on=way == "on")), "success")
        return redirect(self.get_url(".index"))


def _turned(switch: str, *, on: bool) -> Words:
    if switch == "pushing":
        return (
            say("이제 변경을 Zendesk로 보냅니다.", "Changes are now sent to Zendesk.")
            if on
            else say("보내기를 멈추었습니다. 새 변경은 보류됩니다.", "Pushing is off. New changes are held.")
        )
    return say("규칙이 다시 정합니다.", "Rules decide again.") if on else say("규칙을 멈추었습니다.", "Rules are off.")


def is_loading(link: Link | None) -> bool:
    return bool(link and link.load_started_at and not link.load_done_at)


def _stands(link: Link | None) -> Words:
    """How the link stands, in a sentence."""
    if link is None or link.connected_at is None:
        return say(
            "아직 연결되지 않았습니다. 터미널에서 `flask zendesk connect`를 실행해 주세요.",
            "Not connected yet. Run `flask zendesk connect` in a terminal.",
        )
    if is_loading(link):
        return say(
            f"처음 티켓을 가져오는 중입니다. 지금까지 {link.loaded:,}건입니다.",
            f"The first load is under way: {link.loaded:,} tickets so far.",
        )
    if link.trouble:
        return say("문제가 있습니다. 저절로 다시 시도합니다.", "There is trouble. It is tried again by itself.")
    if link.synced_at is None or (clock.now() - link.synced_at).total_seconds() > 900:
        return say("동기화가 늦어지고 있습니다.", "The sync is late.")
    return say("잘 연결되어 있습니다.", "The link works.")
