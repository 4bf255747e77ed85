"""The screen of tickets: to look at, since Zendesk owns them."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import joinedload

from app.actor import acting
from app.db import db
from app.desk.shown import chip
from app.desk.view import DeskView, Tab
from app.people.model import User
from app.tickets.changes import names_in
from app.tickets.channels import told
from app.tickets.model import Comment, Ticket, TicketEvent
from app.tickets.scope import CITY
from app.words import say

OPEN = ("new", "open", "pending", "hold")
EVENTS_SHOWN = 50
RUNS_SHOWN = 50


class TicketView(DeskView):
    model = Ticket
    subject = "tickets"
    label = say("티켓", "Tickets")
    icon = "ticket"
    can_create = False
    can_edit = False
    details_template = "tickets/details.html"
    empty = say(
        "티켓이 없습니다. Zendesk를 연결하면 여기에 나타납니다.", "No tickets. Connect Zendesk and they appear here."
    )
    column_list = (
        "zendesk_id",
        "subject",
        "status",
        "priority",
        "requester.name",
        "group.name",
        "assignee.name",
        "updated_at",
    )
    column_labels = {
        "channel": say("채널", "Channel"),
        "zendesk_id": say("번호", "Number"),
        "subject": say("제목", "Subject"),
        "status": say("상태", "Status"),
        "priority": say("우선순위", "Priority"),
        "requester.name": say("요청자", "Requester"),
        "group.name": say("그룹", "Group"),
        "assignee.name": say("담당자", "Assignee"),
        "updated_at": say("업데이트", "Updated"),
        "created_at": say("만든 때", "Created"),
    }
    column_formatters = {
        "status": lambda _view, _context, model, _name: chip(model.status, "TicketStatus"),
        "priority": lambda _view, _context, model, _name: chip(model.priority, "TicketPriority"),
    }
    column_searchable_list = ("subject", "zendesk_id", "requester.name", "requester.email")
    column_filters = ("status", "priority", "channel", "created_at", "updated_at")
    column_sortable_list = ("zendesk_id", "status", "updated_at")
    column_default_sort = ("updated_at", True)
    column_select_related_list = ("requester", "group", "assignee")
    scope_city = CITY
    tabs = (
        Tab("open", say("열린 티켓", "Open"), lambda: Ticket.status.in_(OPEN)),
        Tab("mine", say("내 티켓", "Mine"), lambda: _mine() & Ticket.status.in_(OPEN)),
        Tab("all", say("전체", "All")),
    )

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= _page(more["model"])
        return super().render(template, **more)


def _mine() -> ColumnElement[bool]:
    """Assigned in Zendesk to the one who looks."""
    person = acting().id
    if person is None:
        return false()
    return Ticket.assignee_id == select(User.zendesk_id).where(User.id == person).scalar_subquery()


def _page(ticket: Ticket) -> dict[str, Any]:
    """The conversation, the fields and what was done about it, in a fixed number of queries."""
    session = db.session()
    comments = select(Comment).where(Comment.ticket_id == ticket.id).options(joinedload(Comment.author))
    events = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.audit_id.desc())
    run: Any = Ticket.runs.property.mapper.class_
    runs = select(run).where(run.ticket_id == ticket.id).options(joinedload(run.rule), joinedload(run.push))
    move: Any = Ticket.routing_moves.property.mapper.class_
    moves = select(move).where(move.ticket_id == ticket.id)
    changed = session.scalars(events.limit(EVENTS_SHOWN)).all()
    names = names_in(session, [ticket.custom_fields, *(one.changes for one in changed)])
    return {
        "ticket": ticket,
        "comments": session.scalars(comments.order_by(Comment.zendesk_id)).all(),
        "runs": session.scalars(runs.order_by(run.id.desc()).limit(RUNS_SHOWN)).all(),
        "events": changed,
        "routing_moves": session.scalars(moves.order_by(move.id.desc()).limit(RUNS_SHOWN)).all(),
        "names": names,
        "fields": {key: value for key, value in ticket.custom_fields.items() if value not in (None, "")},
        "channel": told(ticket.channel),
        "zendesk_url": current_app.extensions["opsroom.settings"].zendesk_url,
    }
