"""Several providers are compared each by itself, and what was settled by hand is missing at none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app import clock
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, AlarmState
from app.db import db
from app.people.model import Role
from app.reconcile.model import DifferenceKind, Reconciliation
from app.reconcile.reconcile import reconcile
from app.refunds.by_hand import confirm, write_down
from app.refunds.model import Refund, RefundState
from app.refunds.settlement import Settlement
from automations import alerts, payout
from automations import reconcile as night
from integrations.errors import Refused, Unavailable
from integrations.payments.port import Refunded
from integrations.payments.sandbox import Fault, SandboxProvider
from tests.app.reconcile.test_reconcile import LONG_AGO, a_paid, an_approved, compared
from tests.marketplace import a_user, acting_for


class Away:
    """A provider that answers nobody, in this way."""

    def __init__(self, trouble: Exception) -> None:
        self.trouble = trouble

    def refunded(self, since: datetime, until: datetime) -> Iterator[Refunded]:
        raise self.trouble


class Asked:
    """A provider that has carried out nothing, and keeps since when it was asked."""

    def __init__(self) -> None:
        self.since: list[datetime] = []

    def refunded(self, since: datetime, until: datetime) -> Iterator[Refunded]:
        self.since.append(since)
        return iter(())


def with_providers(monkeypatch: pytest.MonkeyPatch, **providers: Any) -> None:
    monkeypatch.setattr(night, "providers_of_app", lambda: providers)


@pytest.mark.parametrize("trouble", [Unavailable("away"), Refused("no", status=403), ValueError("nonsense")])
def test_one_that_is_away_keeps_no_other_from_being_compared_and_is_asked_for_all_it_missed(
    lone_bank: SandboxProvider, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    start = clock.now()
    first, second = Asked(), Asked()
    with_providers(monkeypatch, stripe=first, toss=second)
    compared(start)
    refund = an_approved(lone_bank)
    db.session.execute(update(Refund).where(Refund.id == refund.id).values(amount_minor=90_000))
    db.session.commit()
    with_providers(monkeypatch, stripe=Away(trouble), toss=second)
    for days in (4, 8):
        assert compared(start + timedelta(days=days)) == [DifferenceKind.ledger_off], "the ledger is always asked"
    assert len(second.since) == 3
    with_providers(monkeypatch, stripe=first, toss=second)
    compared(start + timedelta(days=9))
    assert first.since[-1] < start, "nothing is left between two looks"
    assert second.since[-1] > start
    sources = db.session.scalars(select(Reconciliation.source).distinct().order_by(Reconciliation.source)).all()
    assert sources == ["API stripe", "API toss"]


def test_what_was_compared_before_each_had_its_own_name_counts(
    lone_bank: SandboxProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago, toss = clock.now() - LONG_AGO, Asked()
    reconcile(db.session(), [], since=long_ago, until=long_ago, source=night.SOURCE, gateways=["toss"])
    db.session.commit()
    with_providers(monkeypatch, toss=toss)
    compared()
    assert toss.since[0] < long_ago


def test_a_provider_that_was_not_compared_for_a_day_rings(
    lone_bank: SandboxProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, away = clock.now(), Away(Refused("no", status=401))

    def alarm_after(hours: int) -> Alarm | None:
        with clock.stopped(start + timedelta(hours=hours)):
            night.run()
            alerts.look(db.session())
            db.session.commit()
        return db.session.scalar(
            select(Alarm).where(Alarm.kind == AlarmKind.not_compared, Alarm.state == AlarmState.open)
        )

    with_providers(monkeypatch, stripe=away, toss=Asked())
    assert alarm_after(30) is None, "nothing was ever paid through it"
    with_providers(monkeypatch, stripe=Asked(), toss=Asked())
    assert alarm_after(31) is None
    with_providers(monkeypatch, stripe=away, toss=Asked())
    assert alarm_after(54) is None
    alarm = alarm_after(56)
    assert alarm is not None
    assert "stripe" in alarm.words.ko
    assert "toss" not in alarm.words.ko
    with_providers(monkeypatch, stripe=Asked(), toss=Asked())
    assert alarm_after(57) is None


def test_one_that_was_never_compared_rings_a_day_after_it_paid(
    lone_bank: SandboxProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_paid(lone_bank)
    with_providers(monkeypatch, toss=Asked())
    for hours, late in ((23, []), (25, ["toss"])):
        assert night.late(db.session(), clock.now() + timedelta(hours=hours)) == late


def test_what_two_people_paid_by_transfer_is_not_missing_at_the_provider(bank: SandboxProvider) -> None:
    refund = an_approved(bank)
    bank.break_next(Fault.no_answer_before)
    payout.drain()
    with acting_for(a_user(Role.finance), "refunds.pay"):
        write_down(refund, paid=True, reference="이체 7", provider_pays=True)
    with acting_for(a_user(Role.finance), "refunds.pay"):
        confirm(refund, provider_pays=True)
        db.session.commit()
    assert (refund.state, refund.tries) == (RefundState.paid, 1)
    assert compared() == []
    db.session.execute(update(Settlement).values(paid=False))
    db.session.commit()
    assert compared() == [DifferenceKind.unknown_there], "the same without their word"
    db.session.execute(update(Settlement).values(paid=True))
    db.session.commit()
    assert compared() == [], "one that was opened before goes"
