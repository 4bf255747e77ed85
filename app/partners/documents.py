"""Documents of partners and vendors: the rows. Their files stand in the home's folder (app/desk/kept_files.py)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, choice, key_column
from app.partners.criteria import Criterion
from app.partners.kinds import DocumentKind
from app.partners.model import Partner, Vendor
from app.resident_number import MADE_HERE, keeps_no_resident_number


@keeps_no_resident_number
class PartnerDocument(Base):
    """A file of a partner or of a vendor, kept apart under `key`; the row stays when the file is taken away.
    `criterion_id`: what it proves of a partner; `ends_on`: its last day.
    """

    __tablename__ = "partner_documents"
    __table_args__ = (CheckConstraint("(partner_id IS NULL) <> (vendor_id IS NULL)", name="of_one"),)

    id: Mapped[int] = key_column()
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"), index=True)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendors.id"), index=True)
    criterion_id: Mapped[int | None] = mapped_column(ForeignKey("criteria.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind), default=DocumentKind.other)
    name: Mapped[str] = mapped_column(String(160))
    note: Mapped[str] = mapped_column(String(300), default="")
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), info=MADE_HERE)
    key: Mapped[str] = mapped_column(String(64), unique=True, info=MADE_HERE)
    ends_on: Mapped[date | None]
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(String(120))
    removed_at: Mapped[datetime | None]

    partner: Mapped[Partner | None] = relationship(back_populates="documents")
    vendor: Mapped[Vendor | None] = relationship(back_populates="documents")
    criterion: Mapped[Criterion | None] = relationship()

    @property
    def proves(self) -> bool:
        return self.criterion_id is not None and self.removed_at is None

    def __str__(self) -> str:
        return self.name
