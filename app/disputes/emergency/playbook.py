"""Playbooks: what is done in an emergency of a kind, in versions of which one is in force."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKey, UniqueConstraint, event, inspect, select
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, BigId, choice, key_column
from app.disputes.emergency.kinds import DutyRole, EmergencyKind
from app.errors import ChangedMeanwhile, Forbidden, Refusal
from app.people.model import User
from app.words import Words, say

MOST_STEPS = 40
LONGEST_STEP = 500
_HANGUL = re.compile(r"[가-힣]")


class PlaybookState(StrEnum):
    draft = "draft"
    published = "published"
    replaced = "replaced"
    dropped = "dropped"


MOVES: Mapping[PlaybookState, frozenset[PlaybookState]] = MappingProxyType({
    PlaybookState.draft: frozenset({PlaybookState.published, PlaybookState.dropped}),
    PlaybookState.published: frozenset({PlaybookState.replaced}),
    PlaybookState.replaced: frozenset(),
    PlaybookState.dropped: frozenset(),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """`minutes`: how long after the page it is to be done."""

    role: DutyRole
    ko: str
    en: str
    minutes: int

    def __post_init__(self) -> None:
        if not self.ko.strip() and not self.en.strip():
            raise Refusal(say("빈 단계가 있습니다.", "A step says nothing."), field="steps")
        if max(len(self.ko), len(self.en)) > LONGEST_STEP:
            words = say(f"한 단계는 {LONGEST_STEP}자까지입니다.", f"A step has {LONGEST_STEP} characters at most.")
            raise Refusal(words, field="steps")
        if not 0 <= self.minutes <= 1440:
            raise Refusal(say("분은 0에서 1440까지입니다.", "Minutes are 0 to 1440."), field="steps")

    @property
    def words(self) -> Words:
        return say(self.ko, self.en)

    @property
    def is_in_both(self) -> bool:
        return bool(_HANGUL.search(self.ko)) and bool(self.en.strip()) and not _HANGUL.search(self.en)

    def to_json(self) -> dict[str, Any]:
        return {"role": self.role.value, "ko": self.ko, "en": self.en, "minutes": self.minutes}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Step:
        return cls(DutyRole(raw["role"]), str(raw["ko"]), str(raw["en"]), int(raw["minutes"]))


class Playbook(Base):
    """One for each kind of emergency."""

    __tablename__ = "playbooks"

    id: Mapped[int] = key_column()
    kind: Mapped[EmergencyKind] = mapped_column(choice(EmergencyKind), unique=True)
    created_at: Mapped[datetime]

    versions: Mapped[list[PlaybookVersion]] = relationship(
        back_populates="playbook", order_by="PlaybookVersion.number.desc()"
    )

    @property
    def in_force(self) -> PlaybookVersion | None:
        return next((one for one in self.versions if one.state is PlaybookState.published), None)


class PlaybookVersion(Base):
    """`steps` as of Step; `words`: those by which it was found. `live_key` is the playbook's id while it is published:
    one at a time. `made_from_id`: the emergency whose log it was drafted from. Who wrote it last publishes it not.
    """

    __tablename__ = "playbook_versions"
    __table_args__ = (
        UniqueConstraint("playbook_id", "number"),
        CheckConstraint("published_by_id IS NULL OR published_by_id <> written_by_id", name="two_people"),
        CheckConstraint("state <> 'published' OR published_by_id IS NOT NULL", name="somebody_published"),
    )

    id: Mapped[int] = key_column()
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    number: Mapped[int]
    state: Mapped[PlaybookState] = mapped_column(choice(PlaybookState), default=PlaybookState.draft, index=True)
    steps: Mapped[list[Any]] = mapped_column(default=list)
    words: Mapped[list[str]] = mapped_column(default=list)
    live_key: Mapped[int | None] = mapped_column(BigId, unique=True)
    # No key of the database: emergencies refer to versions, and two tables that refer to each other cannot be made.
    made_from_id: Mapped[int | None] = mapped_column(BigId)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    playbook: Mapped[Playbook] = relationship(back_populates="versions")
    written_by: Mapped[User | None] = relationship(foreign_keys=[written_by_id])
    published_by: Mapped[User | None] = relationship(foreign_keys=[published_by_id])
    __mapper_args__ = {"version_id_col": version}

    @property
    def all_steps(self) -> list[Step]:
        return [Step.from_json(one) for one in self.steps]

    def __str__(self) -> str:
        return f"v{self.number}"

    def move_to(self, now: PlaybookState) -> None:
        """The only way its state changes; the audit record keeps the move."""
        if now not in MOVES[self.state]:
            raise Refusal(say("이 버전은 초안이 아닙니다.", "This version is no draft any more."))
        self.state = now
        self.live_key = self.playbook_id if now is PlaybookState.published else None


@event.listens_for(PlaybookVersion, "before_update")
def _stays_as_it_is(_mapper: Mapper[Any], _connection: Connection, row: PlaybookVersion) -> None:
    """Steps that were published are what people went by."""
    state = inspect(row)
    was = state.attrs.state.history.deleted or [row.state]
    if was[0] is not PlaybookState.draft and state.attrs.steps.history.has_changes():
        raise TypeError("a published playbook is never changed")


def playbook_of(session: Session, kind: EmergencyKind) -> Playbook:
    """The kind's own; made where there is none."""
    found = session.scalar(select(Playbook).where(Playbook.kind == kind))
    if found is None:
        found = Playbook(kind=kind, created_at=clock.now())
        session.add(found)
        session.flush()
    return found


