"""The ledger on screens: entries, balances, the statement of a booking or partner, and corrections."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app import clock
from app.actor import acting
from app.audit.trail import because, record
from app.bookings.model import Booking
from app.db import db
from app.desk.exports import SHORTEST_REASON, csv_file, exported
from app.desk.fields import id_in
from app.desk.scope import limits
from app.desk.shown import major
from app.desk.view import DeskView, Tab, needs
from app.desk.xlsx import MIME, workbook
from app.errors import ChangedMeanwhile, Refusal
from app.ledger.balances import HEADS, By, balances, lines
from app.ledger.bearers import Bearer
from app.ledger.model import BEARERS, Account, Clawback, EntryKind, LedgerEntry
from app.ledger.posting import is_paid, move_cost
from app.partners.model import Partner
from app.words import say

CORRECTED = say("정정 분개를 더했습니다.", "The correction is entered.")
_ENTERED = say(
    "그사이 {ref}에 새 분개가 더해졌습니다. 지금 부담하는 쪽을 보고 다시 정해 주세요.",
    "{ref} has a new entry meanwhile. See who bears it now, and decide again.",
)


class LedgerView(DeskView):
    """Nothing here changes an entry: a correction is one more."""

    model = LedgerEntry
    subject = "ledger"
    label = say("원장", "Ledger")
    icon = "scale"
    empty = say(
        "아직 분개가 없습니다. 환불이 승인되면 여기에 적힙니다.",
        "No entries yet. They are written when a refund is approved.",
    )
    can_create = can_edit = False
    find_by = None
    scope_city, scope_vendor = "booking.city", "booking.partner.vendor_id"
    details_template = "ledger/entry.html"
    list_template = "ledger/list.html"
    tabs = (
        Tab("refunds", say("환불", "Refunds"),
            lambda: LedgerEntry.kind.in_((EntryKind.owed, EntryKind.paid, EntryKind.released, EntryKind.returned))),
        Tab("partner", say("파트너 몫", "Partners"), lambda: LedgerEntry.partner_id.is_not(None)),
        Tab("moved", say("정정·면제", "Corrected, waived"),
            lambda: LedgerEntry.kind.in_((EntryKind.moved, EntryKind.waived))),
    )  # fmt: skip
    column_list = ("at", "kind", "debit", "credit", "amount_minor", "refund", "booking", "partner", "by")
    column_details_list = (*column_list, "currency", "why")
    column_export_list = ("id", "at", "kind", "debit", "credit", "currency", "amount_minor", "refund", "booking",
                          "partner", "by", "why")  # fmt: skip
    column_labels = {
        "id": say("분개 번호", "Entry"),
        "at": say("때", "When"),
        "kind": say("내용", "What"),
        "debit": say("차변", "Debit"),
        "credit": say("대변", "Credit"),
        "amount_minor": say("금액", "Amount"),
        "currency": say("통화", "Currency"),
        "refund": say("환불", "Refund"),
        "booking": say("예약", "Booking"),
        "booking.ref": say("예약", "Booking"),
        "booking.city": say("도시", "City"),
        "partner": say("파트너", "Partner"),
        "partner.name": say("파트너", "Partner"),
        "by": say("누가", "Who"),
        "why": say("까닭", "Why"),
    }
    column_sortable_list = ("at", "amount_minor")
    column_searchable_list = ("booking.ref", "partner.name")
    column_filters = ("kind", "debit", "credit", "currency", "booking.ref", "booking.city", "partner.name", "at",
                      "amount_minor")  # fmt: skip
    column_default_sort = ("at", True)

    def get_query(self) -> Any:
        near = (joinedload(LedgerEntry.booking), joinedload(LedgerEntry.partner), joinedload(LedgerEntry.refund))
        return super().get_query().options(*near)

    def is_cost(self, entry: LedgerEntry) -> bool:
        """Whether the entry laid a cost of a paid refund on somebody from whom a correction can take it."""
        bears = entry.debit in BEARERS.values() and entry.debit is not Account.partner
        laid = bears and entry.kind in {EntryKind.owed, EntryKind.moved}
        return laid and self.may("correct_view") and is_paid(self.session.session, entry.refund_id)

    def newest(self, entry: LedgerEntry) -> int:
        """The last entry of its refund: what a correction was decided upon."""
        asked = select(func.max(LedgerEntry.id)).where(LedgerEntry.refund_id == entry.refund_id)
        return self.session.session.scalar(asked) or 0

    def others(self, entry: LedgerEntry) -> list[Bearer]:
        return [
            one
            for one in Bearer
            if BEARERS[one] is not entry.debit and (one is not Bearer.partner or entry.booking.partner_id is not None)
        ]

    @expose("/correct/", methods=("POST",))
    @needs("ledger.correct")
    def correct_view(self) -> ResponseReturnValue:
        entry, session = self.get_one(request.form.get("id", "")), db.session()
        why = request.form.get("why", "").strip()[:400]
        try:
            # Of two at once, the second sees what the first has entered.
            session.refresh(entry.refund, with_for_update={"of": type(entry.refund)})
            if request.form.get("seen", "") != str(self.newest(entry)):
                raise ChangedMeanwhile(_ENTERED.fill(ref=entry.refund.ref))
            because(session, why)
            made = move_cost(session, entry.refund.owing, entry, _bearer(request.form.get("to", "")), why)
            session.flush()
            told = {"amount_minor": made.amount_minor, "currency": made.currency}
            record(session, "create", "ledger_entries", made.id, told)
            session.commit()
            flash(str(CORRECTED), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
            return redirect(self.get_url(".details_view", id=entry.id))
        return redirect(self.get_url(".details_view", id=made.id))

    # ------------------------------------------------------------------------------------------------------- balances
    @expose("/balances/")
    def balances_view(self) -> ResponseReturnValue:
        """?by=account|partner|booking&q=: what each owes or is owed, by currency."""
        by, text = _by(request.args.get("by", "")), request.args.get("q", "").strip()[:60]
        rows = balances(self.session.session, by, self._limits(), text)
        return self.render("ledger/balances.html", by=by, ways=list(By), heads=HEADS[by], rows=rows, text=text)

    @expose("/balances/file/<export_type>/", methods=("POST",))
    @needs("exports.make")
    def balances_file(self, export_type: str) -> ResponseReturnValue:
        """The page's rows as a file; with a reason, told to the audit like every file."""
        by, text = _by(request.args.get("by", "")), request.args.get("q", "").strip()[:60]
        reason = request.form.get("reason", "").strip()[:500]
        if export_type not in self.export_types:
            abort(404)
        if len(reason) < SHORTEST_REASON:
            raise Refusal(say("내보내는 이유를 적어 주세요.", "Say why you export."))
        name, first, second, left = HEADS[by]
        rows = [
            [str(one.name), one.currency, *(major(minor, one.currency) for minor in (one.first, one.second, one.left))]
            for one in balances(self.session.session, by, self._limits(), text)
        ]
        titles = [str(title) for title in (name, say("통화", "Currency"), first, second, left)]
        exported.send(self, rows=len(rows), kind=export_type, reason=reason)
        self.session.session.commit()
        filename = f"opsroom-balances-{by.value}-{clock.in_seoul(clock.now()):%Y%m%d-%H%M}.{export_type}"
        return Response(
            workbook(titles, rows) if export_type == "xlsx" else csv_file(titles, rows),
            mimetype=MIME if export_type == "xlsx" else "text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{filename}"'},
        )

    @expose("/statement/")
    def statement_view(self) -> ResponseReturnValue:
        """?booking= or ?partner= (our ids): its entries, oldest first, with what is left after each."""
        booking, partner = (id_in(request.args.get(name, "")) for name in ("booking", "partner"))
        of: Any = self._seen_one(Booking, booking) if partner is None else self._seen_one(Partner, partner)
        told = lines(self.session.session, self._limits(), booking=booking, partner=partner)
        owed = None if partner is None else self.seen_of(Clawback).filter(Clawback.partner_id == partner)
        clawbacks = [] if owed is None else owed.order_by(Clawback.id.desc()).limit(50).all()
        is_partner = partner is not None
        return self.render("ledger/statement.html", of=of, is_partner=is_partner, lines=told, clawbacks=clawbacks)

    def _seen_one(self, model: Any, number: int | None) -> Any:
        found = None if number is None else self.seen_of(model).filter(model.id == number).one_or_none()
        if found is None:
            abort(404)
        return found

    def _limits(self) -> Any:
        return limits(LedgerEntry, acting(), city=self.scope_city, vendor=self.scope_vendor)


def _by(text: str) -> By:
    return By(text) if text in {*By} else By.account


def _bearer(text: str) -> Bearer:
    if text not in {*Bearer}:
        raise Refusal(say("누가 부담할지 골라 주세요.", "Choose who bears it."), field="to")
    return Bearer(text)
