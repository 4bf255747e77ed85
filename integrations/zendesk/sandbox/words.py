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
