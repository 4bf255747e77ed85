"""What every choice and state is called, and which tone it is shown in.

One table for all screens, so that a state reads the same wherever it stands. Keys are "<StrEnum>.<value>": the desk
stands below the subjects and does not know their classes. tests/app/desk/test_states.py asks for every choice of every
table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.words import Words, say

PLAIN, GOOD, WARN, BAD, ACCENT, VIOLET = "plain", "good", "warn", "bad", "accent", "violet"


@dataclass(frozen=True, slots=True)
class Named:
    words: Words
    tone: str = PLAIN


STATES: dict[str, Named] = {
    "Role.admin": Named(say("관리자", "Admin")),
    "Role.ops_manager": Named(say("운영 매니저", "Operations manager")),
    "Role.agent": Named(say("상담사", "Agent")),
    "Role.finance": Named(say("재무", "Finance")),
    "Role.auditor": Named(say("감사", "Auditor")),
    "Product.home_cleaning": Named(say("방문 청소", "Home cleaning")),
    "Product.mid_term_housing": Named(say("중기 숙박", "Mid-term housing")),
    "VersionState.draft": Named(say("초안", "Draft"), WARN),
    "VersionState.published": Named(say("시행", "Published"), GOOD),
    "VersionState.withdrawn": Named(say("철회", "Withdrawn")),
    "PartnerKind.cleaner": Named(say("클리너", "Cleaner")),
    "PartnerKind.host": Named(say("호스트", "Host")),
    "PartnerKind.vendor": Named(say("협력사", "Vendor")),
    "PartnerState.applied": Named(say("지원", "Applied"), ACCENT),
    "PartnerState.checked": Named(say("확인 완료", "Checked"), ACCENT),
    "PartnerState.active": Named(say("활동 중", "Active"), GOOD),
    "PartnerState.warned": Named(say("경고", "Warned"), WARN),
    "PartnerState.suspended": Named(say("정지", "Suspended"), BAD),
    "PartnerState.left": Named(say("탈퇴", "Left")),
    "QualificationState.pending": Named(say("확인 중", "Pending"), ACCENT),
    "QualificationState.passed": Named(say("통과", "Passed"), GOOD),
    "QualificationState.failed": Named(say("탈락", "Failed"), BAD),
    "Tier.standard": Named(say("일반", "Standard")),
    "Tier.vip": Named(say("VIP", "VIP"), VIOLET),
    "BookingState.booked": Named(say("예약됨", "Booked"), ACCENT),
    "BookingState.under_way": Named(say("진행 중", "Under way"), VIOLET),
    "BookingState.done": Named(say("완료", "Done"), GOOD),
    "BookingState.cancelled": Named(say("취소", "Cancelled")),
    "RefundState.requested": Named(say("승인 대기", "Waiting for approval"), ACCENT),
    "RefundState.approved": Named(say("승인됨", "Approved"), ACCENT),
    "RefundState.paying": Named(say("지급 중", "Paying"), ACCENT),
    "RefundState.paid": Named(say("지급 완료", "Paid"), GOOD),
    "RefundState.rejected": Named(say("거절", "Rejected")),
    "RefundState.cancelled": Named(say("취소", "Cancelled")),
    "RefundState.failed": Named(say("지급 실패", "Failed"), BAD),
    "RefundState.unknown": Named(say("결과 확인 중", "Outcome unknown"), WARN),
    "Reason.customer_cancelled": Named(say("고객 취소", "Customer cancelled")),
    "Reason.partner_cancelled": Named(say("파트너 취소", "Partner cancelled")),
    "Reason.partner_no_show": Named(say("파트너 미도착", "Partner did not come")),
    "Reason.partner_late": Named(say("파트너 지각", "Partner was late")),
    "Reason.partial_service": Named(say("부분 미이행", "Partly not done")),
    "Reason.poor_quality": Named(say("품질 미흡", "Poor quality")),
    "Reason.facility_fault": Named(say("시설 하자", "Fault of the place")),
    "Reason.platform_error": Named(say("플랫폼 오류", "Our error")),
    "Reason.force_majeure": Named(say("불가항력", "Force majeure")),
    "RuleKind.trigger": Named(say("트리거", "Trigger")),
    "RuleKind.automation": Named(say("자동화", "Automation")),
    "RuleState.draft": Named(say("초안", "Draft"), WARN),
    "RuleState.live": Named(say("켜짐", "Live"), GOOD),
    "RuleState.paused": Named(say("멈춤", "Paused"), WARN),
    "RuleState.retired": Named(say("보관", "Retired")),
    "RehearsalState.queued": Named(say("대기", "Queued"), ACCENT),
    "RehearsalState.running": Named(say("연습 중", "Running"), ACCENT),
    "RehearsalState.done": Named(say("끝남", "Done"), GOOD),
    "RehearsalState.cancelled": Named(say("취소", "Cancelled")),
    "RehearsalState.failed": Named(say("실패", "Failed"), BAD),
    "RuleChange.added": Named(say("추가", "Added"), GOOD),
    "RuleChange.changed": Named(say("바뀜", "Changed"), ACCENT),
    "RuleChange.removed": Named(say("빠짐", "Left out"), WARN),
    "TwinState.none": Named(say("없음", "None")),
    "TwinState.active": Named(say("Zendesk에서 켜짐", "Active in Zendesk"), WARN),
    "TwinState.asked": Named(say("Zendesk에서 끄는 중", "Being switched off in Zendesk"), ACCENT),
    "TwinState.off": Named(say("Zendesk에서 꺼짐", "Off in Zendesk"), GOOD),
    "TwinState.accepted": Named(say("함께 켜 둠", "Both accepted"), VIOLET),
    "MacroState.draft": Named(say("초안", "Draft"), WARN),
    "MacroState.live": Named(say("사용 중", "Live"), GOOD),
    "MacroState.retired": Named(say("보관", "Retired")),
    "InboxState.new": Named(say("대기", "New"), ACCENT),
    "InboxState.working": Named(say("처리 중", "Working"), ACCENT),
    "InboxState.done": Named(say("처리됨", "Done"), GOOD),
    "InboxState.ignored": Named(say("해당 없음", "Ignored")),
    "InboxState.dead": Named(say("처리 실패", "Dead"), BAD),
    "PushState.owed": Named(say("보낼 것", "Owed"), ACCENT),
    "PushState.sending": Named(say("보내는 중", "Sending"), ACCENT),
    "PushState.unknown": Named(say("결과 확인 중", "Outcome unknown"), WARN),
    "PushState.sent": Named(say("보냄", "Sent"), GOOD),
    "PushState.overtaken": Named(say("보낼 필요 없음", "Overtaken")),
    "PushState.held": Named(say("보류", "Held"), WARN),
    "PushState.dropped": Named(say("버림", "Dropped")),
    "PushState.refused": Named(say("거절됨", "Refused"), BAD),
    "PushState.dead": Named(say("보내기 실패", "Dead"), BAD),
    # Zendesk's own words, which our tables keep as text
    "TicketStatus.new": Named(say("신규", "New"), ACCENT),
    "TicketStatus.open": Named(say("열림", "Open"), WARN),
    "TicketStatus.pending": Named(say("고객 답변 대기", "Pending"), VIOLET),
    "TicketStatus.hold": Named(say("보류", "On-hold")),
    "TicketStatus.solved": Named(say("해결됨", "Solved"), GOOD),
    "TicketStatus.closed": Named(say("종료됨", "Closed")),
    "TicketStatus.deleted": Named(say("삭제됨", "Deleted")),
    "TicketPriority.low": Named(say("낮음", "Low")),
    "TicketPriority.normal": Named(say("보통", "Normal")),
    "TicketPriority.high": Named(say("높음", "High"), WARN),
    "TicketPriority.urgent": Named(say("긴급", "Urgent"), BAD),
    # what the audit tells
    "Verb.create": Named(say("만듦", "Created")),
    "Verb.update": Named(say("고침", "Changed")),
    "Verb.delete": Named(say("지움", "Deleted")),
    "Verb.export": Named(say("내보냄", "Exported")),
    "Verb.sign_in": Named(say("로그인", "Signed in")),
    "Verb.sign_in_refused": Named(say("로그인 거절", "Sign-in refused")),
    "Verb.sign_out": Named(say("로그아웃", "Signed out")),
    "Verb.switch": Named(say("스위치", "Switched")),
    "Verb.send": Named(say("보내기로 함", "Sent on")),
    "Verb.drop": Named(say("버림", "Dropped")),
    "Verb.retry": Named(say("다시 시도", "Tried again")),
    "Verb.look_again": Named(say("다시 가져옴", "Fetched again")),
    "Subject.policies": Named(say("정책", "Policy")),
    "Subject.policy_versions": Named(say("정책 버전", "Policy version")),
    "Subject.vendors": Named(say("협력사", "Vendor")),
    "Subject.partners": Named(say("파트너", "Partner")),
    "Subject.insurances": Named(say("보험", "Insurance")),
    "Subject.qualifications": Named(say("자격", "Qualification")),
    "Subject.bookings": Named(say("예약", "Booking")),
    "Subject.customers": Named(say("고객", "Customer")),
    "Subject.refunds": Named(say("환불", "Refund")),
    "Subject.rules": Named(say("규칙", "Rule")),
    "Subject.rehearsals": Named(say("규칙 연습", "Rehearsal")),
    "Subject.rehearsal_seen": Named(say("연습 결과 확인", "Rehearsal seen")),
    "Subject.macros": Named(say("매크로", "Macro")),
    "Subject.users": Named(say("사용자", "User")),
    "Subject.links": Named(say("Zendesk 연결", "Zendesk link")),
    "Subject.tickets": Named(say("티켓", "Ticket")),
    "Subject.runs": Named(say("실행 기록", "Rule runs")),
    "Subject.audit": Named(say("감사 기록", "Audit")),
    "Subject.pushes": Named(say("보낼함의 변경", "Outbox change")),
    "Subject.webhook_events": Named(say("받은함의 알림", "Inbox row")),
    "ActorKind.person": Named(say("사람", "Person")),
    "ActorKind.rule": Named(say("규칙", "Rule")),
    "ActorKind.system": Named(say("시스템", "System")),
    "Language.ko": Named(say("한국어", "Korean")),
    "Language.en": Named(say("영어", "English")),
}


def named(choice: StrEnum) -> Named:
    """How a choice is called; one without words reads as its own value."""
    return named_as(type(choice).__name__, choice.value)


def named_as(kind: str, value: str) -> Named:
    """As `named`, for a value that a table keeps as text: `named_as("TicketStatus", "open")`."""
    return STATES.get(f"{kind}.{value}") or Named(say(value, value))
