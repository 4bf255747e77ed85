"""The way out of this process: one Zendesk client per process and address."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import cast

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import Refusal
from app.link.model import Link
from app.settings import Settings
from app.words import say
from integrations.zendesk.client import Zendesk

# As long as Zendesk's own longest window; a broken gateway may ask for years.
LONGEST_PAUSE = timedelta(minutes=10)
# Zendesk's answer to a token that is not valid (any more, or yet), and how long to leave it alone then.
TURNED_AWAY = 401
TURNED_AWAY_SECONDS = 60.0


def settings_of_app() -> Settings:
    return cast(Settings, current_app.extensions["opsroom.settings"])


def zendesk() -> Zendesk:
    """The account of the settings; refuses in words when there is none. A forked child gets a client of its own."""
    settings = settings_of_app()
    if not (settings.zendesk_url and settings.zendesk_email and settings.zendesk_token):
        raise Refusal(
            say(
                "Zendesk 계정이 설정되지 않았습니다. ZENDESK_URL, ZENDESK_EMAIL, ZENDESK_TOKEN을 넣어 주세요.",
                "No Zendesk account is set. Give ZENDESK_URL, ZENDESK_EMAIL and ZENDESK_TOKEN.",
            )
        )
    kept = current_app.extensions.get("opsroom.zendesk")
    if kept is None or kept[0] != os.getpid():
        client = Zendesk(settings.zendesk_url, settings.zendesk_email, settings.zendesk_token)
        kept = current_app.extensions["opsroom.zendesk"] = (os.getpid(), client)
    return cast(Zendesk, kept[1])


def is_connected() -> bool:
    return bool(settings_of_app().zendesk_url)


def paused(session: Session) -> bool:
    """Whether Zendesk has asked all of us to wait, and the time is not over."""
    until = session.scalar(select(Link.paused_until).where(Link.id == 1))
    return until is not None and until > clock.now()


def pause(session: Session, seconds: float) -> None:
    """All workers leave Zendesk alone for so long, or for LONGEST_PAUSE. The caller commits.

    Two workers may say so at once, and while a person turns a switch: nobody's save is refused for it.
    """
    until = clock.now() + min(timedelta(seconds=min(seconds, 86_400)), LONGEST_PAUSE)
    session.execute(
        update(Link)
        .where(Link.id == 1, or_(Link.paused_until.is_(None), Link.paused_until < until))
        .values(paused_until=until)
        .execution_options(synchronize_session=False)
    )
