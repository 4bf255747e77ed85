"""What rules must know of the account beside its tickets: names of options, its own texts, its default form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.language.account import Account
from app.routing.days import Opening
from app.tickets.account_names import NameKind, ZendeskName
from app.tickets.model import ZendeskField

_KINDS = (
    NameKind.form,
    NameKind.locale,
    NameKind.user_field,
    NameKind.organization_field,
    NameKind.dynamic_content,
)


def read_account(session: Session, name: str, opening: Opening) -> Account:
    """Two queries."""
    rows = session.scalars(
        select(ZendeskName)
        .where(ZendeskName.kind.in_(_KINDS), ZendeskName.is_active.is_(True))
        .order_by(ZendeskName.kind, ZendeskName.zendesk_id)
    ).all()
    of_kind = {kind: [one for one in rows if one.kind is kind] for kind in _KINDS}
    fields = session.scalars(select(ZendeskField).where(ZendeskField.is_active.is_(True)))
    return Account(
        name=name,
        calendar=opening.calendar,
        schedules=opening.schedules,
        option_titles={str(one.zendesk_id): _titles(one.options) for one in fields if one.options},
        option_values=_option_values([*of_kind[NameKind.user_field], *of_kind[NameKind.organization_field]]),
        dynamic_content=_texts(of_kind[NameKind.dynamic_content], of_kind[NameKind.locale]),
        default_form_id=_default(of_kind[NameKind.form]),
    )


def account_stamp(session: Session) -> tuple[object, ...]:
    """Changes whenever `read_account` might say otherwise."""
    names = session.execute(select(func.count(), func.max(ZendeskName.seen_at)).select_from(ZendeskName)).one()
    fields = session.execute(select(func.count()).select_from(ZendeskField)).one()
    return (*names, *fields)


def _default(forms: Iterable[ZendeskName]) -> str | None:
    return next((str(one.zendesk_id) for one in forms if one.detail.get("default")), None)


def _titles(options: Iterable[Any]) -> dict[str, str]:
    whole = (one for one in options if isinstance(one, dict) and {"name", "value"} <= one.keys())
    return {str(one["value"]): str(one["name"]) for one in whole}


def _option_values(fields: Iterable[ZendeskName]) -> dict[str, str]:
    return {
        str(option["id"]): str(option["value"])
        for one in fields
        for option in one.detail.get("options", ())
        if option.get("value")
    }


def _texts(items: Iterable[ZendeskName], locales: Iterable[ZendeskName]) -> dict[str, dict[str, str]]:
    """By the key of {{dc.key}}, each by the first part of its locale's tag; the default comes first, since it answers
    where a language has no text.
    """
    tongues = {one.zendesk_id: str(one.detail.get("locale", "")).partition("-")[0].lower() for one in locales}
    found: dict[str, dict[str, str]] = {}
    for one in items:
        key = str(one.detail.get("placeholder", "")).strip("{} ").removeprefix("dc.")
        texts: list[Mapping[str, Any]] = sorted(one.detail.get("texts", ()), key=lambda text: not text.get("default"))
        by_tongue: dict[str, str] = {}
        for text in texts:
            tongue = tongues.get(text.get("locale_id", 0)) or str(text.get("locale_id"))
            by_tongue.setdefault(tongue, str(text.get("content", "")))
        if key and by_tongue:
            found[key] = by_tongue
    return found
