"""What a person may do with a letter: let a held one go, send a stuck one again, or throw it away."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.alarms.model import Letter, LetterState
from app.audit.trail import record
from app.desk.states import named
from app.errors import Refusal
from app.facts import Fact, announce
from app.words import Words, say

RIGHT = "letters.retry"


class Hand(StrEnum):
    send = "send"
    drop = "drop"


STUCK = frozenset({LetterState.held, LetterState.unknown, LetterState.refused, LetterState.dead})
MOVES: Mapping[Hand, frozenset[LetterState]] = MappingProxyType({
    Hand.send: STUCK,
    Hand.drop: STUCK | {LetterState.owed},
})  # fmt: skip
HAND_WORDS: Mapping[Hand, Words] = MappingProxyType(
    {Hand.send: say("보내기", "Send"), Hand.drop: say("버리기", "Drop")}
)


def move(session: Session, letter: Letter, hand: Hand) -> LetterState:
    """Moves one letter by hand; the caller commits. Refuses what its state does not allow, also when a worker has moved
    it since it was read. Sent again it keeps its Message-ID, so that a second copy is known as one.
    """
    acting().must(RIGHT)
    was, now = letter.state, LetterState.owed if hand is Hand.send else LetterState.dropped
    if was not in MOVES[hand]:
        raise _refusal(letter, hand, was)
    moved = session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.state == was)
        .values(state=now, due_at=clock.now(), tries=0, deaths=0, why=None, token=None, lease_until=None)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(letter)
    if moved is None:
        raise _refusal(letter, hand, letter.state)
    record(session, hand, "letters", letter.id, {"state": [was, now]})
    if now is LetterState.owed:
        announce(session, Fact.letter_owed)
    return now


def _refusal(letter: Letter, hand: Hand, state: LetterState) -> Refusal:
    words = say(
        "{id}번 편지는 지금 「{state}」 상태라서 「{hand}」를 할 수 없습니다.",
        "Letter {id} is “{state}” now, so “{hand}” is not possible.",
    )
    return Refusal(words.fill(id=letter.id, state=named(state).words, hand=HAND_WORDS[hand]))
