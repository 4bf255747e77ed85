"""rehearsals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rehearsals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "running", "done", "cancelled", "failed", name="rehearsalstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("tally", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("trouble", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsals")),
    )
    with op.batch_alter_table("rehearsals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rehearsals_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index("ix_rehearsals_waiting", ["state", "lease_until"], unique=False)

    op.create_table(
        "rehearsal_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rehearsal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "change",
            sa.Enum("added", "changed", "removed", name="rulechange", native_enum=False, length=32),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["rehearsal_id"], ["rehearsals.id"], name=op.f("fk_rehearsal_rules_rehearsal_id_rehearsals")
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rehearsal_rules_rule_id_rules")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal_rules")),
        sa.UniqueConstraint("rehearsal_id", "rule_id", name=op.f("uq_rehearsal_rules_rehearsal_id_rule_id")),
    )
    with op.batch_alter_table("rehearsal_rules", schema=None) as batch_op:
        batch_op.create_index("ix_rehearsal_rules_version", ["rule_id", "number"], unique=False)

    op.create_table(
        "rehearsal_seen",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rehearsal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rehearsal_id"], ["rehearsals.id"], name=op.f("fk_rehearsal_seen_rehearsal_id_rehearsals")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_rehearsal_seen_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal_seen")),
        sa.UniqueConstraint("rehearsal_id", "user_id", name=op.f("uq_rehearsal_seen_rehearsal_id_user_id")),
    )
    op.create_table(
        "rehearsal_tickets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rehearsal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("draw", sa.BigInteger(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("effects", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["rehearsal_id"], ["rehearsals.id"], name=op.f("fk_rehearsal_tickets_rehearsal_id_rehearsals")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_rehearsal_tickets_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal_tickets")),
        sa.UniqueConstraint("rehearsal_id", "ticket_id", name=op.f("uq_rehearsal_tickets_rehearsal_id_ticket_id")),
    )
    with op.batch_alter_table("rehearsal_tickets", schema=None) as batch_op:
        batch_op.create_index("ix_rehearsal_tickets_kind", ["rehearsal_id", "kind", "draw"], unique=False)
        batch_op.create_index(batch_op.f("ix_rehearsal_tickets_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("rehearsal_tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rehearsal_tickets_ticket_id"))
        batch_op.drop_index("ix_rehearsal_tickets_kind")

    op.drop_table("rehearsal_tickets")
    op.drop_table("rehearsal_seen")
    with op.batch_alter_table("rehearsal_rules", schema=None) as batch_op:
        batch_op.drop_index("ix_rehearsal_rules_version")

    op.drop_table("rehearsal_rules")
    with op.batch_alter_table("rehearsals", schema=None) as batch_op:
        batch_op.drop_index("ix_rehearsals_waiting")
        batch_op.drop_index(batch_op.f("ix_rehearsals_asked_at"))

    op.drop_table("rehearsals")
