"""alarms escalate"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receiver", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("who_ko", sa.String(length=300), nullable=False),
        sa.Column("who_en", sa.String(length=300), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_alarm_steps_alarm_id_alarms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_steps")),
        sa.UniqueConstraint("alarm_id", "receiver", "round", name=op.f("uq_alarm_steps_alarm_id_receiver_round")),
    )
    with op.batch_alter_table("alarm_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarm_steps_alarm_id"), ["alarm_id"], unique=False)

    with op.batch_alter_table("alarm_receivers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("again_minutes", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("alarm_receivers", schema=None) as batch_op:
        batch_op.drop_column("again_minutes")

    with op.batch_alter_table("alarm_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarm_steps_alarm_id"))

    op.drop_table("alarm_steps")
