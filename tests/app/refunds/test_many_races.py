"""Two thousand rounds of eight refunds at once on the functions that hold the money, and the control that must fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import PostgresServer
from tests.races import ASKERS, Track, a_track, unguarded

pytestmark = [pytest.mark.pg, pytest.mark.slow]
ROUNDS, CONTROL_ROUNDS = 2000, 100


@pytest.fixture
def track(postgres: PostgresServer, postgres_template: str) -> Iterator[Track]:
    name = postgres.create("t_races", template=postgres_template)
    with a_track(postgres.url(name)) as made:
        yield made
    postgres.drop(name)


def test_in_two_thousand_rounds_never_more_is_refunded_than_was_paid(track: Track) -> None:
    outcome = track.run(ROUNDS)
    assert (outcome.rounds, outcome.over, outcome.astray) == (ROUNDS, 0, 0)
    assert outcome.given == ROUNDS, "in each round one of the eight gets through, and no more"


def test_with_the_guard_switched_off_a_hundred_rounds_refund_too_much(track: Track) -> None:
    """The negative control: a copy of the table without its CHECK, and a look before the write instead of the guard."""
    outcome = track.run(CONTROL_ROUNDS, unguarded)
    assert outcome.over > 0
    assert CONTROL_ROUNDS < outcome.given <= CONTROL_ROUNDS * ASKERS
