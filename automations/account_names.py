"""What the account's ids are called and what its own texts say: asked for with the other names, once an hour."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.tickets.account_names import NameKind, ZendeskName
from app.tickets.model import ZendeskUser
from automations.rows import insert_or_replace
from integrations.errors import Refused
from integrations.zendesk import named
from integrations.zendesk.client import Zendesk
from integrations.zendesk.types import Brand, Locale

log = logging.getLogger(__name__)
A_WRITE = 500


@dataclass(frozen=True, slots=True)
class Source:
    """Where a kind of name comes from, and its row: name, what else is kept, whether it is in use."""

    place: str
    key: str
    shape: type[Any]
    row: Callable[[Any], tuple[str, dict[str, Any], bool]]


def _profile(one: named.ProfileField) -> tuple[str, dict[str, Any], bool]:
    options = [{"id": each.id, "name": each.name, "value": each.value} for each in one.custom_field_options]
    return one.title, {"key": one.key, "kind": one.type, "options": options}, one.active


def _organization(one: named.Organization) -> tuple[str, dict[str, Any], bool]:
    kept = {"external_id": one.external_id, "details": one.details, "notes": one.notes, "tags": list(one.tags)}
    return one.name, {**kept, "fields": one.organization_fields}, True


def _item(one: named.DynamicItem) -> tuple[str, dict[str, Any], bool]:
    texts = [
        {"locale_id": each.locale_id, "content": each.content, "default": each.default}
        for each in one.variants
        if each.active
    ]
    return one.name, {"placeholder": one.placeholder, "texts": texts}, True


SOURCES: Mapping[NameKind, Source] = MappingProxyType({
    NameKind.brand: Source("brands", "brands", Brand, lambda one: (one.name, {"default": one.default}, one.active)),
    NameKind.form: Source(
        "ticket_forms", "ticket_forms", named.TicketForm, lambda one: (one.name, {"default": one.default}, one.active)
    ),
    NameKind.custom_status: Source(
        "custom_statuses", "custom_statuses", named.CustomStatus,
        lambda one: (one.agent_label, {"category": one.status_category}, one.active),
    ),
    NameKind.locale: Source("locales", "locales", Locale, lambda one: (one.name, {"locale": one.locale}, True)),
    NameKind.organization: Source("organizations", "organizations", named.Organization, _organization),
    NameKind.user_field: Source("user_fields", "user_fields", named.ProfileField, _profile),
    NameKind.organization_field: Source("organization_fields", "organization_fields", named.ProfileField, _profile),
    NameKind.dynamic_content: Source("dynamic_content/items", "items", named.DynamicItem, _item),
})  # fmt: skip


def sync_account_names(session: Session, account: Zendesk) -> None:
    """Asks for each kind and commits it. One that the account's plan does not have stays as it is here."""
    for kind, source in SOURCES.items():
        found = _asked(account, source.place, source.key, source.shape)
        if found is not None:
            keep(session, kind, [(one.id, *source.row(one)) for one in found])
            session.commit()
    memberships = _asked(account, "group_memberships", "group_memberships", named.GroupMembership)
    if memberships is not None:
        _keep_memberships(session, memberships)
        session.commit()


def keep(session: Session, kind: NameKind, rows: Iterable[tuple[int, str, dict[str, Any], bool]]) -> None:
    """The newest answer wins; what it does not name any more is not in use."""
    now = clock.now()
    written = [
        {"kind": kind, "zendesk_id": number, "name": name[:255], "detail": detail, "is_active": active, "seen_at": now}
        for number, name, detail, active in rows
    ]
    for start in range(0, len(written), A_WRITE):
        insert_or_replace(session, ZendeskName, written[start : start + A_WRITE], ("kind", "zendesk_id"))
    gone = update(ZendeskName).where(ZendeskName.kind == kind, ZendeskName.seen_at < now, ZendeskName.is_active)
    session.execute(gone.values(is_active=False).execution_options(synchronize_session=False))


def _keep_memberships(session: Session, memberships: Iterable[named.GroupMembership]) -> None:
    """Of each agent the groups, the one that is theirs by default first; who is in none any more has none."""
    of_user: dict[int, list[int]] = {}
    for one in sorted(memberships, key=lambda each: (not each.default, each.group_id)):
        of_user.setdefault(one.user_id, []).append(one.group_id)
    staff = select(ZendeskUser.zendesk_id, ZendeskUser.group_ids).where(ZendeskUser.role.in_(("agent", "admin")))
    for user_id, earlier in session.execute(staff).all():
        if earlier:
            of_user.setdefault(user_id, [])
    for user_id, group_ids in of_user.items():
        session.execute(update(ZendeskUser).where(ZendeskUser.zendesk_id == user_id).values(group_ids=group_ids))


def _asked(account: Zendesk, place: str, key: str, shape: type[Any]) -> list[Any] | None:
    try:
        return named.every(account.fetch, place, key, shape)
    except Refused as refused:
        log.info("names_refused", extra={"place": place, "status": refused.status})
        return None
