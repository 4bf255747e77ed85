"""The provider gives money back once for each key, never more than was paid, and says so when it does not know."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from integrations.errors import Refused, Unavailable, Unknown
from integrations.payments import sandbox
from integrations.payments.port import WORDS, Outcome, OutcomeState, Provider, Why
from integrations.payments.sandbox import Fault, SandboxProvider


@dataclass(frozen=True, slots=True)
class Won:
    minor: int
    currency: str = "KRW"


@pytest.fixture
def provider(tmp_path: Path) -> SandboxProvider:
    provider = SandboxProvider(tmp_path / "payments" / "books.sqlite3")
    provider.take_payment("pay-1", Won(100_000))
    return provider


def paid_back(provider: SandboxProvider) -> int:
    return sum(entry.minor for entry in provider.journal() if entry.outcome.state is not OutcomeState.failed)


def test_it_is_a_provider(provider: SandboxProvider) -> None:
    port: Provider = provider
    assert port.refund("k-1", "pay-1", Won(60_000)).state is OutcomeState.paid


def test_the_same_key_again_gives_the_same_outcome_and_no_more_money(provider: SandboxProvider) -> None:
    first = provider.refund("k-1", "pay-1", Won(60_000))
    assert provider.refund("k-1", "pay-1", Won(60_000)) == first
    assert provider.lookup("k-1") == first
    assert paid_back(provider) == 60_000


@pytest.mark.parametrize(
    ("payment", "amount"),
    [("pay-1", Won(60_001)), ("pay-1", Won(60_000, "USD")), ("pay-2", Won(60_000))],
    ids=["amount", "currency", "payment"],
)
def test_the_same_key_for_another_refund_is_refused(provider: SandboxProvider, payment: str, amount: Won) -> None:
    provider.refund("k-1", "pay-1", Won(60_000))
    with pytest.raises(Refused, match="another refund"):
        provider.refund("k-1", payment, amount)
    assert paid_back(provider) == 60_000


@pytest.mark.parametrize(
    ("payment", "amount", "why"),
    [
        ("pay-1", Won(100_001), Why.more_than_paid),
        ("pay-1", Won(100_000, "USD"), Why.other_currency),
        ("pay-9", Won(1), Why.unknown_payment),
    ],
)
def test_what_was_not_paid_is_not_given_back(provider: SandboxProvider, payment: str, amount: Won, why: Why) -> None:
    outcome = provider.refund("k-1", payment, amount)
    assert (outcome.state, outcome.why) == (OutcomeState.failed, why)
    assert provider.refund("k-1", payment, amount) == outcome
    assert paid_back(provider) == 0


def test_several_refunds_of_a_payment_end_where_it_ends(provider: SandboxProvider) -> None:
    states = [provider.refund(f"k-{number}", "pay-1", Won(40_000)).state for number in range(3)]
    assert states == [OutcomeState.paid, OutcomeState.paid, OutcomeState.failed]
    assert provider.refund("k-rest", "pay-1", Won(20_000)).state is OutcomeState.paid


@pytest.mark.parametrize(("key", "minor"), [("", 1), ("k" * 256, 1), ("k", 0), ("k", -5)])
def test_a_request_that_makes_no_sense_is_refused_and_not_booked(
    provider: SandboxProvider, key: str, minor: int
) -> None:
    with pytest.raises(Refused):
        provider.refund(key, "pay-1", Won(minor))
    assert provider.journal() == []


def test_an_answer_lost_after_the_booking_is_unknown_and_the_look_up_tells(provider: SandboxProvider) -> None:
    provider.break_next(Fault.no_answer_after)
    with pytest.raises(Unknown):
        provider.refund("k-1", "pay-1", Won(60_000))
    found = provider.lookup("k-1")
    assert found is not None
    assert found.state is OutcomeState.paid
    assert provider.refund("k-1", "pay-1", Won(60_000)) == found
    assert paid_back(provider) == 60_000


def test_a_request_lost_on_the_way_is_unknown_and_the_look_up_finds_nothing(provider: SandboxProvider) -> None:
    provider.break_next(Fault.no_answer_before)
    with pytest.raises(Unknown):
        provider.refund("k-1", "pay-1", Won(60_000))
    assert provider.lookup("k-1") is None
    assert paid_back(provider) == 0


def test_when_it_is_not_available_nothing_was_done(provider: SandboxProvider) -> None:
    provider.break_next(Fault.unavailable)
    with pytest.raises(Unavailable) as away:
        provider.refund("k-1", "pay-1", Won(60_000))
    assert not isinstance(away.value, Unknown)
    assert away.value.retry_after == 1.0
    assert provider.lookup("k-1") is None


def test_a_refund_may_be_declined(provider: SandboxProvider) -> None:
    provider.break_next(Fault.declined)
    outcome = provider.refund("k-1", "pay-1", Won(60_000))
    assert (outcome.state, outcome.why) == (OutcomeState.failed, Why.declined)


@pytest.mark.parametrize(("paid", "left_over"), [(True, OutcomeState.failed), (False, OutcomeState.paid)])
def test_a_pending_refund_holds_the_money_until_it_is_settled(
    provider: SandboxProvider, paid: bool, left_over: OutcomeState
) -> None:
    provider.break_next(Fault.pending)
    assert provider.refund("k-1", "pay-1", Won(60_000)).state is OutcomeState.pending
    assert provider.refund("k-2", "pay-1", Won(60_000)).why is Why.more_than_paid
    provider.settle("k-1", paid=paid)
    settled = provider.lookup("k-1")
    assert settled is not None
    assert settled.state is (OutcomeState.paid if paid else OutcomeState.failed)
    assert provider.refund("k-3", "pay-1", Won(60_000)).state is left_over
    with pytest.raises(Refused):
        provider.settle("k-1", paid=True)


def test_a_fault_hits_its_amount_only_and_as_often_as_told(provider: SandboxProvider) -> None:
    provider.break_next(Fault.unavailable, minor=777, times=2)
    assert provider.refund("k-0", "pay-1", Won(1_000)).state is OutcomeState.paid
    for _ in range(2):
        with pytest.raises(Unavailable):
            provider.refund("k-1", "pay-1", Won(777))
    assert provider.refund("k-1", "pay-1", Won(777)).state is OutcomeState.paid


def test_the_books_outlive_the_provider(provider: SandboxProvider, tmp_path: Path) -> None:
    outcome = provider.refund("k-1", "pay-1", Won(60_000))
    again = SandboxProvider(tmp_path / "payments" / "books.sqlite3")
    assert again.lookup("k-1") == outcome
    assert again.refund("k-2", "pay-1", Won(60_000)).why is Why.more_than_paid


def test_a_payment_is_known_by_one_amount(provider: SandboxProvider) -> None:
    provider.take_payment("pay-1", Won(100_000))
    with pytest.raises(Refused):
        provider.take_payment("pay-1", Won(90_000))


def race(provider: SandboxProvider, keys: list[str]) -> list[Outcome]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda key: provider.refund(key, "pay-1", Won(60_000)), keys))


def test_eight_at_once_get_one_refund(provider: SandboxProvider) -> None:
    outcomes = race(provider, [f"k-{number}" for number in range(8)])
    assert [outcome.state for outcome in outcomes].count(OutcomeState.paid) == 1
    assert paid_back(provider) == 60_000


def test_eight_at_once_with_one_key_get_one_outcome(provider: SandboxProvider) -> None:
    assert len({outcome.reference for outcome in race(provider, ["k-1"] * 8)}) == 1
    assert len(provider.journal()) == 1


def test_the_table_itself_refuses_more_than_was_paid(
    provider: SandboxProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second guard, with the first taken away."""
    monkeypatch.setattr(sandbox, "_objection", lambda *_: None)
    provider.refund("k-1", "pay-1", Won(60_000))
    with pytest.raises(sqlite3.IntegrityError):
        provider.refund("k-2", "pay-1", Won(60_000))
    assert paid_back(provider) == 60_000


def test_each_reason_is_said_in_both_languages() -> None:
    assert set(WORDS) == set(Why)
    assert all(korean and english for korean, english in WORDS.values())


def test_an_outcome_has_a_reason_exactly_when_it_failed() -> None:
    with pytest.raises(ValueError):
        Outcome(OutcomeState.paid, "r", Why.declined)
    with pytest.raises(ValueError):
        Outcome(OutcomeState.failed, "r")
