"""refunds asked for by rules"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SOMEBODY = "ck_refunds_somebody_asked"


def upgrade() -> None:
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_rule", sa.String(length=240), nullable=True))
        batch_op.alter_column("requested_by_id", existing_type=sa.BigInteger(), nullable=True)
        batch_op.create_check_constraint(op.f(SOMEBODY), "requested_by_id IS NOT NULL OR by_rule IS NOT NULL")


def downgrade() -> None:
    # Before, a person always asked: the first of the users who has not approved it stands in for the rule.
    op.execute(
        "UPDATE refunds SET requested_by_id = (SELECT min(users.id) FROM users WHERE users.id <> "
        "coalesce(refunds.approved_by_id, 0)) WHERE requested_by_id IS NULL"
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(SOMEBODY), type_="check")
        batch_op.alter_column("requested_by_id", existing_type=sa.BigInteger(), nullable=False)
        batch_op.drop_column("by_rule")
