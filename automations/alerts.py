"""What people must hear of: raised where it happens, or, for what lasts, looked for every time the sweep runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.alarms.alarm import alarm_over, raise_alarm
from app.alarms.escalation import escalate
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.link.model import Link
from app.reconcile.check import payout_stopped
from app.refunds.model import Refund, RefundMove, RefundState
from app.rules.model import Rule, RuleRun
from app.rules.shadow.model import Shadow
from app.tickets.model import Ticket
from app.words import Words, say
from automations import reconcile

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=15)
CHAIN = timedelta(minutes=10)
NAMED = 8


def look(session: Session) -> None:
    """Goes on with alarms nobody has seen; raises what has lasted for too long, once, and ends what is over. One that
    fails keeps none of the others from being heard. The caller commits.
    """
    now = clock.now()
    _apart(session, "escalation", lambda: escalate(session))
    for kind, about, asked in LASTING:
        _apart(session, kind.value, partial(_hold_asked, session, kind, about, asked, now))


def _hold_asked(
    session: Session, kind: AlarmKind, about: str, asked: Callable[[Session, datetime], Words | None], now: datetime
) -> None:
    _hold(session, kind, about, asked(session, now))


def _apart(session: Session, what: str, act: Callable[[], object]) -> None:
    try:
        with session.begin_nested():
            act()
    except Exception:
        log.exception("alarm_look_failed", extra={"what": what})


def push_ended(session: Session, push_id: int) -> None:
    """A change that Zendesk will not get. The caller commits."""
    words = say(
        "Zendesk로 보내지 못한 변경이 있습니다 (마지막: {id}번). 「보낼함」에서 이유를 보고 다시 보내거나 버려 주세요.",
        "A change could not be sent to Zendesk (the last: {id}). See why in the outbox, then send it again or drop it.",
    )
    raise_alarm(session, AlarmKind.push_dead, words.fill(id=push_id), "pushes")


def delivery_ended(session: Session, ticket_id: int) -> None:
    """A delivery that was given up. The caller commits."""
    words = say(
        "처리하지 못한 알림이 있습니다 (마지막: 티켓 {id}). 「받은함」에서 이유를 봐 주세요.",
        "A delivery could not be worked (the last: ticket {id}). See why in the inbox.",
    )
    raise_alarm(session, AlarmKind.inbox_dead, words.fill(id=ticket_id), "deliveries")


def loop_cut(session: Session, ticket: Ticket) -> None:
    """A chain of causes on this ticket was cut; names the rules that ran on it. The caller commits."""
    ran = select(RuleRun.rule_id).where(RuleRun.ticket_id == ticket.id, RuleRun.at > clock.now() - CHAIN)
    rows = session.execute(select(Rule.id, Rule.title).where(Rule.id.in_(ran)).order_by(Rule.id)).all()
    titles = [title for _, title in rows]
    words = say(
        "규칙과 다른 자동화가 서로를 다시 움직여서 끊었습니다 (마지막: 티켓 {ticket}). 함께 움직인 규칙: {ko}. "
        "한쪽을 멈추거나 조건을 고쳐 주세요.",
        "Rules and another automation kept setting each other off, so the chain was cut (the last: ticket {ticket}). "
        "The rules in it: {en}. Stop one of them or change its conditions.",
    )
    ko, en = ", ".join(f"「{one}」" for one in titles[:NAMED]), ", ".join(f"“{one}”" for one in titles[:NAMED])
    told = words.fill(ticket=ticket.zendesk_id, ko=ko or "–", en=en or "–")
    raise_alarm(session, AlarmKind.loop_stopped, told, "rules", [rule_id for rule_id, _ in rows])


def shadow_weighed(session: Session, shadow: Shadow, outcome: Words) -> None:
    """What a threshold made of a shadow. The caller commits."""
    words = say(
        "규칙 「{title}」 v{number}의 그림자 운용: {outcome}", "The shadow of the rule “{title}”, v{number}: {outcome}"
    )
    told = words.fill(title=shadow.rule.title, number=shadow.number, outcome=outcome)
    raise_alarm(session, AlarmKind.shadow_weighed, told, f"shadow:{shadow.id}", [shadow.rule_id])


def _hold(session: Session, kind: AlarmKind, about: str, words: Words | None) -> None:
    """What lasts is raised once, however often it is looked at."""
    if words is None:
        alarm_over(session, kind, about)
    elif session.scalar(select(Alarm.id).where(Alarm.open_key == f"{kind.value}:{about}")) is None:
        raise_alarm(session, kind, words, about)


def _late_sync(session: Session, now: datetime) -> Words | None:
    link = session.get(Link, 1)
    if link is None or link.connected_at is None or now - link.connected_at < PATIENCE:
        return None
    loading = link.load_started_at is not None and link.load_done_at is None
    if (loading and not link.trouble) or (link.synced_at is not None and now - link.synced_at < PATIENCE):
        return None
    return say(
        "15분 넘게 Zendesk에서 아무것도 받아오지 못했습니다. 티켓이 지금과 다를 수 있으니 「연결」을 봐 주세요.",
        "Nothing was fetched from Zendesk for more than 15 minutes. Tickets here may be out of date. See the page "
        "“Connection”.",
    )


def _not_compared(session: Session, now: datetime) -> Words | None:
    late = reconcile.late(session, now)
    if not late:
        return None
    words = say(
        "결제사와 24시간 넘게 대조하지 못했습니다: {names}. 결제사 설정과 로그를 보고, 급하면 「대조」에서 "
        "결제사 파일을 올려 주세요.",
        "Refunds were not compared with the provider for more than 24 hours: {names}. See its settings and the log; "
        "until then take the provider’s file under “Reconcile”.",
    )
    return words.fill(names=", ".join(late))


def _unknown_refunds(session: Session, now: datetime) -> Words | None:
    since = select(func.max(RefundMove.at)).where(RefundMove.refund_id == Refund.id).scalar_subquery()
    stuck = session.scalars(
        select(Refund.ref).where(Refund.state == RefundState.unknown, since < now - PATIENCE).order_by(Refund.id)
    ).all()
    if not stuck:
        return None
    refs = ", ".join(stuck[:NAMED])
    words = say(
        "결제사가 15분 넘게 답하지 않은 환불이 {count}건 있습니다: {refs}. 돈은 묶어 두었고 계속 확인합니다.",
        "Refunds whose outcome the provider has not told for more than 15 minutes: {count} ({refs}). The money is held "
        "and they are looked up again and again.",
    )
    return words.fill(count=len(stuck), refs=refs)


def _payout_stopped(session: Session, _now: datetime) -> Words | None:
    return payout_stopped(session)


LASTING: tuple[tuple[AlarmKind, str, Callable[[Session, datetime], Words | None]], ...] = (
    (AlarmKind.sync_trouble, "sync", _late_sync),
    (AlarmKind.refund_unknown, "refunds", _unknown_refunds),
    (AlarmKind.payout_stopped, "payout", _payout_stopped),
    (AlarmKind.not_compared, "providers", _not_compared),
)
