"""The screen of what came in."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select

from app.db import db
from app.desk.shown import NOTHING
from app.desk.troubles import told
from app.desk.view import DeskView, Tab, desk_action, needs
from app.errors import Refusal
from app.inbox.by_hand import LOOK_RIGHT, RIGHT, look_again, retry
from app.inbox.model import InboxState, WebhookEvent
from app.tickets.model import Ticket
from app.tickets.scope import seen
from app.words import say

WAITING = (InboxState.new, InboxState.working)
BODY_SHOWN = 20_000
DONE = say("{count}건을 다시 시도합니다.", "{count} will be tried again.")
LOOKED = say(
    "Zendesk에서 다시 가져옵니다. 곧 반영됩니다.", "It is fetched from Zendesk once more; that takes a moment."
)
NO_TICKET = say("그 번호의 티켓이 여기에 없습니다.", "There is no ticket of that number here.")


class InboxView(DeskView):
    model = WebhookEvent
    subject = "inbox"
    label = say("받은함", "Inbox")
    icon = "inbox"
    can_create = False
    can_edit = False
    can_export = False
    details_template = "inbox/details.html"
    empty = say("받은 것이 없습니다.", "Nothing came in.")
    column_list = ("id", "source", "event_type", "ticket_zendesk_id", "state", "tries", "why", "received_at", "done_at")
    column_labels = {
        "id": say("번호", "Number"),
        "source": say("어디서", "From"),
        "event_type": say("무엇", "What"),
        "ticket_zendesk_id": say("티켓·결제", "Ticket or payment"),
        "state": say("상태", "State"),
        "tries": say("시도", "Tries"),
        "why": say("이유", "Why"),
        "received_at": say("받은 때", "Received"),
        "done_at": say("끝난 때", "Done"),
    }
    column_formatters = {
        "why": lambda _view, _context, row, _name: told(row.why) if row.why else NOTHING,
        "ticket_zendesk_id": lambda _view, _context, row, _name: row.ticket_zendesk_id or row.payment_ref or NOTHING,
    }
    column_filters = ("state", "source", "received_at")
    column_searchable_list = ("ticket_zendesk_id", "payment_ref", "invocation_id")
    column_sortable_list = ("id", "state", "tries", "received_at", "done_at")
    column_default_sort = ("id", True)
    tabs = (
        Tab("waiting", say("기다림", "Waiting"), lambda: WebhookEvent.state.in_(WAITING)),
        Tab("dead", say("실패", "Failed"), lambda: WebhookEvent.state == InboxState.dead, hot=True),
        Tab("done", say("끝남", "Done"), lambda: WebhookEvent.state == InboxState.done),
        Tab("all", say("전체", "All")),
    )

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= {"row": more["model"], "body": _body(more["model"])}
        return super().render(template, **more)

    @desk_action("retry", say("다시 시도", "Try again"), None, RIGHT)
    def retry_chosen(self, ids: list[str]) -> None:
        self._each(ids)

    @expose("/retry/", methods=("POST",))
    @needs(RIGHT)
    def retry_view(self) -> ResponseReturnValue:
        row: WebhookEvent = self.get_one(request.form.get("id"))
        self._each([str(row.id)])
        return redirect(self.get_url(".details_view", id=row.id))

    @expose("/look-again/", methods=("POST",))
    @needs(LOOK_RIGHT)
    def look_again_view(self) -> ResponseReturnValue:
        """Asks for a ticket of the mirror to be fetched once more: `ticket` is our id of it."""
        given = request.form.get("ticket", "")
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
        ticket = db.session.scalars(select(Ticket).where(Ticket.id == number, *seen())).first()
        if ticket is None:
            raise Refusal(NO_TICKET)
        look_again(db.session(), ticket)
        db.session.commit()
        flash(str(LOOKED), "success")
        return redirect(url_for("tickets.details_view", id=number))

    def _each(self, ids: list[str]) -> None:
        self.do_to_each(ids, lambda row: retry(db.session(), row), DONE)


def _body(row: WebhookEvent) -> str:
    """What was sent, as text; JSON is set out in lines."""
    text = (row.body or b"")[:BODY_SHOWN].decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
