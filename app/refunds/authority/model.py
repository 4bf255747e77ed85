"""The table of authority as it is kept: edited on its own screen, every change in the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Connection, String, event, select
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from app.db import Base, choice, key_column
from app.errors import Refusal
from app.money import Money, exponent
from app.people.model import Role
from app.refunds.authority.need import APPROVING, Row, Spending, row_words
from app.words import say

MOST_PERCENT = 1000


class AuthorityRow(Base):
    """As Row in need.py, `roles` and `one_of` by their values."""

    __tablename__ = "authority_rows"
    __table_args__ = (
        CheckConstraint("approvers IN (1, 2)", name="one_or_two"),
        CheckConstraint("up_to_minor > 0", name="some_amount"),
        CheckConstraint("above_percent >= 0", name="no_less"),
    )

    id: Mapped[int] = key_column()
    spending: Mapped[Spending] = mapped_column(choice(Spending), default=Spending.refund)
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    up_to_minor: Mapped[int | None] = mapped_column(BigInteger)
    above_percent: Mapped[int | None]
    approvers: Mapped[int] = mapped_column(default=1)
    roles: Mapped[list[str]] = mapped_column(default=list)
    one_of: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return str(row_words(self.row))

    @property
    def up_to(self) -> Money | None:
        return None if self.up_to_minor is None else Money(self.up_to_minor, self.currency)

    @property
    def row(self) -> Row:
        roles, one_of = (frozenset(Role(one) for one in some or ()) for some in (self.roles, self.one_of))
        return Row(
            self.spending, self.currency, self.up_to_minor, self.above_percent, self.approvers, roles, one_of & roles
        )


def rows_of(session: Session) -> list[Row]:
    return [kept.row for kept in session.scalars(select(AuthorityRow))]


@event.listens_for(AuthorityRow, "before_insert")
@event.listens_for(AuthorityRow, "before_update")
def _must_make_sense(_mapper: Mapper[Any], _connection: Connection, row: AuthorityRow) -> None:
    exponent(row.currency or "KRW")
    may = {role.value for role in APPROVING}
    if not row.roles or not set(row.roles) <= may:
        raise Refusal(say("승인할 수 있는 역할을 골라 주세요.", "Choose roles that may approve."), field="roles")
    if row.approvers not in {1, 2}:
        raise Refusal(say("한 사람이나 두 사람이어야 합니다.", "It must be one person or two."), field="approvers")
    if row.approvers == 1 and row.one_of:
        raise Refusal(
            say(
                "한 사람이 승인하는 줄에는 ‘그중 한 사람’을 비워 주세요. 위의 역할만 고르면 됩니다.",
                "Where one person approves, leave “one of them” empty: the roles above say it.",
            ),
            field="one_of",
        )
    if not set(row.one_of or ()) <= set(row.roles):
        raise Refusal(
            say("위에서 고른 역할 가운데 골라 주세요.", "Choose among the roles chosen above."), field="one_of"
        )
    if row.up_to_minor is not None and row.up_to_minor <= 0:
        raise Refusal(say("0보다 큰 금액을 적어 주세요.", "Enter an amount above nothing."), field="up_to")
    if row.above_percent is not None and not 0 <= row.above_percent <= MOST_PERCENT:
        raise Refusal(
            say(f"0에서 {MOST_PERCENT} 사이의 수를 적어 주세요.", f"Give a number from 0 to {MOST_PERCENT}."),
            field="above_percent",
        )
