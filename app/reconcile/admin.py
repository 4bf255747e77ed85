"""Reconciling on screens: what differs and what to do about it, comparing now, and a provider's file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.audit.trail import because
from app.db import db
from app.desk.saving import CHANGED, SEEN
from app.desk.view import DeskView, Tab, needs
from app.errors import ChangedMeanwhile, Refusal
from app.facts import Fact, announce
from app.reconcile.check import payout_stopped
from app.reconcile.model import Difference, DifferenceKind, DifferenceState, Reconciliation
from app.reconcile.reconcile import gateways_of, reconcile, resolve
from app.reconcile.statement import Statement, read_statement
from app.words import Words, say

RUNS = 5
LONGEST_FILE = 1_500_000
TOO_LONG = say(
    "파일이 너무 큽니다 (1.5 MB까지). 기간을 나눠 올려 주세요.", "The file is too big (up to 1.5 MB). Split it by time."
)
WHAT_TO_DO: dict[DifferenceKind, Words] = {
    DifferenceKind.unknown_here: say(
        "결제사 콘솔에서 누가 환불했는지 확인해 주세요. 맞는 환불이면 까닭을 적어 풀고, 아니면 결제사에 알려 주세요.",
        "Look in the provider’s console who refunded it. If it is right, resolve it saying why; if not, tell them.",
    ),
    DifferenceKind.unknown_there: say(
        "결제사에 이 환불이 처리되었는지 물어봐 주세요. 고객이 돈을 받지 못했을 수 있습니다.",
        "Ask the provider whether it was carried out. The customer may not have the money.",
    ),
    DifferenceKind.other_amount: say(
        "결제사 기록의 금액이 실제로 나간 돈입니다. 차액을 고객·결제사와 바로잡은 뒤 풀어 주세요.",
        "What the provider has is what really went out. Put the difference right, then resolve it.",
    ),
    DifferenceKind.other_currency: say(
        "결제한 통화를 예약과 결제사에서 확인해 주세요.", "Check the currency of the payment, here and at the provider."
    ),
    DifferenceKind.other_payment: say(
        "다른 결제에서 돈이 나갔습니다. 예약의 결제 번호를 확인하고 결제사와 바로잡아 주세요.",
        "The money left another payment. Check the booking’s payment number, and put it right with the provider.",
    ),
    DifferenceKind.not_paid_here: say(
        "결제사는 이미 지급했습니다. 결과 확인 중이면 곧 저절로 맞습니다. 취소·거절된 환불이면 "
        "되돌릴 수 있는지 결제사에 물어봐 주세요.",
        "The provider has paid. Where the outcome is being looked up it will agree by itself; if it was cancelled or "
        "rejected here, ask the provider whether it can be taken back.",
    ),
    DifferenceKind.twice: say(
        "같은 환불이 두 번 나갔을 수 있습니다. 결제사에 바로 알려 주세요.",
        "The same refund may have gone out twice. Tell the provider at once.",
    ),
    DifferenceKind.ledger_off: say(
        "원장과 환불의 기록이 서로 다릅니다. 감사 기록에서 누가 무엇을 바꿨는지 확인해 주세요.",
        "The ledger and the refund do not say the same. See in the audit who changed what.",
    ),
}
SEEN_TO = say("풀었습니다. 남은 것이 없으면 지급이 다시 시작됩니다.", "Resolved. When none is left, payout goes on.")
ASKED = say("곧 결제사와 대조합니다.", "It will be compared with the provider in a moment.")
FAULTS_FIRST = say(
    "읽지 못한 줄이 있으면 대조할 수 없습니다. 고쳐서 다시 올려 주세요.",
    "With lines that cannot be read nothing can be concluded. Mend them and try again.",
)
NOTHING = say("환불이 한 줄도 없습니다.", "There is no refund in it.")


class DifferenceView(DeskView):
    model = Difference
    subject = "differences"
    label = say("대조", "Reconcile")
    icon = "shield-check"
    empty = say(
        "맞지 않는 것이 없습니다. 결제사·환불·원장이 모두 같습니다.",
        "Nothing differs: the provider, the refunds and the ledger agree.",
    )
    can_create = can_edit = False
    find_by = None
    scope_city = "refund.booking.city"
    list_template, panel_template = "reconcile/list.html", "reconcile/panel.html"
    details_template = "reconcile/difference.html"
    tabs = (
        Tab("open", say("확인 필요", "Open"), lambda: Difference.state == DifferenceState.open, hot=True),
        Tab("resolved", say("풀림", "Resolved"), lambda: Difference.state == DifferenceState.resolved),
        Tab("over", say("저절로 사라짐", "Gone by itself"), lambda: Difference.state == DifferenceState.over),
    )
    column_list = ("kind", "detail", "refund", "state", "found_at", "ended_at")
    column_details_list = column_list
    wide_columns = ("detail",)
    column_labels = {
        "kind": say("종류", "Kind"),
        "detail": say("내용", "What differs"),
        "refund": say("환불", "Refund"),
        "refund.ref": say("환불", "Refund"),
        "state": say("상태", "State"),
        "found_at": say("찾은 때", "Found"),
        "ended_at": say("끝난 때", "Ended"),
    }
    column_sortable_list = ("kind", "found_at", "ended_at")
    column_searchable_list = ("refund.ref", "detail_ko")
    column_filters = ("kind", "state", "refund.ref", "found_at")
    column_default_sort = ("found_at", True)

    def get_query(self) -> Any:
        return super().get_query().options(joinedload(Difference.refund), joinedload(Difference.told))

    def stopped(self) -> Words | None:
        return payout_stopped(db.session())

    def runs(self) -> Sequence[Reconciliation]:
        """The latest comparisons, newest first."""
        return db.session.scalars(select(Reconciliation).order_by(Reconciliation.id.desc()).limit(RUNS)).all()

    def what_to_do(self, difference: Difference) -> Words:
        return WHAT_TO_DO[difference.kind]

    def may_resolve(self, difference: Difference) -> bool:
        return difference.state is DifferenceState.open and self.may("resolve_view")

    @expose("/resolve/", methods=("POST",))
    @needs("differences.resolve")
    def resolve_view(self) -> ResponseReturnValue:
        difference, session = self.get_one(request.form.get("id", "")), db.session()
        why = request.form.get("why", "").strip()[:500]
        try:
            session.refresh(difference, with_for_update={"of": Difference})
            if request.form.get(SEEN, "") != str(difference.version):
                raise ChangedMeanwhile(CHANGED)
            because(session, why)
            resolve(session, difference, why)
            session.commit()
            flash(str(SEEN_TO), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(get_redirect_target() or self.get_url(".details_view", id=difference.id))

    @expose("/now/", methods=("POST",))
    @needs("differences.resolve")
    def now_view(self) -> ResponseReturnValue:
        """Rings for the comparison that otherwise comes every five minutes."""
        announce(db.session(), Fact.reconcile_due)
        db.session.commit()
        flash(str(ASKED), "success")
        return redirect(self.get_url(".index_view"))

    @expose("/file/", methods=("GET", "POST"))
    @needs("differences.resolve")
    def file_view(self) -> ResponseReturnValue:
        """A provider's file: read and shown with what would come of it; taken when that is pressed."""
        text = _text() if request.method == "POST" else ""
        read = read_statement(text) if text.strip() else None
        found: Sequence[Difference] = ()
        run: Reconciliation | None = None
        refused: Words | None = None
        if read is not None and (read.faults or not read.rows):
            refused = FAULTS_FIRST if read.faults else NOTHING
        elif read is not None:
            run = _taken(read)
            if "take" in request.form:
                db.session.commit()
                flash(str(say(f"{run.told}건을 대조했습니다.", f"{run.told} compared.")), "success")
                return redirect(self.get_url(".index_view"))
            found = db.session.scalars(select(Difference).where(Difference.state == DifferenceState.open)).all()
        html = self.render("reconcile/file.html", text=text, read=read, run=run, found=found, refused=refused)
        db.session.rollback()
        return html, 422 if refused else 200


def _taken(read: Statement) -> Reconciliation:
    """In the transaction that is open: a preview rolls it back. What only other providers know is not missing in it."""
    name = request.files["file"].filename if request.files.get("file") else request.form.get("name", "")
    source = f"CSV {name or ''}".strip()[:120]
    session = db.session()
    run = reconcile(
        session,
        read.rows,
        since=read.since,
        until=_after(read.until),
        source=source,
        gateways=gateways_of(session, read.rows),
        only_sent=False,
    )
    session.flush()
    return run


def _after(at: datetime) -> datetime:
    return at.replace(microsecond=999_999)


def _text() -> str:
    """What was pasted, or the file's text; UTF-8 or what Korean spreadsheets write."""
    file = request.files.get("file")
    raw = file.stream.read(LONGEST_FILE + 1) if file and file.filename else b""
    typed = "" if raw else request.form.get("text", "")
    if max(len(raw), len(typed)) > LONGEST_FILE:
        raise Refusal(TOO_LONG)
    if not raw:
        return typed.replace("\x00", "")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp949", "replace")
    return text.replace("\x00", "")
