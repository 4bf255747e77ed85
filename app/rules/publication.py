"""Publications: which version of a rule is in force from when on, who asked for it and who agreed.

The version in force at a moment is read from these rows alone: nobody needs to be awake when one begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.rules.model import Rule
from app.words import say


class PublicationState(StrEnum):
    """`asked` waits for the second person; `agreed` may begin by itself once its shadow has proved itself; `published`
    is in force from `starts_at` on, until a later one begins or until `ended_at`.
    """

    asked = "asked"
    agreed = "agreed"
    published = "published"
    declined = "declined"
    called_back = "called_back"
    void = "void"


OPEN = frozenset({PublicationState.asked, PublicationState.agreed})
MOVES: Mapping[PublicationState, frozenset[PublicationState]] = MappingProxyType({
    PublicationState.asked: frozenset({
        PublicationState.agreed, PublicationState.published, PublicationState.declined, PublicationState.called_back,
        PublicationState.void,
    }),
    PublicationState.agreed: frozenset({
        PublicationState.published, PublicationState.called_back, PublicationState.void,
    }),
    PublicationState.published: frozenset({PublicationState.called_back}),
    PublicationState.declined: frozenset(),
    PublicationState.called_back: frozenset(),
    PublicationState.void: frozenset(),
})  # fmt: skip
_OPEN = text("state IN ('asked', 'agreed')")


class Publication(Base):
    """`asked_by_id` None: the system itself (demo, set-up). `needs_two`: the version sends or pays, so that a second
    person must agree. `wanted_at`: when it was asked to begin, None for at once. `rehearsal_id`: the rehearsal of
    exactly this version that had been seen; rehearsals are cleared away in time, so it may lead nowhere.
    """

    __tablename__ = "rule_publications"
    __table_args__ = (
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> asked_by_id", name="two_people"),
        CheckConstraint(
            "NOT needs_two OR asked_by_id IS NULL OR approved_by_id IS NOT NULL"
            " OR state NOT IN ('agreed', 'published')",
            name="second_person",
        ),
        CheckConstraint("state <> 'published' OR starts_at IS NOT NULL", name="has_a_start"),
        Index("ix_rule_publications_open", "rule_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = key_column()
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"), index=True)
    number: Mapped[int]
    state: Mapped[PublicationState] = mapped_column(choice(PublicationState))
    needs_two: Mapped[bool] = mapped_column(default=False)
    when_reached: Mapped[bool] = mapped_column(default=False)
    wanted_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    rehearsal_id: Mapped[int | None] = mapped_column(BigId)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_by: Mapped[str | None] = mapped_column(String(120))
    approved_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)

    rule: Mapped[Rule] = relationship(back_populates="publications")
    moves: Mapped[list[PublicationMove]] = relationship(back_populates="publication", order_by="PublicationMove.id")
    __mapper_args__ = {"version_id_col": version}

    def begins(self) -> None:
        """The row's first move; the state it is made with."""
        self.moves.append(PublicationMove(was=None, now=self.state, by=acting().name, at=clock.now(), why=self.why))

    def move_to(self, now: PublicationState, why: str = "") -> None:
        """The only way its state changes; leaves a PublicationMove."""
        if now not in MOVES[self.state]:
            words = say(
                "{number}판의 게시는 지금 「{state}」 상태라서 「{now}」(으)로 바꿀 수 없습니다. 새로 고쳐 봐 주세요.",
                "The publication of version {number} is “{state}” now and cannot become “{now}”. Reload to see it.",
            )
            raise Refusal(words.fill(number=self.number, state=named(self.state).words, now=named(now).words))
        self.moves.append(PublicationMove(was=self.state, now=now, by=acting().name, at=clock.now(), why=why[:500]))
        self.state = now

    def is_ahead(self, at: datetime) -> bool:
        """Published for a later moment than `at`."""
        return self.state is PublicationState.published and self.starts_at is not None and self.starts_at > at


class PublicationMove(Base):
    """One change of a publication's state; being asked for is the first, with `was` None."""

    __tablename__ = "rule_publication_moves"

    id: Mapped[int] = key_column()
    publication_id: Mapped[int] = mapped_column(ForeignKey("rule_publications.id"), index=True)
    was: Mapped[PublicationState | None] = mapped_column(choice(PublicationState))
    now: Mapped[PublicationState] = mapped_column(choice(PublicationState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    publication: Mapped[Publication] = relationship(back_populates="moves")


def in_force(publications: Iterable[Publication], at: datetime) -> Publication | None:
    """The one that holds at `at`, of one rule's in the order they were made: the latest that has begun and not ended.
    Pure; whether the rule is switched on at all is the rule's own state.
    """
    begun = [
        (one.starts_at, place, one)
        for place, one in enumerate(publications)
        if one.state is PublicationState.published
        and one.starts_at is not None
        and one.starts_at <= at
        and (one.ended_at is None or at < one.ended_at)
    ]
    return max(begun, key=lambda one: one[:2])[2] if begun else None


def ahead(publications: Iterable[Publication], at: datetime) -> Publication | None:
    """The one that will begin next."""
    coming = [(one.starts_at, place, one) for place, one in enumerate(publications) if one.is_ahead(at)]
    return min(coming, key=lambda one: one[:2])[2] if coming else None


def open_one(publications: Iterable[Publication]) -> Publication | None:
    """The one that waits for somebody or something; a rule has at most one."""
    return next((one for one in publications if one.state in OPEN), None)
