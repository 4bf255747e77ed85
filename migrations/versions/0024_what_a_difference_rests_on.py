"""what a difference rests on: the figures, so that other ones are told anew"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("differences", schema=None) as batch_op:
        batch_op.add_column(sa.Column("facts", sa.String(length=600), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("differences", schema=None) as batch_op:
        batch_op.drop_column("facts")
