"""rule publications"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What acts today is what was published: the newest version of each rule that is switched on or paused.
CARRIED = """
INSERT INTO rule_publications
    (rule_id, number, state, needs_two, when_reached, starts_at, asked_by, asked_at, why, version)
SELECT id, number, 'published', false, false, updated_at, 'opsroom', updated_at, '', 1
FROM rules WHERE state IN ('live', 'paused')
"""
CARRIED_MOVES = """
INSERT INTO rule_publication_moves (publication_id, was, now, "by", at, why)
SELECT id, NULL, 'published', asked_by, asked_at, '' FROM rule_publications
"""


def upgrade() -> None:
    op.create_table(
        "rule_publications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "agreed",
                "published",
                "declined",
                "called_back",
                "void",
                name="publicationstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("needs_two", sa.Boolean(), nullable=False),
        sa.Column("when_reached", sa.Boolean(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rehearsal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_by", sa.String(length=120), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT needs_two OR asked_by_id IS NULL OR approved_by_id IS NOT NULL"
            " OR state NOT IN ('agreed', 'published')",
            name=op.f("ck_rule_publications_second_person"),
        ),
        sa.CheckConstraint(
            "state <> 'published' OR starts_at IS NOT NULL", name=op.f("ck_rule_publications_has_a_start")
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> asked_by_id", name=op.f("ck_rule_publications_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["users.id"], name=op.f("fk_rule_publications_approved_by_id_users")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_rule_publications_asked_by_id_users")),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rule_publications_rule_id_rules")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_publications")),
    )
    with op.batch_alter_table("rule_publications", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rule_publications_open",
            ["rule_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('asked', 'agreed')"),
            postgresql_where=sa.text("state IN ('asked', 'agreed')"),
        )
        batch_op.create_index(batch_op.f("ix_rule_publications_rule_id"), ["rule_id"], unique=False)

    op.create_table(
        "rule_publication_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("publication_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "was",
            sa.Enum(
                "asked",
                "agreed",
                "published",
                "declined",
                "called_back",
                "void",
                name="publicationstate",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "now",
            sa.Enum(
                "asked",
                "agreed",
                "published",
                "declined",
                "called_back",
                "void",
                name="publicationstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["rule_publications.id"],
            name=op.f("fk_rule_publication_moves_publication_id_rule_publications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_publication_moves")),
    )
    with op.batch_alter_table("rule_publication_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_publication_moves_publication_id"), ["publication_id"], unique=False)

    op.execute(CARRIED)
    op.execute(CARRIED_MOVES)


def downgrade() -> None:
    with op.batch_alter_table("rule_publication_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_publication_moves_publication_id"))

    op.drop_table("rule_publication_moves")
    with op.batch_alter_table("rule_publications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_publications_rule_id"))
        batch_op.drop_index(
            "ix_rule_publications_open",
            sqlite_where=sa.text("state IN ('asked', 'agreed')"),
            postgresql_where=sa.text("state IN ('asked', 'agreed')"),
        )

    op.drop_table("rule_publications")
