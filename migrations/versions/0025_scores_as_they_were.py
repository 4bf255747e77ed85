"""scores as they were: each time with its sources and the rule of then"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "partner_scores_then",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("partner_id", BIG_ID, nullable=False),
        sa.Column("reply", sa.Integer(), nullable=True),
        sa.Column("manner", sa.Integer(), nullable=True),
        sa.Column("work", sa.Integer(), nullable=True),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_partner_scores_then_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_scores_then")),
    )
    with op.batch_alter_table("partner_scores_then", schema=None) as batch_op:
        batch_op.create_index("ix_partner_scores_then_partner_at", ["partner_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("partner_scores_then")
