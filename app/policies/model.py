"""Policies: promises in Korean and English, with their terms as data, each version in force for a time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, choice, key_column


class Product(StrEnum):
    home_cleaning = "home_cleaning"
    mid_term_housing = "mid_term_housing"


class VersionState(StrEnum):
    draft = "draft"
    published = "published"
    withdrawn = "withdrawn"


class Policy(Base):
    """Which bookings it is for; what it promises stands in its versions."""

    __tablename__ = "policies"

    id: Mapped[int] = key_column()
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name_ko: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    product: Mapped[Product] = mapped_column(choice(Product), index=True)
    city: Mapped[str | None] = mapped_column(String(40))
    gateway: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    versions: Mapped[list[PolicyVersion]] = relationship(
        back_populates="policy", order_by="PolicyVersion.number", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name_ko


class PolicyVersion(Base):
    """Once published it never changes; `valid_until` None is open-ended, and is exclusive otherwise.

    `terms`: see app/policies/terms.py.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("policy_id", "number"),)

    id: Mapped[int] = key_column()
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(choice(VersionState), default=VersionState.draft)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    text_ko: Mapped[str] = mapped_column(Text, default="")
    text_en: Mapped[str] = mapped_column(Text, default="")
    terms: Mapped[dict[str, Any]]
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    published_by: Mapped[str | None] = mapped_column(String(120))
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    policy: Mapped[Policy] = relationship(back_populates="versions")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"
