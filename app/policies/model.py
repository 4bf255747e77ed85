"""Policies: promises in Korean and English, with their terms as data, each version in force for a time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKey, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.db import Base, choice, key_column
from app.errors import Refusal
from app.people.model import User
from app.resident_number import keeps_no_resident_number
from app.words import language, say

MAY_STILL_CHANGE = frozenset({"valid_until", "version"})


class Product(StrEnum):
    home_cleaning = "home_cleaning"
    mid_term_housing = "mid_term_housing"


class BoundBy(StrEnum):
    """Which moment of a booking decides the version: when it was paid, or when the contract was made."""

    paid = "paid"
    contracted = "contracted"


class VersionState(StrEnum):
    draft = "draft"
    asked = "asked"
    published = "published"
    withdrawn = "withdrawn"


@keeps_no_resident_number
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
    bound_by: Mapped[BoundBy] = mapped_column(choice(BoundBy), default=BoundBy.paid, server_default="paid")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    versions: Mapped[list[PolicyVersion]] = relationship(
        back_populates="policy", order_by="PolicyVersion.number", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name_en if language() == "en" else self.name_ko


@keeps_no_resident_number
class PolicyVersion(Base):
    """Once published it never changes, and the database sees to it; `valid_until` None is open-ended, and is exclusive
    otherwise.

    `terms`: see app/policies/terms.py. `author_id`: who wrote in it last; `hand_ids`: everybody who did. `copy_of`: the
    number of the version that it began as. `sent_back_why`: what the second person wrote, until it is asked for anew.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (
        UniqueConstraint("policy_id", "number"),
        CheckConstraint(
            "published_by_id IS NULL OR author_id IS NULL OR published_by_id <> author_id", name="two_people"
        ),
    )

    id: Mapped[int] = key_column()
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(choice(VersionState), default=VersionState.draft, active_history=True)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None] = mapped_column(active_history=True)
    text_ko: Mapped[str] = mapped_column(Text, default="")
    text_en: Mapped[str] = mapped_column(Text, default="")
    terms: Mapped[dict[str, Any]]
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    published_by: Mapped[str | None] = mapped_column(String(120))
    published_at: Mapped[datetime | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    hand_ids: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    copy_of: Mapped[int | None]
    sent_back_why: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(default=1)

    policy: Mapped[Policy] = relationship(back_populates="versions")
    reads: Mapped[list[PolicyRead]] = relationship(back_populates="policy_version", order_by="PolicyRead.id")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"


class PolicyRead(Base):
    """Somebody says to have read a published version, once."""

    __tablename__ = "policy_reads"
    __table_args__ = (UniqueConstraint("policy_version_id", "user_id"),)

    id: Mapped[int] = key_column()
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[datetime]

    policy_version: Mapped[PolicyVersion] = relationship(back_populates="reads")
    user: Mapped[User] = relationship()


@event.listens_for(PolicyVersion, "before_update")
def _keep_published(_mapper: Mapper[Any], _connection: Connection, version: PolicyVersion) -> None:
    """Whoever tries: a published version ends (once), and changes in nothing else."""
    state = inspect(version)
    was = state.attrs.state.history
    before = was.deleted[0] if was.deleted else version.state
    if before is not VersionState.published:
        return
    changed = {column.key for column in state.mapper.column_attrs if state.attrs[column.key].history.has_changes()}
    ended = state.attrs.valid_until.history
    if changed <= MAY_STILL_CHANGE and not (ended.deleted and ended.deleted[0] is not None):
        return
    raise Refusal(_PROMISED.fill(number=version.number))


@event.listens_for(PolicyVersion, "before_delete")
def _keep_promises(_mapper: Mapper[Any], _connection: Connection, version: PolicyVersion) -> None:
    if version.state is VersionState.published:
        raise Refusal(_PROMISED.fill(number=version.number))


_PROMISED = say(
    "공개된 v{number}은(는) 바꾸거나 지울 수 없습니다. 새 초안을 만들어 공개해 주세요.",
    "Published v{number} can be neither changed nor deleted. Make a new draft and publish it.",
)
