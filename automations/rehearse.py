"""Rehearsals, a slice at a time, so that two that wait take turns and neither holds up what else takes long."""

from __future__ import annotations

import logging
import time

from flask import current_app

from app.bell import bell_of_now
from app.db import db
from app.errors import Refusal
from app.facts import Fact
from app.rules.rehearsal import run as rehearsal
from app.words import say

log = logging.getLogger(__name__)

SLICE_SECONDS = 30.0
UNEXPECTED = say(
    "예상하지 못한 문제로 멈추었습니다 ({kind}). 기록에 자세한 내용이 있습니다.",
    "Stopped by a trouble that nobody expected ({kind}). The log has the details.",
)


def run() -> None:
    """One slice of the rehearsal that has waited longest; rings for the rest. What fails is told on its page."""
    session = db.session()
    mine = rehearsal.claim(session)
    if mine is None:
        return
    ends = time.monotonic() + SLICE_SECONDS
    try:
        for _done in rehearsal.work(session, mine, current_app.extensions["opsroom.settings"].zendesk_url):
            if time.monotonic() > ends:
                rehearsal.let_go(session, mine)
                break
    except Refusal as refused:
        session.rollback()
        rehearsal.fail(session, mine.id, mine.token, refused.words)
    except Exception as trouble:
        session.rollback()
        log.exception("rehearsal_failed", extra={"rehearsal": mine.id})
        rehearsal.fail(session, mine.id, mine.token, UNEXPECTED.fill(kind=type(trouble).__name__))
    bell_of_now().ring(Fact.rehearsal_asked)
