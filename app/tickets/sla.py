"""Zendesk's SLA policies, mirrored with the names: what was promised is theirs to say, when it is due ours to tell."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class ZendeskSlaPolicy(Base):
    """`conditions` is Zendesk's `filter` ({"all", "any"}), `targets` its `policy_metrics`; the lowest position is asked
    first.
    """

    __tablename__ = "zendesk_sla_policies"

    zendesk_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(255))
    position: Mapped[int] = mapped_column(default=0)
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    targets: Mapped[list[Any]] = mapped_column(default=list)

    def __str__(self) -> str:
        return self.title
