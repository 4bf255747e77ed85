"""The screen of the table of authority: what each row says as a sentence, and a row tried before anybody needs it."""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import select
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional

from app import clock
from app.db import db
from app.desk.states import named
from app.desk.view import DeskView, Tab
from app.errors import Refusal
from app.money import EXPONENTS, read_amount
from app.people.model import Role
from app.refunds.authority.model import AuthorityRow, rows_of
from app.refunds.authority.need import APPROVING, Asked, Need, Spending, above_words, need
from app.refunds.fields import AmountField
from app.words import Words, say

LONGEST = 40
ANY = say("제한 없음", "Any amount")


def _up_to(_view: Any, _context: Any, row: AuthorityRow, _name: str) -> str:
    return str(row.up_to or ANY)


def _above(_view: Any, _context: Any, row: AuthorityRow, _name: str) -> str:
    return str(above_words(row.above_percent)) if row.spending is Spending.refund else "–"


def _who(_view: Any, _context: Any, row: AuthorityRow, _name: str) -> str:
    read = row.row
    return str(Need(read.approvers, read.roles, read.one_of, say("", "")).words)


class Roles(SelectMultipleField):
    """Roles that may approve, kept by their values in the order of the house."""

    def __init__(self, label: Any = None, validators: Any = None, **more: Any) -> None:
        choices = [(role.value, named(role).words) for role in APPROVING]
        super().__init__(label, validators, choices=choices, **more)


class AuthorityView(DeskView):
    """What is approved already stays as it was approved, whatever the table says later."""

    model = AuthorityRow
    subject = "authority"
    label = say("승인 권한표", "Authority")
    icon = "user-check"
    can_delete = True
    list_template = "refunds/authority.html"
    empty = say(
        "줄이 없습니다. 모든 환불을 두 사람이, 그중 한 사람은 재무나 관리자가 승인합니다.",
        "There are no rows: every refund needs two people, one of finance or an admin.",
    )
    tabs = (
        Tab("refund", say("환불", "Refunds"), lambda: AuthorityRow.spending == Spending.refund),
        Tab("compensation", say("보상", "Compensation"), lambda: AuthorityRow.spending == Spending.compensation),
    )
    column_list = ("spending", "currency", "up_to", "above_percent", "who")
    column_details_list = (*column_list, "created_at")
    column_labels = {
        "spending": say("무엇에", "For"),
        "currency": say("통화", "Currency"),
        "up_to": say("금액", "Amount"),
        "up_to_minor": say("금액 한도", "Up to"),
        "above_percent": say("정책과 차이", "Against the policy"),
        "approvers": say("몇 사람이", "How many approve"),
        "roles": say("누가", "Who"),
        "one_of": say("그중 한 사람은", "One of them"),
        "who": say("승인하는 사람", "Approved by"),
        "created_at": say("만든 때", "Created"),
    }
    column_descriptions = {
        "up_to": say(
            "예약 하나에서 나가는 금액을 모두 더해 봅니다. 비우면 제한이 없습니다.",
            "All that goes out of one booking, together. Empty: any amount.",
        ),
        "above_percent": say(
            "0이면 정책 금액 안에서만, 20이면 20% 많을 때까지. 비우면 얼마나 많든 맞습니다. 보상에는 쓰지 않습니다.",
            "0: within the policy only; 20: up to 20% above it. Empty: however far. Not used for compensation.",
        ),
        "one_of": say(
            "두 사람이 승인할 때, 그중 한 사람이 가져야 할 역할입니다. 비우면 아무나 두 사람입니다.",
            "Where two approve, a role that one of them must have. Empty: any two.",
        ),
    }
    column_formatters = {"up_to": _up_to, "above_percent": _above, "who": _who}
    column_export_list = ("spending", "currency", "up_to_minor", "above_percent", "approvers", "roles", "one_of")
    column_sortable_list = ("currency",)
    column_default_sort = [("currency", False), ("spending", False)]
    form_columns = ("spending", "currency", "up_to", "above_percent", "approvers", "roles", "one_of")
    form_overrides = {"currency": SelectField, "approvers": SelectField, "roles": Roles, "one_of": Roles}
    form_args = {
        "spending": {"default": Spending.refund},
        "currency": {"choices": [(each, each) for each in EXPONENTS]},
        "above_percent": {"validators": [Optional()]},
        "approvers": {
            "choices": [(1, say("한 사람", "One person")), (2, say("두 사람", "Two people"))],
            "coerce": int,
            "default": 1,
        },
        "roles": {"validators": [InputRequired()], "default": [role.value for role in APPROVING]},
        "one_of": {"validators": [Optional()]},
    }
    form_extra_fields = {"up_to": AmountField(column_labels["up_to_minor"], description=column_descriptions["up_to"])}

    def on_model_change(self, form: Any, model: AuthorityRow, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        model.roles, model.one_of = (
            [role.value for role in Role if role.value in (some or ())] for some in (model.roles, model.one_of)
        )

    # ------------------------------------------------------------------------------------------------ trying it
    def tried(self) -> Need | Refusal | None:
        """Who would have to approve ?amount= where the policy gives ?due=; None while nothing is asked."""
        amount, due = (request.args.get(name, "").strip()[:LONGEST] for name in ("amount", "due"))
        if not amount:
            return None
        currency = request.args.get("currency", "KRW")
        try:
            given = read_amount(due or "0", currency, field="due")
            asked = Asked(Spending.refund, currency, read_amount(amount, currency), given)
        except Refusal as refusal:
            return refusal
        return need(asked, rows_of(db.session()))

    def currencies(self) -> list[str]:
        kept = db.session.scalars(select(AuthorityRow.currency).distinct().order_by(AuthorityRow.currency)).all()
        return list(kept) or ["KRW"]

    def explained(self) -> Words:
        return say(
            "맞는 줄 가운데 가장 좁은 줄이 정합니다. 맞는 줄이 없으면 두 사람이, 그중 한 사람은 재무나 관리자가 "
            "승인합니다. 표를 고치면 감사 기록에 남고, 이미 승인된 것은 그대로입니다.",
            "Of the rows that cover a case, the narrowest decides. What none covers needs two people, one of finance "
            "or an admin. Changes stay in the audit; what is approved already stays approved.",
        )
