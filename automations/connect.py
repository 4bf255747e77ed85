"""Joining a real account, safely: check the token, put up the webhook, load what is there, and only watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.errors import Refusal
from app.link.link import the_link
from app.vault import seal, unseal
from app.words import say
from automations import sync
from automations.outside import settings_of_app, zendesk
from integrations.errors import Refused
from integrations.zendesk import types as outside
from integrations.zendesk.client import Zendesk
from integrations.zendesk.export import Budget

WEBHOOK_NAME = "Opsroom"
SUBSCRIPTIONS = tuple(
    f"zen:event-type:ticket.{event}"
    for event in (
        "created",
        "comment_added",
        "status_changed",
        "priority_changed",
        "type_changed",
        "group_assignment_changed",
        "agent_assignment_changed",
        "requester_changed",
        "subject_changed",
        "tags_changed",
        "custom_field_changed",
        "custom_status_changed",
        "csat_received",
        "merged",
        "soft_deleted",
        "undeleted",
    )
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Joined:
    """`already`: the webhook of an earlier connect was found and kept."""

    me: outside.User
    webhook: outside.Webhook
    already: bool


def join(session: Session, endpoint: str) -> Joined:
    """Everything but the load. Refuses in words when the token is not an admin's. Commits.

    Done twice it changes nothing; a signing secret that was reset in Zendesk is taken over, the old one kept beside it.
    """
    account = zendesk()
    me = _admin(account)
    link = the_link(session)
    url, webhook_id = settings_of_app().zendesk_url, link.webhook_id
    _refuse_another(link.zendesk_url, url)
    session.commit()
    webhook, already = _webhook(account, endpoint, webhook_id)
    secret = account.signing_secret(webhook.id)
    key = settings_of_app().secret_key
    link = the_link(session)
    before = unseal(link.sealed_secret, key) if link.sealed_secret else None
    if before != secret:
        link.sealed_secret_before, link.sealed_secret = link.sealed_secret, seal(secret, key)
    link.zendesk_url, link.webhook_id, link.own_user_id = url, webhook.id, me.id
    if link.connected_at is None:
        link.connected_at = clock.now()
    session.commit()
    sync.sync_names(session, account, force=True)
    return Joined(me, webhook, already)


def first_load(wait: Callable[[float], None]) -> Iterator[sync.Progress]:
    """Loads what the account has, going on where an earlier load stopped; `wait` is told the seconds to wait."""
    yield from sync.load(db.session(), zendesk(), budget=rate_budget(), wait=wait)


def rate_budget() -> Budget | None:
    """Ten exports a minute, as Zendesk allows; the sandbox of this machine has no such limit unless it says so."""
    host = urlsplit(settings_of_app().zendesk_url or "").hostname
    return None if host in LOOPBACK else Budget(10)


def _refuse_another(before: str | None, now: str | None) -> None:
    """The mirror is of one account. A sandbox of this machine is the same one at whatever port it listens."""
    if before in {None, now} or {urlsplit(before or "").hostname, urlsplit(now or "").hostname} <= LOOPBACK:
        return
    raise Refusal(
        say(
            f"이미 {before} 계정에 연결되어 있습니다. 다른 계정은 새 데이터베이스로 연결해 주세요.",
            f"This Opsroom is connected to {before}. Connect another account with a new database.",
        )
    )


def _webhook(account: Zendesk, endpoint: str, own_id: str | None) -> tuple[outside.Webhook, bool]:
    """Ours, by its id or by where it sends; moved when we are elsewhere now. And whether it was there already."""
    listed = account.webhooks()
    ours = next((one for one in listed if one.id == own_id), None)
    ours = ours or next((one for one in listed if one.endpoint == endpoint), None)
    if ours is None:
        return account.create_webhook(WEBHOOK_NAME, endpoint, SUBSCRIPTIONS), False
    if ours.endpoint != endpoint or ours.status != "active":
        account.update_webhook(ours.id, {"endpoint": endpoint, "status": "active"})
    return msgspec.structs.replace(ours, endpoint=endpoint), True


def _admin(account: Zendesk) -> outside.User:
    try:
        me = account.me()
    except Refused as refused:
        raise Refusal(
            say(
                "Zendesk가 이 이메일과 토큰을 받아 주지 않습니다. ZENDESK_EMAIL과 ZENDESK_TOKEN을 확인해 주세요.",
                "Zendesk does not accept this e-mail and token. Check ZENDESK_EMAIL and ZENDESK_TOKEN.",
            )
        ) from refused
    if me.role != "admin":
        raise Refusal(
            say(
                f"이 토큰의 역할은 {me.role}입니다. 내보내기와 웹훅에는 관리자(admin)의 토큰이 필요합니다.",
                f"This token's role is {me.role}. Exports and webhooks need an admin's token.",
            )
        )
    return me
