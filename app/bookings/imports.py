"""Files that came in: each row as it was read and compared, kept apart until confirmed, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.bookings.file_columns import FileKind
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.words import say


class ImportState(StrEnum):
    """`stopped`: whoever confirmed it may not any more; somebody else takes the rest, or drops it."""

    previewed = "previewed"
    taking = "taking"
    done = "done"
    dropped = "dropped"
    stopped = "stopped"


class Verdict(StrEnum):
    """Of a row. `new`, `changed`, `same` and `bad` are what the preview found; the first two wait until they are
    `taken`, or `stale` (somebody changed the record since) or `refused` (it could not be saved).
    """

    new = "new"
    changed = "changed"
    same = "same"
    bad = "bad"
    taken = "taken"
    stale = "stale"
    refused = "refused"


WAITING = (Verdict.new, Verdict.changed)
TO_MEND = (Verdict.bad, Verdict.stale, Verdict.refused)
MOVES: Mapping[ImportState, frozenset[ImportState]] = {
    ImportState.previewed: frozenset({ImportState.taking, ImportState.done, ImportState.dropped}),
    ImportState.taking: frozenset({ImportState.done, ImportState.stopped}),
    ImportState.stopped: frozenset({ImportState.taking, ImportState.dropped}),
    ImportState.done: frozenset(),
    ImportState.dropped: frozenset(),
}


class Import(Base):
    """One file. `by_id` is who brought it, or has confirmed it: in their name it is taken."""

    __tablename__ = "imports"

    id: Mapped[int] = key_column()
    kind: Mapped[FileKind] = mapped_column(choice(FileKind))
    filename: Mapped[str] = mapped_column(String(200))
    state: Mapped[ImportState] = mapped_column(choice(ImportState), default=ImportState.previewed, index=True)
    rows: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.filename

    def move_to(self, now: ImportState) -> None:
        if now not in MOVES[self.state]:
            words = say(
                "「{name}」은(는) 지금 ‘{state}’ 상태여서 그렇게 할 수 없습니다.",
                "“{name}” is “{state}” now and cannot do that.",
            )
            raise Refusal(words.fill(name=self.filename, state=named(self.state).words))
        self.state = now


class ImportRow(Base):
    """`cells` as they were written, by column. `seen_version` is that of the record the row was compared with, None
    where there was none. `changes`: [column, was, becomes, was, becomes], first in Korean, then in English. `faults`:
    [column, Korean, English].
    """

    __tablename__ = "import_rows"
    __table_args__ = (UniqueConstraint("import_id", "line"),)

    id: Mapped[int] = key_column()
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    line: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict))
    cells: Mapped[dict[str, Any]]
    record_id: Mapped[int | None] = mapped_column(BigId)
    seen_version: Mapped[int | None]
    changes: Mapped[list[Any]]
    faults: Mapped[list[Any]]
