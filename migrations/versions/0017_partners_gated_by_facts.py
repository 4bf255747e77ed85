"""partners gated by facts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
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

    op.create_table(
        "criteria",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_ko", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("proof_ko", sa.String(length=300), nullable=False),
        sa.Column("proof_en", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cleaner", "host", "vendor", name="partnerkind", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column(
            "product",
            sa.Enum("home_cleaning", "mid_term_housing", name="product", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("city", sa.String(length=40), nullable=True),
        sa.Column("needs_document", sa.Boolean(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("binds_from", sa.Date(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
    )
    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criteria_city"), ["city"], unique=False)

    op.create_table(
        "warning_limits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cleaner", "host", "vendor", name="partnerkind", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("warnings >= 1 AND days >= 1", name=op.f("ck_warning_limits_limit_says_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_limits")),
        sa.UniqueConstraint("kind", name=op.f("uq_warning_limits_kind")),
    )
    op.create_table(
        "partner_documents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("criterion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "qualification", "insurance", "contract", "other", name="documentkind", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(length=120), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criteria.id"], name=op.f("fk_partner_documents_criterion_id_criteria")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_documents_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_documents")),
        sa.UniqueConstraint("key", name=op.f("uq_partner_documents_key")),
    )
    with op.batch_alter_table("partner_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_documents_criterion_id"), ["criterion_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_documents_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "partner_notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("vendor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_notices_partner_id_partners")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendors.id"], name=op.f("fk_partner_notices_vendor_id_vendors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_partner_notices_key")),
    )
    with op.batch_alter_table("partner_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_notices_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_notices_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partner_scores",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reply", sa.Integer(), nullable=True),
        sa.Column("manner", sa.Integer(), nullable=True),
        sa.Column("work", sa.Integer(), nullable=True),
        sa.Column("ratings", sa.Integer(), nullable=False),
        sa.Column("works", sa.Integer(), nullable=False),
        sa.Column("sources", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(reply IS NULL OR (reply >= 0 AND reply <= 100)) AND (manner IS NULL OR (manner >= 0 AND manner <= 100)) "
            "AND (work IS NULL OR (work >= 0 AND work <= 100))",
            name=op.f("ck_partner_scores_scores_in_bounds"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_scores_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_scores")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_partner_scores_partner_id")),
    )
    op.create_table(
        "partner_incidents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "late",
                "no_show",
                "conduct",
                "unreachable",
                "poor_work",
                "damage",
                "safety",
                "privacy",
                "other",
                name="incidentkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum("minor", "major", "severe", name="severity", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("is_warning", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=120), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_why", sa.String(length=300), nullable=False),
        sa.CheckConstraint("points >= 0 AND points <= 100", name=op.f("ck_partner_incidents_points_in_bounds")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_partner_incidents_booking_id_bookings")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_incidents_partner_id_partners")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_partner_incidents_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_incidents")),
    )
    with op.batch_alter_table("partner_incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_incidents_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_incidents_happened_on"), ["happened_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_incidents_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_incidents_ticket_id"), ["ticket_id"], unique=False)

    with op.batch_alter_table("partner_moves", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_gate", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("effective_on", sa.Date(), nullable=True))
    with op.batch_alter_table("partner_moves", schema=None) as batch_op:
        batch_op.alter_column("by_gate", server_default=None)

    with op.batch_alter_table("partners", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "product",
                sa.Enum("home_cleaning", "mid_term_housing", name="product", native_enum=False, length=32),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "gated_from",
                sa.Enum(
                    "applied",
                    "checked",
                    "active",
                    "warned",
                    "suspended",
                    "left",
                    name="partnerstate",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("fit_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_partners_fit_until"), ["fit_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_partners_gated_from"), ["gated_from"], unique=False)

    with op.batch_alter_table("qualifications", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("criterion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_qualifications_criterion_id"), ["criterion_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_qualifications_criterion_id_criteria"), "criteria", ["criterion_id"], ["id"]
        )

    with op.batch_alter_table("vendors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("contract_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("contract_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reply_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("vendors", schema=None) as batch_op:
        batch_op.drop_column("note")
        batch_op.drop_column("reply_minutes")
        batch_op.drop_column("contract_until")
        batch_op.drop_column("contract_from")
        batch_op.drop_column("phone")
        batch_op.drop_column("contact")

    with op.batch_alter_table("qualifications", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_qualifications_criterion_id_criteria"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_qualifications_criterion_id"))
        batch_op.drop_column("criterion_id")

    with op.batch_alter_table("partners", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partners_gated_from"))
        batch_op.drop_index(batch_op.f("ix_partners_fit_until"))
        batch_op.drop_column("weighed_at")
        batch_op.drop_column("fit_until")
        batch_op.drop_column("gated_from")
        batch_op.drop_column("product")

    with op.batch_alter_table("partner_moves", schema=None) as batch_op:
        batch_op.drop_column("effective_on")
        batch_op.drop_column("by_gate")

    with op.batch_alter_table("partner_incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_incidents_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_partner_incidents_partner_id"))
        batch_op.drop_index(batch_op.f("ix_partner_incidents_happened_on"))
        batch_op.drop_index(batch_op.f("ix_partner_incidents_booking_id"))

    op.drop_table("partner_incidents")
    op.drop_table("partner_scores")
    with op.batch_alter_table("partner_notices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_notices_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partner_notices_partner_id"))

    op.drop_table("partner_notices")
    with op.batch_alter_table("partner_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_documents_partner_id"))
        batch_op.drop_index(batch_op.f("ix_partner_documents_criterion_id"))

    op.drop_table("partner_documents")
    op.drop_table("warning_limits")
    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criteria_city"))

    op.drop_table("criteria")
    with op.batch_alter_table("alarm_receivers", schema=None) as batch_op:
        batch_op.drop_column("again_minutes")

    with op.batch_alter_table("alarm_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarm_steps_alarm_id"))

    op.drop_table("alarm_steps")
