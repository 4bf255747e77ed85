"""Which placeholders there are: those that are filled here, and those that only Zendesk itself can fill.

Names from Zendesk's placeholder reference. Zendesk renders an unknown one as nothing; so do we, and tell beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.words import Words, say

Names = Mapping[str, Any]
ANY: Names = MappingProxyType({"*": None})
"""Whatever follows is the account's own."""


def _names(*plain: str, **deeper: Names | None) -> Names:
    return MappingProxyType({**dict.fromkeys(plain), **deeper})


def _times(*names: str) -> tuple[str, ...]:
    return tuple(name + end for name in names for end in ("", "_with_time", "_with_timestamp"))


_ORGANIZATION = _names("id", "name", "external_id", "is_shared", "is_shared_comments", "details", "notes", "tags",
                       custom_fields=ANY)  # fmt: skip
_PERSON = _names(
    "id", "name", "first_name", "last_name", "email", "language", "phone", "external_id", "details", "notes",
    "time_zone", "role", "extended_role", "locale", "signature", "tags",
    custom_fields=ANY, organization=_ORGANIZATION,
)  # fmt: skip
_COMMENT = _names("id", "value", "is_public", "attachments", *_times("created_at"), author=_PERSON)
_TICKET = _names(
    "account", "id", "external_id", "title", "description", "url", "link", "url_with_protocol", "status", "priority",
    "ticket_type", "ticket_form", "via", "score", "tags", "cc_names", "email_cc_names", "follower_names",
    "due_date", "due_date_with_timestamp", *_times("created_at", "updated_at"),
    "in_business_hours", "current_holiday_name", "verbatim", "comments_formatted", "public_comments_formatted",
    "latest_comment_formatted", "latest_public_comment_formatted", "latest_comment_html", "latest_comment_rich",
    "latest_public_comment_html", "latest_public_comment_rich",
    brand=_names("name"), group=_names("id", "name"), organization=_ORGANIZATION, requester=_PERSON,
    submitter=_PERSON, assignee=_PERSON, ccs=_PERSON, email_ccs=_PERSON, followers=_PERSON, comments=_COMMENT,
    public_comments=_COMMENT, latest_comment=_COMMENT, latest_public_comment=_COMMENT,
)  # fmt: skip
ROOTS: Names = _names(
    ticket=_TICKET, current_user=_PERSON, agent=_PERSON, account=_names("name"),
    satisfaction=_names("current_rating"), dc=ANY,
    booking=_names("number", "product", "city", "state", "price", "nights", *_times("starts_at", "ends_at")),
    refund=_names("number", "state", "amount", "reason", "policy_amount", "service_fee", "lines"),
    goodwill=_names("number", "name", "amount", "reason"),
    partner=_names("name", "city", "state"),
    customer=_names("name", "tier", "language"),
)  # fmt: skip
_OF_FIELD = re.compile(r"ticket_field(_option_title)?_\d+")
_PARTS_OF_LIST = frozenset({"size", "first", "last"})
_ZENDESKS = re.compile(
    r"ticket\.(encoded_id|follower_reply_type_message)"
    r"|satisfaction\.(rating_section|rating_url|positive_rating_url|negative_rating_url|current_comment)"
    r"|account\.incoming_phone_number_\d+|zd\..+"
)


def placeholder_words(used: Iterator[tuple[str, Sequence[object]]]) -> list[Words]:
    """What to tell of those that say nothing here, each once. `used`: as written, and its parts."""
    found: dict[str, Words] = {}
    for written, parts in used:
        if written in found or _is_known(parts):
            continue
        if _ZENDESKS.fullmatch(written):
            words = say(
                "{{{{{name}}}}}은(는) Zendesk만 채울 수 있어 여기서는 비어 있습니다.",
                "{{{{{name}}}}} is filled by Zendesk alone and stays empty here.",
            )
        else:
            words = say(
                "{{{{{name}}}}}은(는) 모르는 자리표시자라서 비어 나갑니다.",
                "{{{{{name}}}}} is not a known placeholder and comes out empty.",
            )
        found[written] = words.fill(name=written[:80])
    return list(found.values())


def _is_known(parts: Sequence[object]) -> bool:
    names: Names | None = ROOTS
    for part in parts:
        if isinstance(part, int) or part in _PARTS_OF_LIST:
            continue
        if names is None or not isinstance(part, str):
            return False
        if "*" in names:
            return True
        if names is _TICKET and _OF_FIELD.fullmatch(part):
            return True
        if part not in names:
            return False
        names = names[part]
    return True
