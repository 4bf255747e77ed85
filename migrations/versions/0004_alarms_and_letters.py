"""alarms and letters"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rules_storm",
                "rule_budget",
                "loop_stopped",
                "push_dead",
                "letter_dead",
                "inbox_dead",
                "sync_trouble",
                "refund_unknown",
                name="alarmkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("open_key", sa.String(length=160), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "acknowledged", "over", name="alarmstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("words_ko", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("open_key", name=op.f("uq_alarms_open_key")),
    )
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarms_raised_at"), ["raised_at"], unique=False)
        batch_op.create_index("ix_alarms_state_last", ["state", "last_at"], unique=False)

    op.create_table(
        "outgoing_webhooks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("form", sa.Enum("slack", "signed", name="webhookform", native_enum=False, length=32), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=True),
        sa.Column("zendesk_id", sa.String(length=64), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_webhooks")),
        sa.UniqueConstraint("zendesk_id", name=op.f("uq_outgoing_webhooks_zendesk_id")),
    )
    op.create_table(
        "alarm_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "was",
            sa.Enum("open", "acknowledged", "over", name="alarmstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "now",
            sa.Enum("open", "acknowledged", "over", name="alarmstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_alarm_moves_alarm_id_alarms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_moves")),
    )
    with op.batch_alter_table("alarm_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarm_moves_alarm_id"), ["alarm_id"], unique=False)

    op.create_table(
        "alarm_receivers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum("admin", "ops_manager", "agent", "finance", "auditor", name="role", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("webhook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("after_minutes", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(role IS NOT NULL AND email IS NULL AND webhook_id IS NULL) OR "
            "(role IS NULL AND email IS NOT NULL AND webhook_id IS NULL) OR "
            "(role IS NULL AND email IS NULL AND webhook_id IS NOT NULL)",
            name=op.f("ck_alarm_receivers_one_aim"),
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["outgoing_webhooks.id"], name=op.f("fk_alarm_receivers_webhook_id_outgoing_webhooks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_receivers")),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Enum("email", "webhook", name="letterkind", native_enum=False, length=32), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("webhook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "owed",
                "sending",
                "unknown",
                "sent",
                "held",
                "dropped",
                "refused",
                "dead",
                name="letterstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=500), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_letters_alarm_id_alarms")),
        sa.ForeignKeyConstraint(["run_id"], ["rule_runs.id"], name=op.f("fk_letters_run_id_rule_runs")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_letters_ticket_id_tickets")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["outgoing_webhooks.id"], name=op.f("fk_letters_webhook_id_outgoing_webhooks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("key", name=op.f("uq_letters_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letters_message_id")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index("ix_letters_waiting", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_webhook_id"), ["webhook_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letters_webhook_id"))
        batch_op.drop_index("ix_letters_waiting")
        batch_op.drop_index(batch_op.f("ix_letters_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_letters_run_id"))
        batch_op.drop_index(batch_op.f("ix_letters_created_at"))
        batch_op.drop_index(batch_op.f("ix_letters_alarm_id"))

    op.drop_table("letters")
    op.drop_table("alarm_receivers")
    with op.batch_alter_table("alarm_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarm_moves_alarm_id"))

    op.drop_table("alarm_moves")
    op.drop_table("outgoing_webhooks")
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.drop_index("ix_alarms_state_last")
        batch_op.drop_index(batch_op.f("ix_alarms_raised_at"))

    op.drop_table("alarms")
