"""Stripe and Toss give money back once for each key, and say so when they do not know: the same promises for both, on
doubles over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from integrations.errors import Refused, Unavailable, Unknown
from integrations.payments.money import stripe_units, toss_minor, toss_number
from integrations.payments.port import Outcome, OutcomeState, Why
from tests.integrations.payments.till import GATEWAYS, PROVIDERS, SECRET, Till, Won, a_till

KEY = "refund-0123456789abcdef"


@pytest.fixture(params=GATEWAYS)
def till(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Till]:
    with a_till(request.param, tmp_path) as made:
        yield made


def test_a_part_and_the_rest_go_back(till: Till) -> None:
    payment = till.take(100_000)
    first = till.provider.refund(KEY, payment, Won(60_000))
    rest = till.provider.refund("refund-2", payment, Won(40_000))
    assert [first.state, rest.state] == [OutcomeState.paid] * 2
    assert [(one.minor, one.reference) for one in till.booked()] == [
        (60_000, first.reference),
        (40_000, rest.reference),
    ]


def test_the_same_key_again_is_the_same_refund_and_so_is_the_look_up(till: Till) -> None:
    payment = till.take(100_000)
    first = till.provider.refund(KEY, payment, Won(60_000))
    assert till.provider.refund(KEY, payment, Won(60_000)) == first
    assert till.provider.lookup(KEY, payment) == first
    assert till.provider.lookup("refund-other", payment) is None
    assert till.provider.lookup(KEY, "pi_nobody_paid") is None
    assert len(till.booked()) == 1


def test_eight_at_once_with_one_key_are_one_refund(till: Till) -> None:
    payment = till.take(100_000)

    def ask(_: int) -> Outcome | str:
        try:
            return till.provider.refund(KEY, payment, Won(60_000))
        except Unknown:
            return "unknown"

    with ThreadPoolExecutor(8) as pool:
        told = {one.reference for one in pool.map(ask, range(8)) if isinstance(one, Outcome)}
    assert told == {one.reference for one in till.booked()}
    assert len(told) == 1


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (Won(100_001), Why.more_than_paid),
        (Won(100_000, "USD"), Why.other_currency),
    ],
)
def test_what_was_not_paid_does_not_go_back(till: Till, amount: Won, why: Why) -> None:
    outcome = till.provider.refund(KEY, till.take(100_000), amount)
    assert (outcome.state, outcome.why) == (OutcomeState.failed, why)
    assert till.booked() == []


def test_a_payment_that_nobody_knows_and_one_that_is_all_refunded(till: Till) -> None:
    assert till.provider.refund(KEY, "pi_nobody_paid", Won(1)).why is Why.unknown_payment
    payment = till.take(5_000)
    till.provider.refund(KEY, payment, Won(5_000))
    assert till.provider.refund("refund-2", payment, Won(1)).why is Why.more_than_paid


def test_a_refund_that_is_declined_ends_as_no_refund(till: Till) -> None:
    """Stripe makes a refund that has failed, Toss makes none and says why."""
    till.fault(kind="declined")
    payment = till.take(5_000)
    if till.gateway == "stripe":
        outcome = till.provider.refund(KEY, payment, Won(5_000))
        assert (outcome.state, outcome.why) == (OutcomeState.failed, Why.declined)
    else:
        with pytest.raises(Refused) as told:
            till.provider.refund(KEY, payment, Won(5_000))
        assert told.value.words == "취소 할 수 없는 결제 입니다."
    assert sum(one.minor for one in till.booked() if one.state != "failed") == 0


@pytest.mark.parametrize(("paid", "state"), [(True, OutcomeState.paid), (False, OutcomeState.failed)])
def test_a_pending_refund_is_looked_up_until_it_has_ended(till: Till, paid: bool, state: OutcomeState) -> None:
    till.fault(kind="pending")
    payment = till.take(5_000)
    pending = till.provider.refund(KEY, payment, Won(5_000))
    assert pending.state is OutcomeState.pending
    till.door("POST", "settle", reference=pending.reference, paid=paid)
    ended = till.provider.lookup(KEY, payment)
    assert ended is not None
    assert (ended.state, ended.reference) == (state, pending.reference)


@pytest.mark.parametrize(
    ("fault", "carried_out"),
    [
        ({"kind": "delay", "when": "before", "seconds": 1.2}, None),
        ({"kind": "delay", "when": "after", "seconds": 1.2}, True),
        ({"kind": "cut", "when": "before"}, False),
        ({"kind": "cut", "when": "after"}, True),
        ({"kind": "status", "when": "before", "status": 500}, False),
        ({"kind": "status", "when": "after", "status": 503}, True),
    ],
)
def test_without_an_answer_it_is_unknown_and_the_look_up_tells(
    till: Till, fault: dict[str, object], carried_out: bool | None
) -> None:
    """None: the provider is still at it when we have given up, and a look-up may come too early."""
    payment = till.take(9_000)
    till.fault(**fault)
    with pytest.raises(Unknown):
        till.provider.refund(KEY, payment, Won(9_000))
    if carried_out is not None:
        assert (till.provider.lookup(KEY, payment) is not None) is carried_out
    assert len(till.sent()) == 1, "nothing is sent again by a library's own will"


def test_a_key_that_is_at_work_is_unknown_and_no_second_refund(till: Till) -> None:
    payment = till.take(9_000)
    till.fault(kind="delay", when="before", seconds=1.5)
    with pytest.raises(Unknown):
        till.provider.refund(KEY, payment, Won(9_000))
    with pytest.raises(Unknown):
        till.provider.refund(KEY, payment, Won(9_000))


def test_a_provider_that_cannot_be_reached_was_sent_nothing(till: Till) -> None:
    away = PROVIDERS[till.gateway](SECRET, "http://127.0.0.1:1")
    with pytest.raises(Unavailable) as told:
        away.refund(KEY, "pi_any", Won(1))
    assert not isinstance(told.value, Unknown)


def test_a_secret_key_that_is_not_taken_fails_no_refund(till: Till) -> None:
    stranger = PROVIDERS[till.gateway]("sk_test_wrong", till.url)
    payment = till.take(9_000)
    with pytest.raises(Unavailable) as told:
        stranger.refund(KEY, payment, Won(9_000))
    assert told.value.retry_after == 60.0
    assert "sk_test_wrong" not in str(told.value)
    assert till.booked() == []


def test_a_look_up_that_fails_is_no_answer(till: Till) -> None:
    payment = till.take(9_000)
    till.provider.refund(KEY, payment, Won(9_000))
    till.fault(kind="status", method="GET")
    with pytest.raises(Unavailable) as told:
        till.provider.lookup(KEY, payment)
    assert not isinstance(told.value, Unknown)


def test_a_no_is_not_believed_when_our_own_refund_has_taken_the_money(till: Till) -> None:
    """Sent again after the life of its key, it is told that nothing is left: the look-up finds what it has done."""
    payment = till.take(9_000)
    first = till.provider.refund(KEY, payment, Won(9_000))
    till.door("POST", "forget-keys")
    assert till.provider.refund(KEY, payment, Won(9_000)) == first
    assert len(till.booked()) == 1


def test_all_that_went_back_in_a_time_is_listed_with_its_key(till: Till) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    payments = [till.take(10_000 + at) for at in range(3)]
    made = [till.provider.refund(f"refund-{at}", one, Won(1_000 + at)) for at, one in enumerate(payments)]
    till.fault(kind="pending")
    till.provider.refund("refund-pending", till.take(500), Won(500))
    found = list(till.provider.refunded(since, datetime.now(UTC) + timedelta(seconds=2)))
    assert [(one.key, one.reference, one.payment, one.minor, one.currency) for one in found] == [
        (f"refund-{at}", made[at].reference, payments[at], 1_000 + at, "KRW") for at in range(3)
    ]
    assert all(abs(one.at - datetime.now(UTC)) < timedelta(minutes=1) for one in found)
    assert list(till.provider.refunded(since - timedelta(days=2), since - timedelta(days=1))) == []


def test_a_refund_that_somebody_made_in_the_dashboard_has_no_key(till: Till) -> None:
    payment = till.take(10_000)
    body = {"cancelReason": "전화로 요청", "cancelAmount": 700}
    if till.gateway == "stripe":
        form = {"payment_intent": payment, "amount": "700"}
        requests.post(f"{till.url}/v1/refunds", form, headers={"Authorization": f"Bearer {SECRET}"}, timeout=5)
    else:
        requests.post(f"{till.url}/v1/payments/{payment}/cancel", json=body, auth=(SECRET, ""), timeout=5)
    now = datetime.now(UTC)
    found = list(till.provider.refunded(now - timedelta(minutes=1), now + timedelta(minutes=1)))
    assert [(one.key, one.minor) for one in found] == [(None, 700)]


def test_more_refunds_than_a_page_are_all_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("integrations.payments.stripe", "integrations.payments.toss"):
        monkeypatch.setattr(f"{module}._PAGE", 2)
    since = datetime.now(UTC) - timedelta(minutes=1)
    for gateway in GATEWAYS:
        with a_till(gateway, tmp_path) as till:
            payment = till.take(10_000)
            for at in range(5):
                till.provider.refund(f"refund-{at}", payment, Won(100 + at))
            assert till.provider.lookup("refund-0", payment) is not None
            found = list(till.provider.refunded(since, datetime.now(UTC) + timedelta(seconds=2)))
            assert [one.minor for one in found] == [100, 101, 102, 103, 104]


# ----------------------------------------------------------------------------------------------------------- currencies


@pytest.mark.parametrize(
    ("minor", "currency", "stripe", "toss"),
    [
        (1_000, "KRW", 1_000, 1_000),
        (1_000, "JPY", 1_000, 1_000),
        (1_250, "USD", 1_250, 12.5),
        (1_999, "USD", 1_999, 19.99),
        (12_340, "KWD", 12_340, None),
        (1_250, "EUR", 1_250, None),
    ],
)
def test_each_provider_is_told_the_amount_in_its_own_units(
    minor: int, currency: str, stripe: int, toss: float | None
) -> None:
    assert stripe_units(Won(minor, currency)) == stripe
    if toss is None:
        with pytest.raises(Refused, match="does not settle"):
            toss_number(Won(minor, currency))
        return
    assert toss_number(Won(minor, currency)) == toss
    assert toss_minor(toss, currency) == minor


@pytest.mark.parametrize(("minor", "currency"), [(12_345, "KWD"), (500, "UGX"), (500, "ISK")])
def test_what_a_provider_would_read_as_another_amount_is_refused(minor: int, currency: str) -> None:
    with pytest.raises(Refused):
        stripe_units(Won(minor, currency))


def test_every_cent_comes_back_from_toss_as_it_was_sent() -> None:
    assert all(toss_minor(toss_number(Won(cents, "USD")), "USD") == cents for cents in range(1, 20_000, 7))


@pytest.mark.parametrize("currency", ["JPY", "USD", "KWD"])
def test_stripe_gives_back_in_the_payments_own_currency(tmp_path: Path, currency: str) -> None:
    with a_till("stripe", tmp_path) as till:
        outcome = till.provider.refund(KEY, till.take(99_990, currency), Won(12_340, currency))
        assert outcome.state is OutcomeState.paid
        assert [(one.minor, one.currency) for one in till.booked()] == [(12_340, currency)]


def test_a_charge_is_refunded_as_a_charge(tmp_path: Path) -> None:
    with a_till("stripe", tmp_path) as till:
        till.double.books.take_payments([("ch_1", 5_000, "KRW", 0.0)])
        first = till.provider.refund(KEY, "ch_1", Won(5_000))
        assert till.provider.lookup(KEY, "ch_1") == first
