"""undo"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "undos",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("open_rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Enum("asked", "done", name="undostate", native_enum=False, length=32), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_undos_rule_id_rules")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undos")),
        sa.UniqueConstraint("open_rule_id", name=op.f("uq_undos_open_rule_id")),
    )
    with op.batch_alter_table("undos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_undos_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_undos_state"), ["state"], unique=False)

    op.create_table(
        "undo_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("undo_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("change", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("drops", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("stays", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "owed", "held_back", "left", name="itemstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("push_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["push_id"], ["pushes.id"], name=op.f("fk_undo_items_push_id_pushes")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_undo_items_ticket_id_tickets")),
        sa.ForeignKeyConstraint(["undo_id"], ["undos.id"], name=op.f("fk_undo_items_undo_id_undos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undo_items")),
        sa.UniqueConstraint("undo_id", "ticket_id", name=op.f("uq_undo_items_undo_id_ticket_id")),
    )
    with op.batch_alter_table("undo_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_undo_items_push_id"), ["push_id"], unique=False)
        batch_op.create_index("ix_undo_items_state", ["undo_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_undo_items_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("undo_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_undo_items_ticket_id"))
        batch_op.drop_index("ix_undo_items_state")
        batch_op.drop_index(batch_op.f("ix_undo_items_push_id"))

    op.drop_table("undo_items")
    with op.batch_alter_table("undos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_undos_state"))
        batch_op.drop_index(batch_op.f("ix_undos_rule_id"))

    op.drop_table("undos")
