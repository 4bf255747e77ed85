"""the refund desk: authority, approvals, goodwill, notes and evidence"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ROLE = sa.Enum("admin", "ops_manager", "agent", "finance", "auditor", name="role", native_enum=False, length=32)
KIND = sa.Enum(
    "credit", "re_clean", "voucher", "gift", "extra_refund", name="goodwillkind", native_enum=False, length=32
)
GIVEN = sa.Enum("waiting", "given", "rejected", "cancelled", name="goodwillstate", native_enum=False, length=32)
REASON = sa.Enum(
    *("customer_cancelled", "partner_cancelled", "partner_no_show", "partner_late", "partial_service"),
    *("poor_quality", "facility_fault", "platform_error", "force_majeure"),
    name="reason",
    native_enum=False,
    length=32,
)
FILE = sa.Enum("jpeg", "png", "webp", "heic", "pdf", name="filekind", native_enum=False, length=32)
SPENDING = sa.Enum("refund", "compensation", name="spending", native_enum=False, length=32)
CHECKS = {
    "ck_refunds_maker_asked": "maker_id = coalesce(requested_by_id, 0)",
    "ck_refunds_other_two_people": (
        "approved_also_by_id IS NULL OR (approved_by_id IS NOT NULL AND approved_also_by_id <> approved_by_id"
        " AND approved_also_by_id <> maker_id)"
    ),
    "ck_refunds_one_or_two": "approvers IN (1, 2)",
    "ck_refunds_enough_approved": (
        "state NOT IN ('approved', 'paying', 'unknown', 'paid') OR (approved_by_id IS NOT NULL"
        " AND approved_sum IS NOT NULL AND (approvers = 1 OR approved_also_by_id IS NOT NULL))"
    ),
}
EVERYBODY, MONEY = ["ops_manager", "finance", "admin"], ["finance", "admin"]
# (of what, currency, up to, at most so many percent above the policy, how many, who, one of whom)
DEFAULTS = (
    ("refund", "KRW", 500_000, 0, 1, EVERYBODY, []),
    ("refund", "KRW", None, None, 2, EVERYBODY, MONEY),
    ("refund", "USD", 350_00, 0, 1, EVERYBODY, []),
    ("refund", "USD", None, None, 2, EVERYBODY, MONEY),
    ("compensation", "KRW", 50_000, None, 1, EVERYBODY, []),
    ("compensation", "KRW", None, None, 2, EVERYBODY, MONEY),
)


def upgrade() -> None:
    _authority()
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("maker_id", ID, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("approvers", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("approved_also_by_id", ID, nullable=True))
    op.execute("UPDATE refunds SET maker_id = coalesce(requested_by_id, 0)")
    _seal(_old, _new)
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.alter_column("maker_id", existing_type=ID, server_default=None)
        batch_op.alter_column("approvers", existing_type=sa.Integer(), server_default=None)
        batch_op.create_foreign_key(
            op.f("fk_refunds_approved_also_by_id_users"), "users", ["approved_also_by_id"], ["id"]
        )
        batch_op.create_unique_constraint(op.f("uq_refunds_id_maker_id"), ["id", "maker_id"])
        for name, rule in CHECKS.items():
            batch_op.create_check_constraint(op.f(name), rule)
    _approvals()
    _catalogue()
    _goodwill()
    _notes()


def downgrade() -> None:
    for name in (
        "refund_files",
        "refund_notes",
        "goodwill_approvals",
        "goodwill_moves",
        "goodwills",
        "goodwill_entries",
    ):
        op.drop_table(name)
    op.drop_table("approvals")
    _seal(_new, _old)
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(op.f(name), type_="check")
        batch_op.drop_constraint(op.f("uq_refunds_id_maker_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_refunds_approved_also_by_id_users"), type_="foreignkey")
        batch_op.drop_column("approved_also_by_id")
        batch_op.drop_column("approvers")
        batch_op.drop_column("maker_id")
    op.drop_table("authority_rows")


def _authority() -> None:
    table = op.create_table(
        "authority_rows",
        sa.Column("id", ID, nullable=False),
        sa.Column("spending", SPENDING, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("up_to_minor", sa.BigInteger(), nullable=True),
        sa.Column("above_percent", sa.Integer(), nullable=True),
        sa.Column("approvers", sa.Integer(), nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("one_of", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("approvers IN (1, 2)", name=op.f("ck_authority_rows_one_or_two")),
        sa.CheckConstraint("up_to_minor > 0", name=op.f("ck_authority_rows_some_amount")),
        sa.CheckConstraint("above_percent >= 0", name=op.f("ck_authority_rows_no_less")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_rows")),
    )
    names = ("spending", "currency", "up_to_minor", "above_percent", "approvers", "roles", "one_of")
    now = datetime.now(UTC)
    op.bulk_insert(table, [dict(zip(names, row, strict=True), created_at=now, version=1) for row in DEFAULTS])


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", ID, nullable=False),
        sa.Column("refund_id", ID, nullable=False),
        sa.Column("maker_id", ID, nullable=False),
        sa.Column("approver_id", ID, nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("sum", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_why", sa.String(length=500), nullable=False),
        sa.CheckConstraint("voided_at IS NOT NULL OR approver_id <> maker_id", name=op.f("ck_approvals_two_people")),
        sa.ForeignKeyConstraint(
            ["refund_id", "maker_id"],
            ["refunds.id", "refunds.maker_id"],
            name=op.f("fk_approvals_refund_id_refunds"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_approvals_approver_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_refund_id"), "approvals", ["refund_id"])
    standing = sa.text("voided_at IS NULL")
    op.create_index(
        "uq_approvals_standing",
        "approvals",
        ["refund_id", "approver_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.execute(
        "INSERT INTO approvals (refund_id, maker_id, approver_id, role, sum, why, at, voided_at, void_why)"
        " SELECT refunds.id, refunds.maker_id, refunds.approved_by_id, users.role, coalesce(refunds.approved_sum, ''),"
        " '', coalesce(refunds.decided_at, refunds.requested_at), NULL, ''"
        " FROM refunds JOIN users ON users.id = refunds.approved_by_id"
    )


def _catalogue() -> None:
    op.create_table(
        "goodwill_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("name_ko", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("most_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("alone_up_to_minor", sa.BigInteger(), nullable=False),
        sa.Column("per_booking", sa.Integer(), nullable=True),
        sa.Column("per_customer", sa.Integer(), nullable=True),
        sa.Column("customer_days", sa.Integer(), nullable=False),
        sa.Column("per_giver_month", sa.Integer(), nullable=True),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(amount_minor IS NULL) <> (percent IS NULL)", name=op.f("ck_goodwill_entries_amount_or_percent")
        ),
        sa.CheckConstraint(
            "amount_minor >= 0 AND cost_minor >= 0 AND alone_up_to_minor >= 0",
            name=op.f("ck_goodwill_entries_not_below_nothing"),
        ),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("ck_goodwill_entries_a_percentage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goodwill_entries")),
    )


def _goodwill() -> None:
    op.create_table(
        "goodwills",
        sa.Column("id", ID, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("booking_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("refund_id", ID, nullable=True),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("name_ko", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("reason", REASON, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", GIVEN, nullable=False),
        sa.Column("given_by_id", ID, nullable=False),
        sa.Column("approvers", sa.Integer(), nullable=False),
        sa.Column("approved_by_id", ID, nullable=True),
        sa.Column("approved_also_by_id", ID, nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("untold_why", sa.String(length=500), nullable=True),
        sa.Column("form_token", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> given_by_id", name=op.f("ck_goodwills_two_people")
        ),
        sa.CheckConstraint(
            "approved_also_by_id IS NULL OR (approved_by_id IS NOT NULL AND approved_also_by_id <> approved_by_id"
            " AND approved_also_by_id <> given_by_id)",
            name=op.f("ck_goodwills_other_two_people"),
        ),
        sa.CheckConstraint(
            "state <> 'given' OR approvers = 0 OR (approved_by_id IS NOT NULL"
            " AND (approvers = 1 OR approved_also_by_id IS NOT NULL))",
            name=op.f("ck_goodwills_enough_approved"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_goodwills_{column}_{table}"))
            for column, table in (
                ("entry_id", "goodwill_entries"),
                ("booking_id", "bookings"),
                ("ticket_id", "tickets"),
                ("refund_id", "refunds"),
                ("given_by_id", "users"),
                ("approved_by_id", "users"),
                ("approved_also_by_id", "users"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goodwills")),
        sa.UniqueConstraint("ref", name=op.f("uq_goodwills_ref")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_goodwills_refund_id")),
        sa.UniqueConstraint("form_token", name=op.f("uq_goodwills_form_token")),
        sa.UniqueConstraint("id", "given_by_id", name=op.f("uq_goodwills_id_given_by_id")),
    )
    for column in ("entry_id", "booking_id", "ticket_id", "reason", "state", "given_at"):
        op.create_index(op.f(f"ix_goodwills_{column}"), "goodwills", [column])
    op.create_table(
        "goodwill_moves",
        sa.Column("id", ID, nullable=False),
        sa.Column("goodwill_id", ID, nullable=False),
        sa.Column("was", GIVEN, nullable=True),
        sa.Column("now", GIVEN, nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["goodwill_id"], ["goodwills.id"], name=op.f("fk_goodwill_moves_goodwill_id_goodwills")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goodwill_moves")),
    )
    op.create_index(op.f("ix_goodwill_moves_goodwill_id"), "goodwill_moves", ["goodwill_id"])
    op.create_table(
        "goodwill_approvals",
        sa.Column("id", ID, nullable=False),
        sa.Column("goodwill_id", ID, nullable=False),
        sa.Column("maker_id", ID, nullable=False),
        sa.Column("approver_id", ID, nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("sum", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("approver_id <> maker_id", name=op.f("ck_goodwill_approvals_two_people")),
        sa.ForeignKeyConstraint(
            ["goodwill_id", "maker_id"],
            ["goodwills.id", "goodwills.given_by_id"],
            name=op.f("fk_goodwill_approvals_goodwill_id_goodwills"),
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_goodwill_approvals_approver_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goodwill_approvals")),
        sa.UniqueConstraint("goodwill_id", "approver_id", name=op.f("uq_goodwill_approvals_goodwill_id_approver_id")),
    )


def _notes() -> None:
    op.create_table(
        "refund_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("refund_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_notes_refund_id_refunds")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_refund_notes_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_notes")),
    )
    op.create_index(op.f("ix_refund_notes_refund_id"), "refund_notes", ["refund_id"])
    op.create_table(
        "refund_files",
        sa.Column("id", ID, nullable=False),
        sa.Column("note_id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", FILE, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["refund_notes.id"], name=op.f("fk_refund_files_note_id_refund_notes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_files")),
    )
    op.create_index(op.f("ix_refund_files_note_id"), "refund_files", ["note_id"])


def _seal(before: Any, after: Any) -> None:
    """What was approved is sealed anew, with whom it goes to and which partner bears a part; a seal that was
    broken before stays broken.
    """
    rows = op.get_bind().execute(
        sa.text(
            "SELECT refunds.id, refunds.ref, refunds.booking_id, bookings.payment_ref, bookings.customer_id,"
            " bookings.gateway, refunds.amount_minor, refunds.currency, refunds.policy_version_id,"
            " refunds.provider_key, refunds.shares, refunds.approved_sum, bookings.partner_id"
            " FROM refunds JOIN bookings ON bookings.id = refunds.booking_id"
            " WHERE refunds.approved_sum IS NOT NULL"
        )
    )
    for row in rows.all():
        if row.approved_sum == _sum(before(row)):
            op.execute(
                sa.text("UPDATE refunds SET approved_sum = :sum WHERE id = :id").bindparams(
                    sum=_sum(after(row)), id=row.id
                )
            )


def _old(row: Any) -> tuple[Any, ...]:
    return (row.ref, row.booking_id, row.payment_ref, *_rest(row))


def _new(row: Any) -> tuple[Any, ...]:
    borne_by = [row.partner_id] if any(bearer == "partner" for bearer, *_ in _shares(row) or ()) else []
    return (row.ref, row.booking_id, row.payment_ref, row.customer_id, row.gateway, *_rest(row), *borne_by)


def _rest(row: Any) -> tuple[Any, ...]:
    shares = _shares(row)
    bearers = [] if shares is None else [shares]
    return (row.amount_minor, row.currency, row.policy_version_id, row.provider_key, *bearers)


def _shares(row: Any) -> Any:
    return json.loads(row.shares) if isinstance(row.shares, str) else row.shares


def _sum(bound: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps(bound).encode()).hexdigest()
