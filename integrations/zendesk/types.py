"""What Zendesk tells us, as frozen values: only what Opsroom uses, in Zendesk's own words.

Keys we do not name are ignored and missing ones have a default. Times are aware; Zendesk writes them in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec

from integrations.errors import Refused, Unavailable

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
T = TypeVar("T")

MARKER_KEY = "opsroom"
_SPOKEN = frozenset({"Comment", "VoiceComment", "FacebookComment"})


class Via(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How something came about. `channel` is a word such as "web", or an old account's number."""

    channel: str | int | None = None


class CustomField(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`value` by the field's type: an option's tag, a text, a truth, a number, YYYY-MM-DD, a list of tags, or None."""

    id: int
    value: Any = None


class Satisfaction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    score: str | None = None


class Ticket(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A ticket as it is now.

    `generated_timestamp` (Unix seconds) orders the versions that the export gives; a ticket that was fetched alone may
    come without it, and then it is 0. A deleted ticket comes from the export with the status "deleted".
    """

    id: int
    created_at: Moment
    updated_at: Moment
    status: str
    subject: str | None = None
    raw_subject: str | None = None
    description: str | None = None
    priority: str | None = None
    type: str | None = None
    tags: tuple[str, ...] = ()
    group_id: int | None = None
    assignee_id: int | None = None
    requester_id: int | None = None
    submitter_id: int | None = None
    organization_id: int | None = None
    brand_id: int | None = None
    ticket_form_id: int | None = None
    custom_status_id: int | None = None
    custom_fields: tuple[CustomField, ...] = ()
    via: Via = Via()
    recipient: str | None = None
    is_public: bool = True
    due_at: Moment | None = None
    satisfaction_rating: Satisfaction | None = None
    problem_id: int | None = None
    has_incidents: bool = False
    external_id: str | None = None
    email_cc_ids: tuple[int, ...] | None = None
    follower_ids: tuple[int, ...] | None = None
    generated_timestamp: int = 0

    @property
    def stamp(self) -> str:
        """The `updated_stamp` that lets Zendesk refuse a change made to an older version. It has whole seconds."""
        return f"{self.updated_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """Something said on a ticket; internal when not `public`."""

    id: int
    audit_id: int
    author_id: int | None
    public: bool
    body: str
    created_at: Moment
    attachments: int | None = None


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an update did. Which members are set depends on `type`; types we do not know are kept."""

    id: int = 0
    type: str = ""
    field_name: str | None = None
    value: Any = None
    previous_value: Any = None
    score: str | None = None
    author_id: int | None = None
    public: bool = True
    body: str | None = None
    plain_body: str | None = None
    macro_id: int | None = None
    via: Via | None = None
    attachments: tuple[msgspec.Raw, ...] | None = None


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    custom: Any = None


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """All that one update of a ticket did, and by whom (-1 is Zendesk itself)."""

    id: int
    ticket_id: int
    created_at: Moment
    author_id: int | None = None
    events: tuple[AuditEvent, ...] = ()
    metadata: Metadata = Metadata()
    via: Via = Via()

    @property
    def marker(self) -> str | None:
        """The mark that Opsroom left on its own update; None on anybody else's."""
        custom = self.metadata.custom
        marker = custom.get(MARKER_KEY) if isinstance(custom, dict) else None
        return marker if isinstance(marker, str) else None

    @property
    def comments(self) -> tuple[Comment, ...]:
        return tuple(
            Comment(
                id=event.id,
                audit_id=self.id,
                author_id=event.author_id if event.author_id is not None else self.author_id,
                public=event.public,
                body=event.plain_body or event.body or "",
                created_at=self.created_at,
                attachments=None if event.attachments is None else len(event.attachments),
            )
            for event in self.events
            if event.type in _SPOKEN
        )


class User(msgspec.Struct, frozen=True, kw_only=True):
    """`role` is "end-user", "agent" or "admin"; `locale` is a tag such as "ko" or "en-US"."""

    id: int
    name: str = ""
    email: str | None = None
    role: str = "end-user"
    locale: str | None = None
    locale_id: int | None = None
    time_zone: str | None = None
    phone: str | None = None
    external_id: str | None = None
    details: str | None = None
    notes: str | None = None
    signature: str | None = None
    user_fields: dict[str, Any] = {}
    organization_id: int | None = None
    default_group_id: int | None = None
    tags: tuple[str, ...] = ()
    active: bool = True
    suspended: bool = False
    updated_at: Moment | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    name: str = ""
    deleted: bool = False
    updated_at: Moment | None = None


class FieldOption(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`value` is the tag that a ticket carries, `name` what people read."""

    name: str
    value: str


class TicketField(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    type: str
    title: str = ""
    active: bool = True
    custom_field_options: tuple[FieldOption, ...] = ()
    system_field_options: tuple[FieldOption, ...] = ()

    @property
    def options(self) -> tuple[FieldOption, ...]:
        return self.custom_field_options or self.system_field_options


class SlaPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`filter` and `policy_metrics` as Zendesk wrote them; the lowest position is asked first."""

    id: int
    title: str = ""
    position: int = 0
    filter: dict[str, Any] = {}
    policy_metrics: tuple[dict[str, Any], ...] = ()


class Brand(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    name: str = ""
    active: bool = True
    default: bool = False


class Locale(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    locale: str
    name: str = ""


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str = ""
    status: str = ""
    endpoint: str = ""
    subscriptions: tuple[str, ...] = ()


class SigningSecret(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    secret: str

    def __repr__(self) -> str:
        return "SigningSecret()"


class TicketEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An update as the event export tells it: a child event is {"event_type": "Change", <field>: <value>,
    "previous_value": ...}, or a comment. `timestamp` is in Unix seconds; `id` is that of its audit; `via` a channel's
    word or its title.
    """

    id: int
    ticket_id: int
    timestamp: int
    created_at: Moment
    updater_id: int | None = None
    via: Any = None
    event_type: str = ""
    child_events: tuple[dict[str, Any], ...] = ()
    metadata: Metadata = Metadata()


def decoded(body: bytes, kind: type[T]) -> T:
    """What `body` says. A null where we need a value counts as missing.

    Raises Unavailable when it is no JSON (a gateway's page), Refused when it is not shaped as `kind`; both tell the
    place and never the content.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        pass
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unavailable("Zendesk answered with something that is not JSON") from None
    try:
        return msgspec.convert(_without_nulls(msgspec.json.decode(body)), kind, strict=False)
    except (msgspec.ValidationError, RecursionError) as failure:
        raise Refused(f"Zendesk's answer has an unknown shape: {failure}", status=200) from None


def member(body: bytes, key: str, kind: type[T]) -> T:
    """What an answer such as {"ticket": {...}} says under its key; a missing key counts as null."""
    return decoded(bytes(decoded(body, dict[str, msgspec.Raw]).get(key, b"null")), kind)


def members(body: bytes, key: str, kind: type[T]) -> list[T]:
    """The same for a list."""
    return [decoded(bytes(record), kind) for record in member(body, key, list[msgspec.Raw])]


def decoded_each(bodies: Iterable[msgspec.Raw], kind: type[T]) -> tuple[list[T], int]:
    """Those that can be read, and how many cannot: one bad record must not hold up the others."""
    read: list[T] = []
    unreadable = 0
    for body in bodies:
        try:
            read.append(decoded(bytes(body), kind))
        except Refused:
            unreadable += 1
    return read, unreadable


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
