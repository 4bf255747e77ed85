"""names of the account"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zendesk_names",
        sa.Column(
            "kind",
            sa.Enum(
                "brand",
                "form",
                "custom_status",
                "locale",
                "organization",
                "user_field",
                "organization_field",
                "dynamic_content",
                name="namekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "zendesk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "zendesk_id", name=op.f("pk_zendesk_names")),
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attachments", sa.Integer(), nullable=True))

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("email_cc_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("follower_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )

    with op.batch_alter_table("zendesk_users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("external_id", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("details", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("notes", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("signature", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("user_fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("group_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("zendesk_users", schema=None) as batch_op:
        batch_op.drop_column("group_ids")
        batch_op.drop_column("user_fields")
        batch_op.drop_column("signature")
        batch_op.drop_column("notes")
        batch_op.drop_column("details")
        batch_op.drop_column("external_id")
        batch_op.drop_column("phone")
        batch_op.drop_column("locale_id")

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("follower_ids")
        batch_op.drop_column("email_cc_ids")

    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.drop_column("attachments")

    op.drop_table("zendesk_names")
