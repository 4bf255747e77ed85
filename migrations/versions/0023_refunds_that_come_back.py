"""refunds that come back: when a paid one is asked about again, that it came back, and what is paid in its place"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
A_MONTH = timedelta(days=30)


def upgrade() -> None:
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("look_again_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("came_back_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("again_of_id", BIG_ID, nullable=True))
        batch_op.create_index(batch_op.f("ix_refunds_look_again_at"), ["look_again_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_refunds_again_of_id"), ["again_of_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_refunds_again_of_id_refunds"), "refunds", ["again_of_id"], ["id"])
    # What a provider has paid in the last month is asked about once, soon.
    refunds = sa.table(
        "refunds",
        sa.column("state", sa.String),
        sa.column("tries", sa.Integer),
        sa.column("paid_at", sa.DateTime(timezone=True)),
        sa.column("look_again_at", sa.DateTime(timezone=True)),
    )
    recent = datetime.now(UTC) - A_MONTH
    paid = (refunds.c.state == "paid", refunds.c.tries > 0, refunds.c.paid_at > recent)
    op.execute(refunds.update().where(*paid).values(look_again_at=refunds.c.paid_at))


def downgrade() -> None:
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_refunds_again_of_id_refunds"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_refunds_again_of_id"))
        batch_op.drop_index(batch_op.f("ix_refunds_look_again_at"))
        for column in ("again_of_id", "came_back_at", "look_again_at"):
            batch_op.drop_column(column)
