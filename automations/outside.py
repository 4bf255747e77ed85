"""The way out of this process: one Zendesk client per process and address."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import Refusal
from app.link.link import the_link
from app.link.model import Link
from app.settings import Settings
from app.words import say
from integrations.zendesk.client import Zendesk


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


def pause(session: Session, seconds: float) -> datetime:
    """All workers leave Zendesk alone for so long. The caller commits."""
    link = the_link(session)
    until = clock.now() + timedelta(seconds=seconds)
    if link.paused_until is None or link.paused_until < until:
        link.paused_until = until
    return until
