"""Notes on a refund and the files that came with them, in order, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, event
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.db import Base, choice, key_column
from app.desk.file_kinds import FileKind
from app.refunds.model import Refund
from app.resident_number import MADE_HERE, keeps_no_resident_number


@keeps_no_resident_number
class RefundNote(Base):
    """`text` is empty where somebody only added files."""

    __tablename__ = "refund_notes"

    id: Mapped[int] = key_column()
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]

    refund: Mapped[Refund] = relationship()
    files: Mapped[list[RefundFile]] = relationship(back_populates="note", order_by="RefundFile.id")


@keeps_no_resident_number
class RefundFile(Base):
    """`sha256` is where its content is found in the home's folder; `size` in bytes."""

    __tablename__ = "refund_files"

    id: Mapped[int] = key_column()
    note_id: Mapped[int] = mapped_column(ForeignKey("refund_notes.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[FileKind] = mapped_column(choice(FileKind))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), info=MADE_HERE)

    note: Mapped[RefundNote] = relationship(back_populates="files")


@event.listens_for(Session, "before_flush")
def _only_append(session: Session, _context: Any, _instances: Any) -> None:
    for row in (*session.dirty, *session.deleted):
        if isinstance(row, RefundNote | RefundFile) and (row in session.deleted or session.is_modified(row)):
            raise TypeError("a note on a refund is written once and never changed")
