"""`flask demo`: done once, completed when cut off, refused where it does not belong."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.bookings.model import Booking
from app.db import db
from app.demo import office
from app.demo.account_door import has_sandbox, tickets_there
from app.demo.commands import make
from app.people.model import Role, User
from app.settings import SANDBOX_EMAIL, Settings
from app.tickets.model import Ticket
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.shape import Json
from tests.app.demo.homes import TOKEN, rows, sandbox_rows


def test_a_run_that_was_cut_off_before_the_sandbox_is_completed_with_the_same_past(empty: Flask) -> None:
    settings: Settings = empty.extensions["opsroom.settings"]
    with clock.stopped(clock.now() - timedelta(days=2)):
        assert make(db.session(), replace(settings, zendesk_email="somebody@else.example"))
    assert not (settings.home / "sandbox").exists()
    assert make(db.session(), settings)
    tickets = {row["id"]: row for row in sandbox_rows(settings.home, "select body from tickets")}
    for ticket in db.session.scalars(select(Ticket)):
        assert tickets[ticket.zendesk_id]["subject"] == ticket.subject


def test_nothing_of_an_office_is_left_when_filling_it_fails(empty: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows()

    def disk_full(*_: object) -> int:
        raise OSError("no space left on device")

    monkeypatch.setattr(office, "refunds", disk_full)
    with pytest.raises(OSError, match="no space left"):
        make(db.session(), empty.extensions["opsroom.settings"])
    db.session.remove()
    assert rows() == before
    monkeypatch.undo()
    assert make(db.session(), empty.extensions["opsroom.settings"]), "the next run begins anew"
    first = [(one.ref, one.customer.name, one.paid_minor) for one in _bookings()]
    assert first[0][0] == "B-10001"


def test_a_running_sandbox_is_filled_over_http(empty: Flask, tmp_path: Path) -> None:
    with closing_box(tmp_path / "elsewhere") as url:
        settings = replace(empty.extensions["opsroom.settings"], zendesk_url=url)
        empty.extensions["opsroom.settings"] = settings
        done = empty.test_cli_runner().invoke(args=["demo"], env={"LANG": "ko_KR.UTF-8"})
        assert done.exit_code == 0, done.output
        assert "데모 준비를 마쳤습니다" in done.output
        assert tickets_there(settings) == 200
        (admin,) = sandbox_rows_over_http(url, "users.json?role=admin")
        assert admin["name"] == "고객 행복팀"
        again_done = empty.test_cli_runner().invoke(args=["demo"], env={"LANG": "C.UTF-8", "LC_ALL": ""})
        assert "here already" in again_done.output


def sandbox_rows_over_http(url: str, path: str) -> list[Json]:
    signed = base64.b64encode(f"{SANDBOX_EMAIL}/token:{TOKEN}".encode()).decode()
    with urlopen(Request(f"{url}/api/v2/{path}", headers={"Authorization": f"Basic {signed}"}), timeout=5) as reply:
        return list(json.load(reply)["users"])


@contextmanager
def closing_box(folder: Path) -> Iterator[str]:
    box = Sandbox(folder, email=SANDBOX_EMAIL, token=TOKEN)
    try:
        yield box.start()
    finally:
        box.stop()


def test_outside_the_demo_it_is_refused_in_words(empty: Flask) -> None:
    empty.extensions["opsroom.settings"] = replace(empty.extensions["opsroom.settings"], demo=False)
    refused = empty.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    assert "demo" in refused.output
    assert db.session.scalar(select(func.count(User.id))) == 0


def test_an_office_with_people_in_it_is_not_mixed_with_a_demo(empty: Flask) -> None:
    db.session.add(User(email="a@b.example", name="A", role=Role.admin, password_hash="x", created_at=clock.now()))
    db.session.commit()
    refused = empty.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    assert db.session.scalar(select(func.count(User.id))) == 1


@pytest.mark.parametrize("url", ["https://acme.zendesk.com", "http://acme.example:8010"])
def test_another_account_than_the_sandbox_is_never_seeded(empty: Flask, url: str) -> None:
    settings = empty.extensions["opsroom.settings"]
    assert has_sandbox(settings), "the negative control"
    assert not has_sandbox(replace(settings, zendesk_url=url))
    assert not has_sandbox(replace(settings, zendesk_email="a@acme.example"))


def _bookings() -> list[Booking]:
    return list(db.session.scalars(select(Booking).order_by(Booking.ref)))
