"""The page's two languages and its times. A reader picks by a cookie; without one her browser's wish counts."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from werkzeug import Request

from .shape import moment

COOKIE = "sandbox_language"
SEOUL = ZoneInfo("Asia/Seoul")
STATUS: dict[str, tuple[str, str]] = {
    "new": ("신규", "New"), "open": ("열림", "Open"), "pending": ("고객 답변 대기", "Pending"),
    "hold": ("보류", "On-hold"),
    "solved": ("해결됨", "Solved"), "closed": ("종료됨", "Closed"), "deleted": ("삭제됨", "Deleted"),
}  # fmt: skip
PRIORITY: dict[str, tuple[str, str]] = {
    "low": ("낮음", "Low"), "normal": ("보통", "Normal"), "high": ("높음", "High"), "urgent": ("긴급", "Urgent"),
}  # fmt: skip
ROLE: dict[str, tuple[str, str]] = {
    "end-user": ("고객", "Customer"), "agent": ("상담사", "Agent"), "admin": ("관리자", "Admin"),
}  # fmt: skip
DELIVERY: dict[str, tuple[str, str]] = {
    "success": ("성공", "Delivered"), "failed": ("실패", "Failed"), "pending": ("보내는 중", "Pending"),
    "retrying": ("다시 시도 예정", "Retrying"), "dropped": ("버려짐 (장애)", "Dropped (fault)"),
}  # fmt: skip
FAULT: dict[str, tuple[str, str]] = {
    "cut": ("연결 끊기", "Cut the connection"), "delay": ("늦게 답하기", "Answer late"),
    "status": ("다른 상태로 답하기", "Answer with a status"),
    "429": ("너무 많다고 답하기 (429)", "Too many requests (429)"),
    "409": ("충돌이라고 답하기 (409)", "Conflict (409)"), "slow": ("천천히 보내기", "Send slowly"),
    "webhook": ("웹훅을 망치기", "Spoil webhooks"),
}  # fmt: skip
MODE: dict[str, tuple[str, str]] = {
    "drop": ("버리기", "Drop"), "double": ("두 번 보내기", "Send twice"), "delay": ("늦추기", "Delay"),
    "badly_signed": ("서명 틀리게", "Sign wrongly"), "reorder": ("순서 바꾸기", "Reorder"),
}  # fmt: skip
WHEN: dict[str, tuple[str, str]] = {
    "after": ("저장된 뒤", "After the commit"), "before": ("저장되기 전", "Before the commit"),
}  # fmt: skip
FIELD: dict[str, tuple[str, str]] = {
    "status": ("상태", "Status"), "priority": ("우선순위", "Priority"), "type": ("종류", "Type"),
    "subject": ("제목", "Subject"),
    "tags": ("태그", "Tags"), "assignee_id": ("담당", "Assignee"), "group_id": ("그룹", "Group"),
    "requester_id": ("고객", "Customer"), "organization_id": ("조직", "Organization"), "brand_id": ("브랜드", "Brand"),
    "ticket_form_id": ("양식", "Form"), "satisfaction_score": ("만족도", "Satisfaction"),
}  # fmt: skip
TRAFFIC: dict[str, tuple[str, str]] = {
    "write": ("새로 썼음", "Wrote"), "answer": ("답했음", "Answered"), "rate": ("평가했음", "Rated"),
    "reopen": ("다시 열었음", "Re-opened"), "work": ("상담사가 답했음", "Agents answered"),
}  # fmt: skip
KIND: dict[str, tuple[str, str]] = {"trigger": ("트리거", "Trigger"), "automation": ("자동화", "Automation")}
Speak = Callable[[str, str], str]


def language(request: Request) -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in ("ko", "en"):
        return chosen
    return request.accept_languages.best_match(["ko", "en"], "ko") or "ko"


def speaker(code: str) -> Speak:
    return lambda korean, english: korean if code == "ko" else english


def clock_time(value: object) -> str:
    """A stamp in Seoul's time, to the second: what one watches here happens within seconds."""
    at = moment(value) if isinstance(value, str) else value
    return at.astimezone(SEOUL).strftime("%m-%d %H:%M:%S") if isinstance(at, datetime) else ""
