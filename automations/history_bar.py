"""The back-fill in a terminal: a bar over the days, and what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click
from sqlalchemy.orm import Session

from app.link.history import ask_history, newest_load
from app.tickets.history import how_complete
from app.words import say
from automations import history
from integrations.zendesk.client import Zendesk
from integrations.zendesk.export import Budget

# Zendesk allows ten exports a minute; the sync wants its own.
EXPORTS_A_MINUTE = 8


def bring_past(session: Session, account: Zendesk, days: int, wait: Callable[[float], None]) -> None:
    """Asks for it unless one is under way, and stays until all of it is in. Raises Fenced, Refused, Unavailable."""
    load = newest_load(session)
    if load is None or not load.is_under_way:
        load = ask_history(session, days)
    before, started = load.events, time.monotonic()
    session.commit()
    events = before
    with click.progressbar(length=100, label=str(say("지난 기록", "The past")), file=sys.stderr) as bar:
        for progress in history.load(session, account, budget=Budget(EXPORTS_A_MINUTE), wait=wait):
            events = progress.events
            bar.update(max(0, (100 if progress.done else progress.percent) - bar.pos))
    complete, total = how_complete(session)
    session.rollback()
    took, fresh = f"{time.monotonic() - started:.1f}", events - before
    told = say(
        f"새 업데이트 {fresh:,}건을 {took}초에 받았습니다. 기록이 온전한 티켓: {total:,}건 중 {complete:,}건.",
        f"Loaded {fresh:,} new updates in {took} s. Tickets with their whole history: {complete:,} of {total:,}.",
    )
    click.echo(str(told))
