"""The values behind Zendesk's placeholders (`{{ticket.requester.first_name}}`) and ours (`{{booking.starts_at}}`).

Names from Zendesk's placeholder reference. What is not known here is left out and renders as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from app import money
from app.language import choices
from app.language.account import SEOUL, Account
from app.language.facts_of_ticket import (
    BookingFacts,
    Comment,
    GoodwillFacts,
    Organization,
    PartnerFacts,
    Person,
    RefundFacts,
    TicketFacts,
)
from app.language.kinds import Choice
from app.language.values import text_of

Values = dict[str, object]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class SpokenComment(dict[str, object]):
    """A comment as `{{ticket.latest_comment}}` shows it whole and `.value`, `.author` in parts."""

    def __str__(self) -> str:
        author = self.get("author")
        name = author.get("name", "") if isinstance(author, dict) else ""
        return f"{name}, {self.get('created_at_with_time', '')}\n\n{self.get('value', '')}".strip(", \n")


class DynamicContent(Mapping[str, object]):
    """`{{dc.key}}` in the reader's language. The texts are staff's own, so their placeholders are filled in too."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]], language: str, fill: Callable[[str], str]) -> None:
        self._texts = texts
        self._language = language
        self._fill = fill

    def __getitem__(self, key: str) -> object:
        by_language = self._texts[key]
        text = by_language.get(self._language) or next(iter(by_language.values()), "")
        return self._fill(text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def placeholder_values(
    facts: TicketFacts, now: datetime, language: str, account: Account, *, talk: bool = True
) -> Values:
    """Everything but `dc`, which needs the renderer; without `talk` the conversation stays empty."""
    current_user = _person(facts.updater)
    return {
        "ticket": _ticket(facts, now, language, account, talk=talk),
        "current_user": current_user,
        "agent": current_user,
        "satisfaction": {"current_rating": facts.satisfaction_score or ""},
        "account": {"name": account.name},
        "booking": _booking(facts.booking, language),
        "refund": _refund(facts.refund, language),
        "goodwill": _goodwill(facts.goodwill, language),
        "partner": _partner(facts.partner, language),
        "customer": _customer(facts, language),
    }


def _ticket(facts: TicketFacts, now: datetime, language: str, account: Account, *, talk: bool) -> Values:
    comments = [_comment(one, language) for one in facts.comments] if talk else []
    public = [one for one in comments if one["is_public"]]
    calendar = account.calendar_of(facts.schedule_id)
    return {
        "account": account.name,
        "id": facts.id,
        "external_id": facts.external_id,
        "title": facts.subject,
        "description": facts.description,
        "link": facts.url,
        "url_with_protocol": facts.url,
        "url": facts.url.partition("://")[2] or facts.url,
        "status": _label(choices.STATUSES, facts.status, language),
        "priority": _label(choices.PRIORITIES, facts.priority, language),
        "ticket_type": _label(choices.TYPES, facts.type, language),
        "ticket_form": facts.ticket_form_name,
        "via": _label(choices.CHANNELS, facts.via_id, language),
        "score": facts.satisfaction_score or "",
        "tags": " ".join(sorted(facts.tags)),
        "cc_names": _people_names(facts.ccs),
        "email_cc_names": _people_names(facts.ccs),
        "ccs": [_person(one) for one in facts.ccs],
        "email_ccs": [_person(one) for one in facts.ccs],
        "followers": [_person(one) for one in facts.followers],
        "follower_names": _people_names(facts.followers),
        "requester": _person(facts.requester),
        "submitter": _person(facts.submitter),
        "assignee": _person(facts.assignee),
        "brand": {"name": facts.brand_name},
        "group": {"id": facts.group_id or "", "name": facts.group_name},
        "organization": _organization(facts.organization),
        "in_business_hours": text_of(calendar.is_open(now)),
        "current_holiday_name": calendar.holiday(now) or "",
        "verbatim": facts.description,
        "due_date": _day(facts.due_at, language),
        "due_date_with_timestamp": _stamp(facts.due_at),
        **_times("created_at", facts.created_at, language),
        **_times("updated_at", facts.updated_at, language),
        **_conversation("", comments),
        **_conversation("public_", public),
        **_fields(facts, account),
    }


def _conversation(kind: str, comments: list[SpokenComment]) -> Values:
    """The newest first where they are shown together, as in Zendesk's mails."""
    latest: object = comments[-1] if comments else ""
    together = "\n\n".join(str(one) for one in reversed(comments))
    return {
        f"{kind}comments": list(reversed(comments)),
        f"{kind}comments_formatted": together,
        f"latest_{kind}comment": latest,
        f"latest_{kind}comment_formatted": str(latest),
        f"latest_{kind}comment_html": latest["value"] if isinstance(latest, SpokenComment) else "",
        f"latest_{kind}comment_rich": latest["value"] if isinstance(latest, SpokenComment) else "",
    }


def _fields(facts: TicketFacts, account: Account) -> Values:
    found: Values = {}
    for key, value in facts.custom_fields.items():
        titles = account.option_titles.get(key, {})
        chosen = value if isinstance(value, list | tuple) else [value]
        found[f"ticket_field_{key}"] = " ".join(text_of(one) for one in chosen)
        found[f"ticket_field_option_title_{key}"] = ", ".join(titles.get(text_of(one), text_of(one)) for one in chosen)
    return found


def _comment(comment: Comment, language: str) -> SpokenComment:
    return SpokenComment(
        id=comment.id,
        value=comment.body,
        is_public=comment.public,
        author=_person(comment.author),
        attachments=comment.attachments or 0,
        **_times("created_at", comment.created_at, language),
    )


def _person(person: Person | None) -> Values:
    if person is None:
        return {}
    first, _, rest = person.name.partition(" ")
    return {
        "id": person.id,
        "name": person.name,
        "first_name": first,
        "last_name": rest,
        "email": person.email,
        "phone": person.phone,
        "language": person.language,
        "locale": person.language,
        "external_id": person.external_id,
        "details": person.details,
        "notes": person.notes,
        "signature": person.signature,
        "time_zone": person.time_zone or "",
        "role": person.role or "",
        "extended_role": person.role or "",
        "tags": " ".join(sorted(person.tags)),
        "custom_fields": {key: text_of(value) for key, value in (person.custom_fields or {}).items()},
        "organization": _organization(person.organization),
    }


def _people_names(people: tuple[Person, ...]) -> str:
    return ", ".join(one.name for one in people)


def _organization(organization: Organization | None) -> Values:
    if organization is None:
        return {}
    return {
        "id": organization.id,
        "name": organization.name,
        "external_id": organization.external_id,
        "details": organization.details,
        "notes": organization.notes,
        "tags": " ".join(sorted(organization.tags)),
        "custom_fields": {key: text_of(value) for key, value in organization.custom_fields.items()},
    }


def _booking(booking: BookingFacts | None, language: str) -> Values:
    if booking is None:
        return {}
    nights = booking.nights
    return {
        "number": booking.number,
        "product": _label(choices.PRODUCTS, booking.product, language),
        "city": booking.city or "",
        "state": _label(choices.BOOKING_STATES, booking.state, language),
        "price": "" if booking.price is None else money.shown(booking.price, booking.currency),
        "nights": "" if nights is None else str(nights),
        **_times("starts_at", booking.starts_at, language),
        **_times("ends_at", booking.ends_at, language),
    }


def _partner(partner: PartnerFacts | None, language: str) -> Values:
    if partner is None:
        return {}
    state = _label(choices.PARTNER_STATES, partner.state, language)
    return {"name": partner.name, "city": partner.city or "", "state": state}


def _refund(refund: RefundFacts | None, language: str) -> Values:
    if refund is None:
        return {}
    return {
        "number": refund.number,
        "state": _label(choices.REFUND_STATES, refund.state, language),
        "amount": "" if refund.amount is None else money.shown(refund.amount, refund.currency),
        "reason": _label(choices.REFUND_REASONS, refund.reason, language),
        "policy_amount": _money(refund.policy, refund.currency),
        "service_fee": _money(refund.service_fee, refund.currency),
        "lines": refund.lines.get(language, ""),
    }


def _goodwill(goodwill: GoodwillFacts | None, language: str) -> Values:
    if goodwill is None:
        return {}
    return {
        "number": goodwill.number,
        "name": goodwill.name.get(language, ""),
        "amount": _money(goodwill.amount, goodwill.currency),
        "reason": _label(choices.REFUND_REASONS, goodwill.reason, language),
    }


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else money.shown(minor, currency)


def _customer(facts: TicketFacts, language: str) -> Values:
    customer = facts.customer
    if customer is None:
        return {}
    return {
        "name": customer.name,
        "tier": _label(choices.TIERS, customer.tier, language),
        "language": customer.language or "",
    }


def _label(table: tuple[Choice, ...], value: str | None, language: str) -> str:
    found = next((one.label.in_language(language) for one in table if one.value == value), None)
    return value or "" if found is None else found


def _times(name: str, at: datetime | None, language: str) -> Values:
    clock_time = f" {at.astimezone(SEOUL):%H:%M}" if at else ""
    return {
        name: _day(at, language),
        f"{name}_with_time": f"{_day(at, language)}{clock_time}",
        f"{name}_with_timestamp": _stamp(at),
    }


def _day(at: datetime | None, language: str) -> str:
    if at is None:
        return ""
    here = at.astimezone(SEOUL)
    if language == "en":
        return f"{_MONTHS[here.month - 1]} {here.day}, {here.year}"
    return f"{here.year}년 {here.month}월 {here.day}일"


def _stamp(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(SEOUL).isoformat(timespec="seconds")
