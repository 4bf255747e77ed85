"""disputes and emergencies"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# Nobody changes or deletes a row of these, whatever way they come.
ONLY_ADDED_TO = (
    *("dispute_moves", "dispute_seats", "dispute_entries", "dispute_answers", "dispute_rulings"),
    *("emergency_moves", "emergency_log"),
)


def upgrade() -> None:
    op.create_table(
        "emergency_signs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fire",
                "gas",
                "water",
                "injury",
                "violence",
                "locked",
                "animal",
                "other",
                name="emergencykind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("words_ko", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("words_en", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("unless", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_signs")),
        sa.UniqueConstraint("name", name=op.f("uq_emergency_signs_name")),
    )
    with op.batch_alter_table("emergency_signs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_signs_kind"), ["kind"], unique=False)

    op.create_table(
        "playbooks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fire",
                "gas",
                "water",
                "injury",
                "violence",
                "locked",
                "animal",
                "other",
                name="emergencykind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbooks")),
        sa.UniqueConstraint("kind", name=op.f("uq_playbooks_kind")),
    )
    op.create_table(
        "emergency_duties",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role", sa.Enum("lead", "site", "voice", name="dutyrole", native_enum=False, length=32), nullable=False
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_emergency_duties_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_duties")),
        sa.UniqueConstraint("role", "user_id", "city", name=op.f("uq_emergency_duties_role_user_id_city")),
    )
    with op.batch_alter_table("emergency_duties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_duties_role"), ["role"], unique=False)

    op.create_table(
        "playbook_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("playbook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "replaced", "dropped", name="playbookstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("live_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("written_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'published' OR published_by_id IS NOT NULL", name=op.f("ck_playbook_versions_somebody_published")
        ),
        sa.CheckConstraint(
            "published_by_id IS NULL OR published_by_id <> written_by_id", name=op.f("ck_playbook_versions_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name=op.f("fk_playbook_versions_playbook_id_playbooks")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["users.id"], name=op.f("fk_playbook_versions_published_by_id_users")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_playbook_versions_written_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook_versions")),
        sa.UniqueConstraint("live_key", name=op.f("uq_playbook_versions_live_key")),
        sa.UniqueConstraint("playbook_id", "number", name=op.f("uq_playbook_versions_playbook_id_number")),
    )
    with op.batch_alter_table("playbook_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_playbook_versions_state"), ["state"], unique=False)

    op.create_table(
        "disputes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("partner_ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "damage",
                "quality",
                "no_show",
                "late",
                "conduct",
                "facility",
                "charge",
                name="disputekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "opened",
                "hearing",
                "weighing",
                "proposed",
                "agreed",
                "ruled",
                "withdrawn",
                name="disputestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("open_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_why", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("customer_ticket_id <> partner_ticket_id", name=op.f("ck_disputes_two_tickets")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_disputes_booking_id_bookings")),
        sa.ForeignKeyConstraint(
            ["customer_ticket_id"], ["tickets.id"], name=op.f("fk_disputes_customer_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_disputes_opened_by_id_users")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_disputes_partner_id_partners")),
        sa.ForeignKeyConstraint(
            ["partner_ticket_id"], ["tickets.id"], name=op.f("fk_disputes_partner_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("open_key", name=op.f("uq_disputes_open_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_disputes_ref")),
    )
    with op.batch_alter_table("disputes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disputes_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disputes_customer_ticket_id"), ["customer_ticket_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disputes_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_disputes_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_disputes_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disputes_partner_ticket_id"), ["partner_ticket_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disputes_state"), ["state"], unique=False)

    op.create_table(
        "emergencies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("open_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "fire",
                "gas",
                "water",
                "injury",
                "violence",
                "locked",
                "animal",
                "other",
                name="emergencykind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("paged", "led", "ended", "false_alarm", name="emergencystate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("city", sa.String(length=40), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("found", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("playbook_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_emergencies_booking_id_bookings")),
        sa.ForeignKeyConstraint(
            ["playbook_version_id"],
            ["playbook_versions.id"],
            name=op.f("fk_emergencies_playbook_version_id_playbook_versions"),
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_emergencies_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergencies")),
        sa.UniqueConstraint("ref", name=op.f("uq_emergencies_ref")),
    )
    with op.batch_alter_table("emergencies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergencies_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_city"), ["city"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index("ux_emergencies_open", ["open_key"], unique=True)

    op.create_table(
        "dispute_clocks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dispute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "side", sa.Enum("customer", "partner", "us", name="side", native_enum=False, length=32), nullable=False
        ),
        sa.Column("open_key", sa.String(length=60), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "ended",
            sa.Enum("answered", "lapsed", "stopped", name="clockend", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_clocks_dispute_id_disputes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_clocks")),
        sa.UniqueConstraint("open_key", name=op.f("uq_dispute_clocks_open_key")),
    )
    with op.batch_alter_table("dispute_clocks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_clocks_dispute_id"), ["dispute_id"], unique=False)
        batch_op.create_index("ix_dispute_clocks_open_due", ["ended", "due_at"], unique=False)

    op.create_table(
        "dispute_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dispute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "side", sa.Enum("customer", "partner", "us", name="side", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "statement",
                "message",
                "file",
                "comment",
                "booking",
                "refund",
                "asked",
                "offered",
                "answered",
                "lapsed",
                "agreed",
                "ruled",
                "reopened",
                name="entrykind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words_ko", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("file_type", sa.String(length=80), nullable=True),
        sa.Column("file_bytes", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("refund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(file_name IS NULL) = (sha256 IS NULL)", name=op.f("ck_dispute_entries_file_is_whole")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_dispute_entries_by_id_users")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_dispute_entries_comment_id_comments")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_entries_dispute_id_disputes")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_dispute_entries_refund_id_refunds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_entries")),
        sa.UniqueConstraint("dispute_id", "comment_id", name=op.f("uq_dispute_entries_dispute_id_comment_id")),
        sa.UniqueConstraint("dispute_id", "number", name=op.f("uq_dispute_entries_dispute_id_number")),
    )
    op.create_table(
        "dispute_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dispute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "was",
            sa.Enum(
                "opened",
                "hearing",
                "weighing",
                "proposed",
                "agreed",
                "ruled",
                "withdrawn",
                name="disputestate",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "now",
            sa.Enum(
                "opened",
                "hearing",
                "weighing",
                "proposed",
                "agreed",
                "ruled",
                "withdrawn",
                name="disputestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_moves_dispute_id_disputes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_moves")),
    )
    with op.batch_alter_table("dispute_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_moves_dispute_id"), ["dispute_id"], unique=False)

    op.create_table(
        "dispute_notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dispute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "side", sa.Enum("customer", "partner", "us", name="side", native_enum=False, length=32), nullable=False
        ),
        sa.Column("words_ko", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_in", sa.String(length=2), nullable=True),
        sa.Column("untold_why", sa.String(length=500), nullable=True),
        sa.Column("push_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_notices_dispute_id_disputes")),
        sa.ForeignKeyConstraint(["push_id"], ["pushes.id"], name=op.f("fk_dispute_notices_push_id_pushes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_notices")),
    )
    with op.batch_alter_table("dispute_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_notices_dispute_id"), ["dispute_id"], unique=False)
        batch_op.create_index("ix_dispute_notices_waiting", ["told_at", "untold_why"], unique=False)

    op.create_table(
        "dispute_proposals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dispute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "by_side", sa.Enum("customer", "partner", "us", name="side", native_enum=False, length=32), nullable=False
        ),
        sa.Column("text_ko", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "ended",
            sa.Enum(
                "accepted",
                "refused",
                "countered",
                "lapsed",
                "withdrawn",
                name="proposalend",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("partner_minor", sa.BigInteger(), nullable=False),
        sa.Column("insurer_minor", sa.BigInteger(), nullable=False),
        sa.Column("re_clean", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint(
            "refund_minor >= 0 AND partner_minor >= 0 AND insurer_minor >= 0 "
            "AND partner_minor + insurer_minor <= refund_minor",
            name=op.f("ck_dispute_proposals_shares_within"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_dispute_proposals_by_id_users")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_proposals_dispute_id_disputes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_proposals")),
        sa.UniqueConstraint("dispute_id", "number", name=op.f("uq_dispute_proposals_dispute_id_number")),
        sa.UniqueConstraint("open_key", name=op.f("uq_dispute_proposals_open_key")),
    )
    op.create_table(
        "dispute_seats",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dispute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seat", sa.Enum("talks", "rules", name="seat", native_enum=False, length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_seats_dispute_id_disputes")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_dispute_seats_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_seats")),
        sa.UniqueConstraint("dispute_id", "user_id", "seat", name="uq_dispute_seats_whole"),
        sa.UniqueConstraint("dispute_id", "user_id", name=op.f("uq_dispute_seats_dispute_id_user_id")),
    )
    op.create_table(
        "emergency_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("emergency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "found",
                "paged",
                "taken",
                "handed",
                "task",
                "step",
                "note",
                "said",
                "late",
                "ended",
                name="logkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "role", sa.Enum("lead", "site", "voice", name="dutyrole", native_enum=False, length=32), nullable=True
        ),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("words_ko", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergencies.id"], name=op.f("fk_emergency_log_emergency_id_emergencies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_log")),
        sa.UniqueConstraint("emergency_id", "number", name=op.f("uq_emergency_log_emergency_id_number")),
        sa.UniqueConstraint("emergency_id", "step", name=op.f("uq_emergency_log_emergency_id_step")),
    )
    op.create_table(
        "emergency_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("emergency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "was",
            sa.Enum("paged", "led", "ended", "false_alarm", name="emergencystate", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column(
            "now",
            sa.Enum("paged", "led", "ended", "false_alarm", name="emergencystate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergencies.id"], name=op.f("fk_emergency_moves_emergency_id_emergencies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_moves")),
    )
    with op.batch_alter_table("emergency_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_moves_emergency_id"), ["emergency_id"], unique=False)

    op.create_table(
        "emergency_posts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("emergency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role", sa.Enum("lead", "site", "voice", name="dutyrole", native_enum=False, length=32), nullable=False
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("open_key", sa.String(length=60), nullable=True),
        sa.Column("paged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergencies.id"], name=op.f("fk_emergency_posts_emergency_id_emergencies")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_emergency_posts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_posts")),
        sa.UniqueConstraint("open_key", name=op.f("uq_emergency_posts_open_key")),
    )
    with op.batch_alter_table("emergency_posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_posts_emergency_id"), ["emergency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergency_posts_user_id"), ["user_id"], unique=False)

    op.create_table(
        "site_tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("emergency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=240), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "assigned", "left", "arrived", "done", "called_off", name="sitestate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("travel_minutes", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergencies.id"], name=op.f("fk_site_tasks_emergency_id_emergencies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_tasks")),
    )
    with op.batch_alter_table("site_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_tasks_emergency_id"), ["emergency_id"], unique=False)
        batch_op.create_index("ix_site_tasks_state_due", ["state", "due_at"], unique=False)

    op.create_table(
        "dispute_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "side", sa.Enum("customer", "partner", "us", name="side", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum("accepted", "refused", "countered", name="answerkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_dispute_answers_by_id_users")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["dispute_proposals.id"], name=op.f("fk_dispute_answers_proposal_id_dispute_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_answers")),
        sa.UniqueConstraint("proposal_id", "side", name=op.f("uq_dispute_answers_proposal_id_side")),
    )
    op.create_table(
        "dispute_rulings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dispute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seat", sa.Enum("talks", "rules", name="seat", native_enum=False, length=32), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("reasons_ko", sa.Text(), nullable=False),
        sa.Column("reasons_en", sa.Text(), nullable=False),
        sa.Column("warns_partner", sa.Boolean(), nullable=False),
        sa.Column("refund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("partner_minor", sa.BigInteger(), nullable=False),
        sa.Column("insurer_minor", sa.BigInteger(), nullable=False),
        sa.Column("re_clean", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("seat = 'rules'", name=op.f("ck_dispute_rulings_by_who_rules")),
        sa.CheckConstraint(
            "refund_minor >= 0 AND partner_minor >= 0 AND insurer_minor >= 0 "
            "AND partner_minor + insurer_minor <= refund_minor",
            name=op.f("ck_dispute_rulings_shares_within"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_dispute_rulings_by_id_users")),
        sa.ForeignKeyConstraint(
            ["dispute_id", "by_id", "seat"],
            ["dispute_seats.dispute_id", "dispute_seats.user_id", "dispute_seats.seat"],
            name="fk_dispute_rulings_seat",
        ),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_rulings_dispute_id_disputes")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_dispute_rulings_refund_id_refunds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_rulings")),
    )
    with op.batch_alter_table("dispute_rulings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_rulings_dispute_id"), ["dispute_id"], unique=False)
    _keep_as_they_are()


def _keep_as_they_are() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ONLY_ADDED_TO:
            for what in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
    )
    for table in ONLY_ADDED_TO:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION only_added_to()"
        )


def downgrade() -> None:
    op.drop_table("dispute_rulings")
    op.drop_table("dispute_answers")
    op.drop_table("site_tasks")
    op.drop_table("emergency_posts")
    op.drop_table("emergency_moves")
    op.drop_table("emergency_log")
    op.drop_table("dispute_seats")
    op.drop_table("dispute_proposals")
    op.drop_table("dispute_notices")
    op.drop_table("dispute_moves")
    op.drop_table("dispute_entries")
    op.drop_table("dispute_clocks")
    op.drop_table("emergencies")
    op.drop_table("disputes")
    op.drop_table("playbook_versions")
    op.drop_table("emergency_duties")
    op.drop_table("playbooks")
    op.drop_table("emergency_signs")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION only_added_to()")
