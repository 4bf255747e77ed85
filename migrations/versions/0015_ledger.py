"""the ledger, who bears a refund, and what providers say"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ACCOUNTS = ("payable", "provider", "customer", "partner", "platform", "insurer", "settlement")
KINDS = ("owed", "released", "paid", "settled", "waived", "moved")
STATES = ("owed", "settled", "waived")
DIFFERENCES = (
    *("unknown_here", "unknown_there", "other_amount", "other_currency", "other_payment", "not_paid_here", "twice"),
    "ledger_off",
)
DIFFERENCE_STATES = ("open", "resolved", "over")
KEPT = "ledger entries are never changed: write another one"
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def chosen(name: str, choices: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*choices, name=name, native_enum=False, length=32)


def upgrade() -> None:
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shares", JSON, nullable=True))
    op.create_table(
        "ledger_entries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", chosen("entrykind", KINDS), nullable=False),
        sa.Column("debit", chosen("account", ACCOUNTS), nullable=False),
        sa.Column("credit", chosen("account", ACCOUNTS), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booking_id", BIG, nullable=False),
        sa.Column("refund_id", BIG, nullable=False),
        sa.Column("partner_id", BIG, nullable=True),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_entries_amount_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_entries_two_accounts")),
        sa.CheckConstraint(
            "(debit = 'partner' OR credit = 'partner') = (partner_id IS NOT NULL)",
            name=op.f("ck_ledger_entries_partner_is_named"),
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_ledger_entries_booking_id_bookings")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_ledger_entries_refund_id_refunds")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_ledger_entries_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entries_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entries_kind"), ["kind"], unique=False)
        batch_op.create_index("ix_ledger_entries_booking", ["booking_id", "id"], unique=False)
        batch_op.create_index("ix_ledger_entries_partner", ["partner_id", "id"], unique=False)
        batch_op.create_index("ix_ledger_entries_refund", ["refund_id", "id"], unique=False)
    op.create_table(
        "clawbacks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("partner_id", BIG, nullable=False),
        sa.Column("booking_id", BIG, nullable=False),
        sa.Column("refund_id", BIG, nullable=False),
        sa.Column("state", chosen("clawbackstate", STATES), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_clawbacks_amount_positive")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_clawbacks_booking_id_bookings")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_clawbacks_partner_id_partners")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_clawbacks_refund_id_refunds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clawbacks")),
    )
    with op.batch_alter_table("clawbacks", schema=None) as batch_op:
        for column in ("booking_id", "owed_at", "partner_id", "refund_id", "state"):
            batch_op.create_index(batch_op.f(f"ix_clawbacks_{column}"), [column], unique=False)
    op.create_table(
        "clawback_moves",
        sa.Column("id", BIG, nullable=False),
        sa.Column("clawback_id", BIG, nullable=False),
        sa.Column("was", chosen("clawbackstate", STATES), nullable=True),
        sa.Column("now", chosen("clawbackstate", STATES), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["clawback_id"], ["clawbacks.id"], name=op.f("fk_clawback_moves_clawback_id_clawbacks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clawback_moves")),
    )
    with op.batch_alter_table("clawback_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clawback_moves_clawback_id"), ["clawback_id"], unique=False)
    _enter_what_was()
    _close_the_book()
    _reconciling()


def _reconciling() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    with op.batch_alter_table("reconciliations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reconciliations_at"), ["at"], unique=False)
    op.create_table(
        "provider_refunds",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=True),
        sa.Column("payment", sa.String(length=255), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("refund_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_provider_refunds_refund_id_refunds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_refunds")),
        sa.UniqueConstraint("reference", name=op.f("uq_provider_refunds_reference")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_provider_refunds_refund_id")),
    )
    with op.batch_alter_table("provider_refunds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_refunds_at"), ["at"], unique=False)
    op.create_table(
        "differences",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", chosen("differencekind", DIFFERENCES), nullable=False),
        sa.Column("state", chosen("differencestate", DIFFERENCE_STATES), nullable=False),
        sa.Column("open_key", sa.String(length=80), nullable=True),
        sa.Column("refund_id", BIG, nullable=True),
        sa.Column("told_id", BIG, nullable=True),
        sa.Column("detail_ko", sa.Text(), nullable=False),
        sa.Column("detail_en", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_differences_refund_id_refunds")),
        sa.ForeignKeyConstraint(
            ["told_id"], ["provider_refunds.id"], name=op.f("fk_differences_told_id_provider_refunds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_differences")),
        sa.UniqueConstraint("open_key", name=op.f("uq_differences_open_key")),
    )
    with op.batch_alter_table("differences", schema=None) as batch_op:
        for column in ("found_at", "kind", "refund_id", "state", "told_id"):
            batch_op.create_index(batch_op.f(f"ix_differences_{column}"), [column], unique=False)
    op.create_table(
        "difference_moves",
        sa.Column("id", BIG, nullable=False),
        sa.Column("difference_id", BIG, nullable=False),
        sa.Column("was", chosen("differencestate", DIFFERENCE_STATES), nullable=False),
        sa.Column("now", chosen("differencestate", DIFFERENCE_STATES), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["difference_id"], ["differences.id"], name=op.f("fk_difference_moves_difference_id_differences")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_moves")),
    )
    with op.batch_alter_table("difference_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_difference_moves_difference_id"), ["difference_id"], unique=False)


def _enter_what_was() -> None:
    """Refunds of before the ledger: nobody had said who bears them, so the platform does."""
    enter = (
        "INSERT INTO ledger_entries (at, kind, debit, credit, amount_minor, currency, booking_id, refund_id, by, why) "
        "SELECT {at}, '{kind}', '{debit}', '{credit}', amount_minor, currency, booking_id, id, 'opsroom', '' "
        "FROM refunds WHERE state IN ({states}) ORDER BY id"
    )
    op.execute(
        enter.format(
            at="coalesce(decided_at, requested_at)",
            kind="owed",
            debit="platform",
            credit="payable",
            states="'approved', 'paying', 'unknown', 'paid'",
        )
    )
    op.execute(
        enter.format(
            at="coalesce(paid_at, decided_at, requested_at)",
            kind="paid",
            debit="payable",
            credit="provider",
            states="'paid'",
        )
    )


def _close_the_book() -> None:
    """From here on an entry is written once."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ledger_entries_are_kept() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER ledger_entries_kept BEFORE UPDATE OR DELETE ON ledger_entries "
            "FOR EACH ROW EXECUTE FUNCTION ledger_entries_are_kept()"
        )
        op.execute(
            "CREATE TRIGGER ledger_entries_not_emptied BEFORE TRUNCATE ON ledger_entries "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_are_kept()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ledger_entries_no_{verb.lower()} BEFORE {verb} ON ledger_entries "
            f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        )


def downgrade() -> None:
    for table in ("difference_moves", "differences", "provider_refunds", "reconciliations"):
        op.drop_table(table)
    op.drop_table("clawback_moves")
    op.drop_table("clawbacks")
    op.drop_table("ledger_entries")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_entries_are_kept()")
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_column("shares")
