"""The screen of disputes: the list by whose turn it is, and the page of one with both sides beside each other."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from app.actor import acting
from app.bookings.model import Booking
from app.desk.fields import ChoiceField, id_in
from app.desk.kept_files import to_save
from app.desk.saving import SEEN
from app.desk.shown import NOTHING, ago, chip_as
from app.desk.states import BAD, Named, named
from app.desk.view import DeskView, Tab, needs
from app.disputes import clocks
from app.disputes.admin.posted import NOTHING_TYPED, Posted, both, number, text
from app.disputes.admin.read import choice_of, comments_of, page_of, remedy_of, ticket_of
from app.disputes.deciding import answer, counter, propose, reopen, rule, withdraw
from app.disputes.dispute import (
    bring,
    bring_booking,
    bring_comment,
    bring_file,
    bring_refund,
    hear,
    link_ticket,
    lock,
    open_dispute,
)  # fmt: skip
from app.disputes.entries import DisputeEntry
from app.disputes.files import read
from app.disputes.model import OURS, OVER, Dispute
from app.disputes.offers import AnswerKind, Proposal
from app.disputes.sides import PARTIES, DisputeKind, EntryKind, Side
from app.errors import Refusal
from app.refunds.model import Refund
from app.words import say

ADDED = say("올렸습니다.", "Added.")
GONE = say("이미 없는 기록입니다.", "It is not there any more.")


def _waits(_view: Any, _context: Any, dispute: Dispute, _name: str) -> Any:
    """Whose turn it is, and how long they have."""
    open_ones = [one for one in dispute.clocks if one.ended is None]
    if not open_ones:
        return NOTHING
    told = []
    for one in sorted(open_ones, key=lambda each: each.due_at):
        label = named(one.side).words + f" · {ago(one.due_at)}"
        told.append(
            chip_as(Named(label, BAD), one.side.value) if one.is_late else chip_as(Named(label), one.side.value)
        )
    return Markup(" ").join(told)


def _between(_view: Any, _context: Any, dispute: Dispute, _name: str) -> str:
    return f"{dispute.booking.customer.name} ↔ {dispute.partner.name}"


class DisputeView(Posted, DeskView):
    """Nothing here decides: every form calls what app/disputes promises."""

    model = Dispute
    subject = "disputes"
    label = say("분쟁", "Disputes")
    icon = "gavel"
    can_edit = False
    empty = say(
        "열린 분쟁이 없습니다. 예약이나 티켓에서 열 수 있습니다.", "No disputes. Open one from a booking or a ticket."
    )
    details_template, create_template = "disputes/case.html", "disputes/create.html"
    scope_city = "booking.city"
    us = Side.us
    tabs = (
        Tab(
            "us",
            say("우리 차례", "Waits for us"),
            lambda: Dispute.state.in_(OURS) | clocks.waits_for(Side.us),
            hot=True,
        ),
        Tab("customer", say("고객 답변 대기", "Waits for the customer"), lambda: clocks.waits_for(Side.customer)),
        Tab("partner", say("파트너 답변 대기", "Waits for the partner"), lambda: clocks.waits_for(Side.partner)),
        Tab("overdue", say("기한 지남", "Overdue"), clocks.is_overdue, hot=True),
        Tab("over", say("끝남", "Over"), lambda: Dispute.state.in_(OVER)),
    )
    column_list = ("ref", "between", "kind", "state", "waits", "booking", "opened_at")
    column_labels = {
        "ref": say("번호", "Number"),
        "between": say("고객 ↔ 파트너", "Customer ↔ partner"),
        "kind": say("무엇", "About"),
        "state": say("상태", "State"),
        "waits": say("누구 차례 · 남은 시간", "Whose turn · time left"),
        "booking": say("예약", "Booking"),
        "booking.ref": say("예약", "Booking"),
        "booking.city": say("도시", "City"),
        "booking.customer.name": say("고객", "Customer"),
        "partner": say("파트너", "Partner"),
        "partner.name": say("파트너", "Partner"),
        "opened_at": say("연 때", "Opened"),
        "ended_at": say("끝난 때", "Ended"),
        "summary": say("무슨 일인지", "What happened"),
        "customer_ticket": say("고객 티켓", "Customer's ticket"),
        "partner_ticket": say("파트너 티켓", "Partner's ticket"),
    }
    column_descriptions = {
        "summary": say("우리만 봅니다. 양쪽에는 보내지 않습니다.", "For us alone; neither side reads it."),
        "partner_ticket": say("없으면 나중에 이을 수 있습니다.", "It can be linked later."),
    }
    column_formatters = {
        "waits": _waits, "between": _between, "opened_at": lambda _v, _c, dispute, _n: ago(dispute.opened_at),
    }  # fmt: skip
    column_formatters_export: dict[str, Any] = {}
    column_export_list = ("ref", "booking", "partner", "kind", "state", "opened_at", "ended_at")
    column_sortable_list = ("ref", "kind", "state", "opened_at")
    column_searchable_list = ("ref", "booking.ref", "booking.customer.name", "partner.name")
    column_filters = ("kind", "state", "booking.city", "opened_at")
    column_default_sort = "opened_at"
    form_columns = ("booking", "kind", "summary", "customer_ticket", "partner_ticket")
    form_ajax_refs = {
        "booking": {"fields": ("ref",), "page_size": 20},
        "customer_ticket": {"fields": ("zendesk_id", "subject"), "page_size": 20},
        "partner_ticket": {"fields": ("zendesk_id", "subject"), "page_size": 20},
    }
    form_overrides = {"summary": TextAreaField}
    form_args = {
        "booking": {"validators": [InputRequired()]},
        "summary": {"validators": [InputRequired(), Length(max=4000)]},
    }
    form_extra_fields = {"kind": ChoiceField(column_labels["kind"], choices=DisputeKind)}

    def get_query(self) -> Any:
        people = joinedload(Dispute.booking).joinedload(Booking.customer)
        return super().get_query().options(people, joinedload(Dispute.partner), selectinload(Dispute.clocks))

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more = {"typed": NOTHING_TYPED} | more | page_of(self.session.session, more["model"])
        return super().render(template, **more)

    # -------------------------------------------------------------------------------------------------- opening one
    def create_form(self, obj: Any = None) -> Any:
        """The form opens on ?booking= or ?ticket= with what is known from there."""
        form = super().create_form(obj)
        if request.method == "GET":
            booking = self._form_ajax_refs["booking"].get_one(request.args.get("booking", ""))
            ticket = self._form_ajax_refs["customer_ticket"].get_one(request.args.get("ticket", ""))
            form.booking.data = booking or (ticket.booking if ticket is not None else None)
            form.kind.data = DisputeKind.damage
            if ticket is not None:
                partner = form.booking.data.partner if form.booking.data is not None else None
                is_partners = partner is not None and ticket.requester_id in {partner.zendesk_id} - {None}
                (form.partner_ticket if is_partners else form.customer_ticket).data = ticket
        return form

    def create_model(self, form: Any) -> Any:
        made: list[Dispute] = []

        def open_it() -> None:
            made.append(
                open_dispute(
                    self.session.session,
                    form.booking.data,
                    form.kind.data,
                    form.summary.data or "",
                    form.customer_ticket.data,
                    form.partner_ticket.data,
                )
            )

        return made[0] if self._commit(form, open_it) else None

    # -------------------------------------------------------------------------------------------------- hearing sides
    @expose("/hear/", methods=("POST",))
    @needs("disputes.edit")
    def hear_view(self) -> ResponseReturnValue:
        def ask(dispute: Dispute) -> None:
            lock(dispute, seen=request.form.get(SEEN, ""))
            sides = tuple(side for side in PARTIES if side.value in request.form.getlist("sides"))
            hear(dispute, both("asked"), number("hours", clocks.HOURS), sides)

        return self.done("hear", ask, say("물었습니다. 기한이 시작되었습니다.", "Asked. Their time runs."))

    @expose("/bring/", methods=("POST",))
    @needs("disputes.edit")
    def bring_view(self) -> ResponseReturnValue:
        def add(dispute: Dispute) -> None:
            side, kind = choice_of(Side, "side"), choice_of(EntryKind, "kind")
            sent = request.files.get("file")
            if sent is not None and sent.filename:
                bring_file(dispute, side, sent.filename, sent.read(), text("text"))
            else:
                bring(dispute, side, kind, text("text"))

        return self.done("bring", add, ADDED, "newest")

    @expose("/link/", methods=("POST",))
    @needs("disputes.edit")
    def link_view(self) -> ResponseReturnValue:
        """A comment, a fact of the booking, or a refund, as evidence."""

        def add(dispute: Dispute) -> None:
            what, _, key = text("what").partition(":")
            if what == "booking":
                bring_booking(dispute, key)
            elif what == "comment":
                comment = next((one for one in comments_of(self.session.session, dispute) if str(one.id) == key), None)
                bring_comment(dispute, _there(comment, "what"))
            else:
                refunds = self.seen_of(Refund).filter(Refund.booking_id == dispute.booking_id, Refund.id == id_in(key))
                bring_refund(dispute, _there(refunds.one_or_none(), "what"))

        return self.done("link", add, ADDED, "newest")

    @expose("/ticket/", methods=("POST",))
    @needs("disputes.edit")
    def ticket_view(self) -> ResponseReturnValue:
        def link(dispute: Dispute) -> None:
            link_ticket(dispute, choice_of(Side, "side"), ticket_of(self.session.session, "ticket"))

        return self.done("ticket", link, say("티켓을 이었습니다.", "The ticket is linked."))

    # ------------------------------------------------------------------------------------------------------- deciding
    @expose("/propose/", methods=("POST",))
    @needs("disputes.edit")
    def propose_view(self) -> ResponseReturnValue:
        def put(dispute: Dispute) -> None:
            lock(dispute, seen=request.form.get(SEEN, ""))
            propose(dispute, remedy_of(dispute), both("text"), number("hours", clocks.HOURS))

        return self.done("propose", put, say("양쪽에 제안했습니다.", "Put to both sides."))

    @expose("/answer/", methods=("POST",))
    @needs("disputes.edit")
    def answer_view(self) -> ResponseReturnValue:
        def write_down(dispute: Dispute) -> None:
            side, kind = choice_of(Side, "side"), choice_of(AnswerKind, "answer")
            proposal = self._open_proposal(dispute)
            if kind is AnswerKind.countered:
                hours = number("hours", clocks.HOURS)
                counter(dispute, proposal, side, remedy_of(dispute), both("text"), hours, text("note"))
            else:
                answer(dispute, proposal, side, kind, text("note"))

        return self.done("answer", write_down, say("답을 기록했습니다.", "The answer is recorded."))

    @expose("/rule/", methods=("POST",))
    @needs("disputes.rule")
    def rule_view(self) -> ResponseReturnValue:
        def decide(dispute: Dispute) -> None:
            lock(dispute, seen=request.form.get(SEEN, ""))
            warns = "warns" in request.form
            rule(dispute, remedy_of(dispute), text("clause"), both("reasons"), warns_partner=warns)

        return self.done("rule", decide, say("결정했습니다. 양쪽에 알립니다.", "Ruled. Both sides are told."))

    @expose("/withdraw/", methods=("POST",))
    @needs("disputes.edit")
    def withdraw_view(self) -> ResponseReturnValue:
        def end(dispute: Dispute) -> None:
            lock(dispute, seen=request.form.get(SEEN, ""))
            withdraw(dispute, text("why"))

        return self.done("withdraw", end, say("취하로 끝냈습니다.", "Withdrawn."))

    @expose("/reopen/", methods=("POST",))
    @needs("disputes.edit")
    def reopen_view(self) -> ResponseReturnValue:
        def again(dispute: Dispute) -> None:
            lock(dispute, seen=request.form.get(SEEN, ""))
            reopen(dispute, text("why"))

        return self.done("reopen", again, say("다시 열었습니다.", "Reopened."))

    # ------------------------------------------------------------------------------------------------------- a file
    @expose("/file/")
    def file_view(self) -> Response:
        """A piece of evidence as it was brought: saved, never shown, whatever the browser would make of it."""
        key = id_in(request.args.get("entry", ""))
        entry = self.session.session.get(DisputeEntry, key) if key is not None else None
        if entry is None or entry.sha256 is None:
            abort(404)
        self.get_one(str(entry.dispute_id))
        return to_save(read(entry.sha256), entry.file_type or "application/octet-stream", entry.file_name or "file")

    def may_rule(self, dispute: Dispute) -> bool:
        """Whether the form is shown to whoever looks: not to one who has talked with a side."""
        return acting().may("disputes.rule") and not any(
            one.user_id == acting().id and one.seat.value == "talks" for one in dispute.seats
        )

    def _open_proposal(self, dispute: Dispute) -> Proposal:
        return _there(next((one for one in dispute.proposals if str(one.id) == text("proposal")), None), "answer")


def _there(found: Any, field: str) -> Any:
    if found is None:
        raise Refusal(GONE, field=field)
    return found
