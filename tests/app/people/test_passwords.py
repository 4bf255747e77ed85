"""Passwords: hashed, hard to guess, and checked in the same time for whoever does not exist."""

from __future__ import annotations

import time

import pytest

from app.errors import Refusal
from app.people.passwords import SHORTEST, fresh, hashed, matches, must_be_good


def test_a_hash_tells_nothing_and_fits_only_its_own() -> None:
    kept = hashed("seven lamps in the harbour")
    assert kept.startswith("scrypt:")
    assert "lamps" not in kept
    assert matches(kept, "seven lamps in the harbour")
    assert not matches(kept, "seven lamps in the harbor")
    assert hashed("seven lamps in the harbour") != kept


def test_nobody_matches_and_takes_as_long() -> None:
    kept = hashed("seven lamps in the harbour")
    began = time.perf_counter()
    matches(kept, "wrong")
    somebody = time.perf_counter() - began
    began = time.perf_counter()
    assert not matches(None, "wrong")
    nobody = time.perf_counter() - began
    # Without the hash of nobody it would take next to no time at all.
    assert nobody > somebody / 10


@pytest.mark.parametrize(
    "password",
    [
        *("", "short", "x" * (SHORTEST - 1), "x" * 300, "aaaaaaaaaaaaaaaa", "abababababababab", "password1234"),
        *("qwerty123456", "haneul.kim2026!", "my김하늘password", "Password-Password", "1q2w3e4r1q2w3e4r"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(Refusal):
        must_be_good(password, email="haneul.kim@example.com", name="김하늘")


@pytest.mark.parametrize("password", ["seven-lamps-in-the-harbour", "파란 바다 위의 일곱 등대", "Xk4!mQ9#pL2$"])
def test_a_good_one_is_taken(password: str) -> None:
    must_be_good(password, email="haneul.kim@example.com", name="김하늘")


def test_a_made_password_is_good_and_new_each_time() -> None:
    made = {fresh() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        must_be_good(password)
