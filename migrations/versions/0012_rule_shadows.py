"""rule shadows"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_shadows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("running", "promoted", "demoted", "ended", name="shadowstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("settle_hours", sa.Integer(), nullable=False),
        sa.Column("promote_percent", sa.Integer(), nullable=True),
        sa.Column("demote_percent", sa.Integer(), nullable=True),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "demote_percent IS NULL OR demote_percent BETWEEN 1 AND 100", name=op.f("ck_rule_shadows_demote_percent")
        ),
        sa.CheckConstraint("least >= 1", name=op.f("ck_rule_shadows_least")),
        sa.CheckConstraint(
            "promote_percent IS NULL OR promote_percent BETWEEN 1 AND 100", name=op.f("ck_rule_shadows_promote_percent")
        ),
        sa.CheckConstraint("settle_hours BETWEEN 1 AND 336", name=op.f("ck_rule_shadows_settle_hours")),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rule_shadows_rule_id_rules")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_shadows")),
    )
    with op.batch_alter_table("rule_shadows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_shadows_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(
            "ix_rule_shadows_running",
            ["rule_id"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "rule_shadow_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shadow_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "was",
            sa.Enum("running", "promoted", "demoted", "ended", name="shadowstate", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column(
            "now",
            sa.Enum("running", "promoted", "demoted", "ended", name="shadowstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["shadow_id"], ["rule_shadows.id"], name=op.f("fk_rule_shadow_moves_shadow_id_rule_shadows")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_shadow_moves")),
    )
    with op.batch_alter_table("rule_shadow_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_shadow_moves_shadow_id"), ["shadow_id"], unique=False)

    op.create_table(
        "rule_shadow_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shadow_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("effect_hash", sa.String(length=64), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("pending", "agreed", "differed", "unclear", name="outcome", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["shadow_id"], ["rule_shadows.id"], name=op.f("fk_rule_shadow_runs_shadow_id_rule_shadows")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_rule_shadow_runs_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_shadow_runs")),
        sa.UniqueConstraint(
            "shadow_id",
            "ticket_id",
            "cause",
            "effect_hash",
            name=op.f("uq_rule_shadow_runs_shadow_id_ticket_id_cause_effect_hash"),
        ),
    )
    with op.batch_alter_table("rule_shadow_runs", schema=None) as batch_op:
        batch_op.create_index("ix_rule_shadow_runs_due", ["outcome", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_rule_shadow_runs_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index("ix_rule_shadow_runs_told", ["shadow_id", "outcome", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("rule_shadow_runs", schema=None) as batch_op:
        batch_op.drop_index("ix_rule_shadow_runs_told")
        batch_op.drop_index(batch_op.f("ix_rule_shadow_runs_ticket_id"))
        batch_op.drop_index("ix_rule_shadow_runs_due")

    op.drop_table("rule_shadow_runs")
    with op.batch_alter_table("rule_shadow_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_shadow_moves_shadow_id"))

    op.drop_table("rule_shadow_moves")
    with op.batch_alter_table("rule_shadows", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_rule_shadows_running",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index(batch_op.f("ix_rule_shadows_rule_id"))

    op.drop_table("rule_shadows")
