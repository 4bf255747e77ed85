"""decided again: claw-backs that give back, which case left an incident, and longer numbers of payments"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LEFT_BY_A_DISPUTE = re.compile(r"분쟁 (\S+) · 예약 ")


def upgrade() -> None:
    with op.batch_alter_table("clawbacks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gives_back", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("clawbacks", schema=None) as batch_op:
        batch_op.alter_column("gives_back", server_default=None)
    with op.batch_alter_table("partner_incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=60), nullable=True))
        batch_op.create_index(batch_op.f("ix_partner_incidents_origin"), ["origin"], unique=False)
    _name_what_disputes_left()
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.alter_column("payment_ref", existing_type=sa.String(length=80), type_=sa.String(length=200))


def downgrade() -> None:
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.alter_column("payment_ref", existing_type=sa.String(length=200), type_=sa.String(length=80))
    with op.batch_alter_table("partner_incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_incidents_origin"))
        batch_op.drop_column("origin")
    with op.batch_alter_table("clawbacks", schema=None) as batch_op:
        batch_op.drop_column("gives_back")


def _name_what_disputes_left() -> None:
    incidents = sa.table(
        "partner_incidents", sa.column("id", sa.Integer), sa.column("text", sa.Text), sa.column("origin", sa.String)
    )
    bind = op.get_bind()
    for key, text in bind.execute(sa.select(incidents.c.id, incidents.c.text).where(incidents.c.text.like("분쟁 %"))):
        if found := LEFT_BY_A_DISPUTE.match(text):
            bind.execute(incidents.update().where(incidents.c.id == key).values(origin=f"dispute:{found[1]}"))
