"""Passwords: kept only as scrypt hashes, checked in the same time whether the account exists or not."""

from __future__ import annotations

import secrets

from werkzeug.security import check_password_hash, generate_password_hash

from app.errors import Refusal
from app.words import say

SHORTEST = 12
LONGEST = 200
METHOD = "scrypt:32768:8:1"
OFTEN_USED = (
    *("password", "passw0rd", "qwerty", "123456", "abcdef", "iloveyou", "letmein", "welcome", "admin", "opsroom"),
    *("zendesk", "000000", "111111", "asdfgh", "qwer1234", "1q2w3e4r"),
)
# Checked when no account has the e-mail that was typed, so that the answer takes as long.
NOBODYS_HASH = (
    "scrypt:32768:8:1$nobody0123456789$"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
)


def hashed(password: str) -> str:
    return generate_password_hash(password, method=METHOD)


def matches(kept: str | None, password: str) -> bool:
    """Takes as long for an account that does not exist (`kept` None), and is then always false."""
    fits = check_password_hash(kept or NOBODYS_HASH, password[:LONGEST])
    return fits and kept is not None


def fresh() -> str:
    """A new random password, easy to read out: no letter that looks like another."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def must_be_good(password: str, *, email: str = "", name: str = "", field: str = "password") -> None:
    """Refuses one that is short, long, made of little, or told by the person's own name."""
    low = password.lower()
    own = [part for part in (email.lower().split("@")[0], name.lower()) if len(part) >= 3]
    if len(password) < SHORTEST:
        raise Refusal(
            say(f"비밀번호는 {SHORTEST}자 이상이어야 합니다.", f"A password needs {SHORTEST} characters or more."),
            field=field,
        )
    if len(password) > LONGEST:
        raise Refusal(
            say(f"비밀번호는 {LONGEST}자까지입니다.", f"A password has {LONGEST} characters at most."), field=field
        )
    if len(set(low)) < 6 or any(part in low for part in own) or _is_often_used(low):
        raise Refusal(
            say(
                "짐작하기 쉬운 비밀번호입니다. 이름, 이메일, 흔한 낱말을 빼고 더 다양하게 지어 주세요.",
                "This password is easy to guess. Leave out names, the e-mail and common words, and vary it more.",
            ),
            field=field,
        )


def _is_often_used(low: str) -> bool:
    """Whether hardly anything is left of it without the words that everybody uses."""
    rest = low
    for word in OFTEN_USED:
        rest = rest.replace(word, "")
    return len(rest) < 6