def draft(
    session: Session, playbook: Playbook, steps: Sequence[Step], words: Sequence[str] = (), made_from: int | None = None
) -> PlaybookVersion:
    """The next version, to be looked over by whoever writes, and published by somebody else."""
    made = PlaybookVersion(
        playbook=playbook,
        number=max((one.number for one in playbook.versions), default=0) + 1,
        state=PlaybookState.draft,
        steps=[one.to_json() for one in _checked(steps)],
        words=list(words),
        made_from_id=made_from,
        written_by_id=acting().id,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    session.refresh(playbook, ["versions"])
    return made


def rewrite(version: PlaybookVersion, steps: Sequence[Step]) -> None:
    """Changes a draft; whoever does is its writer from now on."""
    acting().must("playbooks.edit")
    if version.state is not PlaybookState.draft:
        raise Refusal(
            say("초안만 고칠 수 있습니다. 새 초안을 만드세요.", "Only a draft can be changed. Make a new one.")
        )
    version.steps = [one.to_json() for one in _checked(steps)]
    version.written_by_id = acting().id


def publish(session: Session, version: PlaybookVersion) -> None:
    """In force from now on, in place of the one before. Refuses who wrote it, and a step that lacks a language."""
    acting().must("playbooks.publish")
    if acting().id is None or acting().id == version.written_by_id:
        words = say("쓴 사람이 아닌 다른 사람이 게시해야 합니다.", "Another person than its writer must publish it.")
        raise Forbidden(words)
    bare = [place for place, one in enumerate(version.all_steps, 1) if not one.is_in_both]
    if not version.steps or bare:
        places = ", ".join(str(one) for one in bare) or "–"
        words = say(
            "한국어와 영어가 모두 있어야 게시합니다. 고칠 단계: {places}",
            "Each step needs Korean and English: {places}",
        )
        raise Refusal(words.fill(places=places), field="steps")
    before = version.playbook.in_force
    if before is not None:
        before.move_to(PlaybookState.replaced)
        before.replaced_at = clock.now()
        session.flush()
    version.move_to(PlaybookState.published)
    version.published_by_id, version.published_at = acting().id, clock.now()


def drop(version: PlaybookVersion) -> None:
    acting().must("playbooks.edit")
    version.move_to(PlaybookState.dropped)


def as_seen(version: PlaybookVersion, seen: str) -> None:
    """Refuses when somebody has changed it since it was read."""
    if str(version.version) != seen:
        words = say(
            "그사이 다른 사람이 바꾸었습니다. 다시 확인해 주세요.", "Somebody has changed it meanwhile. Look again."
        )
        raise ChangedMeanwhile(words)


def fitting(session: Session, kind: EmergencyKind) -> PlaybookVersion | None:
    """The published version for this kind of emergency."""
    asked = select(PlaybookVersion).join(PlaybookVersion.playbook)
    return session.scalar(asked.where(Playbook.kind == kind, PlaybookVersion.state == PlaybookState.published))


def _checked(steps: Sequence[Step]) -> Sequence[Step]:
    if len(steps) > MOST_STEPS:
        raise Refusal(say(f"{MOST_STEPS}단계까지 적을 수 있습니다.", f"{MOST_STEPS} steps at most."), field="steps")
    return steps
