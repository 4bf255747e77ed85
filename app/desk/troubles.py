"""What workers and the outside noted down in English, in the reader's language. Pure.

Workers keep one plain text on the row, for logs and for people; the known ones are told here in both languages, and
whatever is not known reads as it was kept.
"""

from __future__ import annotations

import re

from app.words import Words, say

_KNOWN = {
    "it failed here; see the log": say(
        "여기서 처리하다 실패했습니다. 저절로 다시 시도하며, 자세한 내용은 로그에 있습니다.",
        "It failed here and is tried again by itself; the log says more.",
    ),
    "it failed here every time; see the log": say(
        "여기서 처리할 때마다 실패해 멈추었습니다. 자세한 내용은 로그에 있습니다.",
        "It failed here every time and was given up; the log says more.",
    ),
    "it stopped the worker every time": say(
        "처리할 때마다 일꾼 프로세스가 멈추어 그만두었습니다. 관리자에게 알려 주세요.",
        "It stopped the worker every time and was given up. Tell an admin.",
    ),
    "this ticket has had its updates for ten minutes": say(
        "10분 동안 이 티켓에 보낼 수 있는 만큼 보냈습니다. 잠시 뒤 이어서 보냅니다.",
        "This ticket has had all the updates that ten minutes allow. The rest goes out shortly.",
    ),
    "somebody has already done or changed it": say(
        "다른 사람이 이미 했거나 그사이 바꾸어서 보내지 않았습니다.",
        "Somebody has already done or changed it, so it was not sent.",
    ),
    "the ticket changed under every try": say(
        "보내려 할 때마다 티켓이 먼저 바뀌어 멈추었습니다. 티켓을 보고 다시 시도해 주세요.",
        "The ticket changed under every try. Look at it, then try again.",
    ),
    "its rule was stopped": say(
        "이것을 정한 규칙이 멈춰서 보류했습니다.", "The rule that decided this was stopped, so it is held."
    ),
    "the alarm was seen or is over": say(
        "누가 알람을 확인했거나 알람이 끝나서 보내지 않았습니다.",
        "Somebody has seen the alarm, or it is over, so it was not sent.",
    ),
    "it was sent, and nobody said whether it arrived": say(
        "보냈지만 도착했는지 알 수 없습니다. 두 번 가지 않게 기다립니다. 확인한 뒤 다시 보내거나 버려 주세요.",
        "It was sent, and nobody said whether it arrived. So that it does not come twice it waits for you: send it "
        "again or drop it.",
    ),
    "no mail server is set": say(
        "메일 서버(SMTP_URL)가 설정되지 않아 보류했습니다.", "No mail server (SMTP_URL) is set, so it is held."
    ),
    "its webhook is off": say("웹훅이 꺼져 있어 보류했습니다.", "Its webhook is off, so it is held."),
    "pushing is off": say("보내기가 꺼져 있어 보류했습니다.", "Sending is off, so it is held."),
    "deleted in Zendesk": say("Zendesk에서 삭제된 티켓입니다.", "The ticket was deleted in Zendesk."),
    "unknown_event_type": say(
        "티켓에 대한 알림이 아니어서 넘어갔습니다.", "It tells of something else than a ticket, so it was passed over."
    ),
    "no_ticket": say("티켓 번호가 없어서 넘어갔습니다.", "It names no ticket, so it was passed over."),
    "no refund of this payment waits for an answer": say(
        "이 결제에는 답을 기다리는 환불이 없어 할 일이 없었습니다.",
        "No refund of this payment was waiting for an answer, so there was nothing to do.",
    ),
    "not about a refund": say(
        "환불에 대한 알림이 아니어서 넘어갔습니다.", "It tells of something else than a refund, so it was passed over."
    ),
    "Zendesk refused": say("Zendesk가 거절했습니다.", "Zendesk refused it."),
    "Zendesk does not know this email and token": say(
        "Zendesk가 이 이메일과 토큰을 알지 못합니다. 관리자에게 알려 주세요.",
        "Zendesk does not know this e-mail and token. Tell an admin.",
    ),
    "the budget of export requests is spent": say(
        "Zendesk의 요청 한도를 다 써서 잠시 기다립니다.", "Zendesk's rate limit is used up; it waits a moment."
    ),
}
_SHAPES: tuple[tuple[re.Pattern[str], Words], ...] = tuple(
    (re.compile(shape, re.DOTALL), words)
    for shape, words in (
        (
            r"gave up after (?P<tries>\d+) tries: (?P<rest>.*)",
            say("{tries}번 시도한 뒤 멈추었습니다. {rest}", "Given up after {tries} tries. {rest}"),
        ),
        (
            r"“(?P<rule>.*)” no longer holds: (?P<left>.*)",
            say(
                "그사이 티켓이 바뀌어 규칙 「{rule}」에 맞지 않습니다: {left}",
                "The ticket has changed, and the rule “{rule}” no longer holds: {left}",
            ),
        ),
        (
            r"taken back by undo (?P<id>\d+)",
            say("되돌리기 {id}번으로 보내지 않기로 했습니다.", "Not sent: taken back by undo {id}."),
        ),
        (
            r"(?P<call>[A-Z]+ \S+): no answer from Zendesk \((?P<kind>\w+)\)",
            say("Zendesk가 답하지 않았습니다 ({call}, {kind}).", "Zendesk did not answer ({call}, {kind})."),
        ),
        (
            r"(?P<call>[A-Z]+ \S+): Zendesk answered (?P<status>5\d\d)(?P<rest>.*)",
            say("Zendesk에 장애가 있습니다 ({status}, {call}).{rest}", "Zendesk has trouble ({status}, {call}).{rest}"),
        ),
        (
            r"(?P<call>[A-Z]+ \S+): Zendesk answered 429(?P<rest>.*)",
            say(
                "Zendesk의 요청 한도를 넘어 잠시 기다립니다 (429, {call}).{rest}",
                "Zendesk's rate limit was reached; it waits a moment (429, {call}).{rest}",
            ),
        ),
        (
            r"(?P<call>[A-Z]+ \S+): Zendesk answered (?P<status>\d+)(?P<rest>.*)",
            say(
                "Zendesk가 받아들이지 않았습니다 ({status}, {call}).{rest}",
                "Zendesk did not accept it ({status}, {call}).{rest}",
            ),
        ),
    )
)


def told(text: str | None) -> Words:
    """What a worker noted, as Words; a text that is not known reads the same in both languages."""
    kept = text or ""
    known = _KNOWN.get(kept)
    if known is not None:
        return known
    for shape, words in _SHAPES:
        found = shape.fullmatch(kept)
        if found:
            parts = found.groupdict()
            return words.fill(**{name: told(part) if name == "rest" and part else part for name, part in parts.items()})
    return say(kept, kept)
