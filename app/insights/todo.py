"""What needs the one who looks, now, in sentences: most pressing first, each with the one button that does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app import clock
from app.actor import Actor
from app.alarms.admin import STUCK
from app.alarms.model import Letter
from app.bookings.model import Booking
from app.desk.scope import limits
from app.desk.shown import ago, day, money
from app.desk.states import BAD, VIOLET, WARN, named
from app.desk.troubles import told
from app.inbox.model import InboxState, WebhookEvent
from app.insights.dispute_todos import dispute_todos, emergency_todos
from app.insights.money_todos import payout_todos
from app.insights.partner_todos import partner_todos
from app.insights.policy_todos import policies_to_read, policy_todos
from app.insights.rule_todos import rule_todos
from app.insights.settle_todos import settle_todos
from app.insights.told import Todo
from app.insights.waiting import (
    LETTER_CITY,
    STUCK_PUSHES,
    STUCK_REFUNDS,
    for_my_decision,
    goodwill_to_decide,
    twins,
    uncovered,
)
from app.link.model import Link
from app.outbox.model import Push, PushState
from app.partners.model import Insurance, Partner
from app.refunds.both import as_read
from app.refunds.goodwill.model import Goodwill
from app.refunds.model import Refund, RefundState
from app.rules.model import Rule
from app.words import Words, say

SHOWN = 3
SYNC_IS_OLD = timedelta(minutes=15)


def todos(session: Session, actor: Actor, link: Link | None) -> list[Todo]:
    """A fixed number of queries, whatever waits."""
    found: list[Todo] = []
    found.extend(emergency_todos(session, actor))
    if actor.may("link.view"):
        found.extend(_sync(link))
    if actor.may("refunds.view"):
        found.extend(payout_todos(session, actor))
        found.extend(_stuck_refunds(session, actor))
    found.extend(settle_todos(session, actor))
    if actor.may("refunds.approve"):
        found.extend(_approvals(session, actor))
        found.extend(_goodwill(session, actor))
    found.extend(dispute_todos(session, actor))
    if actor.may("rules.view"):
        found.extend(rule_todos(session, actor))
    found.extend(policy_todos(session, actor))
    if actor.may("letters.view"):
        found.extend(_letters(session, actor))
    if actor.may("outbox.view"):
        found.extend(_pushes(session))
    if actor.may("inbox.view"):
        found.extend(_inbox(session))
    found.extend(partner_todos(session, actor))
    if actor.may("partners.view"):
        found.extend(_insurances(session, actor))
    if actor.may("rules.view"):
        found.extend(_twins(session, actor))
    found.extend(policies_to_read(session, actor))
    return found


def _sync(link: Link | None) -> Iterator[Todo]:
    if link is None or link.connected_at is None:
        return
    if link.trouble:
        yield Todo(
            BAD,
            say("연결", "Link"),
            say(
                "Zendesk 연결에 문제가 있습니다. 저절로 다시 시도합니다.",
                "The link to Zendesk has trouble. It is tried again by itself.",
            ),
            told(link.trouble),
            ago(link.trouble_at),
            say("연결 보기", "See the link"),
            "link.index",
            {},
        )
    elif link.synced_at is None or clock.now() - link.synced_at > SYNC_IS_OLD:
        yield Todo(
            WARN,
            say("연결", "Link"),
            say(
                "Zendesk에서 새 티켓을 받아온 지 오래되었습니다. 화면의 티켓이 지금과 다를 수 있습니다.",
                "Nothing was fetched from Zendesk for a while. Tickets here may not be as they are now.",
            ),
            None,
            ago(link.synced_at),
            say("연결 보기", "See the link"),
            "link.index",
            {},
        )


def _stuck_refunds(session: Session, actor: Actor) -> Iterator[Todo]:
    conditions = [Refund.state.in_(STUCK_REFUNDS), *limits(Refund, actor, city="booking.city", vendor=None)]
    total = session.scalar(select(func.count()).select_from(Refund).where(*conditions)) or 0
    rows = session.scalars(select(Refund).where(*conditions).order_by(Refund.requested_at).limit(SHOWN)).all()
    for refund in rows:
        name, amount = named(refund.state), money(refund.amount_minor, refund.currency)
        unknown = refund.state is RefundState.unknown
        yield Todo(
            BAD,
            name.words,
            say(
                f"환불 {refund.ref} · {amount} · "
                + ("지급사가 답하지 않아 결과를 확인하고 있습니다" if unknown else "지급되지 않았습니다"),
                f"Refund {refund.ref} · {amount} · "
                + ("the provider did not answer; its outcome is being looked up" if unknown else "was not paid"),
            ),
            as_read(refund.failure) if refund.failure else None,
            ago(refund.decided_at or refund.requested_at),
            say("열기", "Open"),
            "refunds.details_view",
            {"id": refund.id},
        )
    if total > len(rows):
        left = total - len(rows)
        yield _more(
            BAD, say(f"확인이 필요한 환불이 {left}건 더 있습니다.", f"{_many(left, 'more refund')} to look into.")
        )


def _approvals(session: Session, actor: Actor) -> Iterator[Todo]:
    conditions = for_my_decision(actor)
    total = session.scalar(select(func.count()).select_from(Refund).where(*conditions)) or 0
    rows = session.scalars(
        select(Refund)
        .where(*conditions)
        .options(joinedload(Refund.requested_by), joinedload(Refund.booking).joinedload(Booking.customer))
        .order_by(Refund.requested_at)
        .limit(SHOWN)
    ).all()
    for refund in rows:
        over = refund.amount_minor - refund.quoted_minor
        gap = money(abs(over), refund.currency)
        more = (
            say(
                f" · 정책보다 {gap} {'많음' if over > 0 else '적음'}",
                f" · {gap} {'above' if over > 0 else 'below'} policy",
            )
            if over
            else say(" · 정책대로", " · as the policy says")
        )
        amount, reason = money(refund.amount_minor, refund.currency), named(refund.reason).words
        customer, asker = refund.booking.customer.name, refund.asker
        yield Todo(
            WARN,
            say("승인", "Approve"),
            say(f"환불 {refund.ref} · {amount}", f"Refund {refund.ref} · {amount}") + more,
            say(
                f"{asker.ko} 요청 · {customer} · {refund.booking.ref} · {reason.ko}",
                f"Asked by {asker.en} · {customer} · {refund.booking.ref} · {reason.en}",
            ),
            ago(refund.requested_at),
            say("열기", "Open"),
            "refunds.index_view",
            {"id": refund.id},
        )
    if total > len(rows):
        left = total - len(rows)
        yield _more(WARN, say(f"승인을 기다리는 환불이 {left}건 더 있습니다.", f"{left} more wait for approval."))


def _goodwill(session: Session, actor: Actor) -> Iterator[Todo]:
    count, oldest = session.execute(
        select(func.count(), func.min(Goodwill.given_at)).where(*goodwill_to_decide(actor))
    ).one()
    if count:
        yield Todo(
            WARN,
            say("보상", "Goodwill"),
            say(f"승인을 기다리는 보상이 {count}건 있습니다.", f"{count} given as goodwill, waiting for approval."),
            None,
            ago(oldest),
            say("보기", "See"),
            "goodwill.index_view",
            {"tab": "waiting"},
        )


def _more(tone: str, sentence: Words) -> Todo:
    return Todo(tone, say("환불", "Refund"), sentence, None, "", say("모두 보기", "See all"), "refunds.index_view", {})


def _letters(session: Session, actor: Actor) -> Iterator[Todo]:
    count, oldest = session.execute(
        select(func.count(), func.min(Letter.due_at)).where(
            Letter.state.in_(STUCK), *limits(Letter, actor, city=LETTER_CITY, vendor=None)
        )
    ).one()
    if count:
        yield Todo(
            BAD,
            say("편지함", "Letters"),
            say(
                f"나가지 못했거나 답을 받지 못한 편지가 {count}통 있습니다.",
                f"{_many(count, 'letter')} that did not go out, or were not answered for.",
            ),
            None,
            ago(oldest),
            say("확인하기", "Look"),
            "letters.index_view",
            {"tab": "stuck"},
        )


def _pushes(session: Session) -> Iterator[Todo]:
    asked = select(Push.state, func.count()).where(Push.state.in_((*STUCK_PUSHES, PushState.held)))
    rows = session.execute(asked.group_by(Push.state)).all()
    counts: dict[PushState, int] = {state: count for state, count in rows}  # noqa: C416  a row is no pair to mypy
    stuck, held = sum(counts.get(state, 0) for state in STUCK_PUSHES), counts.get(PushState.held, 0)
    if stuck:
        yield Todo(
            BAD,
            say("보낼함", "Outbox"),
            say(
                f"Zendesk로 보내지 못한 변경이 {stuck}건 있습니다.",
                f"{_many(stuck, 'change')} could not be sent to Zendesk.",
            ),
            None,
            "",
            say("확인하기", "Look"),
            "outbox.index_view",
            {"tab": "failed"},
        )
    if held:
        yield Todo(
            VIOLET,
            say("보류", "Held"),
            say(
                f"보내기가 꺼져 있어 보류된 변경이 {held}건 있습니다. 보내거나 버려 주세요.",
                f"{_many(held, 'change')} held because pushing was off. Send or drop what is held.",
            ),
            None,
            "",
            say("정하기", "Decide"),
            "outbox.index_view",
            {"tab": "held"},
        )


def _inbox(session: Session) -> Iterator[Todo]:
    dead, oldest = session.execute(
        select(func.count(), func.min(WebhookEvent.received_at)).where(WebhookEvent.state == InboxState.dead)
    ).one()
    if dead:
        yield Todo(
            BAD,
            say("받은함", "Inbox"),
            say(
                f"처리하지 못한 알림이 {dead}건 있습니다.",
                f"{_many(dead, 'delivery', 'deliveries')} could not be worked.",
            ),
            None,
            ago(oldest),
            say("확인하기", "Look"),
            "inbox.index_view",
            {"tab": "dead"},
        )


def _insurances(session: Session, actor: Actor) -> Iterator[Todo]:
    ends_next = case((Insurance.ends_on >= clock.in_seoul(clock.now()).date(), Insurance.ends_on))
    theirs = aliased(Partner)
    count = func.count(func.distinct(theirs.id))
    rows: Sequence[Any] = session.execute(
        select(theirs.city, count, func.min(ends_next))
        .select_from(theirs)
        .outerjoin(Insurance, Insurance.partner_id == theirs.id)
        .where(theirs.id.in_(select(Partner.id).where(*uncovered(actor))))
        .group_by(theirs.city)
        .order_by(count.desc(), theirs.city)
    ).all()
    if not rows:
        return
    total = sum(count for _, count, _ in rows)
    first: date | None = min((ends for _, _, ends in rows if ends is not None), default=None)
    where = " · ".join(f"{city} {count}" for city, count, _ in rows[:SHOWN])
    yield Todo(
        WARN,
        say("보험", "Insurance"),
        say(
            f"활동 중인 파트너 {total}명의 보험이 30일 안에 끝나거나 이미 없습니다. 없으면 배정할 수 없습니다.",
            f"{_many(total, 'working partner')} with insurance that ends within 30 days, or with none.",
        ),
        say(where, where),
        day(first) if first else "",
        say("파트너 보기", "See partners"),
        "partners.index_view",
        {"tab": "insurance"},
    )


def _twins(session: Session, actor: Actor) -> Iterator[Todo]:
    found = session.execute(select(func.count(), func.min(Rule.title)).where(*twins(actor))).one()
    count, title = found
    if count:
        yield Todo(
            VIOLET,
            say("쌍둥이", "Twin"),
            say(
                f"초안 규칙 {count}개가 Zendesk에서도 켜져 있습니다. 켜기 전에 어느 쪽이 답할지 정해 주세요.",
                f"{_many(count, 'draft rule')} still on inside Zendesk too. Decide first which one answers.",
            ),
            say(f"「{title}」 등", f"“{title}” and others") if count > 1 else say(f"「{title}」", f"“{title}”"),
            "",
            say("규칙 보기", "See rules"),
            "rules.index_view",
            {"tab": "draft"},
        )


def sync_told(link: Link | None) -> tuple[str, Words]:
    """The tone and the words of the chip at the head of the page."""
    if link is None or link.connected_at is None:
        return WARN, say("Zendesk에 연결되지 않음", "Not connected to Zendesk")
    at: datetime | None = link.synced_at
    if link.trouble or at is None or clock.now() - at > SYNC_IS_OLD:
        return BAD, say("Zendesk 동기화 지연", "Zendesk sync is late")
    return "good", say(f"Zendesk 동기화 {ago(at)}", f"Zendesk synced {ago(at)}")


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
