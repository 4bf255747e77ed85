"""Criteria: what partners must prove before they work, as rows that people edit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice, key_column
from app.partners.fitness import Need
from app.partners.kinds import PartnerKind
from app.policies.model import Product
from app.resident_number import keeps_no_resident_number
from app.words import Words, say


@keeps_no_resident_number
class Criterion(Base):
    """What partners must prove before they work: those of a kind, a service and a city, or all where none is named.
    It binds from `binds_from` on. `months`: for how long a check of it holds; None is for ever.
    """

    __tablename__ = "criteria"

    id: Mapped[int] = key_column()
    name_ko: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    proof_ko: Mapped[str] = mapped_column(String(300), default="")
    proof_en: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[PartnerKind | None] = mapped_column(choice(PartnerKind))
    product: Mapped[Product | None] = mapped_column(choice(Product))
    city: Mapped[str | None] = mapped_column(String(40), index=True)
    needs_document: Mapped[bool] = mapped_column(default=False)
    months: Mapped[int | None]
    binds_from: Mapped[date]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> Words:
        return say(self.name_ko, self.name_en)

    def need(self) -> Need:
        proof = say(self.proof_ko, self.proof_en)
        return Need(str(self.id), self.name, proof, self.needs_document, self.months)

    def binds(self, kind: PartnerKind, service: Product | None, city: str, on: date) -> bool:
        """Whoever does we know not what must meet what any service asks for."""
        return (
            self.is_active is not False
            and self.binds_from <= on
            and self.kind in {None, kind}
            and (self.product is None or service is None or self.product is service)
            and self.city in {None, "", city}
        )

    def __str__(self) -> str:
        return str(self.name)
