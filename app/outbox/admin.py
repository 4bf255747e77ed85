"""The screen of what we owe the outside."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app.db import db
from app.desk.shown import NOTHING
from app.desk.troubles import told
from app.desk.view import DeskView, Tab, desk_action, needs
from app.errors import Refusal
from app.outbox.by_hand import HAND_WORDS, MOVES, RIGHT, Hand, move
from app.outbox.model import Push, PushState
from app.tickets.changes import names_in
from app.words import say

WAITING = (PushState.owed, PushState.sending, PushState.unknown)
FAILED = (PushState.dead, PushState.refused)
DONE = say("{count}건을 처리했습니다.", "{count} done.")


class OutboxView(DeskView):
    model = Push
    subject = "outbox"
    label = say("보낼함", "Outbox")
    icon = "send"
    can_create = False
    can_edit = False
    details_template = "outbox/details.html"
    empty = say("보낼 것이 없습니다.", "Nothing is owed.")
    column_list = (
        "id",
        "ticket.zendesk_id",
        "ticket.subject",
        "origin",
        "state",
        "tries",
        "why",
        "created_at",
        "sent_at",
    )
    column_labels = {
        "id": say("번호", "Number"),
        "ticket.zendesk_id": say("티켓", "Ticket"),
        "ticket.subject": say("제목", "Subject"),
        "origin": say("어디서", "From"),
        "state": say("상태", "State"),
        "tries": say("시도", "Tries"),
        "why": say("이유", "Why"),
        "created_at": say("정해진 때", "Decided"),
        "sent_at": say("보낸 때", "Sent"),
    }
    column_formatters = {
        "origin": lambda _view, _context, push, _name: push.told_origin,
        "why": lambda _view, _context, push, _name: told(push.why) if push.why else NOTHING,
    }
    column_filters = ("state", "created_at")
    column_searchable_list = ("ticket.zendesk_id", "ticket.subject")
    column_sortable_list = ("id", "state", "tries", "created_at", "sent_at")
    column_default_sort = ("id", True)
    scope_city = "ticket.booking.city"
    tabs = (
        Tab("waiting", say("보내는 중", "On its way"), lambda: Push.state.in_(WAITING)),
        Tab("held", say("보류", "Held"), lambda: Push.state == PushState.held, hot=True),
        Tab("failed", say("실패", "Failed"), lambda: Push.state.in_(FAILED), hot=True),
        Tab("sent", say("보냄", "Sent"), lambda: Push.state == PushState.sent),
        Tab("all", say("전체", "All")),
    )

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            push: Push = more["model"]
            hands = [(hand.value, HAND_WORDS[hand]) for hand in Hand if push.state in MOVES[hand]]
            more |= {
                "push": push,
                "hands": hands,
                "names": names_in(db.session(), [push.change, push.before]),
            }
        return super().render(template, **more)

    @desk_action(
        "send",
        say("보내기", "Send"),
        say(
            "고른 것을 Zendesk에 보낼까요? 고객에게 답변이 나갈 수 있습니다.",
            "Send these to Zendesk? Customers may be answered.",
        ),
        RIGHT,
    )
    def send_chosen(self, ids: list[str]) -> None:
        self._each(ids, Hand.send)

    @desk_action(
        "drop",
        say("버리기", "Drop"),
        say(
            "고른 것을 버릴까요? 보내지 않으며 되돌릴 수 없습니다.",
            "Drop these? They are never sent, and there is no way back.",
        ),
        RIGHT,
    )
    def drop_chosen(self, ids: list[str]) -> None:
        self._each(ids, Hand.drop)

    @desk_action("retry", say("다시 시도", "Try again"), None, RIGHT)
    def retry_chosen(self, ids: list[str]) -> None:
        self._each(ids, Hand.retry)

    @expose("/hand/", methods=("POST",))
    @needs(RIGHT)
    def hand_view(self) -> ResponseReturnValue:
        """One push, by the buttons of its page: `hand` says what is done with it."""
        push: Push = self.get_one(request.form.get("id"))
        hand = request.form.get("hand", "")
        if hand not in set(Hand):
            raise Refusal(say("그렇게 할 수 없습니다.", "That cannot be done."))
        self._each([str(push.id)], Hand(hand))
        return redirect(self.get_url(".details_view", id=push.id))

    def _each(self, ids: list[str], hand: Hand) -> None:
        self.do_to_each(ids, lambda push: move(db.session(), push, hand), DONE)
