"""Adding a note with its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.desk.file_kinds import PICTURES_AND_PDF, FileKind, fit_name, kind_of
from app.desk.kept_files import LARGEST, MEGABYTES, keep
from app.errors import Refusal
from app.refunds.evidence.model import RefundFile, RefundNote
from app.refunds.model import Refund
from app.words import say

MOST_FILES = 20
LONGEST_NOTE = 4000


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent."""

    name: str
    content: bytes


def add(session: Session, refund: Refund, text: str, sent: Sequence[Sent], home: Path) -> RefundNote:
    """Refuses in words an empty note, a note that is too long, and each file that is too large or of a kind that is
    not taken. Nothing is kept then.
    """
    actor = acting()
    actor.must("refunds.note")
    text = text.strip()
    if not text and not sent:
        raise Refusal(say("메모를 적거나 파일을 골라 주세요.", "Write a note or choose a file."), field="text")
    if len(text) > LONGEST_NOTE:
        raise Refusal(
            say(f"메모는 {LONGEST_NOTE:,}자까지입니다.", f"{LONGEST_NOTE:,} characters at most."), field="text"
        )
    kinds = [_kind(one) for one in sent]
    there = session.scalar(
        select(func.count(RefundFile.id)).join(RefundFile.note).where(RefundNote.refund_id == refund.id)
    )
    if (there or 0) + len(sent) > MOST_FILES:
        raise Refusal(
            say(
                f"환불 하나에 파일은 {MOST_FILES}개까지입니다. 지금 {there}개가 있습니다.",
                f"{MOST_FILES} files at most on one refund; it has {there}.",
            ),
            field="files",
        )
    note = RefundNote(refund=refund, text=text, by_id=actor.id, by=actor.name[:120], at=clock.now())
    note.files = [
        RefundFile(name=fit_name(one.name, kind), kind=kind, size=len(one.content), sha256=keep(home, one.content))
        for one, kind in zip(sent, kinds, strict=True)
    ]
    session.add(note)
    session.flush()
    return note


def _kind(sent: Sent) -> FileKind:
    name = sent.name[:80]
    if len(sent.content) > LARGEST:
        raise Refusal(
            say(
                f"{name}: 너무 큽니다. 파일 하나는 {MEGABYTES} MB까지이니 줄여서 다시 골라 주세요.",
                f"{name} is too large: {MEGABYTES} MB is the most. Make it smaller and choose it again.",
            ),
            field="files",
        )
    kind = kind_of(sent.content)
    if kind not in PICTURES_AND_PDF:
        raise Refusal(
            say(
                f"{name}: 사진(JPEG, PNG, WebP, HEIC)이나 PDF만 받습니다. 내용이 그런 파일이 아닙니다.",
                f"{name}: only pictures (JPEG, PNG, WebP, HEIC) and PDF are taken, and by its content it is neither.",
            ),
            field="files",
        )
    return kind
