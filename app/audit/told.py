"""What the audit keeps, as people read it: names of columns and values in the reader's language, times in Seoul.

The record itself stays as it was sealed; only its showing is here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Boolean, Date, Enum, Table

from app.actor import NOBODY, ActorKind
from app.audit.model import AuditEntry
from app.audit.told_disputes import DISPUTE_NAMES
from app.audit.told_money import MONEY_NAMES
from app.db import Base, UtcDateTime
from app.desk.shown import NO, NOTHING, YES, day, money, when
from app.desk.states import named_as
from app.words import LANGUAGES, Words, say

SHORT, LONG = 120, 2000
EMPTY: tuple[Any, ...] = (None, "", [], {})
COMMAND = "flask "

# What a column is called where every table means the same by it …
NAMES: dict[str, Words] = {
    "name": say("이름", "Name"),
    "name_ko": say("이름 (한국어)", "Name (Korean)"),
    "name_en": say("이름 (영어)", "Name (English)"),
    "key": say("고유 이름", "Key"),
    "title": say("제목", "Title"),
    "description": say("설명", "Description"),
    "definition": say("조건과 하는 일", "Conditions and actions"),
    "position": say("순서", "Position"),
    "number": say("버전", "Version"),
    "kind": say("종류", "Kind"),
    "state": say("상태", "State"),
    "twin": say("Zendesk 쪽", "In Zendesk"),
    "twin_why": say("Zendesk 쪽 이유", "Why in Zendesk"),
    "product": say("상품", "Product"),
    "city": say("도시", "City"),
    "cities": say("맡은 도시", "Cities"),
    "gateway": say("결제사", "Gateway"),
    "channel": say("채널", "Channel"),
    "policy_id": say("정책 번호", "Policy no."),
    "policy_version_id": say("정책 버전 번호", "Policy version no."),
    "valid_from": say("시행 시각", "In force from"),
    "valid_until": say("시행 끝", "In force until"),
    "text_ko": say("조항 (한국어)", "Clauses (Korean)"),
    "text_en": say("조항 (영어)", "Clauses (English)"),
    "terms": say("조건", "Terms"),
    "created_by": say("만든 사람", "Created by"),
    "published_by": say("시행한 사람", "Published by"),
    "published_at": say("시행을 정한 때", "Published"),
    "email": say("이메일", "E-mail"),
    "phone": say("전화", "Phone"),
    "is_active": say("거래 중", "Active"),
    "is_enabled": say("사용", "Enabled"),
    "is_demo": say("데모", "Demo"),
    "is_public": say("공개 답변", "Public answer"),
    "business_number": say("사업자등록번호", "Business number"),
    "vendor_id": say("협력사 번호", "Vendor no."),
    "zendesk_id": say("Zendesk 번호", "Zendesk ID"),
    "note": say("메모", "Note"),
    "joined_on": say("시작일", "Joined"),
    "partner_id": say("파트너 번호", "Partner no."),
    "customer_id": say("고객 번호", "Customer no."),
    "booking_id": say("예약 줄 번호", "Booking no."),
    "ticket_id": say("티켓 줄 번호", "Ticket no."),
    "insurer": say("보험사", "Insurer"),
    "policy_number": say("증권 번호", "Policy number"),
    "cover_minor": say("보장 금액", "Cover"),
    "starts_on": say("시작일", "From"),
    "ends_on": say("만료일", "Until"),
    "checked_on": say("확인일", "Checked"),
    "expires_on": say("만료일", "Expires"),
    "ref": say("번호", "Number"),
    "payment_ref": say("결제 번호", "Payment number"),
    "currency": say("통화", "Currency"),
    "total_minor": say("전체 금액", "Whole price"),
    "first_period_minor": say("첫 기간 금액", "First period"),
    "service_fee_minor": say("서비스 수수료", "Service fee"),
    "paid_minor": say("결제 금액", "Paid"),
    "held_minor": say("환불·예정", "Refunded or held"),
    "paid_at": say("결제·지급 시각", "Paid at"),
    "starts_at": say("시작", "Starts"),
    "ends_at": say("끝", "Ends"),
    "language": say("언어", "Language"),
    "tier": say("등급", "Tier"),
    "reason": say("사유", "Reason"),
    "amount_minor": say("금액", "Amount"),
    "quoted_minor": say("정책 금액", "By the policy"),
    "quote": say("계산", "Quote"),
    "requested_by_id": say("요청한 사람 번호", "Asked by no."),
    "by_rule": say("요청한 규칙", "Asked by the rule"),
    "approved_by_id": say("승인한 사람 번호", "Approved by no."),
    "approved_sum": say("승인한 내용의 봉인", "Seal of what was approved"),
    "provider_ref": say("결제사 번호", "Provider's number"),
    "failure": say("실패 이유", "Failure"),
    "requested_at": say("요청한 때", "Asked"),
    "decided_at": say("정한 때", "Decided"),
    "told_at": say("고객에게 알린 때", "Customer told"),
    "untold_why": say("알리지 않은 이유", "Why not told"),
    "body_ko": say("답변 (한국어)", "Text (Korean)"),
    "body_en": say("답변 (영어)", "Text (English)"),
    "actions": say("하는 일", "Actions"),
    "source": say("가져온 원본", "As imported"),
    "rows": say("줄 수", "Rows"),
    "role": say("역할", "Role"),
    "password_hash": say("비밀번호", "Password"),
    "groups": say("그룹", "Groups"),
    "group_id": say("그룹 번호", "Group no."),
    "skills": say("숙련도", "Skills"),
    "languages": say("언어", "Languages"),
    "topics": say("주제", "Topics"),
    "capacity": say("동시에 맡는 수", "Capacity"),
    "channel_limits": say("채널별 한도", "Channel limits"),
    "works_on_holidays": say("공휴일 근무", "Works on holidays"),
    "agent_id": say("상담사 줄 번호", "Agent no."),
    "weekday": say("요일", "Weekday"),
    "on_date": say("날짜", "Date"),
    "starts": say("시작", "Starts"),
    "ends": say("끝", "Ends"),
    "hours": say("업무 시간", "Business hours"),
    "keeps_holidays": say("공휴일 휴무", "Closed on holidays"),
    "is_default": say("기본", "Default"),
    "is_off": say("쉬는 날", "Day off"),
    "strategy": say("배정 순서", "Order"),
    "by_language": say("언어 맞춤", "By language"),
    "by_topic": say("주제 맞춤", "By topic"),
    "by_city": say("도시 맞춤", "By city"),
    "vip_lane": say("VIP 먼저", "VIPs first"),
    "urgent_is_emergency": say("긴급 우선순위는 긴급", "Urgent is an emergency"),
    "emergency_tags": say("긴급 태그", "Emergency tags"),
    "only_online": say("접속한 사람만", "Only online"),
    "only_on_shift": say("근무 중인 사람만", "Only on shift"),
    "overflow_minutes": say("넘기기까지 (분)", "Overflow after (min)"),
    "overflow_when_nobody": say("아무도 없으면 바로 넘김", "Overflow at once"),
    "overflow_to": say("넘길 배정 방식", "Overflow to plan"),
    "overflow_group_id": say("넘길 그룹", "Overflow to group"),
    "idle_minutes": say("답변 기한 (업무 시간 분)", "Reply within (business min)"),
    "most_moves": say("옮기는 횟수", "Moves at most"),
    "rule_id": say("규칙 번호", "Rule no."),
    "needs_two": say("두 사람이 필요함", "Needs two people"),
    "when_reached": say("그림자가 기준에 이르면", "When its shadow is ready"),
    "wanted_at": say("정한 시행 시각", "Wanted from"),
    "ended_at": say("끝난 때", "Ended"),
    "rehearsal_id": say("연습 번호", "Rehearsal no."),
    "asked_by_id": say("요청한 사람 번호", "Asked by no."),
    "asked_by": say("요청한 사람", "Asked by"),
    "asked_at": say("요청한 때", "Asked"),
    "approved_by": say("승인한 사람", "Agreed by"),
    "approved_at": say("승인한 때", "Agreed"),
    "why": say("이유", "Why"),
    "settle_hours": say("비교하기까지 (시간)", "Compared after (hours)"),
    "promote_percent": say("올리는 기준 (%)", "Promoted from (%)"),
    "demote_percent": say("내리는 기준 (%)", "Demoted below (%)"),
    "least": say("최소 건수", "Least sample"),
    "started_by": say("시작한 사람", "Started by"),
    "started_at": say("시작한 때", "Started"),
    "days": say("일수", "Days"),
    "since": say("언제부터", "From"),
    "until": say("언제까지", "To"),
    "trouble": say("문제", "Trouble"),
    "user_id": say("사용자 번호", "User no."),
    "by": say("누가", "Who"),
    "at": say("때", "When"),
    "after_minutes": say("기다리는 시간 (분)", "After (min)"),
    "quiet_from": say("조용한 시간 시작", "Quiet from"),
    "quiet_until": say("조용한 시간 끝", "Quiet until"),
    "url": say("보낼 주소", "URL"),
    "form": say("형식", "Form"),
    "zendesk_url": say("계정", "Account"),
    "webhook_id": say("웹훅 번호", "Webhook"),
    "sealed_secret": say("웹훅 비밀", "Webhook's secret"),
    "sealed_secret_before": say("웹훅의 이전 비밀", "Webhook's secret before"),
    "own_user_id": say("Zendesk에서 쓰는 계정 번호", "Our user in Zendesk"),
    "pushing": say("Zendesk에 보내기", "Push to Zendesk"),
    "rules_on": say("규칙", "Rules"),
    "paused_until": say("쉬는 때까지", "Paused until"),
    "connected_at": say("연결한 때", "Connected"),
    "address": say("접속 주소", "Address"),
    "ticket": say("티켓", "Ticket"),
    **DISPUTE_NAMES,
    **MONEY_NAMES,
}
# … and where the same name means something else.
OWN_NAMES: dict[tuple[str, str], Words] = {
    ("routing_agents", "is_active"): say("배정 받음", "Takes tickets"),
    ("routing_plans", "is_active"): say("사용", "In use"),
    ("macros", "key"): say("이름표", "Key"),
    ("customers", "language"): say("답변 언어", "Answered in"),
    ("bookings", "paid_at"): say("결제 시각", "Paid at"),
    ("refunds", "paid_at"): say("지급 시각", "Paid"),
}
KINDS_OF_TEXT = {"language": "Language"}
# States of rows that are no record of a table of ours, in what is told of them.
STATES_OF = {"pushes": "PushState", "webhook_events": "InboxState"}


def label_of(subject: str, column: str) -> str:
    words = OWN_NAMES.get((subject, column)) or NAMES.get(column)
    return str(words) if words else column


def told_changes(entry: AuditEntry, longest: int = SHORT) -> Markup | str:
    """One line for each change: what it was, what it is."""
    lines = [Markup("<li><b>{}</b> {}</li>").format(label, text) for label, text in _lines(entry, longest)]
    return Markup('<ul class="lines-of">{}</ul>').format(Markup("\n").join(lines)) if lines else NOTHING


def actor_told(entry: AuditEntry) -> str:
    """Who it was; the house itself and its commands by what they are called."""
    if entry.actor_kind == ActorKind.person:
        return entry.actor_name
    if entry.actor_name == NOBODY.name:
        return str(say("Opsroom (자동)", "Opsroom (by itself)"))
    if entry.actor_name.startswith(COMMAND):
        return str(say(f"명령 {entry.actor_name}", f"Command {entry.actor_name}"))
    return entry.actor_name


def _lines(entry: AuditEntry, longest: int) -> Iterator[tuple[str, str]]:
    table = Base.metadata.tables.get(entry.subject)
    currency = _currency(entry)
    for column, pair in entry.changes.items():
        label = label_of(entry.subject, column)
        if not (isinstance(pair, list) and len(pair) == 2):
            yield label, _value(table, entry.subject, column, pair, currency, longest)
            continue
        was, now = (_value(table, entry.subject, column, each, currency, longest) for each in pair)
        if entry.verb == "create":
            if pair[1] not in EMPTY:
                yield label, now
        elif entry.verb == "delete":
            yield label, was
        elif was == now:
            yield label, str(say(f"{now} (바뀜)", f"{now} (changed)"))
        else:
            yield label, f"{was} → {now}"


def _currency(entry: AuditEntry) -> str:
    kept = entry.changes.get("currency")
    return next((each for each in reversed(kept) if each), "KRW") if isinstance(kept, list) else "KRW"


def _value(table: Table | None, subject: str, column: str, value: Any, currency: str, longest: int) -> str:
    if value in EMPTY:
        return str(say("없음", "none"))
    known = table.columns.get(column) if table is not None else None
    kind = known.type if known is not None else None
    try:
        return _by_kind(kind, subject, column, value, currency) or _cut(value, longest)
    except (TypeError, ValueError, AttributeError):
        # An entry of an older table: what was kept is shown as it is.
        return _cut(value, longest)


def _by_kind(kind: Any, subject: str, column: str, value: Any, currency: str) -> str:
    if column.endswith("_minor"):
        return money(int(value), currency)
    if column == "state" and subject in STATES_OF:
        return str(named_as(STATES_OF[subject], value).words)
    if isinstance(kind, Boolean):
        return str(YES if value else NO)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return str(named_as(kind.enum_class.__name__, value).words)
    if isinstance(kind, UtcDateTime):
        return when(datetime.fromisoformat(value))
    if isinstance(kind, Date):
        return day(date.fromisoformat(value))
    if column in KINDS_OF_TEXT and value in LANGUAGES:
        return str(named_as(KINDS_OF_TEXT[column], value).words)
    return ""


def _cut(value: Any, longest: int) -> str:
    if isinstance(value, dict | list):
        if longest == SHORT:
            return "…"
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    return f"{text[:longest]}…" if len(text) > longest else text
