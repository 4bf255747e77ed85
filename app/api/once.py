"""A call under an Idempotency-Key is done once: the same again gets the same answer, another is told so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.api.model import ApiAnswer
from app.api.troubles import Trouble
from app.db import one_at_a_time
from app.words import say

KEPT = timedelta(days=30)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
NO_KEY = say(
    "Idempotency-Key 머리글에 이 요청만의 값(255자까지)을 보내 주세요. 다시 보낼 때는 같은 값을 씁니다.",
    "Send a value of this call's own in the header Idempotency-Key (up to 255 letters); the same one when you retry.",
)
OTHER_BODY = say(
    "이 Idempotency-Key로 이미 다른 내용을 보냈습니다. 새 요청에는 새 값을 쓰세요.",
    "Another body was sent under this Idempotency-Key already. Use a new key for a new call.",
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    is_repeated: bool = False


def once(
    session: Session,
    token_id: int,
    key: str | None,
    operation: str,
    sent: msgspec.Struct,
    act: Callable[[], tuple[int, msgspec.Struct]],
) -> Answer:
    """Answers are kept for thirty days, in the transaction of what was done. Calls under one key wait for each other.
    Does not commit.
    """
    if key is None or not _KEY.fullmatch(key):
        raise Trouble(400, "key_missing", NO_KEY, field="Idempotency-Key")
    one_at_a_time(session, f"api:{token_id}:{key}")
    seen = hashlib.sha256(f"{operation}\n".encode() + msgspec.json.encode(sent)).hexdigest()
    kept = session.scalar(select(ApiAnswer).where(ApiAnswer.token_id == token_id, ApiAnswer.key == key))
    if kept is not None and kept.at > clock.now() - KEPT:
        if kept.body_hash != seen:
            raise Trouble(409, "key_reused", OTHER_BODY, field="Idempotency-Key")
        return Answer(kept.status, kept.body.encode(), is_repeated=True)
    session.execute(delete(ApiAnswer).where(ApiAnswer.at <= clock.now() - KEPT))
    status, told = act()
    body = msgspec.json.encode(told)
    session.add(
        ApiAnswer(
            token_id=token_id,
            key=key,
            operation=operation,
            body_hash=seen,
            status=status,
            body=body.decode(),
            at=clock.now(),
        )
    )
    return Answer(status, body)
