"""The link to the Zendesk account: where the sync stands, what may be pushed, and which clock ticks are taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class Link(Base):
    """One row, id 1. Secrets are sealed (app/vault.py). `pushing` False is watch-only: rules decide and show,
    nothing is sent. `rules_on` False stops rules from deciding at all. `paused_until`: Zendesk asked everyone to wait.
    """

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zendesk_url: Mapped[str | None] = mapped_column(String(255))
    webhook_id: Mapped[str | None] = mapped_column(String(64))
    sealed_secret: Mapped[str | None] = mapped_column(Text)
    sealed_secret_before: Mapped[str | None] = mapped_column(Text)
    own_user_id: Mapped[int | None] = mapped_column(BigId)
    pushing: Mapped[bool] = mapped_column(default=False)
    rules_on: Mapped[bool] = mapped_column(default=True)
    cursor: Mapped[str | None] = mapped_column(String(255))
    loaded: Mapped[int] = mapped_column(BigInteger, default=0)
    load_started_at: Mapped[datetime | None]
    load_done_at: Mapped[datetime | None]
    sync_token: Mapped[str | None] = mapped_column(String(32))
    sync_lease_until: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    names_synced_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(500))
    trouble_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class Tick(Base):
    """The newest slot of a timetable entry that some scheduler has taken; taking it is one guarded UPDATE."""

    __tablename__ = "ticks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    slot: Mapped[int] = mapped_column(BigInteger, default=0)
    at: Mapped[datetime | None]
