"""Making a token, knowing it again, and counting what it asks in a minute."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import case, inspect, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.actor import Actor, ActorKind, acting
from app.api.model import ApiToken, Scope, TokenState
from app.api.troubles import Trouble
from app.errors import Refusal
from app.words import say

BEGINS = "opsroom_"
PREFIX_LENGTH = len(BEGINS) + 6
MOST_PER_MINUTE = 6000
LONGEST_TOKEN = 200
NO_TOKEN = say(
    "Authorization 머리글에 ‘Bearer 토큰’을 보내 주세요.", "Send “Bearer TOKEN” in the header Authorization."
)
UNKNOWN = say("모르는 토큰입니다. 관리자에게 확인해 주세요.", "This token is not known. Ask an admin.")
OVER = {
    TokenState.expired: say("기한이 지난 토큰입니다. 새로 받아 주세요.", "This token has expired. Ask for a new one."),
    TokenState.revoked: say("거두어진 토큰입니다. 새로 받아 주세요.", "This token was revoked. Ask for a new one."),
}
NO_SCOPE = say("이 토큰으로는 할 수 없습니다. 필요한 권한: {scope}", "This token does not open that. It needs {scope}.")
TOO_MANY = say(
    "이 토큰은 1분에 {most}번까지 쓸 수 있습니다. 잠시 뒤 다시 보내 주세요.",
    "This token may be used {most} times a minute. Send again shortly.",
)


def new_secret() -> str:
    return BEGINS + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Of 256 random bits: nothing to guess, so nothing to slow down."""
    return hashlib.sha256(token.encode()).hexdigest()


def give(token: ApiToken) -> str:
    """Makes the token's secret and returns it, this once. Refuses scopes, a limit or an expiry that make no sense."""
    _check(token.scopes, token.per_minute, token.expires_at)
    secret = new_secret()
    token.prefix, token.token_hash = secret[:PREFIX_LENGTH], hash_of(secret)
    token.created_by, token.created_at = acting().name[:120], clock.now()
    return secret


def _check(scopes: Iterable[str], per_minute: int | None, expires_at: datetime | None) -> None:
    known = {scope.value for scope in Scope}
    if not scopes or not set(scopes) <= known:
        raise Refusal(say("할 수 있는 일을 하나 이상 골라 주세요.", "Choose what it opens."), field="scopes")
    if not 1 <= (per_minute or 0) <= MOST_PER_MINUTE:
        words = say(f"1에서 {MOST_PER_MINUTE:,}까지 적어 주세요.", f"From 1 to {MOST_PER_MINUTE:,}.")
        raise Refusal(words, field="per_minute")
    if expires_at is not None and expires_at <= clock.now():
        raise Refusal(say("기한이 이미 지났습니다.", "That time has passed."), field="expires_at")


def change(token: ApiToken) -> None:
    """Its name or expiry was changed. Refuses one that is revoked, and an expiry that has passed: that is revoking."""
    if token.revoked_at is not None:
        words = say(
            f"「{token.name}」은(는) 거두어서 고칠 수 없습니다.", f"“{token.name}” is revoked and cannot change."
        )
        raise Refusal(words)
    if inspect(token).attrs.expires_at.history.has_changes():
        _check(token.scopes, token.per_minute, token.expires_at)


def revoke(token: ApiToken) -> None:
    """At once and for good. Refuses what is revoked already."""
    if token.revoked_at is not None:
        raise Refusal(say(f"「{token.name}」은(는) 이미 거두었습니다.", f"“{token.name}” is revoked already."))
    token.revoked_at, token.revoked_by = clock.now(), acting().name[:120]


def admitted(session: Session, header: str | None, scope: Scope) -> tuple[int, Actor]:
    """The id of the token and who acts by it. Counts the call and commits that. Raises Trouble for a token that is
    missing, unknown or over, that does not open `scope`, or that has asked too much this minute.
    """
    kind, _, secret = (header or "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip() or len(secret) > LONGEST_TOKEN:
        raise Trouble(401, "token_missing", NO_TOKEN, headers={"WWW-Authenticate": "Bearer"})
    token = session.scalar(select(ApiToken).where(ApiToken.token_hash == hash_of(secret.strip())))
    if token is None:
        raise Trouble(401, "token_unknown", UNKNOWN, headers={"WWW-Authenticate": "Bearer"})
    if token.state is not TokenState.live:
        raise Trouble(401, f"token_{token.state.value}", OVER[token.state], headers={"WWW-Authenticate": "Bearer"})
    _count(session, token)
    if scope.value not in token.scopes:
        raise Trouble(403, "scope_missing", NO_SCOPE.fill(scope=scope.value))
    actor = Actor(
        kind=ActorKind.program,
        name=token.name,
        id=token.id,
        rights=frozenset(token.scopes),
        cities=frozenset(token.cities or ()),
    )
    return token.id, actor


def _count(session: Session, token: ApiToken) -> None:
    """One guarded UPDATE: of any number that call at once, no more get through than the minute allows."""
    now = clock.now()
    minute = now.replace(second=0, microsecond=0)
    fresh = or_(ApiToken.minute_at.is_(None), ApiToken.minute_at != minute)
    counted = (
        update(ApiToken)
        .where(ApiToken.id == token.id, or_(fresh, ApiToken.minute_count < ApiToken.per_minute))
        .values(minute_at=minute, minute_count=case((fresh, 1), else_=ApiToken.minute_count + 1), last_used_at=now)
        .returning(ApiToken.id)
        .execution_options(synchronize_session=False)
    )
    done = session.scalar(counted) is not None
    session.commit()
    if not done:
        after = {"Retry-After": str(60 - now.second)}
        raise Trouble(429, "too_many_requests", TOO_MANY.fill(most=token.per_minute), headers=after)
