"""`make races`: many rounds of eight refunds at once of one booking, with the guard and with it switched off.

Ends with 1 when anything was refunded beyond what was paid, or when the control did not: then the race proves nothing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import click

from app.bell import SilentBell
from app.db import db
from app.factory import create_app
from app.migrate import bring_up
from tests.conftest import settings_for
from tests.postgres import postgres_server
from tests.races import ASKED, ASKERS, PAID, Outcome, Track, a_track, guarded, unguarded

CONTROL_ROUNDS = 100


def raced(track: Track, rounds: int, label: str, *, with_guard: bool) -> Outcome:
    with click.progressbar(length=rounds, label=label, file=sys.stderr, width=30, show_pos=True) as bar:
        ask = guarded if with_guard else unguarded
        return track.run(rounds, ask, lambda done: bar.update(done - bar.pos))


@click.command()
@click.option("--rounds", type=click.IntRange(min=1), default=2000, show_default=True)
def races(rounds: int) -> None:
    """Of ASKERS connections each asks for ASKED of a booking of PAID."""
    with tempfile.TemporaryDirectory() as home, postgres_server() as server:
        url = server.url(server.create("races"))
        app = create_app(settings_for(Path(home), url), bell=SilentBell())
        bring_up(app, lagging=True)
        with app.app_context():
            db.engine.dispose()
        with a_track(url) as track:
            control = raced(track, CONTROL_ROUNDS, "guard off", with_guard=False)
            began = time.monotonic()
            held = raced(track, rounds, "guard on ", with_guard=True)
            seconds = time.monotonic() - began
    print(f"connections at once               {ASKERS}, each asks for {ASKED} of {PAID}")
    print(f"rounds                            {held.rounds:,} in {seconds:,.0f} s")
    print(f"over-refunds with the guard       {held.over:,}")
    print(f"over-refunds without the guard    {control.over:,} of {control.rounds:,}")
    print(f"held differs from what was given  {held.astray:,}")
    raise SystemExit(0 if held.over == held.astray == 0 < control.over and held.given == held.rounds else 1)


if __name__ == "__main__":
    races()
