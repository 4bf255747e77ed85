"""A real worker process, killed -9 between the provider's commit and its own: one refund, and our row says so."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from flask import Flask

from app import clock
from app.actor import NOBODY, acting_as
from app.bell import RedisBell
from app.db import db
from app.facts import Fact
from app.gateways import Gateway
from app.refunds.model import Refund, RefundState
from automations import payout
from automations.lease import LEASE
from tests.conftest import SECRET as SECRET_KEY
from tests.integrations.payments.till import GATEWAYS, HOOK_SECRET, SECRET, a_till
from tests.integrations.sandbox.client import until
from tests.marketplace import a_booking, a_refund, a_user

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@contextmanager
def a_worker(home: Path, database_url: str, redis_url: str, gateway: str, url: str) -> Iterator[psutil.Process]:
    """`python -m automations.worker events`, as `make run` starts it."""
    upper = gateway.upper()
    ours = ("ZENDESK_", "OPSROOM_", "STRIPE_", "TOSS_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "OPSROOM_HOME": str(home),
        "OPSROOM_DEMO": "1",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        f"{upper}_SECRET_KEY": SECRET,
        f"{upper}_API_URL": url,
    }
    with (home / "worker.log").open("wb") as log:
        command = [sys.executable, "-m", "automations.worker", "events"]
        started = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        yield psutil.Process(started.pid)
    finally:
        if started.poll() is None:
            kill(psutil.Process(started.pid))
        started.wait(10)


def kill(process: psutil.Process) -> None:
    """The worker and the child that does its job, at once and without a word."""
    for one in [*process.children(recursive=True), process]:
        one.kill()


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_killed_between_send_and_commit_it_is_paid_once(
    lone_office: Flask, sqlite_url: str, redis_url: str, tmp_path: Path, gateway: str
) -> None:
    queue = redis_url.removesuffix("/0") + f"/{5 + GATEWAYS.index(gateway)}"
    with a_till(gateway, tmp_path / "till", patience=(2.0, 15.0)) as till, acting_as(NOBODY):
        payment = till.take(1_200_000)
        refund = a_refund(booking=a_booking(gateway=gateway, payment_ref=payment), approved_by=a_user())
        number = refund.id
        db.session.remove()
        till.fault(kind="delay", when="after", seconds=30)
        with a_worker(tmp_path, sqlite_url, queue, gateway, till.url) as worker:
            RedisBell(queue).ring(Fact.refund_approved)
            until(till.booked, 60)
            kill(worker)
        refund = db.session.get_one(Refund, number)
        assert (refund.state, refund.provider_ref) == (RefundState.paying, None), "our commit never came"
        settings = lone_office.extensions["opsroom.settings"]
        lone_office.extensions["opsroom.settings"] = replace(
            settings, gateways={gateway: Gateway(till.url, SECRET, HOOK_SECRET)}
        )
        with clock.stopped(clock.now() + LEASE + timedelta(seconds=1)):
            payout.drain()
        db.session.refresh(refund)
        booked = till.booked()
        assert [(one.minor, refund.provider_key in one.note) for one in booked] == [(1_200_000, True)]
        assert (refund.state, refund.provider_ref) == (RefundState.paid, booked[0].reference)
        assert len(till.sent()) == 1
