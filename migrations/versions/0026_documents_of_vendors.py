"""documents of vendors, in the table of partners' documents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_ONE = "ck_partner_documents_of_one"


def upgrade() -> None:
    with op.batch_alter_table("partner_documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vendor_id", BIG_ID, nullable=True))
        batch_op.alter_column("partner_id", existing_type=BIG_ID, nullable=True)
        batch_op.create_index(batch_op.f("ix_partner_documents_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_partner_documents_vendor_id_vendors"), "vendors", ["vendor_id"], ["id"]
        )
        batch_op.create_check_constraint(op.f(OF_ONE), "(partner_id IS NULL) <> (vendor_id IS NULL)")


def downgrade() -> None:
    # Before, only partners had documents; the files of vendors stay in the home's folder.
    op.execute("DELETE FROM partner_documents WHERE partner_id IS NULL")
    with op.batch_alter_table("partner_documents", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(OF_ONE), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_partner_documents_vendor_id_vendors"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_partner_documents_vendor_id"))
        batch_op.alter_column("partner_id", existing_type=BIG_ID, nullable=False)
        batch_op.drop_column("vendor_id")
