"""Who acts now, as plain values: set at the door (a request, a job, a command), read by audit and by moves of state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from app.errors import Forbidden
from app.words import say


class ActorKind(StrEnum):
    person = "person"
    rule = "rule"
    system = "system"
    program = "program"


@dataclass(frozen=True, slots=True)
class Actor:
    """`rights` are words such as "refunds.approve"; `cities` empty means every city."""

    kind: ActorKind
    name: str
    id: int | None = None
    rights: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    vendor_id: int | None = None

    def may(self, right: str) -> bool:
        """Rules and the system may whatever their code does; people and programs what they were given."""
        return self.kind in {ActorKind.rule, ActorKind.system} or right in self.rights

    def must(self, right: str) -> None:
        """Refuses in words when the right is missing."""
        if not self.may(right):
            raise Forbidden(
                say(
                    f"{self.name} 님에게는 이 권한이 없습니다: {right}. 관리자에게 요청해 주세요.",
                    f"{self.name} does not have the right “{right}”. Ask an admin for it.",
                )
            )


NOBODY = Actor(ActorKind.system, "opsroom")
_acting: ContextVar[Actor] = ContextVar("actor", default=NOBODY)


def acting() -> Actor:
    return _acting.get()


def act_as(actor: Actor) -> None:
    """From here on, in this context."""
    _acting.set(actor)


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    token = _acting.set(actor)
    try:
        yield actor
    finally:
        _acting.reset(token)
