"""What a person may do with a push: let a held one go, throw it away, or have a failed one tried again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.audit.trail import record
from app.desk.states import named
from app.errors import Refusal
from app.facts import Fact, announce
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.outbox.stopping import is_stopped
from app.words import Words, say


class Hand(StrEnum):
    send = "send"
    drop = "drop"
    retry = "retry"


MOVES: Mapping[Hand, Mapping[PushState, PushState]] = MappingProxyType({
    Hand.send: MappingProxyType({PushState.held: PushState.owed}),
    Hand.drop: MappingProxyType({PushState.held: PushState.dropped, PushState.dead: PushState.dropped}),
    # It may have been sent before it failed: whoever takes it looks it up first.
    Hand.retry: MappingProxyType({PushState.dead: PushState.unknown, PushState.refused: PushState.unknown}),
})  # fmt: skip

HAND_WORDS: Mapping[Hand, Words] = MappingProxyType({
    Hand.send: say("보내기", "Send"),
    Hand.drop: say("버리기", "Drop"),
    Hand.retry: say("다시 시도", "Try again"),
})  # fmt: skip
RIGHT = "outbox.retry"


def move(session: Session, push: Push, hand: Hand) -> PushState:
    """Moves one push by hand; the caller commits. Refuses what its state does not allow, also when a worker has moved
    it since it was read; sending is refused while pushing is off, since it would only be held again.
    """
    acting().must(RIGHT)
    was = push.state
    now = MOVES[hand].get(was)
    if now is None:
        raise _refusal(push, hand, was)
    if now is not PushState.dropped and not the_link(session).pushing:
        raise Refusal(
            say(
                "Zendesk에 보내기가 꺼져 있어서 보낼 수 없습니다. 「연결」 화면에서 먼저 켜 주세요.",
                "Pushing to Zendesk is off, so nothing can be sent. Turn it on first, on the page “Link”.",
            )
        )
    if now is not PushState.dropped and is_stopped(session, push):
        raise Refusal(
            say(
                "이 변경을 정한 규칙이 멈춰 있어서 보낼 수 없습니다. 규칙을 먼저 다시 켜 주세요.",
                "The rule that decided this is stopped, so it cannot be sent. Start the rule first.",
            )
        )
    moved = session.execute(
        update(Push)
        .where(Push.id == push.id, Push.state == was)
        .values(state=now, due_at=clock.now(), tries=0, why=None, token=None, lease_until=None)
        .returning(Push.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(push)
    if moved is None:
        raise _refusal(push, hand, push.state)
    record(session, hand, "pushes", push.id, {"state": [was, now]})
    if now is not PushState.dropped:
        announce(session, Fact.push_owed)
    return now


def _refusal(push: Push, hand: Hand, state: PushState) -> Refusal:
    words = say(
        "{id}번 변경은 지금 「{state}」 상태라서 「{hand}」를 할 수 없습니다.",
        "Change {id} is “{state}” now, so “{hand}” is not possible.",
    )
    return Refusal(words.fill(id=push.id, state=named(state).words, hand=HAND_WORDS[hand]))
