"""rule brakes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_brakes",
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("per_hour", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(length=120), nullable=True),
        sa.Column("stopped_why", sa.String(length=500), nullable=True),
        sa.Column("by_house", sa.Boolean(), nullable=False),
        sa.CheckConstraint("per_hour >= 0", name=op.f("ck_rule_brakes_per_hour_not_negative")),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_rule_brakes")),
    )
    op.create_table(
        "rule_counts",
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "hour", name=op.f("pk_rule_counts")),
    )


def downgrade() -> None:
    op.drop_table("rule_counts")
    op.drop_table("rule_brakes")
