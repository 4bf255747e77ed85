"""What the account calls the things that rules name by id: brands, forms, statuses, organizations, its own texts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, choice


class NameKind(StrEnum):
    brand = "brand"
    form = "form"
    custom_status = "custom_status"
    locale = "locale"
    organization = "organization"
    user_field = "user_field"
    organization_field = "organization_field"
    dynamic_content = "dynamic_content"


class ZendeskName(Base):
    """`detail`, by the kind: of a brand and a form `default`, of a status its `category`, of a locale its `locale`, of
    an organization `external_id`, `details`, `notes`, `tags` and `fields`, of a field its `key`, `kind` and `options`,
    of dynamic content its `placeholder` and `texts`. `seen_at`: when Zendesk last told of it.
    """

    __tablename__ = "zendesk_names"

    kind: Mapped[NameKind] = mapped_column(choice(NameKind), primary_key=True)
    zendesk_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_active: Mapped[bool] = mapped_column(default=True)
    seen_at: Mapped[datetime]

    def __str__(self) -> str:
        return self.name
