"""Slows down whoever guesses: after some failures each next try waits longer, for an account, an address, and both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.people.model import SignInTry

# Failures that cost nothing: a person mistypes; an office shares one address; a whole net guesses at one account.
FREE = {"both": 5, "address": 30, "account": 50}
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 900
FORGOTTEN_AFTER = timedelta(hours=1)


def wait_seconds(session: Session, email: str, address: str) -> int:
    """How long the next try must still wait; 0 when it may be made now."""
    keys = [key for _, key in _keys(email, address)]
    until = session.scalar(select(func.max(SignInTry.until)).where(SignInTry.key.in_(keys)))
    return 0 if until is None else max(0, int((until - clock.now()).total_seconds() + 0.999))


def failed(session: Session, email: str, address: str) -> None:
    """Counts one failure. The caller commits."""
    now = clock.now()
    session.execute(delete(SignInTry).where(SignInTry.at < now - FORGOTTEN_AFTER))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for kind, key in _keys(email, address):
        fresh = insert(SignInTry).values(key=key, failures=1, at=now)
        counted = fresh.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "failures": case((SignInTry.at < now - FORGOTTEN_AFTER, 1), else_=SignInTry.failures + 1),
                "at": now,
            },
        ).returning(SignInTry.failures)
        failures = session.execute(counted).scalar_one()
        if failures >= FREE[kind]:
            wait = min(FIRST_WAIT_SECONDS * 2 ** min(failures - FREE[kind], 10), LONGEST_WAIT_SECONDS)
            session.execute(
                SignInTry.__table__.update()  # type: ignore[attr-defined]
                .where(SignInTry.key == key)
                .values(until=now + timedelta(seconds=wait))
            )


def forget(session: Session, email: str, address: str) -> None:
    """After a good sign-in: what this person mistyped counts no more. What the address did to others still does."""
    keys = [key for kind, key in _keys(email, address) if kind != "address"]
    session.execute(delete(SignInTry).where(SignInTry.key.in_(keys)))


def _keys(email: str, address: str) -> Iterator[tuple[str, str]]:
    for kind, text in (("both", f"{email}\n{address}"), ("address", address), ("account", email)):
        yield kind, hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()
