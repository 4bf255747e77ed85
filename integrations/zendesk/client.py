"""Zendesk's API. The only file that names Zenpy.

Zenpy builds the addresses of what is read and follows the pages; its objects are not used, because they add keys of
their own and rename others: we decode the bytes of the same answers. Writes go around it: it cannot send a safe update
or an idempotency key, and what it re-sends by itself would post a comment twice.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, TypeVar

import msgspec
from zenpy import Zenpy
from zenpy.lib.exception import ZenpyException

from integrations.errors import Conflict, Refused, Unavailable, Unknown
from integrations.zendesk.types import (
    MARKER_KEY,
    Audit,
    Brand,
    Group,
    Locale,
    SigningSecret,
    SlaPolicy,
    Ticket,
    TicketField,
    User,
    Webhook,
    decoded,
    member,
    members,
)
from integrations.zendesk.wire import OneHost, Rate, base_of, session_over

T = TypeVar("T")

_AUDITS_A_PAGE = 100
_USERS_A_REQUEST = 100
_LONGEST_IDEMPOTENCY_KEY = 255
_MOST_PAGES = 100


class _Counted(msgspec.Struct, frozen=True):
    count: int = 0


class _Paged(msgspec.Struct, frozen=True):
    next_page: str | None = None


class Zendesk:
    """One account, as one of its admins. Every call raises Unavailable, Unknown, Refused or Conflict, and nothing else.

    It never waits for a rate limit: it raises Unavailable with `retry_after`. It remembers nothing between calls. Not
    for two threads at once: Zenpy is not. `timeout` is (to connect, to read) in seconds; no request takes longer than
    both together. `email` and `token` are of an admin: exports refuse others.
    """

    def __init__(
        self,
        url: str,
        email: str,
        token: str,
        *,
        timeout: tuple[float, float] = (5.0, 12.0),
        user_agent: str = "Opsroom",
    ) -> None:
        if not (email and token and email.isascii() and token.isascii()):
            raise ValueError("Zendesk needs the email and the API token of an admin, both in plain ASCII")
        base = base_of(url)
        self._origin = f"{base.scheme}://{base.netloc}"
        self._wire = OneHost(base, timeout)
        self._session = session_over(self._wire, email, token, user_agent)
        # Below WARNING, Zenpy writes whole requests and answers into the log.
        logging.getLogger("zenpy").setLevel(logging.WARNING)
        subdomain, _, domain = base.netloc.partition(".")
        self._zenpy = Zenpy(
            subdomain=subdomain, domain=domain, email=email, token=token, session=self._session, disable_cache=True
        )

    @property
    def rate(self) -> Rate | None:
        """The limit as the newest answer told it; None before the first."""
        return self._wire.rate

    def close(self) -> None:
        self._session.close()

    def announcing(self, before_each: Callable[[], None]) -> AbstractContextManager[None]:
        """Within the block `before_each` is called before every request: one call here may take several, each as long
        as its time-out. What it raises comes out, and the request is not sent.
        """
        return self._wire.announcing(before_each)

    # Reading

    def me(self) -> User:
        """Whose token this is. Refused when it is nobody's: Zendesk itself answers 200 with an anonymous user."""
        body = self._ask(self._zenpy.users.me)[0]
        if member(body, "user", dict[str, Any]).get("id") is None:
            raise Refused("Zendesk does not know this email and token", status=401)
        return member(body, "user", User)

    def ticket(self, ticket_id: int) -> Ticket:
        return member(self._ask(partial(self._zenpy.tickets, id=_id(ticket_id)))[0], "ticket", Ticket)

    def ticket_count(self) -> int:
        """Roughly how many tickets there are: Zendesk counts large accounts once a day."""
        counted = member(self.fetch("/api/v2/tickets/count.json"), "count", dict[str, Any])
        return int(counted.get("value") or 0)

    def ticket_with_audits(self, ticket_id: int) -> tuple[Ticket, list[Audit]]:
        """The ticket is read first: the audits may know more than it does, never less."""
        ticket = self.ticket(ticket_id)
        return ticket, self.audits(ticket_id)

    def audits(self, ticket_id: int) -> list[Audit]:
        """All of them, oldest first."""
        audits = self._list("audits", Audit, partial(self._zenpy.tickets.audits, ticket=_id(ticket_id)))
        return sorted(audits, key=lambda audit: audit.id)

    def users(self, ids: Iterable[int]) -> list[User]:
        """Those of `ids` that exist, in any order."""
        wanted = sorted(set(ids))
        found: list[User] = []
        for start in range(0, len(wanted), _USERS_A_REQUEST):
            some = wanted[start : start + _USERS_A_REQUEST]
            found += self._list("users", User, partial(self._zenpy.users, ids=some))
        return found

    def agents(self) -> list[User]:
        """All agents and admins."""
        return self._list("users", User, partial(self._zenpy.users, role=["agent", "admin"]))

    def groups(self) -> list[Group]:
        return self._list("groups", Group, self._zenpy.groups)

    def ticket_fields(self) -> list[TicketField]:
        return self._list("ticket_fields", TicketField, self._zenpy.ticket_fields)

    def sla_policies(self) -> list[SlaPolicy]:
        """Refused on a plan that has none."""
        return self._pages("/api/v2/slas/policies.json", "sla_policies", SlaPolicy)

    def brands(self) -> list[Brand]:
        return self._list("brands", Brand, self._zenpy.brands)

    def locales(self) -> list[Locale]:
        return self._list("locales", Locale, self._zenpy.locales)

    def webhooks(self) -> list[Webhook]:
        return self._list("webhooks", Webhook, self._zenpy.webhooks.list)

    def triggers(self) -> list[dict[str, Any]]:
        """As Zendesk wrote them, with every key, so that they can be given back whole; so are the next three."""
        return self._list("triggers", dict[str, Any], self._zenpy.triggers)

    def automations(self) -> list[dict[str, Any]]:
        return self._list("automations", dict[str, Any], self._zenpy.automations)

    def macros(self) -> list[dict[str, Any]]:
        return self._list("macros", dict[str, Any], self._zenpy.macros)

    def views(self) -> list[dict[str, Any]]:
        return self._list("views", dict[str, Any], self._zenpy.views)

    def apply_macro(self, ticket_id: int, macro_id: int) -> dict[str, Any]:
        """What the macro would make of the ticket: the whole ticket with a `comment`. Nothing is changed by asking."""
        body = self.fetch(f"/api/v2/tickets/{_id(ticket_id)}/macros/{_id(macro_id)}/apply.json")
        return member(body, "result", dict[str, dict[str, Any]])["ticket"]

    def find_marker(self, ticket_id: int, marker: str) -> Audit | None:
        """The audit of the update that carried `marker`, or None when that update was not carried out so far.

        Reads the newest page first; Zendesk lists audits oldest first and promises no other order.
        """
        path = f"/api/v2/tickets/{_id(ticket_id)}/audits.json"
        first = self.fetch(path, {"per_page": _AUDITS_A_PAGE, "page": 1})
        last = max(1, math.ceil(decoded(first, _Counted).count / _AUDITS_A_PAGE))
        for number in range(last, 0, -1):
            page = first if number == 1 else self.fetch(path, {"per_page": _AUDITS_A_PAGE, "page": number})
            for audit in reversed(members(page, "audits", Audit)):
                if audit.marker == marker:
                    return audit
        return None

    def fetch(self, path: str, params: Mapping[str, str | int] | None = None) -> bytes:
        """The body of a GET, past Zenpy: for exports, where its objects would cost nine tenths of the time."""
        return self._session.get(self._origin + path, params=params).content

    # Writing

    def update_ticket(
        self, ticket_id: int, change: Mapping[str, Any], *, updated_stamp: str | None, marker: str
    ) -> tuple[Ticket, Audit | None]:
        """Sends one change, once. `change` is the body of Zendesk's update: fields, comment, macro_ids, tags ...

        With `updated_stamp` (Ticket.stamp) Zendesk refuses it, as Conflict, if the ticket has changed since: so sending
        again with the same stamp cannot post a comment twice, except within the same second. `marker` comes back in the
        audit, see find_marker(). The audit is None when nothing of the ticket was changed: then the marker is nowhere.

        Zendesk takes additional_tags and remove_tags in bulk updates only, and drops them here without a word. So they
        are turned into the full list of tags, which costs one more read and always makes it a safe update.
        """
        body = dict(change)
        stamp = updated_stamp
        if "additional_tags" in body or "remove_tags" in body:
            seen = self.ticket(ticket_id)
            if stamp not in {None, seen.stamp}:
                raise Conflict(f"ticket {ticket_id} has changed since it was read", status=409)
            stamp = seen.stamp
            body["tags"] = _tags(seen.tags, body.pop("additional_tags", ()), body.pop("remove_tags", ()))
        if stamp is not None:
            body |= {"safe_update": True, "updated_stamp": stamp}
        # Zendesk's manual ("Setting metadata") sends keys flat and gets them back under `custom`; that it also takes
        # them under `custom` is said elsewhere. Sent both ways, the marker is in custom.opsroom whichever holds.
        body["metadata"] = {MARKER_KEY: marker, "custom": {MARKER_KEY: marker}}
        ticket, audit = self._written("PUT", f"/api/v2/tickets/{_id(ticket_id)}.json", body, {})
        # To a change that changes nothing, Zendesk answers with an audit of an older one (zenpy issue 420).
        return ticket, audit if audit is not None and audit.marker == marker and audit.events else None

    def create_ticket(self, fields: Mapping[str, Any], *, idempotency_key: str) -> tuple[Ticket, Audit | None]:
        """Within two hours the same key and fields create one ticket, however often they are sent: after Unknown, send
        them again. The same key with other fields is Refused.
        """
        if not idempotency_key or len(idempotency_key) > _LONGEST_IDEMPOTENCY_KEY:
            raise ValueError(f"an idempotency key has 1 to {_LONGEST_IDEMPOTENCY_KEY} characters")
        return self._written("POST", "/api/v2/tickets.json", dict(fields), {"Idempotency-Key": idempotency_key})

    def create_webhook(self, name: str, endpoint: str, subscriptions: Sequence[str]) -> Webhook:
        """An active one that posts JSON. After Unknown, look for it in webhooks() by its endpoint."""
        webhook = {
            "name": name,
            "endpoint": endpoint,
            "subscriptions": list(subscriptions),
            "status": "active",
            "http_method": "POST",
            "request_format": "json",
        }
        return _told(self._send("POST", "/api/v2/webhooks", {"webhook": webhook}), "webhook", Webhook)

    def update_webhook(self, webhook_id: str, changes: Mapping[str, Any]) -> None:
        self._send("PATCH", f"/api/v2/webhooks/{_word(webhook_id)}", {"webhook": dict(changes)})

    def delete_webhook(self, webhook_id: str) -> None:
        """Gone afterwards, also when it was gone before."""
        try:
            self._send("DELETE", f"/api/v2/webhooks/{_word(webhook_id)}", None)
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def signing_secret(self, webhook_id: str) -> str:
        body = self.fetch(f"/api/v2/webhooks/{_word(webhook_id)}/signing_secret")
        return member(body, "signing_secret", SigningSecret).secret

    def switch_trigger(self, trigger_id: int, active: bool) -> None:  # noqa: FBT001 - on or off is what it is about
        self._switch("triggers", "trigger", trigger_id, active=active)

    def switch_automation(self, automation_id: int, active: bool) -> None:  # noqa: FBT001 - as above
        self._switch("automations", "automation", automation_id, active=active)

    # How

    def _ask(self, question: Callable[[], Any]) -> list[bytes]:
        """Lets Zenpy ask, to the last page, and gives the bytes of every answer."""
        with self._wire.listening() as heard:
            try:
                answer = question()
                if isinstance(answer, Iterable):
                    for _ in answer:
                        pass
            except (ZenpyException, AttributeError, KeyError, TypeError, ValueError) as failure:
                # Zenpy's own words quote the answer, so they stay out of the text.
                raise Unavailable(f"Zendesk's answer cannot be read ({type(failure).__name__})") from None
        return heard

    def _list(self, key: str, kind: type[T], question: Callable[[], Any]) -> list[T]:
        return [record for page in self._ask(question) for record in members(page, key, kind)]

    def _pages(self, path: str, key: str, kind: type[T]) -> list[T]:
        """For what Zenpy does not know: page by page, as long as the answer names a next one."""
        found: list[T] = []
        for number in range(1, _MOST_PAGES + 1):
            body = self.fetch(path, {"per_page": 100, "page": number})
            found += members(body, key, kind)
            if not decoded(body, _Paged).next_page:
                break
        return found

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        return self._session.request(method, self._origin + path, json=body, headers=headers).content

    def _written(
        self, method: str, path: str, ticket: Mapping[str, Any], headers: Mapping[str, str]
    ) -> tuple[Ticket, Audit | None]:
        body = self._send(method, path, {"ticket": dict(ticket)}, headers)
        audit = _told(body, "audit", dict[str, Any] | None)
        is_told = bool(audit) and audit.get("id") is not None
        return _told(body, "ticket", Ticket), _told(body, "audit", Audit) if is_told else None

    def _switch(self, kind: str, key: str, rule_id: int, *, active: bool) -> None:
        body = self._send("PUT", f"/api/v2/{kind}/{_id(rule_id)}.json", {key: {"active": active}})
        if _told(body, key, dict[str, Any]).get("active") is not active:
            raise Refused(f"Zendesk left {key} {rule_id} as it was", status=200)


def _told(body: bytes, key: str, kind: Any) -> Any:
    """The answer to a write: one that cannot be read does not say that nothing was written."""
    try:
        return member(body, key, kind)
    except (Refused, Unavailable) as failure:
        raise Unknown(str(failure)) from None


def _tags(now: Sequence[str], added: Iterable[str], removed: Iterable[str]) -> list[str]:
    gone = set(removed)
    return [tag for tag in dict.fromkeys([*now, *added]) if tag not in gone]


def _id(zendesk_id: int) -> int:
    """Zenpy reads a 0 as "all of them"."""
    if zendesk_id <= 0:
        raise ValueError(f"{zendesk_id} is no id of Zendesk's")
    return zendesk_id


def _word(zendesk_id: str) -> str:
    if not (zendesk_id.isascii() and zendesk_id.isalnum()):
        raise ValueError("an id of a webhook has letters and digits only")
    return zendesk_id
