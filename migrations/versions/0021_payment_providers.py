"""payment providers: who rang about which payment, and refunds settled by two people"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'written'")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("webhook_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("payment_ref", sa.String(length=200), nullable=True))
    op.create_table(
        "refund_settlements",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("refund_id", BIG_ID, nullable=False),
        sa.Column(
            "state",
            sa.Enum("written", "confirmed", "sent_back", name="settlementstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("written_by_id", BIG_ID, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (decided_by_id IS NOT NULL AND decided_by_id <> written_by_id)",
            name=op.f("ck_refund_settlements_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_refund_settlements_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_settlements_refund_id_refunds")),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["users.id"], name=op.f("fk_refund_settlements_written_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_settlements")),
    )
    with op.batch_alter_table("refund_settlements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_settlements_refund_id"), ["refund_id"], unique=False)
        batch_op.create_index(
            "uq_refund_settlements_open", ["refund_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )


def downgrade() -> None:
    op.drop_table("refund_settlements")
    # Before, every row that waits was about a ticket.
    op.execute("DELETE FROM webhook_events WHERE payment_ref IS NOT NULL")
    with op.batch_alter_table("webhook_events", schema=None) as batch_op:
        batch_op.drop_column("payment_ref")
