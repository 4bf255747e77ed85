"""policies by two people, read receipts, bound by contract time; published versions kept by the database"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEPT = ("id", "policy_id", "number", "state", "valid_from", "text_ko", "text_en", "terms", "created_by", "created_at",
        "published_by", "published_at", "author_id", "published_by_id", "hand_ids", "copy_of")  # fmt: skip
SAID = "a published version of a policy never changes"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# A change of what was promised; a second end is one, too.
CHANGED_SQLITE = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in KEPT)
CHANGED_POSTGRES = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in KEPT)
SQLITE = f"""
CREATE TRIGGER policy_versions_kept BEFORE UPDATE ON policy_versions
WHEN OLD.state = 'published' AND (
  (OLD.valid_until IS NOT NULL AND NEW.valid_until IS NOT OLD.valid_until) OR {CHANGED_SQLITE}
) BEGIN SELECT RAISE(ABORT, '{SAID}'); END;
CREATE TRIGGER policy_versions_stay BEFORE DELETE ON policy_versions
WHEN OLD.state = 'published' BEGIN SELECT RAISE(ABORT, '{SAID}'); END
"""
POSTGRES = f"""
CREATE FUNCTION policy_versions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER policy_versions_kept BEFORE UPDATE ON policy_versions FOR EACH ROW
WHEN (OLD.state = 'published' AND (
  (OLD.valid_until IS NOT NULL AND NEW.valid_until IS DISTINCT FROM OLD.valid_until)
  OR {CHANGED_POSTGRES}
)) EXECUTE FUNCTION policy_versions_refuse();
CREATE TRIGGER policy_versions_stay BEFORE DELETE ON policy_versions FOR EACH ROW
WHEN (OLD.state = 'published') EXECUTE FUNCTION policy_versions_refuse()
"""


def upgrade() -> None:
    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "bound_by",
                sa.Enum("paid", "contracted", name="boundby", native_enum=False, length=32),
                server_default="paid",
                nullable=False,
            )
        )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contracted_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("policy_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("author_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("published_by_id", BIG_ID, nullable=True))
        batch_op.add_column(
            sa.Column(
                "hand_ids",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default="[]",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("copy_of", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sent_back_why", sa.String(length=500), nullable=True))
        for column in ("author_id", "published_by_id"):
            batch_op.create_foreign_key(op.f(f"fk_policy_versions_{column}_users"), "users", [column], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_policy_versions_two_people"),
            "published_by_id IS NULL OR author_id IS NULL OR published_by_id <> author_id",
        )
    op.create_table(
        "policy_reads",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("policy_version_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_versions.id"],
            name=op.f("fk_policy_reads_policy_version_id_policy_versions"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_policy_reads_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_reads")),
        sa.UniqueConstraint("policy_version_id", "user_id", name=op.f("uq_policy_reads_policy_version_id_user_id")),
    )
    with op.batch_alter_table("policy_reads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_reads_user_id"), ["user_id"], unique=False)
    _guard()


def _guard() -> None:
    """Whoever rebuilds the table on SQLite takes the triggers with the old one, and must make them anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES)
        return
    first, second = SQLITE.strip().split(";\nCREATE", 1)
    op.execute(first)
    op.execute(f"CREATE{second}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER policy_versions_kept ON policy_versions")
        op.execute("DROP TRIGGER policy_versions_stay ON policy_versions")
        op.execute("DROP FUNCTION policy_versions_refuse()")
    else:
        op.execute("DROP TRIGGER policy_versions_kept")
        op.execute("DROP TRIGGER policy_versions_stay")
    op.drop_table("policy_reads")
    # The house before knows no version that waits for approval.
    op.execute("UPDATE policy_versions SET state = 'draft' WHERE state = 'asked'")
    with op.batch_alter_table("policy_versions", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_policy_versions_two_people"), type_="check")
        for column in ("author_id", "published_by_id"):
            batch_op.drop_constraint(op.f(f"fk_policy_versions_{column}_users"), type_="foreignkey")
        for column in ("sent_back_why", "copy_of", "hand_ids", "published_by_id", "author_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.drop_column("contracted_at")
    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.drop_column("bound_by")
