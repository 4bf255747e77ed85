"""What an account calls its things, beside groups and ticket fields: brands, forms, statuses, organizations, texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from integrations.zendesk.types import decoded, members

T = TypeVar("T")
MOST_PAGES = 500
A_PAGE = 100
Fetch = Callable[..., bytes]


class TicketForm(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    name: str = ""
    active: bool = True
    default: bool = False


class CustomStatus(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    agent_label: str = ""
    status_category: str = ""
    active: bool = True


class Organization(msgspec.Struct, frozen=True, kw_only=True):
    """`organization_fields`: by the field's key; a drop-down's value is its option's."""

    id: int
    name: str = ""
    external_id: str | None = None
    details: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    organization_fields: dict[str, Any] = {}


class ProfileOption(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    name: str = ""
    value: str = ""


class ProfileField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of users or organizations. Conditions name its options by their ids."""

    id: int
    key: str = ""
    title: str = ""
    type: str = ""
    active: bool = True
    custom_field_options: tuple[ProfileOption, ...] = ()


class Variant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    locale_id: int
    content: str = ""
    active: bool = True
    default: bool = False


class DynamicItem(msgspec.Struct, frozen=True, kw_only=True):
    """`placeholder` is as it stands in texts: {{dc.hello}}."""

    id: int
    name: str = ""
    placeholder: str = ""
    variants: tuple[Variant, ...] = ()


class GroupMembership(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    user_id: int
    group_id: int
    default: bool = False


def every(fetch: Fetch, place: str, key: str, kind: type[T]) -> list[T]:
    """All records of a list, page after page. `fetch` asks for a path; the host that a page names is not looked at:
    Zendesk tells its own there.
    """
    path, found = f"/api/v2/{place}.json?per_page={A_PAGE}", []
    for _ in range(MOST_PAGES):
        body = fetch(path)
        found += members(body, key, kind)
        after = decoded(body, dict[str, Any]).get("next_page")
        if not isinstance(after, str) or not after:
            break
        parts = urlsplit(after)
        path = f"{parts.path}?{parts.query}"
    return found
