"""route tickets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "business_hours",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zendesk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hours", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("keeps_holidays", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_hours")),
        sa.UniqueConstraint("name", name=op.f("uq_business_hours_name")),
        sa.UniqueConstraint("zendesk_id", name=op.f("uq_business_hours_zendesk_id")),
    )
    op.create_table(
        "holiday_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_changes")),
        sa.UniqueConstraint("on_date", name=op.f("uq_holiday_changes_on_date")),
    )
    op.create_table(
        "routing_plans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "strategy",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("skills", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by_language", sa.Boolean(), nullable=False),
        sa.Column("by_topic", sa.Boolean(), nullable=False),
        sa.Column("by_city", sa.Boolean(), nullable=False),
        sa.Column("vip_lane", sa.Boolean(), nullable=False),
        sa.Column("urgent_is_emergency", sa.Boolean(), nullable=False),
        sa.Column("emergency_tags", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("only_online", sa.Boolean(), nullable=False),
        sa.Column("only_on_shift", sa.Boolean(), nullable=False),
        sa.Column("overflow_minutes", sa.Integer(), nullable=True),
        sa.Column("overflow_when_nobody", sa.Boolean(), nullable=False),
        sa.Column("overflow_to", sa.String(length=40), nullable=True),
        sa.Column("overflow_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("idle_minutes", sa.Integer(), nullable=True),
        sa.Column("most_moves", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("most_moves >= 0", name=op.f("ck_routing_plans_most_moves_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_plans")),
        sa.UniqueConstraint("key", name=op.f("uq_routing_plans_key")),
    )
    op.create_table(
        "routing_agents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("zendesk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("groups", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("skills", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("topics", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("cities", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("channel_limits", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("vendor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("works_on_holidays", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_routing_agents_capacity_not_negative")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendors.id"], name=op.f("fk_routing_agents_vendor_id_vendors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_agents")),
        sa.UniqueConstraint("zendesk_id", name=op.f("uq_routing_agents_zendesk_id")),
    )
    with op.batch_alter_table("routing_agents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_agents_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "presences",
        sa.Column(
            "agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "state",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["routing_agents.id"], name=op.f("fk_presences_agent_id_routing_agents")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_presences")),
    )
    op.create_table(
        "routing_turns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["routing_agents.id"], name=op.f("fk_routing_turns_agent_id_routing_agents")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["routing_plans.id"], name=op.f("fk_routing_turns_plan_id_routing_plans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_turns")),
        sa.UniqueConstraint("plan_id", "agent_id", name=op.f("uq_routing_turns_plan_id_agent_id")),
        sa.UniqueConstraint("plan_id", "turn", name=op.f("uq_routing_turns_plan_id_turn")),
    )
    with op.batch_alter_table("routing_turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_turns_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "shifts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.CheckConstraint("(starts IS NULL) = (ends IS NULL)", name=op.f("ck_shifts_both_times_or_none")),
        sa.CheckConstraint("(weekday IS NULL) <> (on_date IS NULL)", name=op.f("ck_shifts_weekday_or_date")),
        sa.CheckConstraint("on_date IS NOT NULL OR starts IS NOT NULL", name=op.f("ck_shifts_weekly_has_times")),
        sa.CheckConstraint(
            "weekday IS NULL OR (weekday >= 0 AND weekday <= 6)", name=op.f("ck_shifts_weekday_of_week")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["routing_agents.id"], name=op.f("fk_shifts_agent_id_routing_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shifts_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shifts_on_date"), ["on_date"], unique=False)

    op.create_table(
        "presence_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "was",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column(
            "now",
            sa.String(length=32),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["presences.agent_id"], name=op.f("fk_presence_moves_agent_id_presences")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence_moves")),
    )
    with op.batch_alter_table("presence_moves", schema=None) as batch_op:
        batch_op.create_index("ix_presence_moves_agent_at", ["agent_id", "at"], unique=False)

    op.create_table(
        "routed_tickets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "given",
                "answered",
                "handed",
                "kept",
                "left",
                "closed",
                name="routedstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lane", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("push_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["pushes.id"], name=op.f("fk_routed_tickets_push_id_pushes")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_routed_tickets_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routed_tickets")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_routed_tickets_ticket_id")),
    )
    with op.batch_alter_table("routed_tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routed_tickets_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index("ix_routed_tickets_state_since", ["state", "since_at"], unique=False)

    op.create_table(
        "routing_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("routed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column(
            "was",
            sa.Enum(
                "waiting",
                "given",
                "answered",
                "handed",
                "kept",
                "left",
                "closed",
                name="routedstate",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "now",
            sa.Enum(
                "waiting",
                "given",
                "answered",
                "handed",
                "kept",
                "left",
                "closed",
                name="routedstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "cause",
            sa.Enum(
                "rule",
                "room",
                "overflow",
                "idle",
                "offline",
                "person",
                "reply",
                "limit",
                "status",
                name="routingcause",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("was_agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("now_agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("push_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["push_id"], ["pushes.id"], name=op.f("fk_routing_moves_push_id_pushes")),
        sa.ForeignKeyConstraint(
            ["routed_id"], ["routed_tickets.id"], name=op.f("fk_routing_moves_routed_id_routed_tickets")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["rule_runs.id"], name=op.f("fk_routing_moves_run_id_rule_runs")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_routing_moves_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_moves")),
    )
    with op.batch_alter_table("routing_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_moves_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_routing_moves_push_id"), ["push_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_routing_moves_routed_id"), ["routed_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_routing_moves_run_id"), ["run_id"], unique=False)
        batch_op.create_index("ix_routing_moves_ticket", ["ticket_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("routing_moves", schema=None) as batch_op:
        batch_op.drop_index("ix_routing_moves_ticket")
        batch_op.drop_index(batch_op.f("ix_routing_moves_run_id"))
        batch_op.drop_index(batch_op.f("ix_routing_moves_routed_id"))
        batch_op.drop_index(batch_op.f("ix_routing_moves_push_id"))
        batch_op.drop_index(batch_op.f("ix_routing_moves_at"))

    op.drop_table("routing_moves")
    with op.batch_alter_table("routed_tickets", schema=None) as batch_op:
        batch_op.drop_index("ix_routed_tickets_state_since")
        batch_op.drop_index(batch_op.f("ix_routed_tickets_agent_id"))

    op.drop_table("routed_tickets")
    with op.batch_alter_table("presence_moves", schema=None) as batch_op:
        batch_op.drop_index("ix_presence_moves_agent_at")

    op.drop_table("presence_moves")
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shifts_on_date"))
        batch_op.drop_index(batch_op.f("ix_shifts_agent_id"))

    op.drop_table("shifts")
    with op.batch_alter_table("routing_turns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_turns_agent_id"))

    op.drop_table("routing_turns")
    op.drop_table("presences")
    with op.batch_alter_table("routing_agents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_agents_vendor_id"))

    op.drop_table("routing_agents")
    op.drop_table("routing_plans")
    op.drop_table("holiday_changes")
    op.drop_table("business_hours")
