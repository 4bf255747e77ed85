"""Time wakes each entry once, however many schedulers run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

from flask import Flask

from app import clock
from app.bell import SilentBell
from app.db import db
from app.facts import Fact
from automations.schedule import TIMETABLE, take_slot, tick

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_a_slot_is_taken_once(office: Flask) -> None:
    with clock.stopped(NOON):
        assert take_slot(Fact.sync_asked, 60)
        assert not take_slot(Fact.sync_asked, 60)
    with clock.stopped(NOON + timedelta(seconds=61)):
        assert take_slot(Fact.sync_asked, 60)


def test_every_entry_rings_in_its_time(office: Flask) -> None:
    bell = office.extensions["opsroom.bell"]
    assert isinstance(bell, SilentBell)
    with clock.stopped(NOON):
        assert set(tick()) == set(TIMETABLE)
        assert tick() == []
    with clock.stopped(NOON + timedelta(seconds=TIMETABLE[Fact.sweep_due])):
        assert tick() == [Fact.sweep_due]
    assert bell.rung.count(Fact.sweep_due) == 2


def test_two_schedulers_at_once_ring_once(office: Flask) -> None:
    take_slot(Fact.sync_asked, 10**12)
    together, taken = Barrier(6), []

    def one_scheduler() -> None:
        with office.app_context(), clock.stopped(NOON):
            together.wait()
            taken.append(take_slot(Fact.sync_asked, 60))
            db.session.remove()

    threads = [Thread(target=one_scheduler) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 1


def test_a_clock_that_was_ahead_for_a_while_stops_nothing(office: Flask) -> None:
    with clock.stopped(NOON + timedelta(hours=9)):
        assert take_slot(Fact.sync_asked, 60)
    with clock.stopped(NOON):
        assert take_slot(Fact.sync_asked, 60)
        assert not take_slot(Fact.sync_asked, 60)


def test_of_two_clocks_the_one_behind_takes_nothing_twice(office: Flask) -> None:
    with clock.stopped(NOON + timedelta(minutes=2)):
        assert take_slot(Fact.sync_asked, 60)
    with clock.stopped(NOON):
        assert not take_slot(Fact.sync_asked, 60)
